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
        ("notice", "read"),
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
