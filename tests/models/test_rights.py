from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from models import Base
from tests.conftest import Database
from tests.support.bare_ledger import DESKS, WITH_PLANS

APPEND_ONLY = {
    "event": "kind",
    "register_entry": "kind",
    "calendar_version": "note",
    "announced_year": "source",
    "policy_version": "policies",
    "deadline_plan": "acknowledge_by",
    "deadline_move": "days",
    "seal": "root",
    "log_node": "hash",
    "intake_value": "value",
    "organization_alias": "folded",
    "intended_recipient": "via_id",
}
"""The tables of the record, with one column of each."""

YEARS = {"event_2564": "kind", "event_other": "kind"}
"""Events lie in a table for each year, which must be as safe as all of them together."""

RECORD = APPEND_ONLY | YEARS
ROLES = ("wian_app", "wian_worker")

_WORDS = {
    "update": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table} CASCADE",
}
# Recounted from the events at any time.
_FIGURES = {"hop_time", "desk_count"}
_MOVE = "UPDATE register SET {column} = {column}"
_INSTANT = {"event_other": "1999-03-02"}
_COUNT = "SELECT count(*) FROM {table}"
_TAMPERING = {
    "drop trigger": "DROP TRIGGER {trigger} ON {table}",
    "disable triggers": "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "disable user triggers": "ALTER TABLE {table} DISABLE TRIGGER USER",
    "disable policies": "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "open a policy": "CREATE POLICY open ON {table} USING (true)",
    "drop column": "ALTER TABLE {table} DROP COLUMN {column}",
    "add column": "ALTER TABLE {table} ADD COLUMN mine int",
    "drop table": "DROP TABLE {table} CASCADE",
    "rename": "ALTER TABLE {table} RENAME TO other",
    "take over": "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "own trigger": "CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION refuse_change()",
    "own rule": "CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "lock all out": "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
}
_ENTRY = """
INSERT INTO register_entry (register_id, kind, recorded_at, recorded_by{column})
VALUES (gen_random_uuid(), 'allocated', '2021-03-02', gen_random_uuid(){value})
"""
_REGISTER = """
INSERT INTO register (registry_id, book, year, opened_at, opened_by{column})
SELECT r.id, 'incoming', 2021, '2021-03-02', o.id{value} FROM registry r, officer o LIMIT 1
"""
_SIGN_IN = """
SELECT set_config('wian.classes', '{normal}', true),
    set_config('wian.kept', CAST(array_agg(id) AS text), true) FROM registry
"""
_EVENT = """
INSERT INTO event (at, kind, registry_id, officer_id)
    VALUES ('{at}', 'sent', gen_random_uuid(), gen_random_uuid());
"""
_LOG = """
INSERT INTO seal (era, first_index, size, from_txid, until_txid, root, leaves, checkpoint,
    sealed_at) VALUES (1, 0, 1, '1', '2', sha256(''), sha256(''), '', '2021-03-02');
INSERT INTO log_node (era, height, position, hash) VALUES (1, 8, 0, sha256(''));
"""

_TEXT = """
INSERT INTO intake (registry_id, received_at, received_by, sha256, media_type, size, method, text,
    reading, rules) SELECT r.id, now(), o.id, sha256(''), 'text/plain', 0, 'pasted', '', '{}', '1'
    FROM registry r, officer o LIMIT 1;
INSERT INTO intake_value (intake_id, letter, field, value, confirmed_at, confirmed_by)
    SELECT id, 0, 'subject', '{}', now(), received_by FROM intake;
INSERT INTO organization_alias (folded, organization_id, learned_at, learned_by)
    SELECT 'x', b.id, now(), o.id FROM organization b, officer o LIMIT 1;
INSERT INTO intended_recipient (dispatch_id, organization_id, via_id, position)
    SELECT d.id, b.id, b.id, 0 FROM dispatch d, organization b LIMIT 1;
"""


@pytest.fixture(params=ROLES)
def as_role(
    request: pytest.FixtureRequest, shared_database: Database
) -> Iterator[psycopg.Connection]:
    """The API and the other processes in turn; whatever they do is rolled back."""
    urls = {"wian_app": shared_database.app_url, "wian_worker": shared_database.worker_url}
    url = urls[request.param].get_secret_value().replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize("table", RECORD)
@pytest.mark.parametrize("statement", _WORDS | _TAMPERING)
def test_no_process_can_change_the_record(
    as_role: psycopg.Connection, statement: str, table: str
) -> None:
    _refused(as_role, _say((_WORDS | _TAMPERING)[statement], table))


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET SESSION AUTHORIZATION wian_owner",
        "SET ROLE wian_owner",
        "SET ROLE postgres",
        "CREATE TABLE mine (id int)",
        "CREATE ROLE mine",
        "CREATE EXTENSION dblink",
        "DROP FUNCTION number_register_entry() CASCADE",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger RETURN NULL",
        "ALTER FUNCTION refuse_change() OWNER TO CURRENT_USER",
        "COPY event TO PROGRAM 'cat'",
    ],
    ids=lambda statement: " ".join(statement.split()[:4]),
)
def test_no_process_can_get_around_the_triggers(
    as_role: psycopg.Connection, statement: str
) -> None:
    _refused(as_role, statement)


