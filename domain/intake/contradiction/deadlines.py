"""Deadlines that nobody can keep: before their letter, before today, after what they are for."""

import re
from collections.abc import Iterator, Sequence, Set
from datetime import date, datetime, timedelta

from domain.buddhist_era import BANGKOK, bangkok_date, thai_long_date
from domain.intake.contradiction.citations import Citation
from domain.intake.contradiction.text import CheckedText, Place, contradiction, day_place
from domain.intake.found import Found
from domain.intake.reading import Contradiction, Deadline, LetterReading, Occasion
from domain.intake.vocabulary import ContradictionKind, RequestKind

# A reminder tells of the deadline that was missed, a longer one of the former, and books are
# closed on a day of the past.
_TOLD_BEFORE = re.compile(r"(?:ตามที่|ตามหนังสือ|ได้ขอให้|ได้แจ้งให้|ได้กำหนดให้|จากเดิม|เดิม|เคย)")
_TOLD_BEHIND = re.compile(r"นั้น|บัดนี้|พ้นกำหนด|ล่วงเลย|เลยกำหนด|ครบกำหนด|แล้วนั้น")
_FORMER = re.compile(
    r"(?:(?:เดิม|(?:เวลา|ปี|งวด)บัญชี|สัญญา(?=[^\n]{0,20}(?:สิ้นสุด|\Z)))[^\n]{0,30}|(?:เกิด|สำเร็จการศึกษา|จดทะเบียน|กระทำ[^\n]{0,12})\s{0,3}(?:ก่อน|ภายใน|ไม่เกิน|หลัง)?(?:วันที่)?\s{0,3})\Z"
)
# An old letter is read for its contents; whoever enters a new one should know that it is late.
_NEW = timedelta(days=60)
# Something that goes on so long may still be joined when it has begun.
_LONG = timedelta(days=3)
_BEFOREHAND = (RequestKind.REGISTER, RequestKind.REPLY)
# Who is to come is told before it begins.
_WHO_COMES = re.compile("รายชื่อผู้(?:เข้า|แทน|สมัคร|ร่วม|จะ|ประสงค์)|แบบตอบรับ|ใบสมัคร")
_AFTERWARDS = re.compile(
    r"(?:ภายหลัง|หลังจาก|หลังการ|เมื่อเสร็จ|เสร็จสิ้น|แล้วเสร็จ|ผลการ|ประเมินผล|แบบประเมิน)"
)


def impossible_deadlines(
    checked: CheckedText, citations: Sequence[Citation], explained: Set[tuple[int, int]]
) -> Iterator[Contradiction]:
    """Yield the deadlines that nobody can keep.

    Args:
        checked: The text.
        citations: Which letters are cited in it.
        explained: Places of days that were already found to differ from another one.
    """
    for citation in citations:
        yield from _after_that_of_cited(citation, {start for start, _ in explained})
    told: set[date] = set()
    for letter in checked.reading.letters:
        yield from _on_two_days(letter)
        for deadline in letter.deadlines:
            if _is_history(checked.received, deadline):
                continue
            yield from _before_letter(letter, deadline)
            yield from _after_occasion(checked.received, letter, deadline)
            if _has_passed(checked.today, letter, deadline.value.day, told):
                told.add(deadline.value.day)
                yield contradiction(
                    ContradictionKind.DEADLINE_IN_PAST,
                    f"กำหนดวันที่ {thai_long_date(deadline.value.day)} พ้นไปแล้ว",
                    [_deadline_place(deadline)],
                )


def _after_that_of_cited(citation: Citation, told: Set[int]) -> Iterator[Contradiction]:
    """Whoever passes a letter on has to know of it earlier, and may not register later."""
    asked, passed_on = (
        [one for one in letter.deadlines if one.value.kind is RequestKind.REGISTER]
        for letter in (citation.cited, citation.citing)
    )
    days = {bangkok_date(one.value.start) for one in citation.cited.occasions}
    also = {bangkok_date(one.value.start) for one in citation.citing.occasions}
    if len(asked) != 1 or not also <= days:
        return
    for one in passed_on:
        is_told = any(one.start <= start < one.end for start in told)
        if one.value.day > asked[0].value.day and not is_told:
            yield contradiction(
                ContradictionKind.DATE_DIFFERS,
                f"หนังสือที่อ้างถึงกำหนดวันที่ {thai_long_date(asked[0].value.day)} "
                f"แต่กำหนดไว้ช้ากว่านั้น คือ {thai_long_date(one.value.day)}",
                [_deadline_place(one), _deadline_place(asked[0])],
            )


