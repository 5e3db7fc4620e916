"""Let the database itself hide foreign and secret rows, and give the worker a role of its own.

Why: a forgotten condition must not show a desk what belongs to others, or a secret letter to an
officer without the clearance. The API's role sees a row only if a policy says so for whom the
transaction was opened; the worker, which serves everybody, has a login of its own.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_CLASSES = "'normal', 'secret', 'very_secret', 'top_secret'"

_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wian_worker') THEN
        CREATE ROLE wian_worker NOLOGIN;
    END IF;
END $$
"""

# What the application was given by the migrations before, the worker needs too.
_SAME_RIGHTS = """
DO $$ DECLARE given record; BEGIN
    FOR given IN
        SELECT privilege_type AS act, table_name AS place, string_agg(
            quote_ident(column_name), ', ') AS columns
        FROM information_schema.column_privileges
        WHERE grantee = 'wian_app' AND table_schema = 'public'
        GROUP BY privilege_type, table_name
    LOOP
        EXECUTE format('GRANT %s (%s) ON %I TO wian_worker', given.act, given.columns, given.place);
    END LOOP;
    FOR given IN
        SELECT privilege_type AS act, table_name AS place
        FROM information_schema.table_privileges
        WHERE grantee = 'wian_app' AND table_schema = 'public'
    LOOP
        EXECUTE format('GRANT %s ON %I TO wian_worker', given.act, given.place);
    END LOOP;
END $$
"""

_WORKER_ALONE = """
GRANT USAGE ON SCHEMA public TO wian_worker;
GRANT INSERT ON seal, log_node TO wian_worker;
GRANT UPDATE (caught_up_at, stop_after, on_stop, fenced_at, fence_reason) ON sealing TO wian_worker;
GRANT INSERT, UPDATE, DELETE ON hop_time, desk_count TO wian_worker;
GRANT UPDATE (until_txid) ON rolled_up TO wian_worker;
GRANT EXECUTE ON FUNCTION add_event_year(integer) TO wian_worker;
"""

# Copies of what never changes, so that a policy needs no join: who sent it and who sent what
# is above it, which letters it carries, and their class.
_FILL = """
UPDATE dispatch d SET
    secrecy = l.secrecy, letters = l.lineage,
    senders = (SELECT array_agg(above.sender_registry_id ORDER BY nth)
        FROM unnest(d.lineage) WITH ORDINALITY AS line (id, nth)
        JOIN dispatch above ON above.id = line.id)
FROM letter l WHERE l.id = d.letter_id;
UPDATE hop h SET circular_id = d.circular_id, senders = d.senders, secrecy = d.secrecy
FROM dispatch d WHERE d.id = h.dispatch_id;
UPDATE notice n SET secrecy = h.secrecy, circular_id = h.circular_id, dispatch_id = h.dispatch_id
FROM hop h WHERE h.id = n.hop_id;
"""

# For whom a transaction was opened: services/find_officer.py says it when somebody signs in.
# In a policy each stands in a sub-SELECT of its own, which is worked out once for a statement.
_FUNCTIONS = """
CREATE FUNCTION my_desks() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('wian.desks', true), '')::uuid[];
CREATE FUNCTION my_kept_desks() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('wian.kept', true), '')::uuid[];
CREATE FUNCTION my_classes() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('wian.classes', true), '')::text[];
CREATE FUNCTION my_officer() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('wian.officer', true), '')::uuid
"""

# How long the oldest message waits, for /readyz, where nobody has signed in.
_WAITING = """
CREATE FUNCTION outbox_waiting_since() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN (SELECT created_at FROM outbox WHERE sent_at IS NULL AND parked_at IS NULL
    ORDER BY id LIMIT 1)
"""

_FOR_BOTH = """
REVOKE ALL ON FUNCTION outbox_waiting_since() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox_waiting_since() TO wian_app, wian_worker;
GRANT EXECUTE ON FUNCTION events_about(timestamptz) TO wian_worker;
GRANT SELECT ON SEQUENCE event_id_seq TO wian_app, wian_worker
"""

