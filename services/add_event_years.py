"""How the record gets a partition for each year before the year begins."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.buddhist_era import register_year

_ADD = text(
    "SELECT count(*) FROM generate_series(:year, :year + 1) year WHERE add_event_year(year)"
)


async def add_event_years(session: AsyncSession, *, at: datetime) -> int:
    """Make sure of this year's partition of events and of the next one's; return how many are new.

    Years are Bangkok's. Safe to run every night: what is there stays.
    """
    return await session.scalar(_ADD, {"year": register_year(at)}) or 0
