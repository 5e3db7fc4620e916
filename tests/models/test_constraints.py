from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import errors, sql

from models import Base

PAIRS = sorted(
    (table.name, column.name.removesuffix("_at"))
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if column.nullable
    and column.name.endswith("_at")
    and column.name.removesuffix("_at") + "_by" in table.columns
)
_PAIR = """
SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conname = %s AND contype = 'c'
"""


def test_every_pair_of_who_and_when_is_known_here() -> None:
    assert PAIRS == [
        ("dispatch", "closed"),
        ("dispatch", "completed"),
        ("hop", "forwarded"),
        ("hop", "registered"),
        ("hop", "settled"),
        ("hop", "suspended"),
        ("intake", "settled"),
        ("intake_recipient", "decided"),
        ("notice", "read"),
        ("post_period", "withdrawn"),
    ]


@pytest.mark.parametrize(("table", "act"), PAIRS, ids=".".join)
@pytest.mark.parametrize(
    ("at", "by", "is_fine"),
    [
        pytest.param(True, True, True, id="both"),
        pytest.param(False, False, True, id="neither"),
        pytest.param(True, False, False, id="when without who"),
        pytest.param(False, True, False, id="who without when"),
    ],
)
def test_who_and_when_go_together(
    as_owner: psycopg.Connection, table: str, act: str, at: bool, by: bool, is_fine: bool
) -> None:
    with _bare_copy(as_owner, table, only=f"ck_{table}_{act}_paired"):
        insert = sql.SQL("INSERT INTO bare ({}, {}) VALUES (%s, %s)").format(
            sql.Identifier(f"{act}_at"), sql.Identifier(f"{act}_by")
        )
        values = (
            "2021-03-02T02:00:00Z" if at else None,
            "00000000-0000-0000-0000-000000000001" if by else None,
        )
        if is_fine:
            as_owner.execute(insert, values)
        else:
            with pytest.raises(errors.CheckViolation):
                as_owner.execute(insert, values)


