"""Changes of the calendar with defaults that a test may override."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar_override import OverrideRange
from domain.working_time import WorkingCalendar
from models import CalendarVersion
from services.deadline_rules import load_rules
from services.find_scopes import find_scopes
from services.import_overrides import CalendarChange, import_overrides
from services.record_event import SYSTEM_OFFICER
from tests.support.letters import MORNING


def days_off(scope: str, first: str, last: str | None = None, **given: object) -> OverrideRange:
    """Return days on which a scope is closed because of a flood."""
    fields: dict[str, object] = {
        "scope": scope,
        "first_day": date.fromisoformat(first),
        "last_day": date.fromisoformat(last or first),
        "is_working": False,
        "reason": "น้ำท่วม",
        "source": "ประกาศจังหวัด",
    }
    return OverrideRange(**(fields | given))  # type: ignore[arg-type]


async def bring_in(session: AsyncSession, *ranges: OverrideRange) -> CalendarChange:
    """Import ranges in the name of the system."""
    return await import_overrides(
        session, by=SYSTEM_OFFICER, ranges=ranges, note="ทดสอบ", at=MORNING
    )


async def calendar_of(
    session: AsyncSession, scope: str, *, version: int | None = None
) -> WorkingCalendar:
    """Return the calendar of a scope in a version, the newest unless it is given."""
    rules = await load_rules(session, calendar_version=version)
    return rules.calendar(await find_scopes(session, scope=scope))


async def count_versions(session: AsyncSession) -> int:
    """Return how often the calendar was changed, its first version included."""
    return await session.scalar(select(func.count()).select_from(CalendarVersion)) or 0
