"""Weekdays that the calendar does not give to their day: วันจันทร์ที่ ๑๖ มีนาคม ๒๕๖๔."""

import re
from collections.abc import Iterator
from datetime import date

from domain.intake.contradiction_text import CheckedText, contradiction
from domain.intake.reading import Contradiction
from domain.intake.thai_dates import DateAt, calendar_day, find_dates
from domain.intake.vocabulary import ContradictionKind

_NAMES = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
_WORDS = {name: at for at, name in enumerate(_NAMES)} | {"พฤหัสฯ": 3, "พฤหัส": 3}
_WEEKDAY = re.compile(
    rf"วัน({'|'.join(sorted(_WORDS, key=len, reverse=True))})\s{{0,3}}(?:ที่)?\s{{0,3}}(?=[0-9])"
)
# The first day of a stretch prints no month where that of its last day is meant.
_OPENING = re.compile(
    r"([0-9]{1,2})\s{0,3}(?:-|ถึง|และ)\s{0,3}(?:วัน(?:[ก-๎]{2,10}?)?\s{0,3}(?:ที่)?\s{0,3})?(?=[0-9])"
)


def wrong_weekdays(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the weekdays that are another day of the week."""
    dates = {one.start: one for one in find_dates(checked.text)}
    for match in _WEEKDAY.finditer(checked.text):
        named = _day_at(checked.text, match.end(), dates)
        if named is None:
            continue
        day, end = named
        if day.weekday() != _WORDS[match[1]]:
            yield contradiction(
                ContradictionKind.WEEKDAY_WRONG,
                f"วันที่ระบุไว้ตรงกับวัน{_NAMES[day.weekday()]} ไม่ใช่วัน{_NAMES[_WORDS[match[1]]]}",
                [
                    checked.place(f"วัน{match[1]}", match.start(), match.end(1)),
                    checked.place(day.isoformat(), match.end(), end),
                ],
            )


def _day_at(text: str, start: int, dates: dict[int, DateAt]) -> tuple[date, int] | None:
    """Return the day that stands at `start`, and where it ends."""
    if start in dates:
        return dates[start].day, dates[start].end
    opening = _OPENING.match(text, start)
    last = opening and dates.get(opening.end())
    if opening is None or last is None or int(opening[1]) > last.day.day:
        return None
    day = calendar_day(last.day.year, last.day.month, int(opening[1]))
    return (day, opening.end(1)) if day else None