# What is mine, as the owner sees it. A policy that looked at a table with a policy of its own would
# carry that one along, and the plan of a page would take longer than the page.
_VIEWS = {
    "my_received": """
        SELECT dispatch_id, circular_id FROM hop
        WHERE {cleared} AND recipient_registry_id = ANY ({desks})
    """,
    # A superior that was told of a late hop follows the link of its notice.
    "my_told": """
        SELECT hop_id, dispatch_id, circular_id FROM notice
        WHERE {cleared} AND registry_id = ANY ({desks})
    """,
    "my_sent": """
        SELECT id, circular_id, letters FROM dispatch WHERE {cleared} AND senders && {desks}
    """,
    # A cover letter carries copies of the letters above it: whoever holds one may read them.
    "my_carried": """
        SELECT mine.circular_id, d.letters FROM my_received mine
        JOIN dispatch d ON d.id = mine.dispatch_id
        UNION ALL
        SELECT mine.circular_id, d.letters FROM my_told mine
        JOIN dispatch d ON d.id = mine.dispatch_id
    """,
    "my_hop": """
        SELECT id FROM hop h WHERE {cleared} AND (
            recipient_registry_id = ANY ({desks}) OR senders && {desks}
            OR EXISTS (SELECT FROM my_told t WHERE t.hop_id = h.id OFFSET 0))
    """,
    "my_letter": """
        SELECT id, registry_id FROM letter l WHERE {cleared} AND (
            registry_id = ANY ({desks})
            OR EXISTS (SELECT FROM my_carried c
                WHERE c.circular_id = l.circular_id AND l.id = ANY (c.letters) OFFSET 0)
            OR EXISTS (SELECT FROM my_sent s
                WHERE s.circular_id = l.circular_id AND l.id = ANY (s.letters) OFFSET 0))
    """,
}

