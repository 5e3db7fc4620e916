"""Let the database number and chain register entries.

Why: a number must be gapless and its hash must follow from the entry before it. Both are decided
under the lock of the register's row, by a function that runs with the owner's rights; the
application can add an entry but can neither choose its number nor its hash.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The canonical text of a field; domain/register_chain.py says the same in Python.
_CANONICAL_FIELD = """
CREATE FUNCTION canonical_field(field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN field IS NULL THEN '-' ELSE octet_length(field)::text || ':' || field END
"""

_ENTRY_HASH = """
CREATE FUNCTION register_entry_hash(previous bytea, entry register_entry) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(previous || convert_to(
    canonical_field(entry.register_id::text)
    || canonical_field(entry.position::text)
    || canonical_field(entry.number::text)
    || canonical_field(entry.kind)
    || canonical_field(entry.letter_id::text)
    || canonical_field(entry.hop_id::text)
    || canonical_field((extract(epoch FROM entry.stamped_at) * 1000000)::bigint::text)
    || canonical_field(CASE WHEN entry.stamp_has_time THEN '1' ELSE '0' END)
    || canonical_field((extract(epoch FROM entry.recorded_at) * 1000000)::bigint::text)
    || canonical_field(entry.recorded_by::text)
    || canonical_field(entry.reason),
    'UTF8'))
"""

_NUMBER_ENTRY = """
CREATE FUNCTION number_register_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    book register;
BEGIN
    SELECT * INTO STRICT book FROM register WHERE id = NEW.register_id FOR UPDATE;
    NEW.position := book.positions + 1;
    -- Recorded time never runs backwards inside a register, whichever desk had the lock first.
    NEW.recorded_at := greatest(NEW.recorded_at, book.last_recorded_at);
    NEW.stamped_at := coalesce(NEW.stamped_at, NEW.recorded_at);
    IF NEW.kind = 'allocated' THEN
        NEW.number := book.opened_after + book.allocated + 1;
    ELSIF NEW.kind = 'back_entered' AND NEW.number > book.opened_after THEN
        RAISE EXCEPTION 'number % was never on paper', NEW.number USING ERRCODE = 'WN001';
    ELSIF NEW.kind = 'voided' AND NEW.number > book.opened_after + book.allocated THEN
        RAISE EXCEPTION 'number % was never given', NEW.number USING ERRCODE = 'WN001';
    END IF;
    -- Under the lock, because two desks may hold the same sheet of paper.
    IF NEW.kind = 'back_entered' AND EXISTS (
        SELECT FROM register_entry e
        WHERE e.register_id = NEW.register_id AND e.number = NEW.number AND e.kind = 'voided'
    ) THEN
        RAISE EXCEPTION 'number % of register_entry is voided', NEW.number
            USING ERRCODE = 'unique_violation';
    ELSIF NEW.kind = 'voided' AND EXISTS (
        SELECT FROM register_entry e
        WHERE e.register_id = NEW.register_id AND e.number = NEW.number AND e.kind <> 'voided'
            AND (e.hop_id IS NOT NULL OR e.letter_id IS DISTINCT FROM NEW.letter_id)
    ) THEN
        RAISE EXCEPTION 'number % is on a receipt or another letter', NEW.number
            USING ERRCODE = 'WN003';
    END IF;
    NEW.entry_hash := register_entry_hash(book.head_hash, NEW);
    UPDATE register SET
        allocated = allocated + CASE WHEN NEW.kind = 'allocated' THEN 1 ELSE 0 END,
        positions = NEW.position,
        head_hash = NEW.entry_hash,
        last_recorded_at = NEW.recorded_at
    WHERE id = NEW.register_id;
    RETURN NEW;
END $$
"""

_TRIGGER = """
CREATE TRIGGER number_register_entry BEFORE INSERT ON register_entry
FOR EACH ROW EXECUTE FUNCTION number_register_entry()
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for statement in (_CANONICAL_FIELD, _ENTRY_HASH, _NUMBER_ENTRY, _TRIGGER):
        op.execute(statement)
    # Every number rewrites its register's row: leave room for the new version beside the old.
    op.execute("ALTER TABLE register SET (fillfactor = 50)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("ALTER TABLE register RESET (fillfactor)")
    op.execute("DROP TRIGGER number_register_entry ON register_entry")
    op.execute("DROP FUNCTION number_register_entry()")
    op.execute("DROP FUNCTION register_entry_hash(bytea, register_entry)")
    op.execute("DROP FUNCTION canonical_field(text)")
