"""What the calendar of a scope says of a month: the one that deadlines are computed with."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import extract
from sqlalchemy.ext.asyncio import AsyncSession

from models import CalendarOverride
from services.deadline_rules import in_force, load_rules
from services.find_scopes import find_scopes
from services.lay_out_month import CalendarMonth, lay_out_month


async def show_calendar(
    session: AsyncSession, *, scope: str, year: int, month: int
) -> CalendarMonth:
    """Return a month of the calendar in force.

    Raises:
        InvalidError: `calendar_unknown` or `calendar_out_of_range`.
    """
    scopes = await find_scopes(session, scope=scope)
    rules = await load_rules(session)
    return lay_out_month(
        rules.calendar(scopes),
        scopes=scopes,
        year=year,
        month=month,
        words=await _words(session, scopes, rules.calendar_version, year=year, month=month),
        version=rules.calendar_version,
    )


async def _words(
    session: AsyncSession, scopes: Sequence[str], version: int, *, year: int, month: int
) -> dict[date, tuple[str, str]]:
    rows = await session.scalars(
        in_force(CalendarOverride, version).where(
            CalendarOverride.scope.in_(scopes),
            extract("year", CalendarOverride.day) == year,
            extract("month", CalendarOverride.day) == month,
        )
    )
    # The nearest scope has the last word, as in the calendar itself.
    nearest_last = sorted(rows, key=lambda row: scopes.index(row.scope))
    return {row.day: (row.reason, row.source) for row in nearest_last}
