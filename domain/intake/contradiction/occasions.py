"""Occasions that were over before their letter, or that the subject sets on another day."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from domain.buddhist_era import bangkok_date, thai_long_date
from domain.intake.contradiction.text import CheckedText, Place, contradiction, day_place
from domain.intake.found import Found
from domain.intake.reading import Contradiction, LetterReading, Occasion
from domain.intake.thai_dates import DateAt
from domain.intake.vocabulary import ContradictionKind

# What is to come, and what says that it is over or was meant otherwise.
_TO_COME = re.compile(
    r"ขอเชิญ|จึงเชิญ|กำหนด(?:จัด|ประชุม|การ|อบรม|ให้|ตรวจ|ออก|เปิด)|จะ(?:จัด|ดำเนิน|มี|เข้า|ออก|ประชุม|เดินทาง)|ขอใช้"
)
_OVER = re.compile(
    r"ได้(?!แก่|โปรด)|ผ่านมา|เมื่อ|ตามที่|ตามหนังสือ|ตามประกาศ|แล้ว|นั้น|เดิม|เลื่อน|เปลี่ยน|ยกเลิก|สรุป|ผลการ|ครั้งก่อน|ครั้งที่แล้ว|ขอบคุณ|มติ|ย้อนหลัง|อ้างถึง"
)
_CHANGE = re.compile(r"เลื่อน|เปลี่ยน|ยกเลิก|แก้ไข|ขยาย|สรุป|ผล|รายงาน|ขอบคุณ|ยืนยัน|ตอบ")
# What is prepared is on another day.
_PREPARED = re.compile(r"เตรียม(?!ความพร้อม)|ซ้อม")
_ON = re.compile(r"(?:ใน)?วัน(?:[ก-๎]{2,10})?ที่\s{0,3}\Z")
_NOT_ON = re.compile(
    r"(?:ลง|เมื่อ|ตั้งแต่|ภายใน|ก่อน|ถึง|ณ|ประกาศ|ระหว่าง)\s{0,3}(?:ใน)?วัน(?:[ก-๎]{2,10})?ที่\s{0,3}\Z"
)
# What was long ago is told of; a wrong year is a year or two off.
_LONGEST_AGO = timedelta(days=800)
_SURE = 0.8


def impossible_occasions(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield what was over before its letter, and the days in which subject and text differ."""
    for letter in checked.reading.letters:
        for occasion in letter.occasions:
            yield from _over(checked, letter, occasion)
        yield from _another_day(checked, letter)


def _over(
    checked: CheckedText, letter: LetterReading, occasion: Found[Occasion]
) -> Iterator[Contradiction]:
    if letter.dated is None or min(letter.dated.confidence, occasion.confidence) < _SURE:
        return
    day, dated = bangkok_date(occasion.value.end or occasion.value.start), letter.dated.value
    if not dated - _LONGEST_AGO < day < dated or not _is_to_come(checked.received, occasion.span):
        return
    if letter.subject is not None and _CHANGE.search(letter.subject.value):
        return
    yield contradiction(
        ContradictionKind.DATE_DIFFERS,
        f"กำหนดไว้ในวันที่ {thai_long_date(day)} ก่อนวันที่ของหนังสือ คือ {thai_long_date(dated)}",
        [day_place(letter.dated), Place(value=day.isoformat(), span=occasion.span)],
    )


def _is_to_come(received: str, span: tuple[int, int]) -> bool:
    """Tell whether its paragraph speaks of it as of something to come."""
    start = max(received.rfind("\n\n", 0, span[0]), span[0] - 300, 0)
    end = received.find("\n\n", span[1])
    said = received[start : span[0]]
    behind = received[span[1] : min(end if end >= 0 else len(received), span[1] + 150)]
    return bool(_TO_COME.search(said)) and not (_OVER.search(said) or _OVER.search(behind))


def _another_day(checked: CheckedText, letter: LetterReading) -> Iterator[Contradiction]:
    """Compare the day of the subject with the only occasion of a letter."""
    if letter.subject is None or len(letter.occasions) != 1:
        return
    if _CHANGE.search(letter.subject.value) or _PREPARED.search(letter.subject.value):
        return
    occasion = letter.occasions[0]
    named = _days_of_subject(checked, letter.subject.span)
    first, last = (
        bangkok_date(one or occasion.value.start)
        for one in (occasion.value.start, occasion.value.end)
    )
    if len(named) != 1 or first <= named[0][0] <= last or occasion.confidence < _SURE:
        return
    if _is_told_again(checked, letter, named[0][0]):
        return
    day, at = named[0]
    yield contradiction(
        ContradictionKind.DATE_DIFFERS,
        f"เรื่องระบุวันที่ {thai_long_date(day)} แต่เนื้อหาระบุวันที่ {thai_long_date(first)}",
        [
            checked.place(day.isoformat(), *at),
            Place(value=first.isoformat(), span=occasion.span),
        ],
    )


def _days_of_subject(
    checked: CheckedText, span: tuple[int, int]
) -> list[tuple[date, tuple[int, int]]]:
    named = []
    for one in _dates_in(checked, *span):
        before = checked.text[max(one.start - 30, 0) : one.start]
        if one.sure >= _SURE and _ON.search(before) and not _NOT_ON.search(before):
            named.append((one.day, (one.start, one.end)))
    return named


def _dates_in(checked: CheckedText, start: int, end: int) -> Sequence[DateAt]:
    """Return the dates in a stretch of the received text."""
    first, last = (
        bisect_left(checked.dates, checked.index(at), key=lambda one: one.start)
        for at in (start, end)
    )
    return checked.dates[first:last]


def _is_told_again(checked: CheckedText, letter: LetterReading, day: date) -> bool:
    """Tell whether the day stands in the letter behind its subject too."""
    start = letter.subject.end if letter.subject is not None else letter.start
    return any(one.day == day for one in _dates_in(checked, start, letter.end))
