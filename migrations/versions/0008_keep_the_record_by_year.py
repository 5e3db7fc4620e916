"""Keep events by year, in an order that can be sealed, with what an auditor filters by.

Why: an auditor asks after years and by urgency, secrecy and lateness, from ten million hops; and a
stranger must be able to check that nothing was changed. Rows carry the id of their transaction:
everything below the oldest one that still runs is finished, so a sealer that reads behind it
misses nothing and makes no writer wait.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COLUMNS = (
    "id, at, kind, registry_id, officer_id, circular_id, letter_id, dispatch_id, hop_id, facts"
)
_KINDS_BEFORE = "'register_opened', 'letter_issued', 'number_voided', 'dispatched', 'sent', 'registered', 'forwarded', 'acknowledged', 'reported', 'refused', 'returned', 'recalled', 'reminded', 'overdue', 'escalated', 'extended', 'suspended', 'resumed', 'clock_started', 'post_filled', 'post_cleared', 'dispatch_completed', 'dispatch_closed'"
_KINDS = (
    _KINDS_BEFORE
    + ", 'read', 'organization_recorded', 'registry_recorded', 'officer_recorded', 'officer_cleared', 'log_restarted'"
)
_URGENCIES = "'normal', 'urgent', 'very_urgent', 'most_urgent', 'urgent_within'"
_CLASSES = "'normal', 'secret', 'very_secret', 'top_secret'"

_EVENT = f"""
CREATE TABLE event (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    kind text NOT NULL CONSTRAINT ck_event_kind_known CHECK (kind IN ({_KINDS})),
    registry_id uuid NOT NULL,
    officer_id uuid NOT NULL,
    circular_id uuid,
    letter_id uuid,
    dispatch_id uuid,
    hop_id uuid,
    secrecy text NOT NULL DEFAULT 'normal'
        CONSTRAINT ck_event_secrecy_known CHECK (secrecy IN ({_CLASSES})),
    urgency text CONSTRAINT ck_event_urgency_known CHECK (urgency IN ({_URGENCIES})),
    is_late boolean,
    facts jsonb NOT NULL DEFAULT '{{}}',
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT pk_event PRIMARY KEY (id, at)
) PARTITION BY RANGE (at)
"""

# The server gives the id and the transaction: nobody writes into what is sealed already.
_GRANT = """
GRANT SELECT, INSERT (at, kind, registry_id, officer_id, circular_id, letter_id, dispatch_id, hop_id,
    secrecy, urgency, is_late, facts) ON event TO wian_app