@pytest.mark.parametrize("table", RECORD)
def test_no_process_can_grant_itself_more(as_role: psycopg.Connection, table: str) -> None:
    # Of a table of which one holds a right, PostgreSQL answers with a warning and grants nothing.
    try:
        with as_role.transaction():
            as_role.execute(f"GRANT ALL ON {table} TO CURRENT_USER".encode())
    except errors.InsufficientPrivilege:
        assert table in YEARS
    _refused(as_role, _say(_WORDS["update"], table))


_OWNED = """
SELECT 'relation ' || relname FROM pg_class WHERE relowner = ANY (%(roles)s)
UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE proowner = ANY (%(roles)s)
UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspowner = ANY (%(roles)s)
UNION ALL SELECT 'type ' || typname FROM pg_type WHERE typowner = ANY (%(roles)s)
UNION ALL SELECT 'database ' || datname FROM pg_database WHERE datdba = ANY (%(roles)s)
"""


def test_the_roles_own_nothing_and_are_nothing_else(as_owner: psycopg.Connection) -> None:
    found = as_owner.execute("SELECT oid FROM pg_roles WHERE rolname = ANY (%s)", [list(ROLES)])
    roles = [row[0] for row in found]
    assert len(roles) == len(ROLES)
    assert as_owner.execute(_OWNED, {"roles": roles}).fetchall() == []
    # Neither is in any role, so that neither can become the other, or more.
    members = "SELECT count(*) FROM pg_auth_members WHERE member = ANY (%s)"
    assert as_owner.execute(members, [roles]).fetchone() == (0,)
    powers = as_owner.execute(
        "SELECT DISTINCT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
        " FROM pg_roles WHERE oid = ANY (%s)",
        [roles],
    )
    assert powers.fetchall() == [(False, False, False, False, False)]


def test_the_api_cannot_become_the_worker_nor_the_worker_the_api(
    as_role: psycopg.Connection,
) -> None:
    own = as_role.info.user
    (other,) = set(ROLES) - {own}
    _refused(as_role, f"SET ROLE {other}")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO seal DEFAULT VALUES",
        "INSERT INTO log_node DEFAULT VALUES",
        "UPDATE sealing SET fenced_at = NULL, fence_reason = NULL",
        "UPDATE sealing SET caught_up_at = now()",
        "UPDATE sealing SET stop_after = NULL",
        "INSERT INTO sealing DEFAULT VALUES",
        "INSERT INTO hop_time DEFAULT VALUES",
        "UPDATE hop_time SET tier = tier",
        "INSERT INTO desk_count DEFAULT VALUES",
        "UPDATE desk_count SET received = received",
        "UPDATE rolled_up SET until_txid = until_txid",
        "SELECT add_event_year(2042)",
    ],
)
def test_the_api_neither_seals_nor_counts(
    as_application: psycopg.Connection, statement: str
) -> None:
    _refused(as_application, statement)


@pytest.mark.parametrize("table", [table.name for table in Base.metadata.sorted_tables])
@pytest.mark.parametrize("statement", ["DELETE FROM {table}", "TRUNCATE {table} CASCADE"])
def test_no_process_deletes_anything_but_figures(
    as_role: psycopg.Connection, statement: str, table: str
) -> None:
    if (as_role.info.user, statement[:6]) == ("wian_worker", "DELETE") and table in _FIGURES:
        as_role.execute(statement.format(table=table).encode())
    else:
        _refused(as_role, statement.format(table=table))


@pytest.mark.parametrize(
    "column",
    [
        "allocated",
        "positions",
        "head_hash",
        "last_recorded_at",
        "opened_after",
        "year",
        "book",
        "secrecy",
    ],
)
def test_no_process_can_move_a_register(as_role: psycopg.Connection, column: str) -> None:
    _refused(as_role, _MOVE.format(column=column))


