#!/bin/sh
# Runs once, when the ledger's PostgreSQL is first started: the database, its owner, and the
# logins of the API and of the other processes, which own nothing.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v owner_password="$WIAN_OWNER_PASSWORD" -v app_password="$WIAN_APP_PASSWORD" \
    -v worker_password="$WIAN_WORKER_PASSWORD" <<'SQL'
CREATE ROLE wian_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE wian_app LOGIN PASSWORD :'app_password';
CREATE ROLE wian_worker LOGIN PASSWORD :'worker_password';
CREATE DATABASE wian OWNER wian_owner;
REVOKE ALL ON DATABASE wian FROM PUBLIC;
GRANT CONNECT ON DATABASE wian TO wian_app, wian_worker;
SQL
