"""Rows that no seal will ever cover, or that should be sealed by now."""

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

# What this very transaction wrote has an id behind its own snapshot; nobody else sees it yet.
_FUTURE = """
    txid >= pg_snapshot_xmax(pg_current_snapshot())
    AND txid IS DISTINCT FROM pg_current_xact_id_if_assigned()
"""
_WAITING = """
    txid >= greatest(CAST(:txid AS xid8), (SELECT max(until_txid) FROM seal WHERE era = :era))
    AND txid < pg_snapshot_xmin(pg_current_snapshot())
"""
# When an event happened is what a desk's clock said. That nothing was sealed for so long, and
# when the id of an entry was drawn, are what the database's own clock said.
_SEALING = """
    (SELECT coalesce(caught_up_at, (SELECT max(sealed_at) FROM seal WHERE era = :era))
        NOT BETWEEN statement_timestamp() - coalesce(stop_after, interval '4 hours')
            AND statement_timestamp() FROM sealing)
"""
_OLD_ID = """
    (SELECT uuid_extract_timestamp(register_entry.id) < greatest(
        caught_up_at - interval '60 seconds',
        statement_timestamp() - coalesce(stop_after, interval '4 hours')) FROM sealing)
"""


def _first(of_entries: str, of_events: str) -> TextClause:
    return text(f"""
    SELECT name FROM (
        (SELECT txid, 'register_entry ' || id AS name FROM register_entry WHERE {of_entries}
            ORDER BY txid, id LIMIT 1)
        UNION ALL
        (SELECT txid, 'event ' || id || ' (' || kind || ')' FROM event WHERE {of_events}
            ORDER BY txid, id LIMIT 1)
    ) known ORDER BY known.txid LIMIT 1
    """)  # noqa: S608 (our own words)


_FIRST_FUTURE = _first(_FUTURE, _FUTURE)
_FIRST_LEFT = _first(
    f"{_WAITING} AND ({_SEALING} OR {_OLD_ID})",
    f"{_WAITING} AND {_SEALING}",
)
_BEGUN = text("""
SELECT caught_up_at IS NOT NULL OR EXISTS (SELECT FROM seal WHERE era = :era) FROM sealing
""")


async def future_row(session: AsyncSession) -> str | None:
    """Return the name of the first row of a transaction that the server has not come to."""
    name: str | None = await session.scalar(_FIRST_FUTURE)
    return name


async def stray_fault(session: AsyncSession, *, era: int, txid: int) -> str | None:
    """Return what is wrong with the rows from transaction `txid` on, or None."""
    future = await future_row(session)
    if future is not None:
        return f"{future} is of a transaction that this database server has not come to"
    if not await session.scalar(_BEGUN, {"era": era}):
        return None
    left = await session.scalar(_FIRST_LEFT, {"era": era, "txid": str(txid)})
    return None if left is None else f"{left} should be sealed by now, but no seal covers it"