@pytest.mark.parametrize(
    "change",
    [
        "letter SET subject = subject",
        "letter SET number = number",
        "attachment SET sha256 = sha256",
        "dispatch SET lineage = lineage",
        "dispatch SET weights = weights",
        "dispatch SET acknowledge_within = acknowledge_within",
        "letter SET deliver_by = deliver_by",
        "letter SET secrecy = secrecy",
        "dispatch SET senders = senders",
        "dispatch SET letters = letters",
        "dispatch SET secrecy = secrecy",
        "hop SET senders = senders",
        "hop SET secrecy = secrecy",
        "hop SET circular_id = circular_id",
        "notice SET secrecy = secrecy",
        "officer SET clearance = clearance",
        "hop SET recipient_registry_id = recipient_registry_id",
        "hop SET dispatch_id = dispatch_id",
        "officer SET subject = subject",
        "officer_role SET role = role",
        "registry SET prefix = prefix",
        "organization SET name = name",
        "idempotency_key SET body = body",
        "outbox SET kind = kind",
        "notice SET due_at = due_at",
        "notice SET facts = facts",
        "calendar_override SET day = day",
        "calendar_override SET since_version = since_version",
        "office_hours SET opens = opens",
        "mail SET registry_id = registry_id",
        "mail SET day = day",
        "post_period SET officer_id = officer_id",
        "post_period SET last_day = last_day",
        "intake SET text = text",
        "intake SET reading = reading",
        "intake SET sha256 = sha256",
        "intake SET registry_id = registry_id",
        "intake SET received_by = received_by",
        "intake_recipient SET as_written = as_written",
        "intake_recipient SET status = status",
        "intake_recipient SET matched_id = matched_id",
    ],
)
def test_no_process_can_change_what_was_fixed(as_role: psycopg.Connection, change: str) -> None:
    _refused(as_role, f"UPDATE {change}")


@pytest.mark.parametrize(
    "change",
    [
        "dispatch SET register_by = register_by, acknowledge_by = acknowledge_by",
        "hop SET plan_id = plan_id, extensions = extensions, extended_days = extended_days",
        "hop SET suspended_at = suspended_at, suspended_by = suspended_by",
        "calendar_override SET until_version = until_version",
        "office_hours SET until_version = until_version",
        "mail SET state = state, attempts = attempts, sent_at = sent_at",
        "post_period SET withdrawn_at = withdrawn_at, withdrawn_by = withdrawn_by",
        "notice SET mail_id = mail_id",
        "intake SET state = state, dispatch_id = dispatch_id, settled_at = settled_at",
        "intake_recipient SET organization_id = organization_id, decided_at = decided_at",
    ],
)
def test_the_application_may_move_a_clock_and_end_what_holds(
    as_application: psycopg.Connection, change: str
) -> None:
    as_application.execute(f"UPDATE {change}".encode())


@pytest.mark.parametrize(
    "table", ["organization", "organization_edge", "registry", "officer", "officer_role"]
)
def test_the_application_adds_nothing_to_the_directory(
    as_application: psycopg.Connection, table: str
) -> None:
    _refused(as_application, f"INSERT INTO {table} DEFAULT VALUES")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("position", "1"),
        ("entry_hash", "sha256('')"),
        ("txid", "'1'"),
        ("is_unsealed", "false"),
        ("id", "gen_random_uuid()"),
    ],
)
def test_the_application_cannot_choose_place_or_hash_of_an_entry(
    as_application: psycopg.Connection, column: str, value: str
) -> None:
    _refused(as_application, _ENTRY.format(column=f", {column}", value=f", {value}"))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("allocated", "7"),
        ("positions", "7"),
        ("head_hash", "sha256('')"),
        ("last_recorded_at", "'2021-03-02'"),
    ],
)
def test_the_application_cannot_open_a_register_in_the_middle(
    as_application: psycopg.Connection, column: str, value: str
) -> None:
    _refused(as_application, _REGISTER.format(column=f", {column}", value=f", {value}"))


@pytest.mark.usefixtures("directory")
def test_a_number_that_the_application_names_is_not_the_one_it_gets(
    as_application: psycopg.Connection,
) -> None:
    as_application.execute(_SIGN_IN)
    as_application.execute(_REGISTER.format(column="", value=""))
    row = as_application.execute(
        "INSERT INTO register_entry (register_id, number, kind, recorded_at, recorded_by)"
        " SELECT id, 500, 'allocated', '2021-03-02', gen_random_uuid() FROM register"
        " RETURNING number, position"
    ).fetchone()
    assert row == (1, 1)


@pytest.mark.parametrize("table", RECORD)
@pytest.mark.parametrize("statement", _WORDS)
def test_even_the_owner_is_refused_by_the_triggers(
    as_owner: psycopg.Connection, statement: str, table: str
) -> None:
    as_owner.execute(
        _EVENT.format(at=_INSTANT.get(table, "2021-03-02")) + DESKS + WITH_PLANS + _LOG + _TEXT
    )
    with pytest.raises(psycopg.Error) as refusal, as_owner.transaction():
        as_owner.execute(_say(_WORDS[statement], table).encode())
    assert refusal.value.sqlstate == "WN002"
    assert as_owner.execute(_COUNT.format(table=table).encode()).fetchone() == (1,)


def _say(words: str, table: str) -> str:
    trigger = f"{'event' if table in YEARS else table}_append_only"
    return words.format(table=table, column=RECORD[table], trigger=trigger)


def _refused(connection: psycopg.Connection, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement.encode())
