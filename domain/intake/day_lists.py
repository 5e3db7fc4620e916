"""Days of which only the last is printed with its month and year: ๑ - ๓ และ ๘ เมษายน ๒๕๖๘."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.intake.requests import DAY_WORD
from domain.intake.thai_dates import DateAt, calendar_day, read_month

_DAY = r"(?<![0-9./])([0-3]?[0-9])(?:\s([ก-ฮเ-ไ][ก-๎.]{2,10}))?"
_JOINED = rf"\s{{0,3}}(-|(?:จน)?ถึง|และ|,)\s{{0,3}}{DAY_WORD}"
_ONE = re.compile(_DAY + _JOINED)
# More days than these are a table.
_LIST = re.compile(rf"(?:{_DAY}{_JOINED}){{1,8}}$")
_UNTIL = ("-", "ถึง", "จนถึง")


@dataclass(frozen=True, kw_only=True, slots=True)
class DaySpan:
    """Days in a row, and where the first of them is printed."""

    first: date
    last: date
    start: int


def days_before(text: str, since: int, one: DateAt) -> Sequence[DaySpan]:
    """Return the days in rows that end with a date, none where there is no day but the date's.

    Args:
        text: The folded text.
        since: From where on the days are looked for.
        one: The date that gives the month and the year.
    """
    found = _LIST.search(text, since, one.start)
    if found is None:
        return []
    days: list[DaySpan] = []
    is_until = False
    for match in _ONE.finditer(text, found.start(), one.start):
        month = read_month(match[2]) if match[2] else (one.day.month, 1.0)
        day = month and calendar_day(one.day.year, month[0], int(match[1]))
        if not day or (days and day <= days[-1].last):
            return []
        days = _with(days, day, match.start(), is_until=is_until)
        is_until = match[3] in _UNTIL
    if not days or one.day <= days[-1].last:
        return []
    return _with(days, one.day, one.start, is_until=is_until)


def _with(days: Sequence[DaySpan], day: date, start: int, *, is_until: bool) -> list[DaySpan]:
    """Add a day to the row before it, or as the first of its own."""
    if days and (is_until or day - days[-1].last == timedelta(days=1)):
        return [*days[:-1], DaySpan(first=days[-1].first, last=day, start=days[-1].start)]
    return [*days, DaySpan(first=day, last=day, start=start)]
