#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The first process of a container for jobs: keeps the environment for them, and runs cron.
set -e

mkdir -p /var/log/job /srv/backup
chown job:job /srv/backup
touch /var/log/job/job.log
(umask 077 && printenv | grep -v '^HOME=' >/run/job.env)
su -s /bin/sh -c 'cd /srv/backup && mkdir -p daily' job
exec cron -f -L 1
