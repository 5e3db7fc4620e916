"""Until when a letter asks for what (ภายในวันที่ …)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time

from domain.intake.clock_times import CLOCK, TIME_WORD, find_hours
from domain.intake.date_cues import DEADLINES, faint_limit, nearest_cue
from domain.intake.folded_text import FoldedText
from domain.intake.found import Found
from domain.intake.near_shapes import near_whole, shape_of, shape_places
from domain.intake.reading import Deadline
from domain.intake.thai_dates import DateAt
from domain.intake.vocabulary import RequestKind

# The day word before a date, with or without its weekday: วันที่, วันจันทร์ที่.
DAY_WORD = r"(?:วัน(?:\s?[ก-๎]{2,9}\s?)?ที่)?\s{0,3}"
_HOUR = (
    rf"(?:(?:ภายใน|ก่อน|ไม่เกิน)?\s{{0,3}}(?:เวลา)?\s{{0,3}}{CLOCK}\s{{0,3}}(?:น\.?)?"
    r"\s{0,3}(?:ของ|ใน)?\s{0,3})?"
)
_CUES = (
    ("deadline.within", 1.0, rf"ภาย\s?ใน\s{{0,3}}(?:กำหนด)?\s{{0,3}}{_HOUR}{DAY_WORD}$"),
    (
        "deadline.not_after",
        1.0,
        rf"(?:ไม่เกิน|ไม่ช้ากว่า|อย่างช้า|มิให้เกิน|ไม่ให้เกิน)\s{{0,3}}(?:ภายใน)?\s{{0,3}}{_HOUR}{DAY_WORD}$",
    ),
    # Whether the day itself still counts is for a person to say.
    ("deadline.before", 0.7, rf"ก่อน\s{{0,3}}{_HOUR}{DAY_WORD}$"),
    (
        "deadline.until",
        0.9,
        rf"(?:บัดนี้|วันนี้|เป็นต้นไป|ได้)\s{{0,3}}(?:จน)?ถึง\s{{0,3}}{DAY_WORD}$",
    ),
    (
        "deadline.last_day",
        0.9,
        rf"(?:หมดเขต|สิ้นสุด|ครบกำหนด|วันสุดท้าย)(?:[ก-๎ ]{{0,30}}?)(?:ใน)?{DAY_WORD}$",
    ),
)
_PATTERNS = [(rule, sure, re.compile(cue)) for rule, sure, cue in _CUES]
_KINDS = (
    (
        RequestKind.REPLY,
        r"ตอบรับ|ยืนยัน|แจ้งความประสงค์|ตอบกลับ|แจ้งกลับ|ขอทราบผล|แบบตอบ|แจ้งการเข้าร่วม|ตอบแบบ",
    ),
    (RequestKind.REGISTER, r"ลงทะเบียน|(?<!ผู้)สมัคร"),
    (RequestKind.PAY, r"ชำระ|โอนเงิน|ค่าธรรมเนียม|ค่า(?:ลงทะเบียน|สมัคร)|เบิกจ่าย|นำส่งเงิน|จ่ายเงิน"),
    (RequestKind.REPORT, r"(?<!แบบ)(?<!แบบการ)รายงาน(?!ตัว)|แจ้งผล"),
    (
        RequestKind.SUBMIT,
        r"จัดส่ง|นำส่ง|ส่ง(?!เสริม|ต่อ|มาด้วย|มาพร้อม|ผล|เงิน)|เสนอ|ยื่น|แจ้ง(?:ราย)?ชื่อ|แจ้งข้อมูล|กรอกข้อมูล|บันทึกข้อมูล",
    ),
)
_WORDS = [(kind, re.compile(words)) for kind, words in _KINDS]
# Words long enough to be told by their shape where a scan damaged them.
_LONG_WORDS = (
    (RequestKind.REPLY, "แบบตอบรับ แจ้งตอบรับ แจ้งความประสงค์ ตอบกลับ แบบตอบ แจ้งการเข้าร่วม ตอบรับ"),
    (RequestKind.REGISTER, "ลงทะเบียน"),
    (RequestKind.PAY, "ชำระเงิน ชำระค่า โอนเงิน ค่าธรรมเนียม ค่าลงทะเบียน เบิกจ่าย นำส่งเงิน จ่ายเงิน"),
    (RequestKind.REPORT, "รายงานผล รายงาน แจ้งผล"),
    (
        RequestKind.SUBMIT,
        "ส่งเอกสาร ส่งข้อมูล ส่งรายชื่อ ส่งหลักฐาน ส่งแบบ แจ้งรายชื่อ แจ้งข้อมูล กรอกข้อมูล บันทึกข้อมูล",
    ),
)


def _near_shape(word: str) -> re.Pattern[str]:
    """Match the shape of a word of which one letter may be another or lost."""
    shape = shape_of(word)
    damaged = [f"{shape[:at]}[^เโ0-9]?{shape[at + 1 :]}" for at in range(len(shape))]
    return re.compile("|".join([shape, *(damaged if len(shape) > 5 else [])]))


_SHAPES = [(kind, word, _near_shape(word)) for kind, words in _LONG_WORDS for word in words.split()]
# From where on a damaged word may be what is asked for.
_REQUEST = re.compile(r"[\s\S]*(?:โปรด|ขอให้|ในการนี้|ทั้งนี้|จึง)")
_NEXT_REQUEST = re.compile(r"โปรด|ขอให้|ให้|แล้ว|จึง|โดย|ทั้งนี้|หาก|และ|\n\n")
# The request stands before its day: what is asked behind it has another.
_OWN_REQUEST = re.compile(r"โปรด|ให้|[ก-๎]{3}(?<!นี้)\Z")
_SAYS_REQUEST = re.compile(r"โปรด|ให้")
# A time of day that could not be read.
_SAYS_HOUR = re.compile(
    rf"\s{{0,3}}(?:{TIME_WORD}|[ก-๎]{{0,5}}\s{{0,3}}[0-9]{{1,2}}[.:,][0-9oO]{{2}}(?![0-9]))"
)
# What another letter had asked for is told again: ตามหนังสือ … ภายในวันที่ … นั้น.
_RECOUNTED = re.compile(r"[^\n]{0,40}?นั้น\s*(?:\n|\Z)")
_DATED = re.compile(r"(?:ลง\s?วันที่|ลว\.?|ลง)\s{0,3}$")
# Between a request and its day so many letters may be cited.
_CITATIONS = 3
_WINDOW, _BEFORE, _AFTER = 60, 140, 60
_LITTLE, _MUCH = 1.0, 2.25
_DOUBTFUL = 0.75
"""So sure at most is what is asked for where no word says it whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Word:
    """A word that says what is asked for, the unseen behind it included, and how damaged it is."""

    start: int
    end: int
    kind: RequestKind
    off: float


