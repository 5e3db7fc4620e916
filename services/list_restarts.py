"""Where the log began anew, and whether the record of that agrees with what is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models import Seal
from services.read_log import FIRST_ERA, OF_THE_SYSTEM, RESTARTED_BY, current_era, newest_root

# An era that is no number would stop the very command that has to name it.
_RESTARTS = text(f"""
SELECT id, at, {OF_THE_SYSTEM} AS is_ours, facts ->> 'era' AS era, facts ->> 'origin' AS origin,
    facts ->> 'reason' AS reason, facts ->> 'old_size' AS old_size, facts ->> 'old_root' AS old_root
FROM event WHERE kind = 'log_restarted' ORDER BY txid, id
""")  # noqa: S608 (our own words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Restart:
    """A log that was begun anew, as the record tells it."""

    origin: str
    at: datetime
    reason: str


async def list_restarts(session: AsyncSession) -> Sequence[Restart]:
    """Return every restart of the log, oldest first."""
    rows = await session.execute(_RESTARTS, RESTARTED_BY)
    return [
        Restart(origin=row.origin or "", at=row.at, reason=row.reason or "")
        for row in rows
        if row.is_ours
    ]


async def restart_fault(session: AsyncSession) -> str | None:
    """Return the first restart that does not say where the log before it ended, or None.

    Seals of an era that no restart began are a fault as well: its event was removed.
    """
    era = FIRST_ERA
    for row in (await session.execute(_RESTARTS, RESTARTED_BY)).all():
        problem = await _problem(session, row, era)
        if problem is not None:
            return f"event {row.id} (log_restarted, {row.at.isoformat()}) {problem}"
        era = int(row.era)
    return await _unknown_era(session)


async def _problem(session: AsyncSession, row: Row[*tuple[object, ...]], before: int) -> str | None:
    if not row.is_ours:
        return "is not what the system writes when a log begins anew"
    if int(row.era) <= before:
        return f"begins era {row.era}, but era {before} had begun"
    size, root = await newest_root(session, era=before)
    if (row.old_size, row.old_root) != (str(size), root.hex()):
        return f"says that era {before} ended at {row.old_size} leaves; its seals end at {size}"
    return None


async def _unknown_era(session: AsyncSession) -> str | None:
    present = await current_era(session)
    later = await session.scalar(select(func.max(Seal.era)))
    if later is not None and later > present:
        return f"there are seals of era {later}, but no restart after {present} is recorded"
    return None
