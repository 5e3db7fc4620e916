"""Schedules (กำหนดการ): their day against that of the letter, and rows that begin too early."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise

from domain.buddhist_era import bangkok_date, thai_long_date
from domain.intake.contradiction.text import CheckedText, Place, contradiction
from domain.intake.found import Found
from domain.intake.reading import Contradiction, LetterReading, Occasion
from domain.intake.text_lines import Line, lines_of
from domain.intake.vocabulary import ContradictionKind

_CLOCK = r"(?P<{0}>(?:[01]?[0-9]|2[0-3])[.:][0-5][0-9])(?![0-9])\s{{0,3}}(?:น\.?)?"
_ROW = re.compile(
    rf"[ \t|]{{0,4}}(?:เวลา\s{{0,3}})?{_CLOCK.format('opens')}"
    rf"(?:\s{{0,3}}(?:-|ถึง)\s{{0,3}}{_CLOCK.format('closes')})?(?=[\s|]|\Z)"
)
_TITLE = re.compile(r"[ \t]{0,80}(?:ร่าง)?กำหนดการ")
# The hours begin again on another day, and on another sheet.
_AGAIN = re.compile(r"[ \t|*]{0,8}(?:วัน|กำหนดการ|รุ่น|กลุ่ม|ครั้ง|ห้อง|ภาค)")
# What is prepared, and how one gets there, is on another day.
_OF_ITS_OWN = re.compile(
    r"ซ้อม|เตรียม|เดินทาง|ศึกษาดูงาน|(?:รุ่น|ครั้ง|กลุ่ม)ที่\s{0,3}(?:[2-9]|1[0-9])(?![0-9])"
)
_HEAD, _FURTHEST = 8, 600
_LONGEST = 60
_FEWEST_RIGHT = 2
_SURE = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class _Hour:
    """An hour of a row, and where it is printed."""

    at: time
    span: tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """A row of a schedule, from when and until when it is."""

    opens: _Hour
    closes: _Hour


def faulty_schedules(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the schedules of another day than their letter's, and rows that begin too early."""
    lines = lines_of(checked.text)
    for at, line in enumerate(lines):
        if _TITLE.match(line.text) and not _OF_ITS_OWN.search(line.text):
            yield from _another_day(checked, lines[at : at + _LONGEST])
    for rows in _schedules(lines):
        yield from _overlapping(checked, rows)


def _another_day(checked: CheckedText, sheet: Sequence[Line]) -> Iterator[Contradiction]:
    """Compare the only day below a title with the only occasion of the letter before it."""
    head = sheet[:_HEAD]
    start, _ = checked.fold.span(head[0].start, head[0].end)
    letter = next((one for one in checked.reading.letters if one.start < start < one.end), None)
    days = _days_of(checked, head)
    held = _held(letter, start) if letter else []
    if letter is None or len(days) != 1 or len({one.value.start for one in held}) != 1:
        return
    (day, at), first = days[0], bangkok_date(held[0].value.start)
    if _is_told(checked, letter, start, day) or first <= day <= _last(held[0].value):
        return
    if first in _days_that_open(checked, sheet):
        return
    yield contradiction(
        ContradictionKind.DATE_DIFFERS,
        f"หนังสือระบุวันที่ {thai_long_date(first)} แต่กำหนดการระบุวันที่ {thai_long_date(day)}",
        [Place(value=first.isoformat(), span=held[0].span), checked.place(day.isoformat(), *at)],
    )


def _days_of(checked: CheckedText, head: Sequence[Line]) -> Sequence[tuple[date, tuple[int, int]]]:
    """Return the days that stand between a title and the first hours below it."""
    hours = [line.start for line in head if _ROW.match(line.text)]
    start, end = head[0].start, min([head[-1].end, *hours])
    first = bisect_left(checked.dates, start, key=lambda one: one.start)
    named = checked.dates[first : first + _HEAD]
    return [(one.day, (one.start, one.end)) for one in named if one.end <= end]


def _days_that_open(checked: CheckedText, sheet: Sequence[Line]) -> set[date]:
    """Return the days that stand on a line of their own right above hours."""
    opening = [one for one, other in pairwise(sheet) if _ROW.match(other.text)]
    spans = [(one.start, one.end) for one in opening if _AGAIN.match(one.text)]
    return {
        one.day
        for start, end in spans
        for one in checked.dates[bisect_left(checked.dates, start, key=lambda one: one.start) :][:2]
        if one.end <= end
    }


def _held(letter: LetterReading, before: int) -> Sequence[Found[Occasion]]:
    return [one for one in letter.occasions if one.start < before and one.confidence >= _SURE]


def _last(occasion: Occasion) -> date:
    return bangkok_date(occasion.end or occasion.start)


def _is_told(checked: CheckedText, letter: LetterReading, before: int, day: date) -> bool:
    """Tell whether the letter speaks of that day too, as its own or as another one."""
    first, last = (
        bisect_left(checked.dates, checked.index(at), key=lambda one: one.start)
        for at in (letter.start, before)
    )
    return any(one.day == day for one in checked.dates[first:last])


def _schedules(lines: Sequence[Line]) -> Iterator[Sequence[_Row]]:
    """Yield the rows that stand one behind the other, of one day."""
    rows: list[_Row] = []
    for line in lines:
        match = _ROW.match(line.text)
        if match is None and (not rows or not _AGAIN.match(line.text)):
            continue
        if match is None or (rows and line.start - rows[-1].closes.span[1] > _FURTHEST):
            yield rows
            rows = []
        if match is not None:
            rows.append(_row(match, line.start))
    yield rows


def _row(match: re.Match[str], start: int) -> _Row:
    last = "closes" if match["closes"] else "opens"
    opens, closes = (
        _Hour(
            at=time.fromisoformat(match[name].replace(".", ":").zfill(5)),
            span=(start + match.start(name), start + match.end(name)),
        )
        for name in ("opens", last)
    )
    return _Row(opens=opens, closes=closes)


def _overlapping(checked: CheckedText, rows: Sequence[_Row]) -> Iterator[Contradiction]:
    """Where each row begins when the one before it ends, one that begins earlier is wrong.

    What takes place side by side begins at one hour, or goes on while something else pauses.
    """
    joints = [*pairwise(rows)]
    right = [one for one, other in joints if one.closes.at == other.opens.at]
    early = [
        pair
        for pair in joints
        if pair[1].opens.at < pair[0].closes.at and pair[1].opens.at != pair[0].opens.at
    ]
    if len(early) != 1 or len(right) < _FEWEST_RIGHT or _is_side_by_side(rows, early[0]):
        return
    hours = early[0][0].closes, early[0][1].opens
    yield contradiction(
        ContradictionKind.DATE_DIFFERS,
        f"กำหนดการเวลา {hours[1].at:%H.%M} น. เริ่มก่อนรายการก่อนหน้าสิ้นสุด คือ {hours[0].at:%H.%M} น.",
        [checked.place(f"{one.at:%H:%M}", *one.span) for one in hours],
    )


def _is_side_by_side(rows: Sequence[_Row], pair: tuple[_Row, _Row]) -> bool:
    """Tell whether the second lies within the first, or the first beside the row before it."""
    at = rows.index(pair[0])
    before, behind = rows[at - 1] if at else None, rows[at + 2 : at + 3]
    goes_on = any(one.opens.at == pair[0].closes.at for one in behind)
    is_within = pair[1].opens.at < pair[1].closes.at <= pair[0].closes.at
    return (goes_on and is_within) or (before is not None and before.opens.at == pair[0].opens.at)
