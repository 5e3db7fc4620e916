"""Keys and indexes of tables that are about to be filled: set aside, and built again afterwards.

To sort ten million keys once is much faster than to find a place for each of them.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

_CONSTRAINTS = """
SELECT conrelid::regclass::text, contype::text, quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint
WHERE conparentid = 0 AND (contype = 'f' AND confrelid = ANY (%(tables)s::regclass[])
    OR contype IN ('f', 'p', 'u') AND conrelid = ANY (%(tables)s::regclass[]))
ORDER BY contype, conrelid, conname
"""
# That of a partitioned table is told as if it were for that table alone.
_INDEXES = """
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text,
    replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
FROM pg_index i
WHERE i.indrelid = ANY (%(tables)s::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
ORDER BY i.indrelid, i.indexrelid
"""
_WORKERS = 2


@dataclass(frozen=True, kw_only=True)
class _Part:
    table: str
    is_reference: bool
    drop: str
    build: str


@contextmanager
def set_aside(url: str, tables: Sequence[str]) -> Iterator[None]:
    """Fill tables inside: their keys, references and indexes are gone, and come back at the end.

    Building them checks every row against them. `url` is that of the owner.
    """
    with psycopg.connect(url) as connection:
        parts = _parts(connection, tables)
        for part in parts:
            connection.execute(part.drop.encode())
    try:
        yield
    finally:
        _build(url, [part for part in parts if not part.is_reference])
        # A reference locks both of its tables: two at once could wait for each other.
        _run(url, [part.build for part in parts if part.is_reference])


def _parts(connection: psycopg.Connection, tables: Sequence[str]) -> list[_Part]:
    values = {"tables": list(tables)}
    constraints = [
        _Part(
            table=table,
            is_reference=sort == "f",
            drop=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            build=f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}",
        )
        for table, sort, name, definition in connection.execute(_CONSTRAINTS, values)
    ]
    indexes = [
        _Part(table=table, is_reference=False, drop=f"DROP INDEX {name}", build=definition)
        for table, name, definition in connection.execute(_INDEXES, values)
    ]
    return constraints + indexes


def _build(url: str, parts: Sequence[_Part]) -> None:
    # Two keys of one table cannot be added at once, so each worker has tables of its own.
    tables = list(dict.fromkeys(part.table for part in parts))
    shares = [[p.build for p in parts if p.table == table] for table in tables]
    with ThreadPoolExecutor(_WORKERS) as pool:
        list(pool.map(lambda share: _run(url, share), shares))


def _run(url: str, statements: Sequence[str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        for statement in statements:
            connection.execute(statement.encode())
