#!/bin/sh
# Brings the two databases of Temporal's own store to this version of Temporal; safe to repeat.
# The password comes from SQL_PASSWORD.
set -eu
for pair in temporal:temporal temporal_visibility:visibility; do
    database=${pair%%:*} schema=${pair##*:}
    tool="temporal-sql-tool --plugin postgres12 --ep $STORE_HOST -p 5432 -u $STORE_USER --db $database"
    $tool create
    $tool setup-schema -v 0.0 || echo "the schema of $database is there already"
    $tool update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
