"""What happens when the offices of a scope open or close at another time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import InvalidError
from domain.working_time import OfficeHours
from models import OfficeHoursOverride
from services.begin_calendar_version import begin_calendar_version, lock_calendar
from services.find_scopes import find_scopes


async def set_office_hours(
    session: AsyncSession,
    *,
    by: UUID,
    scope: str,
    hours: OfficeHours,
    source: str,
    note: str,
    at: datetime,
) -> int | None:
    """Let the offices of a scope have their own hours, and return the version that says so.

    Returns None when they have these hours already.

    Raises:
        InvalidError: `calendar_unknown`, or `office_hours_reversed`.
    """
    if hours.closes <= hours.opens:
        raise InvalidError(
            "เวลาปิดทำการต้องอยู่หลังเวลาเปิดทำการ", code="office_hours_reversed", field="closes"
        )
    await find_scopes(session, scope=scope)
    await lock_calendar(session)
    in_force = (OfficeHoursOverride.scope == scope, OfficeHoursOverride.until_version.is_(None))
    present = await session.scalar(select(OfficeHoursOverride).where(*in_force))
    if present is not None and (present.opens, present.closes) == (hours.opens, hours.closes):
        return None
    version = await begin_calendar_version(session, by=by, note=note, at=at)
    await session.execute(
        update(OfficeHoursOverride)
        .where(*in_force)
        .values(until_version=version)
        .execution_options(synchronize_session=False)
    )
    row = {"scope": scope, "opens": hours.opens, "closes": hours.closes, "source": source}
    await session.execute(insert(OfficeHoursOverride).values(**row, since_version=version))
    return version
