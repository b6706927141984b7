#!/bin/sh
# Installs what Amal needs beside Go: "postgres" (to run), "pdftotext" (to read
# .pdf) and "chromium" (for the journeys of make test). Does nothing for what is there. Where it may not
# install, it prints the one command to run and exits 1.
set -eu

have_postgres() {
	[ -n "${AMAL_PG_BIN:-}" ] && [ -x "$AMAL_PG_BIN/postgres" ] && return 0
	command -v postgres >/dev/null 2>&1 && return 0
	for bin in /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres /usr/local/pgsql/bin/postgres; do
		[ -x "$bin" ] && return 0
	done
	return 1
}

have_chromium() {
	for name in chromium chromium-browser google-chrome; do
		command -v "$name" >/dev/null 2>&1 && return 0
	done
	return 1
}

missing=""
for part in "$@"; do
	case "$part" in
	postgres) have_postgres || missing="$missing postgresql" ;;
	pdftotext) command -v pdftotext >/dev/null 2>&1 || missing="$missing poppler-utils" ;;
	chromium) have_chromium || missing="$missing chromium" ;;
	*)
		echo "usage: scripts/setup.sh [postgres] [pdftotext] [chromium]" >&2
		exit 2
		;;
	esac
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
	if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
		as_root="sudo -n"
	else
		as_root="none"
	fi
fi
if [ "$as_root" = none ] || ! command -v apt-get >/dev/null 2>&1; then
	{
		echo "Amal needs$missing, and this account may not install it."
		echo "Run this once, then the same make command again:"
		echo
		echo "    sudo apt-get install --no-install-recommends$missing"
	} >&2
	exit 1
fi

echo "installing$missing"
# Debian's package would start a cluster on port 5432 that nobody asked for.
case "$missing" in
*postgresql*)
	if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
		$as_root mkdir -p /etc/postgresql-common
		echo "create_main_cluster = false" | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
	fi
	;;
esac
log=$(mktemp)
# confold keeps the file above as it is; apt runs without asking.
install() {
	DEBIAN_FRONTEND=noninteractive $as_root apt-get -q -y -o Dpkg::Options::=--force-confold \
		install --no-install-recommends $missing
}
if ! { install || { $as_root apt-get -q update && install; }; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "installing$missing did not work; the lines above say why." >&2
	exit 1
fi
rm -f "$log"
