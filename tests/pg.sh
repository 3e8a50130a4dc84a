#!/bin/sh
# Runs a command beside a PostgreSQL server of its own:
#
#   tests/pg.sh COMMAND [ARGUMENT…]
#
# The server lives in a temporary folder, listens on a socket in it only, writes
# as durably as a real one (fsync on), and ends with the command. The command
# finds the administrator's DSN in PRATU_TEST_PG; other roles need a password.
# PGBIN says where initdb is, if not where Debian puts it.
set -eu
[ $# -gt 0 ] || { echo "usage: $0 COMMAND [ARGUMENT...]" >&2; exit 2; }
bin=${PGBIN:-/usr/lib/postgresql/15/bin}
dir=$(mktemp -d "${TMPDIR:-/tmp}/pratu-pg.XXXXXX")
pid=

# PostgreSQL does not run as root. setpriv becomes the program, so that $! is
# the server itself.
as_owner() {
	if [ "$(id -u)" -eq 0 ]; then
		exec setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
	fi
	exec "$@"
}

stop() {
	if [ -n "$pid" ]; then
		kill -INT "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	fi
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ "$(id -u)" -eq 0 ]; then
	chown postgres: "$dir"
	chmod 711 "$dir"
fi
cd "$dir"
(as_owner "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 \
	--locale=C.UTF-8 --no-instructions --no-sync >"$dir/initdb.log" 2>&1) ||
	{ cat "$dir/initdb.log" >&2; exit 1; }
printf 'local all postgres trust\nlocal all all scram-sha-256\n' \
	>"$dir/data/pg_hba.conf"
as_owner "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= \
	-c fsync=on -c shared_buffers=32MB -c max_connections=300 >"$dir/server.log" 2>&1 &
pid=$!
tries=0
until "$bin/pg_isready" -q -h "$dir" -U postgres; do
	tries=$((tries + 1))
	if [ "$tries" -gt 100 ] || ! kill -0 "$pid" 2>/dev/null; then
		cat "$dir/server.log" >&2
		exit 1
	fi
	sleep 0.1
done
cd "$OLDPWD"

PRATU_TEST_PG="postgresql://postgres@/postgres?host=$dir"
export PRATU_TEST_PG
echo "# $PRATU_TEST_PG" >&2
status=0
"$@" || status=$?
[ -z "${PRATU_TEST_PG_LOG:-}" ] || cp "$dir/server.log" "$PRATU_TEST_PG_LOG"
exit "$status"