def _on_two_days(letter: LetterReading) -> Iterator[Contradiction]:
    """Compare until when one registers for something: the letter and what is enclosed with it."""
    asked = [one for one in letter.deadlines if one.value.kind is RequestKind.REGISTER]
    end = letter.body.end if letter.body is not None else letter.end
    said = [one for one in asked if one.start < end]
    further = [one for one in asked if one.start >= end]
    if len(said) == len(further) == 1 and len(letter.occasions) == 1:
        yield contradiction(
            ContradictionKind.DATE_DIFFERS,
            f"หนังสือกำหนดวันที่ {thai_long_date(said[0].value.day)} "
            f"แต่เอกสารที่ส่งมาด้วยกำหนดวันที่ {thai_long_date(further[0].value.day)}",
            [_deadline_place(said[0]), _deadline_place(further[0])],
        )


def _is_history(received: str, deadline: Found[Deadline]) -> bool:
    """Tell whether the deadline is one that an earlier letter set."""
    paragraph = received.rfind("\n", 0, deadline.start) + 1
    before = received[max(paragraph, deadline.start - 300) : deadline.start]
    behind = received[deadline.end : deadline.end + 120].partition("\n")[0]
    if _FORMER.search(before):
        return True
    # What was told before ends with นั้น; what is asked for behind it is asked for now.
    before = before.rpartition("นั้น")[2]
    return bool(_TOLD_BEFORE.search(before) and _TOLD_BEHIND.search(behind))


def _before_letter(letter: LetterReading, deadline: Found[Deadline]) -> Iterator[Contradiction]:
    if letter.dated is not None and deadline.value.day < letter.dated.value:
        yield contradiction(
            ContradictionKind.DEADLINE_IN_PAST,
            f"กำหนดวันที่ {thai_long_date(deadline.value.day)} "
            f"ผ่านไปก่อนวันที่ของหนังสือ คือ {thai_long_date(letter.dated.value)}",
            [_deadline_place(deadline), day_place(letter.dated)],
        )


def _has_passed(today: date | None, letter: LetterReading, day: date, told: set[date]) -> bool:
    if today is None or letter.dated is None or day in told:
        return False
    return letter.dated.value <= day < today and today - letter.dated.value <= _NEW


def _after_occasion(
    received: str, letter: LetterReading, deadline: Found[Deadline]
) -> Iterator[Contradiction]:
    """Look at the last thing that is to come: an earlier one may have a deadline of its own."""
    coming = [one for one in letter.occasions if _is_to_come(letter, one)]
    # What another day is for says nothing of this one.
    spans = [one.span for one in letter.deadlines] + [one.span for one in letter.occasions]
    days = [end for _, end in spans if end <= deadline.start]
    said = received[max(deadline.start - 60, *days, 0) : deadline.start]
    is_names = deadline.value.kind is RequestKind.SUBMIT and _WHO_COMES.search(said)
    is_beforehand = deadline.value.kind in _BEFOREHAND or is_names
    if not is_beforehand or not coming:
        return
    last = max(coming, key=lambda one: one.value.start)
    if _ends_after(deadline.value, last.value) and not _AFTERWARDS.search(said):
        day = bangkok_date(last.value.start)
        yield contradiction(
            ContradictionKind.DEADLINE_AFTER_OCCASION,
            f"กำหนดวันที่ {thai_long_date(deadline.value.day)} อยู่หลังวันงาน คือ {thai_long_date(day)}",
            [_deadline_place(deadline), Place(value=day.isoformat(), span=last.span)],
        )


def _is_to_come(letter: LetterReading, occasion: Found[Occasion]) -> bool:
    return letter.dated is None or bangkok_date(occasion.value.start) >= letter.dated.value


def _ends_after(deadline: Deadline, occasion: Occasion) -> bool:
    """Without a time of day the day of the occasion itself is not too late for sure."""
    last = occasion.end if occasion.end and occasion.end - occasion.start > _LONG else None
    begins = (last or occasion.start).astimezone(BANGKOK)
    if deadline.time is None or deadline.day != begins.date():
        return deadline.day > begins.date()
    return datetime.combine(deadline.day, deadline.time, BANGKOK) > begins and (begins.hour > 0)


def _deadline_place(deadline: Found[Deadline]) -> Place:
    return Place(value=deadline.value.day.isoformat(), span=deadline.span)