RULES: list[tuple[str, str, str, str, bool]] = [
    # table, constraint, columns, values, whether they are fine
    ("hop", "suspended_unsettled", "suspended_at, settled_at", "'2021-03-02', NULL", True),
    ("hop", "suspended_unsettled", "suspended_at, settled_at", "NULL, '2021-03-02'", True),
    ("hop", "suspended_unsettled", "suspended_at, settled_at", "'2021-03-02', '2021-03-02'", False),
    ("dispatch", "weights_positive", "weights", "'{5,3,2,9}'", True),
    ("dispatch", "weights_positive", "weights", "'{}'", False),
    ("dispatch", "weights_positive", "weights", "'{5,0}'", False),
    ("dispatch", "weights_positive", "weights", "'{5,-1}'", False),
    ("dispatch", "acknowledge_within_days", "acknowledge_within", "NULL", True),
    ("dispatch", "acknowledge_within_days", "acknowledge_within", "1", True),
    ("dispatch", "acknowledge_within_days", "acknowledge_within", "0", False),
    ("deadline_plan", "deadlines_in_order", "register_by, acknowledge_by", "now(), now()", True),
    (
        "deadline_plan",
        "deadlines_in_order",
        "register_by, acknowledge_by",
        "now(), now() - interval '1 us'",
        False,
    ),
    ("deadline_plan", "forward_in_order", "forward_by, acknowledge_by", "NULL, now()", True),
    (
        "deadline_plan",
        "forward_in_order",
        "forward_by, acknowledge_by",
        "now(), now() - interval '1 us'",
        False,
    ),
    ("deadline_move", "extended_by", "kind, days", "'extended', 1", True),
    ("deadline_move", "extended_by", "kind, days", "'extended', 0", False),
    ("deadline_move", "extended_by", "kind, days", "'suspended', NULL", True),
    ("letter", "deliver_by_given", "urgency, deliver_by", "'normal', NULL", True),
    ("letter", "deliver_by_given", "urgency, deliver_by", "'urgent_within', now()", True),
    ("letter", "deliver_by_given", "urgency, deliver_by", "'urgent_within', NULL", False),
    ("letter", "deliver_by_given", "urgency, deliver_by", "'urgent', now()", False),
    ("letter", "event_paired", "event_starts_at, event_ends_at", "now(), NULL", False),
    ("letter", "event_in_order", "event_starts_at, event_ends_at", "now(), now()", False),
    ("letter", "event_place", "event_place", "'ห้องประชุม'", False),
    ("office_hours", "opens_first", "opens, closes", "'08:30', '16:30'", True),
    ("office_hours", "opens_first", "opens, closes", "'16:30', '08:30'", False),
    ("calendar_override", "versions_in_order", "since_version, until_version", "2, NULL", True),
    ("calendar_override", "versions_in_order", "since_version, until_version", "2, 3", True),
    ("calendar_override", "versions_in_order", "since_version, until_version", "2, 2", False),
    ("announced_year", "year_covered", "year", "2060", True),
    ("announced_year", "year_covered", "year", "2061", False),
    ("intake", "never_top_secret", "secrecy", "'very_secret'", True),
    ("intake", "never_top_secret", "secrecy", "'top_secret'", False),
    ("intake", "sha256_length", "sha256", "sha256('')", True),
    ("intake", "sha256_length", "sha256", "'short'", False),
    ("intake", "settled", "state, settled_at", "'open', NULL", True),
    ("intake", "settled", "state, settled_at", "'open', now()", False),
    ("intake", "settled", "state, settled_at", "'discarded', NULL", False),
    ("intake", "dispatched", "state, dispatch_id", "'dispatched', gen_random_uuid()", True),
    ("intake", "dispatched", "state, dispatch_id", "'dispatched', NULL", False),
    ("intake", "dispatched", "state, dispatch_id", "'open', gen_random_uuid()", False),
    ("intake", "discarded", "state, discard_reason", "'discarded', 'ซ้ำ'", True),
    ("intake", "discarded", "state, discard_reason", "'discarded', NULL", False),
    ("intake", "discarded", "state, discard_reason", "'open', 'ซ้ำ'", False),
    ("intake", "discard_reason_not_blank", "discard_reason", "' '", False),
    ("intake_recipient", "score_percent", "score", "100", True),
    ("intake_recipient", "score_percent", "score", "101", False),
    ("intake_recipient", "left_out_or_meant", "is_left_out", "true", True),
    (
        "intake_recipient",
        "left_out_or_meant",
        "is_left_out, organization_id",
        "true, gen_random_uuid()",
        False,
    ),
    ("mail", "sent_when", "state, sent_at", "'sent', now()", True),
    ("mail", "sent_when", "state, sent_at", "'sent', NULL", False),
    ("mail", "sent_when", "state, sent_at", "'waiting', now()", False),
]


@pytest.mark.parametrize(
    ("table", "rule", "columns", "values", "is_fine"),
    RULES,
    ids=[f"{one[0]}.{one[1]}: {one[3]}" for one in RULES],
)
def test_the_ledger_itself_refuses_what_cannot_be(
    as_owner: psycopg.Connection, table: str, rule: str, columns: str, values: str, is_fine: bool
) -> None:
    with _bare_copy(as_owner, table, only=f"ck_{table}_{rule}"):
        insert = f"INSERT INTO bare ({columns}) VALUES ({values})".encode()  # noqa: S608 (our own)
        if is_fine:
            as_owner.execute(insert)
        else:
            with pytest.raises(errors.CheckViolation):
                as_owner.execute(insert)


@contextmanager
def _bare_copy(connection: psycopg.Connection, table: str, *, only: str) -> Iterator[None]:
    """A copy of the table's columns with one constraint of the migrated schema and no other."""
    row = connection.execute(_PAIR, (only,)).fetchone()
    assert row is not None
    name = sql.Identifier(table)
    connection.execute(
        sql.SQL("CREATE TEMP TABLE bare ON COMMIT DROP AS SELECT * FROM {} WHERE false").format(
            name
        )
    )
    connection.execute(f"ALTER TABLE bare ADD CHECK ({row[0]})".encode())
    yield
