#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The first process of a Redis container: gives its directory to redis, and becomes it.
set -e

if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
	set -- redis-server "$@"
fi
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
	mkdir -p /data
	cd /data
	find . \! -user redis -exec chown redis '{}' +
	exec setpriv --reuid redis --regid redis --clear-groups -- "$0" "$@"
fi
if [ "$(umask)" = 0022 ]; then
	umask 0077
fi
cd /data
exec "$@"
