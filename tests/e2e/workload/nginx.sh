#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The first process of an nginx container: runs what lies in /docker-entrypoint.d, then the daemon.
set -e

if [ "$1" = nginx ]; then
	find /docker-entrypoint.d -follow -type f | sort -V | while read -r script; do
		if [ -x "$script" ]; then
			echo "$0: $script"
			"$script"
		fi
	done
fi
exec "$@"
