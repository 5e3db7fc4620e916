"""What happens when somebody has compared a year's holidays with the official announcement."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import ConflictError
from domain.working_time import check_covered
from models import AnnouncedYear
from services.begin_calendar_version import begin_calendar_version, lock_calendar


async def announce_year(
    session: AsyncSession, *, by: UUID, year: int, source: str, note: str, at: datetime
) -> int | None:
    """Take a year's holidays as announced, and return the version that says so.

    Returns None when the same source confirmed it before.

    Raises:
        InvalidError: `calendar_out_of_range`.
        ConflictError: `calendar_year_confirmed`, with the source that confirmed it.
    """
    check_covered(date(year, 1, 1))
    await lock_calendar(session)
    confirmed = await session.scalar(select(AnnouncedYear.source).where(AnnouncedYear.year == year))
    if confirmed == source:
        return None
    if confirmed is not None:
        raise ConflictError(
            f"วันหยุดของ พ.ศ. {year + 543} ยืนยันไว้แล้วจาก “{confirmed}”",
            code="calendar_year_confirmed",
            source=confirmed,
        )
    version = await begin_calendar_version(session, by=by, note=note, at=at)
    await session.execute(
        insert(AnnouncedYear).values(year=year, source=source, since_version=version)
    )
    return version
