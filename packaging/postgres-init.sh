#!/bin/sh
# Makes the app's role, which owns nothing, in a new database.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$APP_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
create role amal_app login password :'password';
create extension if not exists pg_trgm;
SQL
