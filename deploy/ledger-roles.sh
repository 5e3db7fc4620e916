#!/bin/sh
# Runs once, when the ledger's PostgreSQL is first started: the database, its owner, and the
# application's login, which owns nothing.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v owner_password="$WIAN_OWNER_PASSWORD" -v app_password="$WIAN_APP_PASSWORD" <<'SQL'
CREATE ROLE wian_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE wian_app LOGIN PASSWORD :'app_password';
CREATE DATABASE wian OWNER wian_owner;
REVOKE ALL ON DATABASE wian FROM PUBLIC;
GRANT CONNECT ON DATABASE wian TO wian_app;
SQL
