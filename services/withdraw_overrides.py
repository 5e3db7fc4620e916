"""What happens when days that differed from the base no longer do."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFoundError
from models import CalendarOverride
from services.begin_calendar_version import begin_calendar_version, lock_calendar
from services.find_scopes import find_scopes
from services.import_overrides import CalendarChange


async def withdraw_overrides(
    session: AsyncSession,
    *,
    by: UUID,
    scope: str,
    first_day: date,
    last_day: date,
    note: str,
    at: datetime,
) -> CalendarChange:
    """End what one scope says of the days from `first_day` to `last_day`.

    Deadlines that were computed with it stay as they are, and so do the versions before.

    Raises:
        InvalidError: `calendar_unknown`.
        NotFoundError: The scope says nothing of these days.
    """
    await find_scopes(session, scope=scope)
    await lock_calendar(session)
    chosen = (
        CalendarOverride.scope == scope,
        CalendarOverride.day.between(first_day, last_day),
        CalendarOverride.until_version.is_(None),
    )
    days = (await session.scalars(select(CalendarOverride.id).where(*chosen))).all()
    if not days:
        raise NotFoundError("วันที่กำหนดไว้ในปฏิทิน (override)")
    version = await begin_calendar_version(session, by=by, note=note, at=at)
    await session.execute(
        update(CalendarOverride)
        .where(*chosen)
        .values(until_version=version)
        .execution_options(synchronize_session=False)
    )
    return CalendarChange(version=version, days=len(days))
