#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The first process of a PostgreSQL container: makes the directories as root, becomes postgres,
# makes the database in them when there is none, then runs the daemon.
set -Eeo pipefail

if [ "$(id -u)" = 0 ]; then
	mkdir -p "$PGDATA" /var/run/postgresql
	chmod 00700 "$PGDATA"
	chmod 03775 /var/run/postgresql
	find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
	find /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
	exec gosu postgres "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
	ls /docker-entrypoint-initdb.d/ >/dev/null
	initdb --username=postgres --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") -D "$PGDATA" --no-sync
	printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
	PGUSER=postgres pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -p 5432" -w start
	psql -v ON_ERROR_STOP=1 --no-psqlrc --username postgres --dbname postgres --set db="$POSTGRES_DB" \
		<<<'CREATE DATABASE :"db";'
	for script in /docker-entrypoint-initdb.d/*; do
		case $script in
		*.sql) psql -v ON_ERROR_STOP=1 --no-psqlrc --username postgres --dbname "$POSTGRES_DB" -f "$script" ;;
		*.sh) "$script" ;;
		esac
	done
	pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@"
