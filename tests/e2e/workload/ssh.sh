#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The first process of a container that is logged into: as root, for logins of any user.
set -e

mkdir -p /run/sshd
exec /usr/sbin/sshd -D -e
