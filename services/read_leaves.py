"""How rows leave the database as leaves of the log: PostgreSQL's own binary form, byte for byte."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from psycopg import AsyncConnection
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.leaf import (
    COPY_HEADER,
    COPY_TRAILER,
    ENTRY,
    ENTRY_COLUMNS,
    EVENT,
    EVENT_COLUMNS,
)

_ENTRIES: Final = f"SELECT '{ENTRY}', {', '.join(ENTRY_COLUMNS)} FROM register_entry"  # noqa: S608 (our own words)
_EVENTS: Final = f"SELECT '{EVENT}', {', '.join(EVENT_COLUMNS)} FROM event"  # noqa: S608 (our own words)
_SEALED_ORDER: Final = "WHERE txid >= '{start}' AND txid < '{end}' ORDER BY txid, id"

_COUNTS: Final = """
SELECT width_bucket(txid, limits) AS nth, count(*) AS count
FROM {table}, (SELECT CAST(CAST(:bounds AS text[]) AS xid8[]) AS limits) given
WHERE txid >= limits[1] AND txid < limits[array_upper(limits, 1)]
GROUP BY nth
"""
_CUT = text("""
SELECT CAST(txid AS text) FROM (
    (SELECT txid FROM register_entry WHERE txid >= CAST(:start AS xid8)
        AND txid < CAST(:end AS xid8) ORDER BY txid LIMIT :most + 1)
    UNION ALL
    (SELECT txid FROM event WHERE txid >= CAST(:start AS xid8)
        AND txid < CAST(:end AS xid8) ORDER BY txid LIMIT :most + 1)
) row ORDER BY row.txid OFFSET :nth LIMIT 1
""")


async def read_leaves(session: AsyncSession, *, start: int, end: int) -> list[bytes]:
    """Return the rows of the transactions from `start` to before `end`, in the log's order.

    Register entries come first, then events; each in the order of transaction and id.
    """
    (leaves,) = await read_batches(session, bounds=[start, end])
    return leaves


async def read_batches(session: AsyncSession, *, bounds: Sequence[int]) -> list[list[bytes]]:
    """Return the rows between each bound and the next, read together; otherwise as `read_leaves`.

    Args:
        session: A transaction that sees everything below the last bound.
        bounds: Ids of transactions, ascending.
    """
    batches: list[list[bytes]] = [[] for _ in bounds[1:]]
    span = _SEALED_ORDER.format(start=int(bounds[0]), end=int(bounds[-1]))
    for table, query in (("register_entry", _ENTRIES), ("event", _EVENTS)):
        rows = [row async for arrived in copy_rows(session, f"{query} {span}") for row in arrived]
        first = 0
        for nth, count in enumerate(await _counts(session, table, bounds, rows)):
            batches[nth] += rows[first : first + count]
            first += count
    return batches


async def _counts(
    session: AsyncSession, table: str, bounds: Sequence[int], rows: Sequence[bytes]
) -> list[int]:
    """Return how many of the rows that were read lie between each bound and the next."""
    if len(bounds) == 2:
        return [len(rows)]
    query = text(_COUNTS.format(table=table))
    texts = [str(bound) for bound in bounds]
    found = {row.nth: int(row[1]) for row in await session.execute(query, {"bounds": texts})}
    return [found.get(nth, 0) for nth in range(1, len(bounds))]


def entries_by_register(condition: str = "true") -> str:
    """Return the query for register entries, book by book, as leaves."""
    return f"{_ENTRIES} WHERE {condition} ORDER BY register_id, position"


async def copy_rows(session: AsyncSession, query: str) -> AsyncIterator[list[bytes]]:
    """Yield the rows of a query as the binary COPY writes them, as many as have arrived.

    One turn of the event loop for each row would cost more than to read and hash it.
    """
    connection = await psycopg_connection(session)
    arrived = connection.pgconn.get_copy_data
    statement = f"COPY ({query}) TO STDOUT (FORMAT binary)".encode()
    opening = COPY_HEADER
    async with connection.cursor().copy(statement) as copy:
        while piece := await copy.read():
            rows: list[bytes] = []
            row = bytes(piece).removeprefix(opening)
            opening = b""
            # The trailer is left to be the last piece: what follows it is for the library.
            while row != COPY_TRAILER:
                rows.append(row)
                length, piece = arrived(1)
                if length <= 0:
                    break
                row = bytes(piece)
            yield rows


async def find_cut(session: AsyncSession, *, start: int, end: int, most: int) -> int:
    """Return where to end, at `end` or before, so that about `most` rows lie from `start` on.

    A transaction is never split: one that wrote more than that is taken whole.
    """
    limits = {"start": str(start), "end": str(end), "most": most}
    beyond = await session.scalar(_CUT, limits | {"nth": most})
    if beyond is None:
        return end
    first = await session.scalar(_CUT, limits | {"nth": 0})
    return int(beyond) if int(beyond) > int(first or 0) else int(beyond) + 1


async def psycopg_connection(session: AsyncSession) -> AsyncConnection:
    """Return the driver's connection beneath a session: SQLAlchemy knows no COPY."""
    raw = await (await session.connection()).get_raw_connection()
    connection = raw.driver_connection
    if not isinstance(connection, AsyncConnection):
        raise TypeError("the ledger is reached by another driver than psycopg")
    return connection
