import psycopg
import pytest
from psycopg import errors

from models import Base
from tests.support.bare_ledger import DESKS, WITH_PLANS

APPEND_ONLY = {
    "event": "kind",
    "register_entry": "kind",
    "calendar_version": "note",
    "announced_year": "source",
    "policy_version": "policies",
    "deadline_plan": "acknowledge_by",
    "deadline_move": "days",
}
"""The tables of the record, with one column of each."""

_WORDS = {
    "update": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table} CASCADE",
}
_MOVE = "UPDATE register SET {column} = {column}"
_COUNT = "SELECT count(*) FROM {table}"
_TAMPERING = {
    "drop trigger": "DROP TRIGGER {table}_append_only ON {table}",
    "disable triggers": "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "drop column": "ALTER TABLE {table} DROP COLUMN {column}",
    "drop table": "DROP TABLE {table} CASCADE",
    "rename": "ALTER TABLE {table} RENAME TO other",
    "take over": "ALTER TABLE {table} OWNER TO wian_app",
}
_ENTRY = """
INSERT INTO register_entry (register_id, kind, recorded_at, recorded_by{column})
VALUES (gen_random_uuid(), 'allocated', '2021-03-02', gen_random_uuid(){value})
"""
_REGISTER = """
INSERT INTO register (registry_id, book, year, opened_at, opened_by{column})
SELECT r.id, 'incoming', 2021, '2021-03-02', o.id{value} FROM registry r, officer o LIMIT 1
"""
_EVENT = """
INSERT INTO event (at, kind, registry_id, officer_id)
    VALUES ('2021-03-02', 'sent', gen_random_uuid(), gen_random_uuid());
"""


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", _WORDS | _TAMPERING)
def test_the_application_cannot_change_the_record(
    as_application: psycopg.Connection, statement: str, table: str
) -> None:
    _refused(as_application, _say((_WORDS | _TAMPERING)[statement], table))


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET ROLE wian_owner",
        "CREATE TABLE mine (id int)",
        "DROP FUNCTION number_register_entry() CASCADE",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger RETURN NULL",
    ],
    ids=["replica", "become owner", "create", "drop function", "replace function"],
)
def test_the_application_cannot_get_around_the_triggers(
    as_application: psycopg.Connection, statement: str
) -> None:
    _refused(as_application, statement)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_application_cannot_grant_itself_more(
    as_application: psycopg.Connection, table: str
) -> None:
    # PostgreSQL answers with a warning, and grants nothing.
    as_application.execute(f"GRANT UPDATE ON {table} TO wian_app".encode())
    _refused(as_application, _say(_WORDS["update"], table))


@pytest.mark.parametrize("table", [table.name for table in Base.metadata.sorted_tables])
@pytest.mark.parametrize("statement", ["DELETE FROM {table}", "TRUNCATE {table} CASCADE"])
def test_the_application_deletes_nothing_at_all(
    as_application: psycopg.Connection, statement: str, table: str
) -> None:
    _refused(as_application, statement.format(table=table))


@pytest.mark.parametrize(
    "column",
    ["allocated", "positions", "head_hash", "last_recorded_at", "opened_after", "year", "book"],
)
def test_the_application_cannot_move_a_register(
    as_application: psycopg.Connection, column: str
) -> None:
    _refused(as_application, _MOVE.format(column=column))


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
    ],
)
def test_the_application_cannot_change_what_was_fixed(
    as_application: psycopg.Connection, change: str
) -> None:
    _refused(as_application, f"UPDATE {change}")


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
    as_application.execute(_REGISTER.format(column="", value=""))
    row = as_application.execute(
        "INSERT INTO register_entry (register_id, number, kind, recorded_at, recorded_by)"
        " SELECT id, 500, 'allocated', '2021-03-02', gen_random_uuid() FROM register"
        " RETURNING number, position"
    ).fetchone()
    assert row == (1, 1)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", _WORDS)
def test_even_the_owner_is_refused_by_the_triggers(
    as_owner: psycopg.Connection, statement: str, table: str
) -> None:
    as_owner.execute(_EVENT + DESKS + WITH_PLANS)
    with pytest.raises(psycopg.Error) as refusal, as_owner.transaction():
        as_owner.execute(_say(_WORDS[statement], table).encode())
    assert refusal.value.sqlstate == "WN002"
    assert as_owner.execute(_COUNT.format(table=table).encode()).fetchone() == (1,)


def _say(words: str, table: str) -> str:
    return words.format(table=table, column=APPEND_ONLY[table])


def _refused(connection: psycopg.Connection, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement.encode())