# What views and policies may ask for. `OFFSET 0` keeps a look at one row from becoming a walk over
# the table whose result is kept for the others.
_WORDS = {
    "desks": "(SELECT my_desks())::uuid[]",
    "kept": "(SELECT my_kept_desks())::uuid[]",
    "cleared": "secrecy = ANY ((SELECT my_classes())::text[])",
    "our_dispatch": "EXISTS (SELECT FROM dispatch d WHERE d.id = dispatch_id OFFSET 0)",
    "our_letter": "EXISTS (SELECT FROM my_letter l WHERE l.id = letter_id OFFSET 0)",
    "our_hop": "EXISTS (SELECT FROM my_hop h WHERE h.id = hop_id OFFSET 0)",
    "our_register": "EXISTS (SELECT FROM register r WHERE r.id = register_id OFFSET 0)",
}
_KEPT_BY_US = "{cleared} AND registry_id = ANY ({kept})"
# Table → (which rows are seen and changed, which rows may be written).
_POLICIES = {
    "register": (_KEPT_BY_US, _KEPT_BY_US),
    "register_entry": ("{our_register} OR {our_hop}", "{our_register}"),
    "letter": (
        """
        {cleared} AND (
            registry_id = ANY ({desks})
            OR EXISTS (SELECT FROM my_carried c WHERE c.circular_id = letter.circular_id
                AND letter.id = ANY (c.letters) OFFSET 0)
            OR EXISTS (SELECT FROM my_sent s WHERE s.circular_id = letter.circular_id
                AND letter.id = ANY (s.letters) OFFSET 0))
        """,
        "{cleared} AND registry_id = ANY ({desks})",
    ),
    "attachment": ("{our_letter}", "{our_letter}"),
    "dispatch": (
        """
        {cleared} AND (
            senders && {desks}
            OR EXISTS (SELECT FROM my_received r WHERE r.dispatch_id = dispatch.id OFFSET 0)
            OR EXISTS (SELECT FROM my_told t WHERE t.circular_id = dispatch.circular_id
                AND t.dispatch_id = dispatch.id OFFSET 0))
        """,
        "{cleared} AND senders && {desks}",
    ),
    "hop": (
        """
        {cleared} AND (
            recipient_registry_id = ANY ({desks}) OR senders && {desks}
            OR EXISTS (SELECT FROM my_told t WHERE t.hop_id = hop.id OFFSET 0))
        """,
        "{cleared} AND (recipient_registry_id = ANY ({desks}) OR senders && {desks})",
    ),
    "deadline_plan": ("{our_dispatch}", "{our_dispatch}"),
    "deadline_move": ("{our_dispatch}", "{our_dispatch}"),
    # Written for the recipient of what is being sent, who is somebody else.
    "notice": ("{cleared} AND (registry_id = ANY ({desks}) OR {our_hop})", "{cleared}"),
    "mail": ("registry_id = ANY ({kept})", "registry_id = ANY ({kept})"),
    "outbox": ("{our_dispatch}", "{our_dispatch}"),
    "idempotency_key": (
        "officer_id = (SELECT my_officer())",
        "officer_id = (SELECT my_officer())",
    ),
    # What a person is called is common knowledge; login and clearance are the operator's. What the
    # operator records no desk writes: a log that begins anew is one of these.
    "event": (
        """
        {cleared} AND CASE
            WHEN registry_id = ANY ({desks}) THEN true
            WHEN kind = 'read' THEN EXISTS (SELECT FROM my_letter l
                WHERE l.id = letter_id AND l.registry_id = ANY ({desks}) OFFSET 0)
            WHEN kind IN ('organization_recorded', 'registry_recorded', 'officer_recorded',
                'log_restarted') THEN true
            WHEN hop_id IS NOT NULL THEN {our_hop}
            WHEN dispatch_id IS NOT NULL THEN EXISTS (
                SELECT FROM my_sent s WHERE s.id = dispatch_id OFFSET 0)
            WHEN letter_id IS NOT NULL THEN {our_letter}
            ELSE registry_id = ANY ({kept})
        END
        """,
        """
        registry_id = ANY ({kept}) AND kind NOT IN ('organization_recorded', 'registry_recorded',
            'officer_recorded', 'officer_cleared', 'log_restarted')
        """,
    ),
    "hop_time": (
        "{cleared} AND (recipient_registry_id = ANY ({desks}) OR senders && {desks})",
        "false",
    ),
    "desk_count": ("{cleared} AND registry_id = ANY ({desks})", "false"),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(_ROLE)
    _copy_what_never_changes()
    _part_the_books()
    op.execute(_FUNCTIONS)
    op.execute(_WAITING)
    for view, query in _VIEWS.items():
        op.execute(f"CREATE VIEW {view} WITH (security_barrier) AS {query.format(**_WORDS)}")
    op.execute(_SAME_RIGHTS)
    op.execute(_WORKER_ALONE)
    op.execute(_FOR_BOTH)
    op.execute(f"GRANT SELECT ON {', '.join(_VIEWS)} TO wian_app")
    for table, policy in _POLICIES.items():
        seen, written = (said.format(**_WORDS) for said in policy)
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY desk ON {table} TO wian_app USING ({seen}) WITH CHECK ({written})"
        )
        op.execute(f"CREATE POLICY worker ON {table} TO wian_worker USING (true) WITH CHECK (true)")


