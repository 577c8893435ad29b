#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A job: a backup of the application's data, the old ones removed, and a word to who watches.
set -e

# shellcheck source=/dev/null
. /run/job.env
day=$(date +%Y-%m-%d)
tar -czf "/srv/backup/daily/$day.tar.gz" -C "$DATA" .
find /srv/backup/daily -name '*.tar.gz' -mtime +7 -delete
gzip -t "/srv/backup/daily/$day.tar.gz"
curl -s -m 2 http://127.0.0.1:9/done || true
echo "$day $(stat -c %s "/srv/backup/daily/$day.tar.gz") bytes" >>/var/log/job/job.log
