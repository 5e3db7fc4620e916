"""Claim an idempotency key and read its answer, in this order, in one call.

Why: in one plain statement the answer is read as of before the lock was taken, so a twin that
committed in between went unseen. Each statement of a volatile function sees what is committed
when it runs.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CLAIM = """
CREATE FUNCTION claim_idempotency_key(lock bigint, officer uuid, name text)
RETURNS TABLE (is_mine boolean, fingerprint bytea, status integer, body bytea)
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
BEGIN
    is_mine := pg_try_advisory_xact_lock(lock);
    SELECT k.fingerprint, k.status, k.body INTO fingerprint, status, body
    FROM idempotency_key k WHERE k.officer_id = officer AND k.key = name;
    RETURN NEXT;
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(_CLAIM)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP FUNCTION claim_idempotency_key(bigint, uuid, text)")