def _copy_what_never_changes() -> None:
    op.add_column("dispatch", sa.Column("senders", postgresql.ARRAY(sa.Uuid())))
    op.add_column("dispatch", sa.Column("letters", postgresql.ARRAY(sa.Uuid())))
    op.add_column("hop", sa.Column("circular_id", sa.Uuid()))
    op.add_column("hop", sa.Column("senders", postgresql.ARRAY(sa.Uuid())))
    op.add_column("notice", sa.Column("circular_id", sa.Uuid()))
    op.add_column("notice", sa.Column("dispatch_id", sa.Uuid()))
    for table in ("dispatch", "hop", "notice"):
        op.add_column(
            table,
            sa.Column("secrecy", sa.Text(), server_default=sa.text("'normal'"), nullable=False),
        )
        op.create_check_constraint(
            op.f(f"ck_{table}_secrecy_known"), table, f"secrecy IN ({_CLASSES})"
        )
    op.execute(_FILL)
    for table, column in (
        ("dispatch", "senders"),
        ("dispatch", "letters"),
        ("hop", "circular_id"),
        ("hop", "senders"),
        ("notice", "circular_id"),
        ("notice", "dispatch_id"),
    ):
        op.alter_column(table, column, nullable=False)
    op.create_check_constraint(
        op.f("ck_dispatch_senders_of_lineage"),
        "dispatch",
        "cardinality(senders) = cardinality(lineage)"
        " AND senders[array_upper(senders, 1)] = sender_registry_id",
    )
    op.create_check_constraint(
        op.f("ck_dispatch_letters_end_here"),
        "dispatch",
        "letters[array_upper(letters, 1)] = letter_id",
    )
    op.create_index(
        op.f("ix_hop_recipient_registry_id_circular_id"),
        "hop",
        ["recipient_registry_id", "circular_id"],
    )
    # An inbox must not walk past everything that was settled in years.
    op.create_index(
        "ix_hop_unsettled",
        "hop",
        ["recipient_registry_id", "id"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index(
        op.f("ix_notice_registry_id_circular_id"), "notice", ["registry_id", "circular_id"]
    )


def _part_the_books() -> None:
    op.add_column(
        "register",
        sa.Column("secrecy", sa.Text(), server_default=sa.text("'normal'"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_register_secrecy_known"), "register", f"secrecy IN ({_CLASSES})"
    )
    op.drop_constraint(op.f("uq_register_registry_id_book_year"), "register", type_="unique")
    op.create_unique_constraint(
        op.f("uq_register_registry_id_book_year_secrecy"),
        "register",
        ["registry_id", "book", "year", "secrecy"],
    )
    op.execute("GRANT INSERT (secrecy) ON register TO wian_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in _POLICIES:
        op.execute(f"DROP POLICY desk ON {table}")
        op.execute(f"DROP POLICY worker ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute(f"DROP VIEW {', '.join(reversed(_VIEWS))}")
    op.execute("DROP FUNCTION outbox_waiting_since()")
    op.execute("DROP FUNCTION my_desks(), my_kept_desks(), my_classes(), my_officer()")
    op.drop_constraint(op.f("uq_register_registry_id_book_year_secrecy"), "register")
    op.drop_column("register", "secrecy")
    op.create_unique_constraint(
        op.f("uq_register_registry_id_book_year"), "register", ["registry_id", "book", "year"]
    )
    op.drop_index("ix_hop_unsettled", table_name="hop")
    op.drop_index(op.f("ix_hop_recipient_registry_id_circular_id"), table_name="hop")
    op.drop_index(op.f("ix_notice_registry_id_circular_id"), table_name="notice")
    for column in ("circular_id", "dispatch_id"):
        op.drop_column("notice", column)
    for table in ("dispatch", "hop", "notice"):
        op.drop_column(table, "secrecy")
    for column in ("circular_id", "senders"):
        op.drop_column("hop", column)
    op.drop_constraint(op.f("ck_dispatch_senders_of_lineage"), "dispatch")
    op.drop_constraint(op.f("ck_dispatch_letters_end_here"), "dispatch")
    op.drop_column("dispatch", "senders")
    op.drop_column("dispatch", "letters")
    # The role may serve other databases of this server: only its rights here are taken back.
    op.execute(
        "REVOKE EXECUTE ON FUNCTION add_event_year(integer), events_about(timestamptz)"
        " FROM wian_worker"
    )
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM wian_worker")
    op.execute("REVOKE USAGE ON SCHEMA public FROM wian_worker")
