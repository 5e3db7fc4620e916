"""One month of a calendar, day by day, for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.working_time import OfficeHours, WorkingCalendar, check_covered
from services.thai_holidays import RELEASE, base_holidays

BASE_SOURCE = f"holidays {RELEASE}"

Words = Mapping[date, tuple[str, str]]
"""The reason and the source of days that differ from the base."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarDay:
    """One day; `source` is None where a weekend is the only reason."""

    day: date
    is_working: bool
    name: str | None
    source: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarMonth:
    """A month of the calendar of one scope.

    Attributes:
        scopes: The scope and those above it, the widest first.
        year: Gregorian year.
        month: 1 to 12.
        days: Every day of the month.
        hours: Office hours of a working day.
        is_announced: Whether the year's holidays are officially known, and not a forecast.
        version: Version of the ledger's calendar; None where there is no ledger.
        holidays_release: Release of the library that gave the base.
    """

    scopes: Sequence[str]
    year: int
    month: int
    days: Sequence[CalendarDay]
    hours: OfficeHours
    is_announced: bool
    version: int | None
    holidays_release: str = RELEASE


def lay_out_month(
    calendar: WorkingCalendar,
    *,
    scopes: Sequence[str],
    year: int,
    month: int,
    words: Words,
    version: int | None,
) -> CalendarMonth:
    """Return a month of `calendar`; `words` tell of the days that were overridden.

    Raises:
        InvalidError: `calendar_out_of_range`.
    """
    first = date(year, month, 1)
    check_covered(first)
    days = (first + timedelta(n) for n in range(31))
    return CalendarMonth(
        scopes=scopes,
        year=year,
        month=month,
        days=[_day(calendar, day, words) for day in days if day.month == month],
        hours=calendar.hours or OfficeHours(),
        is_announced=year in calendar.announced,
        version=version,
    )


def _day(calendar: WorkingCalendar, day: date, words: Words) -> CalendarDay:
    name, source = words.get(day, (calendar.days_off.get(day), None))
    if day not in words and day in base_holidays():
        source = BASE_SOURCE
    return CalendarDay(day=day, is_working=calendar.is_working(day), name=name, source=source)
