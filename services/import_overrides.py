"""How days that differ from the base enter the calendar: whole lists, safe to import again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.buddhist_era import thai_long_date
from domain.calendar_override import OverrideRange, Spread, spread_out
from domain.errors import ConflictError
from models import CalendarOverride
from services.begin_calendar_version import begin_calendar_version, lock_calendar
from services.find_scopes import check_scopes


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarChange:
    """What a change of the calendar came to.

    Attributes:
        version: Number of the version that it made; None when everything was so already.
        days: How many days of scopes were added or ended.
    """

    version: int | None
    days: int


async def import_overrides(
    session: AsyncSession, *, by: UUID, ranges: Sequence[OverrideRange], note: str, at: datetime
) -> CalendarChange:
    """Add the days that the calendar does not have yet, all in one version.

    What it has already with the same words stays as it is.

    Raises:
        InvalidError: `calendar_unknown`, `calendar_range_reversed`, `calendar_range_too_long`,
            `calendar_out_of_range`, or `calendar_override_overlaps` within the list.
        ConflictError: `calendar_override_overlaps`: the calendar says something else of a day.
    """
    spread = spread_out(ranges)
    await check_scopes(session, ranges=ranges)
    await lock_calendar(session)
    present = await _in_force(session, spread)
    _check_overlaps(spread, present)
    fresh = {key: one for key, one in spread.items() if key not in present}
    if not fresh:
        return CalendarChange(version=None, days=0)
    version = await begin_calendar_version(session, by=by, note=note, at=at)
    await session.execute(
        insert(CalendarOverride),
        [
            {
                "scope": scope,
                "day": day,
                "is_working": one.is_working,
                "reason": one.reason,
                "source": one.source,
                "since_version": version,
            }
            for (scope, day), one in fresh.items()
        ],
    )
    return CalendarChange(version=version, days=len(fresh))


async def _in_force(
    session: AsyncSession, spread: Spread
) -> dict[tuple[str, date], CalendarOverride]:
    days = {day for _, day in spread}
    query = select(CalendarOverride).where(
        CalendarOverride.until_version.is_(None),
        CalendarOverride.scope.in_({scope for scope, _ in spread}),
        CalendarOverride.day.between(min(days, default=date.max), max(days, default=date.min)),
    )
    found = await session.scalars(query)
    return {(row.scope, row.day): row for row in found if (row.scope, row.day) in spread}


def _check_overlaps(spread: Spread, present: dict[tuple[str, date], CalendarOverride]) -> None:
    other = sorted(key for key, row in present.items() if not _says_same(spread[key], row))
    if not other:
        return
    scope, day = other[0]
    line = spread[scope, day].line
    raise ConflictError(
        f"{'' if line is None else f'บรรทัด {line}: '}วันที่ {thai_long_date(day)} ของปฏิทิน {scope}"
        f" มีอยู่แล้วเป็นอย่างอื่น (“{present[scope, day].reason}”)",
        code="calendar_override_overlaps",
        scope=scope,
        days=[each.isoformat() for name, each in other if name == scope],
        **({} if line is None else {"line": line}),
    )


def _says_same(one: OverrideRange, row: CalendarOverride) -> bool:
    return (one.is_working, one.reason, one.source) == (row.is_working, row.reason, row.source)
