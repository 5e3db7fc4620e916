"""How what happened enters the figures: a follower of the events, which no writer waits for."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.measure_hops import (
    COLUMNS,
    FACTS,
    IS_TIMED,
    YEAR,
    clocks_statement,
    load_rulers,
    timed_statement,
)

BATCH = 20_000
"""Events of one batch; a transaction that wrote more is still folded in whole."""

# Any number will do, as long as nothing else of the ledger takes the same.
_LOCK_KEY: Final = 7_261_500_011
_LOCK = text("SELECT pg_try_advisory_xact_lock(:key)")

# Below the oldest transaction that still runs everything is finished: nothing can appear there
# later. The batch ends behind a whole transaction, or there.
_RANGE = text("""
WITH finished AS (
    SELECT until_txid AS start, pg_snapshot_xmin(pg_current_snapshot()) AS first_open
    FROM rolled_up
), cut AS (
    SELECT txid FROM finished CROSS JOIN LATERAL (
        SELECT txid FROM event WHERE txid >= start AND txid < first_open
        ORDER BY txid OFFSET :batch - 1 LIMIT 1
    ) nth
)
SELECT CAST(start AS text) AS start, coalesce(
    (SELECT CAST(CAST(CAST(txid AS text) AS bigint) + 1 AS text) FROM cut), CAST(first_open AS text)
) AS until, EXISTS (SELECT FROM cut) AS is_cut
FROM finished WHERE EXISTS (SELECT FROM event WHERE txid >= start AND txid < first_open)
""")

# A hop that is touched is told anew from all its events: who writes first need not have begun
# first, so a receipt may stand in an earlier batch than the sending.
_HAPPENED = f"""
WITH happened AS (
    SELECT touched.hop_id, told.*
    FROM (
        SELECT DISTINCT hop_id FROM event
        WHERE txid >= CAST(:start AS xid8) AND txid < CAST(:until AS xid8)
            AND hop_id IS NOT NULL AND {IS_TIMED}
    ) touched CROSS JOIN LATERAL (
        SELECT {FACTS} FROM event
        WHERE event.hop_id = touched.hop_id AND txid < CAST(:until AS xid8) AND {IS_TIMED}
    ) told
)"""  # noqa: S608 (nothing but our own words)

_GROUP = f"recipient_registry_id, {YEAR} AS year, secrecy, urgency"
_MARKS = "registered_at, settled_at, registered_late, settled_late"
_CLOCKS = clocks_statement(_HAPPENED)
# What a hop counted as before is taken off, what it counts as now is added.
_FOLD = timed_statement(
    _HAPPENED,
    f"""
, counted AS (
    SELECT {_GROUP}, {_MARKS}, -1 AS sign FROM hop_time
    WHERE hop_id IN (SELECT hop_id FROM timed)
    UNION ALL SELECT {_GROUP}, {_MARKS}, 1 FROM timed
), written AS (
    INSERT INTO hop_time ({COLUMNS}) SELECT {COLUMNS} FROM timed
    ON CONFLICT (hop_id) DO UPDATE SET
        registered_at = excluded.registered_at, settled_at = excluded.settled_at,
        register_minutes = excluded.register_minutes, settle_minutes = excluded.settle_minutes,
        registered_late = excluded.registered_late, settled_late = excluded.settled_late
)
INSERT INTO desk_count AS had (registry_id, year, secrecy, urgency, received, registered, settled,
    registered_late, settled_late)
SELECT recipient_registry_id, year, secrecy, urgency, sum(sign),
    coalesce(sum(sign) FILTER (WHERE registered_at IS NOT NULL), 0),
    coalesce(sum(sign) FILTER (WHERE settled_at IS NOT NULL), 0),
    coalesce(sum(sign) FILTER (WHERE registered_late), 0),
    coalesce(sum(sign) FILTER (WHERE settled_late), 0)
FROM counted
GROUP BY recipient_registry_id, year, secrecy, urgency
ON CONFLICT (registry_id, year, secrecy, urgency) DO UPDATE SET
    received = had.received + excluded.received,
    registered = had.registered + excluded.registered,
    settled = had.settled + excluded.settled,
    registered_late = had.registered_late + excluded.registered_late,
    settled_late = had.settled_late + excluded.settled_late
""",  # noqa: S608 (nothing but our own words)
)
_MOVE = text("UPDATE rolled_up SET until_txid = CAST(:until AS xid8)")


async def roll_up_figures(session: AsyncSession, *, batch: int = BATCH) -> bool:
    """Fold the next batch of events into the figures; return whether another one is waiting.

    Rows and watermark move in the caller's transaction. One follower works at a time; a second
    one leaves at once.

    Args:
        session: The transaction.
        batch: About how many events to fold in.
    """
    if not await session.scalar(_LOCK, {"key": _LOCK_KEY}):
        return False
    found = (await session.execute(_RANGE, {"batch": batch})).one_or_none()
    if found is None:
        return False
    values: Mapping[str, object] = {"start": found.start, "until": found.until}
    rulers = await load_rulers(session, _CLOCKS, values)
    await session.execute(_FOLD, {**values, **rulers})
    await session.execute(_MOVE, {"until": found.until})
    return bool(found.is_cut)
