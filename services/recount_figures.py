"""Whether the figures say what the events say: every row told anew and compared."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.figures import FigureDifference, Recount
from services.measure_hops import (
    COLUMNS,
    COUNTS,
    FACTS,
    IS_TIMED,
    YEAR,
    clocks_statement,
    load_rulers,
    timed_statement,
)

SLICE = 100_000
"""Hops that are compared at a time."""

MOST_NAMED = 100
"""Differing rows that are named; all are counted."""

_LOWEST: Final = UUID(int=0)
_HIGHEST: Final = UUID(int=2**128 - 1)

# One instant for everything: the follower goes on meanwhile, and nobody waits for anybody.
_BEGIN = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

_WATERMARK = text("""
SELECT CAST(until_txid AS text) AS until,
    CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS finished,
    until_txid > pg_snapshot_xmin(pg_current_snapshot()) AS is_ahead,
    (SELECT count(*) FROM hop_time) AS hops
FROM rolled_up
""")
_SLICE_END = text("""
SELECT id FROM hop WHERE id > CAST(:after AS uuid) ORDER BY id OFFSET :slice - 1 LIMIT 1
""")

_HAPPENED = f"""
WITH happened AS (
    SELECT hop_id, {FACTS} FROM event
    WHERE hop_id > CAST(:after AS uuid) AND hop_id <= CAST(:last AS uuid)
        AND txid < CAST(:until AS xid8) AND {IS_TIMED}
    GROUP BY hop_id
)"""  # noqa: S608 (nothing but our own words)
_CLOCKS = clocks_statement(_HAPPENED)
_COMPARE_HOPS = timed_statement(
    _HAPPENED,
    f"""
, stored AS (
    SELECT {COLUMNS} FROM hop_time
    WHERE hop_id > CAST(:after AS uuid) AND hop_id <= CAST(:last AS uuid)
), counts AS (
    SELECT count(*) AS counted FROM timed
)
SELECT counts.counted AS hops, found.*
FROM counts LEFT JOIN (
    SELECT CAST(hop_id AS text) AS key, to_jsonb(stored) AS stored, to_jsonb(timed) AS told,
        count(*) OVER () AS differing
    FROM stored FULL JOIN timed USING (hop_id)
    WHERE stored IS DISTINCT FROM timed
    ORDER BY hop_id LIMIT :named
) found ON true
""",  # noqa: S608 (nothing but our own words)
)
# Hops were compared with events; what is counted is compared with hops.
_COMPARE_DESKS = text(f"""
WITH timed AS (
    SELECT recipient_registry_id AS registry_id, {YEAR} AS year, secrecy, urgency, {COUNTS}
    FROM hop_time GROUP BY 1, 2, 3, 4
), stored AS (
    SELECT registry_id, year, secrecy, urgency, received, registered, settled, registered_late,
        settled_late
    FROM desk_count
), counts AS (
    SELECT count(*) AS counted FROM timed
)
SELECT counts.counted AS desks, found.*
FROM counts LEFT JOIN (
    SELECT concat_ws(' ', registry_id, year, secrecy, urgency) AS key,
        to_jsonb(stored) AS stored, to_jsonb(timed) AS told, count(*) OVER () AS differing
    FROM stored FULL JOIN timed USING (registry_id, year, secrecy, urgency)
    WHERE to_jsonb(stored) IS DISTINCT FROM to_jsonb(timed)
    ORDER BY 1 LIMIT :named
) found ON true
""")  # noqa: S608 (nothing but our own words)


async def recount_figures(
    session: AsyncSession, *, tell: Callable[[int, int], None] | None = None
) -> Recount:
    """Tell every figure anew from the events below the watermark, and compare.

    It reads one instant of the ledger, so it must be the first thing of its transaction; it
    changes nothing, and neither desks nor the follower wait for it.

    Args:
        session: A transaction in which nothing was asked yet.
        tell: Told now and then how many hops are done, and of how many.
    """
    await session.execute(_BEGIN)
    mark = (await session.execute(_WATERMARK)).one()
    found = _Found()
    if mark.is_ahead:
        found.keep("rolled_up", "", {"until_txid": mark.until}, {"until_txid": mark.finished})
    hops, after = 0, _LOWEST
    while after != _HIGHEST:
        last = await session.scalar(_SLICE_END, {"after": after, "slice": SLICE}) or _HIGHEST
        hops += await _compare_hops(session, after, last, mark.until, found)
        after = last
        if tell is not None:
            tell(hops, mark.hops)
    rows = (await session.execute(_COMPARE_DESKS, {"named": MOST_NAMED})).all()
    found.add("desk_count", rows)
    return Recount(
        hops=hops, desks=rows[0].desks, differing=found.differing, differences=found.named
    )


class _Found:
    """The differences so far; the first of them are named."""

    def __init__(self) -> None:
        self.named: list[FigureDifference] = []
        self.differing = 0

    def add(self, table: str, rows: Sequence[Row[Any]]) -> None:
        """Add what a comparison found; where nothing differs, its one row has no key."""
        for row in rows if rows[0].key is not None else ():
            self.keep(table, row.key, row.stored, row.told)
        self.differing += max((rows[0].differing or 0) - len(rows), 0)

    def keep(self, table: str, key: str, stored: Any, counted: Any) -> None:  # noqa: ANN401 (JSON)
        """Count one row that differs, and name it if few are named."""
        self.differing += 1
        if len(self.named) < MOST_NAMED:
            one = FigureDifference(table=table, key=key, stored=stored, counted=counted)
            self.named.append(one)


async def _compare_hops(
    session: AsyncSession, after: UUID, last: UUID, until: str, found: _Found
) -> int:
    values = {"after": after, "last": last, "until": until, "named": MOST_NAMED}
    rulers = await load_rulers(session, _CLOCKS, values)
    rows = (await session.execute(_COMPARE_HOPS, {**values, **rulers})).all()
    found.add("hop_time", rows)
    return int(rows[0].hops)