def find_deadlines(
    folded: FoldedText, dates: Sequence[DateAt]
) -> tuple[Sequence[Found[Deadline]], frozenset[int]]:
    """Return the deadlines among the dates of a letter, and which dates they took."""
    found: dict[Deadline, Found[Deadline]] = {}
    taken = set()
    for nth, one in enumerate(dates):
        since = dates[nth - 1].end if nth else 0
        if deadline := _deadline(folded, one, since, _asked_since(folded.text, dates[:nth])):
            taken.add(one.start)
            found.setdefault(deadline.value, deadline)
    return _told_once([*found.values()]), frozenset(taken)


def _asked_since(text: str, before: Sequence[DateAt]) -> int:
    """Return the end of the nearest date before that is not the date of a cited letter."""
    for one in reversed(before[-_CITATIONS:]):
        if not _DATED.search(text[max(one.start - 20, 0) : one.start]):
            return one.end
    return before[-_CITATIONS - 1].end if len(before) > _CITATIONS else 0


def _deadline(folded: FoldedText, one: DateAt, floor: int, said: int) -> Found[Deadline] | None:
    since = max(floor, one.start - _WINDOW)
    before = folded.text[since : one.start]
    for rule, sure, cue in _PATTERNS:
        if match := cue.search(before):
            if rule == "deadline.before" and not _is_asked(folded.text[said : one.start]):
                return None
            return _asked(folded, one, said, since + match.start(), rule, min(sure, one.sure))
    if (near := nearest_cue(before)) and near.cue in DEADLINES:
        sure = 0.7 if near.off <= 0.5 else 0.6
    elif (near := faint_limit(before)) and _is_asked(folded.text[said : one.start]):
        sure = 0.5
    else:
        return None
    start = one.start - near.length
    return _asked(folded, one, said, start, "deadline.near", min(sure, one.sure))


