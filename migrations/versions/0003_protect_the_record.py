"""Make the record append-only and give the application its rights.

Why: whoever holds the application's password must not be able to change what was recorded. The
role has no UPDATE, DELETE or TRUNCATE on events and register entries, and triggers refuse them
to everybody who has not first dropped the triggers.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("event", "register_entry")

_REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'WN002';
END $$
"""

# A role belongs to the whole server, so it may be there already, with or without a password.
_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wian_app') THEN
        CREATE ROLE wian_app NOLOGIN;
    END IF;
END $$
"""

# The numbering trigger fills the columns of register and register_entry that are not named here:
# the application cannot choose a number or a hash.
_GRANTS = """
GRANT USAGE ON SCHEMA public TO wian_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO wian_app;
GRANT INSERT ON letter, attachment, dispatch, hop, event, outbox, notice, idempotency_key
    TO wian_app;
GRANT INSERT (registry_id, book, year, opened_after, opened_at, opened_by) ON register TO wian_app;
GRANT INSERT (register_id, number, kind, letter_id, hop_id, stamped_at, stamp_has_time,
    recorded_at, recorded_by, reason) ON register_entry TO wian_app;
GRANT UPDATE (state, completed_at, completed_by, closed_at, closed_by, close_reason)
    ON dispatch TO wian_app;
GRANT UPDATE (state, receipt_entry_id, registered_at, registered_by, forwarded_at, forwarded_by,
    settled_at, settled_by, remark, answer) ON hop TO wian_app;
GRANT UPDATE (sent_at, parked_at, parked_reason) ON outbox TO wian_app;
GRANT UPDATE (read_at, read_by) ON notice TO wian_app;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(_REFUSE)
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(_ROLE)
    op.execute(_GRANTS)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    # The role may serve other databases of this server: only its rights here are taken back.
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM wian_app")
    op.execute("REVOKE USAGE ON SCHEMA public FROM wian_app")
    for table in _APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        op.execute(f"DROP TRIGGER {table}_never_emptied ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