"""

# A year is Bangkok's. Truncating a year must be refused like truncating all of them.
_ADD_YEAR = """
CREATE FUNCTION add_event_year(gregorian integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text := 'event_' || gregorian + 543;
    starts timestamptz := make_timestamptz(gregorian, 1, 1, 0, 0, 0, 'Asia/Bangkok');
    ends timestamptz := make_timestamptz(gregorian + 1, 1, 1, 0, 0, 0, 'Asia/Bangkok');
BEGIN
    IF to_regclass(name) IS NOT NULL
            OR EXISTS (SELECT FROM event_other WHERE at >= starts AND at < ends) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF event FOR VALUES FROM (%L) TO (%L)',
        name, starts, ends);
    EXECUTE format('CREATE TRIGGER event_never_emptied BEFORE TRUNCATE ON %I
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    RETURN true;
END $$
"""

# Events come nearly in the order of their instants, so a day is found by halving the numbers: among
# millions some twenty looks, and no index that every writer would have to keep.
_ABOUT = """
CREATE FUNCTION events_about(moment timestamptz, OUT before bigint, OUT after bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    low bigint := 0;
    high bigint := (SELECT max(id) FROM event);
    middle bigint;
    near record;
BEGIN
    SELECT id, at INTO near FROM event WHERE id = high;
    IF NOT FOUND OR near.at < moment THEN
        before := high;
        RETURN;
    END IF;
    after := high;
    WHILE high - low > 1 LOOP
        middle := (low + high) / 2;
        SELECT id, at INTO STRICT near FROM event WHERE id >= middle ORDER BY id LIMIT 1;
        IF near.at < moment THEN
            low := middle;
            before := near.id;
        ELSE
            high := middle;
            after := near.id;
        END IF;
    END LOOP;
END $$
"""

# What is asked for seldom is found without walking past what happens always.
_INDEXES = (
    "CREATE INDEX ix_event_circular_id_id ON event (circular_id, id)",
    "CREATE INDEX ix_event_letter_id_id ON event (letter_id, id)",
    "CREATE INDEX ix_event_hop_id_id ON event (hop_id, id)",
    "CREATE INDEX ix_event_registry_id_id ON event (registry_id, id)",
    "CREATE INDEX ix_event_officer_id_id ON event (officer_id, id)",
    "CREATE INDEX ix_event_txid ON event (txid)",
    "CREATE INDEX ix_event_late ON event (registry_id, id) WHERE is_late",
    """
    CREATE INDEX ix_event_rare ON event (kind, id)
    WHERE kind NOT IN ('sent', 'registered', 'acknowledged', 'reminded', 'read')
    """,
)

# The numbering trigger also asks whether the record is being sealed: a number that is given while
# nobody can prove it is refused, or marked. No writer ever waits for the sealer.
_NUMBER_ENTRY = """
CREATE OR REPLACE FUNCTION number_register_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    book register;
{declare}BEGIN
{check}    SELECT * INTO STRICT book FROM register WHERE id = NEW.register_id FOR UPDATE;
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
_DECLARE = """    seals sealing;
"""
_CHECK = """    SELECT * INTO STRICT seals FROM sealing;
    IF seals.fenced_at IS NOT NULL THEN
        RAISE EXCEPTION 'the ledger is fenced: %', seals.fence_reason USING ERRCODE = 'WN005';
    END IF;
    NEW.is_unsealed := coalesce(
        seals.caught_up_at < clock_timestamp() - seals.stop_after, false);
    IF NEW.is_unsealed AND seals.on_stop = 'refuse' THEN
        RAISE EXCEPTION 'the record is not being sealed' USING ERRCODE = 'WN006';
    END IF;
"""

_APPEND_ONLY = ("seal", "log_node")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _partition_events()
    _order_entries()
    _keep_the_log()
    _add_figures()
    op.execute(_ABOUT)
    op.execute("REVOKE ALL ON FUNCTION events_about(timestamptz) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION events_about(timestamptz) TO wian_app")
    op.execute(_GRANT)
    op.execute(
        "GRANT SELECT ON seal, log_node, sealing, hop_time, desk_count, rolled_up TO wian_app"
    )


def _partition_events() -> None:
    op.execute("ALTER TABLE event RENAME TO event_before")
    op.execute("ALTER TABLE event_before RENAME CONSTRAINT pk_event TO pk_event_before")
    op.execute("ALTER SEQUENCE event_id_seq RENAME TO event_before_id_seq")
    for index in ("ix_event_circular_id_id", "ix_event_hop_id_id"):
        op.execute(f"DROP INDEX {index}")
    op.execute(_EVENT)
    op.execute("CREATE TABLE event_other PARTITION OF event DEFAULT")
    op.execute(
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    for table in ("event", "event_other"):
        op.execute(
            f"CREATE TRIGGER event_never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(_ADD_YEAR)
    # Nobody but the owner and the worker, which migration 0009 names, adds a year.
    op.execute("REVOKE ALL ON FUNCTION add_event_year(integer) FROM PUBLIC")
    # The reference case is of B.E. 2564; the worker adds each year before it begins.
    op.execute(
        "SELECT add_event_year(year) FROM generate_series(2021,"
        " extract(year FROM now() AT TIME ZONE 'Asia/Bangkok')::integer + 1) year"
    )
    op.execute(
        f"INSERT INTO event ({_COLUMNS}) OVERRIDING SYSTEM VALUE"  # noqa: S608 (our own columns)
        f" SELECT {_COLUMNS} FROM event_before ORDER BY id"
    )
    op.execute("SELECT setval('event_id_seq', coalesce((SELECT max(id) FROM event), 0) + 1, false)")
    op.execute("DROP TABLE event_before")
    for index in _INDEXES:
        op.execute(index)


def _order_entries() -> None:
    op.execute(
        "ALTER TABLE register_entry"
        " ADD COLUMN txid xid8 NOT NULL DEFAULT pg_current_xact_id(),"
        " ADD COLUMN is_unsealed boolean NOT NULL DEFAULT false"
    )
    op.create_index(op.f("ix_register_entry_txid"), "register_entry", ["txid"])
    op.execute(
        "ALTER TABLE letter ADD COLUMN number_value integer NOT NULL"
        " GENERATED ALWAYS AS (number_running::integer) STORED"
    )
    op.create_index(op.f("ix_letter_number_value_id"), "letter", ["number_value", "id"])


def _keep_the_log() -> None:
    op.execute("""
    CREATE TABLE seal (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_seal PRIMARY KEY,
        era integer NOT NULL,
        first_index bigint NOT NULL,
        size bigint NOT NULL,
        from_txid xid8 NOT NULL,
        until_txid xid8 NOT NULL,
        root bytea NOT NULL CONSTRAINT ck_seal_root_length CHECK (octet_length(root) = 32),
        leaves bytea NOT NULL,
        checkpoint text NOT NULL,
        token bytea,
        sealed_at timestamptz NOT NULL,
        CONSTRAINT uq_seal_era_size UNIQUE (era, size),
        CONSTRAINT ck_seal_range CHECK (
            era > 0 AND first_index >= 0 AND octet_length(leaves) = 32 * (size - first_index)),
        CONSTRAINT ck_seal_txids CHECK (from_txid <= until_txid)
    )
    """)
    op.create_index(op.f("ix_seal_era_until_txid"), "seal", ["era", "until_txid"])
    op.execute("""
    CREATE TABLE log_node (
        era integer NOT NULL,
        height smallint NOT NULL,
        position bigint NOT NULL,
        hash bytea NOT NULL CONSTRAINT ck_log_node_hash_length CHECK (octet_length(hash) = 32),
        CONSTRAINT pk_log_node PRIMARY KEY (era, height, position)
    )
    """)
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute("""
    CREATE TABLE sealing (
        is_only boolean NOT NULL DEFAULT true CONSTRAINT pk_sealing PRIMARY KEY
            CONSTRAINT ck_sealing_only CHECK (is_only),
        caught_up_at timestamptz,
        stop_after interval,
        on_stop text NOT NULL DEFAULT 'refuse'
            CONSTRAINT ck_sealing_on_stop_known CHECK (on_stop IN ('refuse', 'mark')),
        fenced_at timestamptz,
        fence_reason text,
        CONSTRAINT ck_sealing_fenced_why CHECK ((fenced_at IS NULL) = (fence_reason IS NULL))
    )
    """)
    op.execute("INSERT INTO sealing DEFAULT VALUES")
    op.execute(_NUMBER_ENTRY.format(declare=_DECLARE, check=_CHECK))


def _add_figures() -> None:
    op.create_table(
        "hop_time",
        sa.Column("hop_id", sa.Uuid(), nullable=False),
        sa.Column("circular_id", sa.Uuid(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("sender_registry_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_registry_id", sa.Uuid(), nullable=False),
        sa.Column("senders", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("secrecy", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("register_minutes", sa.Integer(), nullable=True),
        sa.Column("settle_minutes", sa.Integer(), nullable=True),
        sa.Column("registered_late", sa.Boolean(), nullable=True),
        sa.Column("settled_late", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("hop_id", name=op.f("pk_hop_time")),
    )
    op.create_index(
        op.f("ix_hop_time_recipient_registry_id_sent_at"),
        "hop_time",
        ["recipient_registry_id", "sent_at"],
    )
    op.create_index(op.f("ix_hop_time_circular_id"), "hop_time", ["circular_id"])
    op.create_table(
        "desk_count",
        sa.Column("registry_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("secrecy", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        *(
            sa.Column(count, sa.Integer(), server_default=sa.text("0"), nullable=False)
            for count in ("received", "registered", "settled", "registered_late", "settled_late")
        ),
        sa.PrimaryKeyConstraint(
            "registry_id", "year", "secrecy", "urgency", name=op.f("pk_desk_count")
        ),
    )
    op.execute("""
    CREATE TABLE rolled_up (
        is_only boolean NOT NULL DEFAULT true CONSTRAINT pk_rolled_up PRIMARY KEY
            CONSTRAINT ck_rolled_up_only CHECK (is_only),
        until_txid xid8 NOT NULL
    )
    """)
    op.execute("INSERT INTO rolled_up (until_txid) VALUES ('0')")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("rolled_up", "desk_count", "hop_time"):
        op.drop_table(table)
    op.execute(_NUMBER_ENTRY.format(declare="", check=""))
    for table in ("sealing", "log_node", "seal"):
        op.drop_table(table)
    op.drop_index(op.f("ix_letter_number_value_id"), table_name="letter")
    op.drop_column("letter", "number_value")
    op.execute("ALTER TABLE register_entry DROP COLUMN txid, DROP COLUMN is_unsealed")
    _gather_events()


def _gather_events() -> None:
    op.execute("ALTER TABLE event RENAME TO event_by_year")
    op.execute("ALTER TABLE event_by_year RENAME CONSTRAINT pk_event TO pk_event_by_year")
    op.execute("ALTER SEQUENCE event_id_seq RENAME TO event_by_year_id_seq")
    op.execute("DROP FUNCTION add_event_year(integer)")
    op.execute("DROP FUNCTION events_about(timestamptz)")
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("registry_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        *(
            sa.Column(subject, sa.Uuid(), nullable=True)
            for subject in ("circular_id", "letter_id", "dispatch_id", "hop_id")
        ),
        sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS_BEFORE})", name=op.f("ck_event_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    # Kinds that the version before does not know stay behind.
    op.execute(
        f"INSERT INTO event ({_COLUMNS}) OVERRIDING SYSTEM VALUE"  # noqa: S608 (our own words)
        f" SELECT {_COLUMNS} FROM event_by_year WHERE kind IN ({_KINDS_BEFORE}) ORDER BY id"
    )
    op.execute("SELECT setval('event_id_seq', coalesce((SELECT max(id) FROM event), 0) + 1, false)")
    op.execute("DROP TABLE event_by_year")
    op.create_index(op.f("ix_event_circular_id_id"), "event", ["circular_id", "id"])
    op.create_index(op.f("ix_event_hop_id_id"), "event", ["hop_id", "id"])
    op.execute(
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER event_never_emptied BEFORE TRUNCATE ON event"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("GRANT SELECT, INSERT ON event TO wian_app")