def _is_asked(said: str) -> bool:
    """Tell whether something is asked for in the last words before a day."""
    said = said[-_BEFORE:].rpartition("\n\n")[2]
    return (
        _SAYS_REQUEST.search(said) is not None or kind_asked(said, "")[0] is not RequestKind.OTHER
    )


def _asked(
    folded: FoldedText, one: DateAt, since: int, start: int, rule: str, sure: float
) -> Found[Deadline]:
    until, end = _time(folded.text, start, one)
    before = folded.text[max(start - _BEFORE, since) : start]
    behind = folded.text[end : end + _AFTER]
    kind, sureness = kind_asked(before, behind)
    sure = min(sure, sureness)
    if until is None and _SAYS_HOUR.match(behind):
        sure = min(sure, _DOUBTFUL)
    if _RECOUNTED.match(behind):
        sure = min(sure, 0.6)
    deadline = Deadline(kind=kind, day=one.day, time=until)
    return folded.found(deadline, (start, end), sure=sure, rule=rule)


def _time(text: str, start: int, one: DateAt) -> tuple[time | None, int]:
    """Return the time of day, printed before the date or right behind it."""
    if hours := find_hours(text[start : one.start]):
        return hours.opens, one.end
    behind = text[one.end : one.end + 45]
    hours = find_hours(behind)
    if hours is None or not re.fullmatch(
        r"[\s,]*(?:ก่อน|ภายใน|ไม่เกิน|ใน)?\s*", behind[: hours.start]
    ):
        return None, one.end
    return hours.closes or hours.opens, one.end + hours.end


def kind_asked(before: str, behind: str) -> tuple[RequestKind, float]:
    """Return what is asked for: the nearest such word before the date, else behind it."""
    before = before.rpartition("\n\n")[2]
    at = [*shape_places(before), len(before)]
    whole = [*_whole_words(before, at)]
    if words := [*whole, *_damaged_words(before, at)]:
        kind = _nearest(words).kind
        return kind, 1.0 if whole and _nearest(whole).kind is kind else _DOUBTFUL
    if _OWN_REQUEST.search(before):
        return RequestKind.OTHER, _DOUBTFUL
    after = _NEXT_REQUEST.split(behind, maxsplit=1)[0]
    first = [(match.start(), kind) for kind, words in _WORDS if (match := words.search(after))]
    return (min(first)[1], 0.85) if first else (RequestKind.OTHER, _DOUBTFUL)


def _nearest(words: Sequence[_Word]) -> _Word:
    """Return the last word; of two that end together the longer, unless it is far more damaged."""
    end = max(one.end for one in words)
    last = [one for one in words if one.end == end]
    most = min(one.off for one in last) + _LITTLE
    return min((one for one in last if one.off <= most), key=lambda one: (one.start, one.off))


def _whole_words(before: str, at: Sequence[int]) -> Iterator[_Word]:
    for kind, words in _WORDS:
        for last in [*words.finditer(before)][-1:]:
            end = at[len(shape_of(before[: last.end()]))]
            yield _Word(start=last.start(), end=end, kind=kind, off=0.0)


def _damaged_words(before: str, at: Sequence[int]) -> Iterator[_Word]:
    """Yield the words that are there in their shape only."""
    asked = _REQUEST.match(before)
    shape, floor = shape_of(before), len(shape_of(asked[0])) if asked else 0
    for kind, word, pattern in _SHAPES:
        for match in pattern.finditer(shape, floor):
            start, end = at[match.start()], at[match.end()]
            said = "".join(before[start:end].split())
            off = None if word in said else near_whole(word, said, most=_MUCH)
            if off is not None:
                yield _Word(start=start, end=end, kind=kind, off=off)


def _told_once(found: Sequence[Found[Deadline]]) -> Sequence[Found[Deadline]]:
    """Leave out a deadline of which no more is said than another says with its kind."""
    named = {one.value.day for one in found if one.value.kind is not RequestKind.OTHER}
    return [
        one
        for one in found
        if one.value.kind is not RequestKind.OTHER
        or one.value.time is not None
        or one.value.day not in named
    ]
