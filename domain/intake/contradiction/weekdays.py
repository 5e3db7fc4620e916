"""Weekdays that the calendar does not give to their day: วันจันทร์ที่ ๑๖ มีนาคม ๒๕๖๔."""

import re
from collections.abc import Iterator
from datetime import date

from domain.intake.contradiction.text import CheckedText, contradiction
from domain.intake.reading import Contradiction
from domain.intake.thai_dates import DateAt, calendar_day
from domain.intake.vocabulary import ContradictionKind

_NAMES = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
_WORDS = {name: at for at, name in enumerate(_NAMES)} | {"พฤหัสฯ": 3, "พฤหัส": 3}
_NAMED = "|".join(sorted(_WORDS, key=len, reverse=True))
_WEEKDAY = re.compile(rf"วัน({_NAMED})\s{{0,3}}(?:ที่)?\s{{0,3}}(?=[0-9])")
# The weekday behind its date: ๔ ธันวาคม ๒๕๖๙ (วันศุกร์).
_BEHIND = re.compile(
    r"\s{0,3}(?:\(\s{0,2}(?:(?:ซึ่ง)?ตรงกับ)?|(?:ซึ่ง)?ตรงกับ)\s{0,2}"
    rf"วัน({_NAMED})(?![ก-๎])"
)
# The first day of a stretch prints no month where that of its last day is meant.
_OPENING = re.compile(
    r"([0-9]{1,2})\s{0,3}(?:-|ถึง|และ)\s{0,3}(?:วัน(?:[ก-๎]{2,10}?)?\s{0,3}(?:ที่)?\s{0,3})?(?=[0-9])"
)


def wrong_weekdays(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the weekdays that are another day of the week."""
    dates = {one.start: one for one in checked.dates}
    for match in _WEEKDAY.finditer(checked.text):
        if named := _day_at(checked.text, match.end(), dates):
            day, end = named
            yield from _compare(checked, match, day, (match.end(), end))
    for one in dates.values():
        if behind := _BEHIND.match(checked.text, one.end):
            yield from _compare(checked, behind, one.day, (one.start, one.end))


def _compare(
    checked: CheckedText, said: re.Match[str], day: date, at: tuple[int, int]
) -> Iterator[Contradiction]:
    """Compare a weekday with the day that stands there; a day misread is another day."""
    if day.weekday() == _WORDS[said[1]]:
        return
    yield contradiction(
        ContradictionKind.WEEKDAY_WRONG,
        f"วันที่ระบุไว้ตรงกับวัน{_NAMES[day.weekday()]} ไม่ใช่วัน{_NAMES[_WORDS[said[1]]]}",
        [
            checked.place(f"วัน{said[1]}", said.start(1) - len("วัน"), said.end(1)),
            checked.place(day.isoformat(), *at),
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
