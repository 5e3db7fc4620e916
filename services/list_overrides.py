"""Which days differ from the base today, as few lines as say it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar_override import OverrideRange, gather
from models import CalendarOverride


async def list_overrides(session: AsyncSession) -> list[OverrideRange]:
    """Return what every scope says, by scope and day; importing it again changes nothing."""
    query = select(CalendarOverride).where(CalendarOverride.until_version.is_(None))
    return gather(
        OverrideRange(
            scope=row.scope,
            first_day=row.day,
            last_day=row.day,
            is_working=row.is_working,
            reason=row.reason,
            source=row.source,
        )
        for row in await session.scalars(query)
    )
