#!/bin/sh
# Stops the Postgres that the tests share and removes its folder.
set -u
dir="${TMPDIR:-/tmp}/amal-test-$(id -u)"
pid=$(head -n 1 "$dir/pg/postmaster.pid" 2>/dev/null)
[ -n "${pid:-}" ] && kill -INT "$pid" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ -n "${pid:-}" ] && kill -0 "$pid" 2>/dev/null || break
	sleep 0.5
done
rm -rf "$dir"
