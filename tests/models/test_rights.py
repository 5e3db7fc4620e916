import psycopg
import pytest
from psycopg import errors

from models import Base

APPEND_ONLY = ("event", "register_entry")
_WORDS = {
    "update": "UPDATE {table} SET kind = kind",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table} CASCADE",
}
_MOVE = "UPDATE register SET {column} = {column}"
_COUNT = "SELECT count(*) FROM {table}"
_TAMPERING = {
    "drop trigger": "DROP TRIGGER {table}_append_only ON {table}",
    "disable triggers": "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "drop column": "ALTER TABLE {table} DROP COLUMN id",
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
_FILL = """
INSERT INTO event (at, kind, registry_id, officer_id)
    VALUES ('2021-03-02', 'sent', gen_random_uuid(), gen_random_uuid());
INSERT INTO register (registry_id, book, year, opened_at, opened_by)
    SELECT r.id, 'incoming', 2021, '2021-03-02', o.id FROM registry r, officer o LIMIT 1;
INSERT INTO register_entry (register_id, kind, recorded_at, recorded_by)
    SELECT id, 'allocated', '2021-03-02', gen_random_uuid() FROM register;
"""


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", _WORDS | _TAMPERING)
def test_the_application_cannot_change_the_record(
    as_application: psycopg.Connection, statement: str, table: str
) -> None:
    _refused(as_application, (_WORDS | _TAMPERING)[statement].format(table=table))


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
    _refused(as_application, _WORDS["update"].format(table=table))


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
        "dispatch SET acknowledge_by = acknowledge_by",
        "hop SET recipient_registry_id = recipient_registry_id",
        "hop SET dispatch_id = dispatch_id",
        "officer SET subject = subject",
        "officer_role SET role = role",
        "registry SET prefix = prefix",
        "organization SET name = name",
        "idempotency_key SET body = body",
        "outbox SET kind = kind",
        "notice SET due_at = due_at",
    ],
)
def test_the_application_cannot_change_what_was_fixed(
    as_application: psycopg.Connection, change: str
) -> None:
    _refused(as_application, f"UPDATE {change}")


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


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", _WORDS)
def test_even_the_owner_is_refused_by_the_triggers(
    as_owner: psycopg.Connection, statement: str, table: str
) -> None:
    as_owner.execute(_FILL)
    with pytest.raises(psycopg.Error) as refusal, as_owner.transaction():
        as_owner.execute(_WORDS[statement].format(table=table).encode())
    assert refusal.value.sqlstate == "WN002"
    assert as_owner.execute(_COUNT.format(table=table).encode()).fetchone() == (1,)


def _refused(connection: psycopg.Connection, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement.encode())
