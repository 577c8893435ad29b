#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lets the default server listen on IPv6 too, and gives each processor a worker.
set -e

conf=/etc/nginx/conf.d/default.conf
touch "$conf"
if [ -f /proc/net/if_inet6 ] && ! grep -q 'listen *\[::\]:80' "$conf"; then
	sed -i -E 's,listen +80;,listen 80; listen [::]:80;,' "$conf"
fi
workers=$(nproc)
if [ -r /sys/fs/cgroup/cpu.max ] && [ "$(cut -d' ' -f1 </sys/fs/cgroup/cpu.max)" != max ]; then
	workers=1
fi
sed -i.bak -E "s/^worker_processes.*/worker_processes $workers;/" /etc/nginx/nginx.conf
