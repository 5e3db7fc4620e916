"""When what a letter speaks of takes place (ในวันที่ … เวลา …)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from domain.buddhist_era import BANGKOK
from domain.intake.clock_times import HoursAt, find_hours
from domain.intake.date_cues import DEADLINES, Cue, nearest_cue
from domain.intake.folded_text import FoldedText
from domain.intake.found import Found
from domain.intake.reading import Occasion
from domain.intake.requests import DAY_WORD
from domain.intake.thai_dates import DateAt, calendar_day, read_month

_WEEKDAY = r"วัน\s?(?:จันทร์|อังคาร|พุธ|พฤหัส(?:บดี)?|ศุกร์|เสาร์|อาทิตย์)\s?ที่\s{0,3}$"
# Dates of letters, of what is past, and of what begins and stays are no occasions.
_NEVER = re.compile(
    r"(?:ลง|ลว\.?|เมื่อ|ประกาศ ?ณ|สั่ง ?ณ|ให้ไว้ ?ณ|นับแต่|นับตั้งแต่|ณ สิ้น|พิมพ์|ข้อมูล ?ณ|สิ้นสุด)"
    rf"\s{{0,3}}{DAY_WORD}$"
)
_BETWEEN = re.compile(rf"(?:ระหว่าง|ตั้งแต่)\s{{0,3}}{DAY_WORD}$")
_ON = re.compile(rf"(?<!ภาย)ใน\s{{0,3}}{DAY_WORD}$")
_DAY = re.compile(r"วัน(?:\s?[ก-๎]{2,9}\s?)?ที่\s{0,3}$")
_NAMED_DAY = re.compile(_WEEKDAY)
_FIRST_DAY = re.compile(
    r"(?<![0-9])([0-3]?[0-9])(?:\s([ก-ฮ][ก-๎.]{2,10}))?\s{0,3}(?:-|ถึง(?:วันที่)?|และ(?:วันที่)?|,)\s{0,3}$"
)
_UNTIL = re.compile(rf"\s{{0,3}}(?:-|(?:จน)?ถึง)\s{{0,3}}{DAY_WORD}$")
_EVENT = re.compile(
    r"ประชุม|อบรม|สัมมนา|จัดงาน|จัดโครงการ|ตรวจ|ลงพื้นที่|พิธี|บรรยาย|ชี้แจง|กำหนดจัด|นิเทศ|สอบ|แข่งขัน|กิจกรรม|ดูงาน|เปิด|จัดขึ้น|ฝึก"
)
_GOES_ON = re.compile(r"[^0-9\n]{0,5}[0-9]{1,2} ?[.:,]|\s{0,3}(?:-|[ถกภ]ึ?ง)\s{0,3}[0-9]")
_LOST_HOUR = re.compile(r"[0-9]\s?[.,:]\s?[^\s]{0,3}\s{0,3}[-–ถ]")
_WINDOW, _BEHIND, _CLAUSE = 70, 110, 120


@dataclass(frozen=True, kw_only=True, slots=True)
class _Days:
    """The days of an occasion, where they are printed, and how sure the words are."""

    first: date
    last: date
    start: int
    sure: float
    rule: str


def find_occasions(
    folded: FoldedText, dates: Sequence[DateAt], taken: frozenset[int], since: int
) -> Sequence[Found[Occasion]]:
    """Return the occasions among the dates of a letter, each told once.

    Several days without hours end at the midnight with which their last day begins.

    Args:
        folded: The text.
        dates: The dates in the letter's text.
        taken: Where dates begin that are deadlines.
        since: Where the letter's text begins; its subject says nothing of a date.
    """
    found: dict[Occasion, Found[Occasion]] = {}
    for nth, one in enumerate(dates):
        before = dates[nth - 1] if nth else None
        after = dates[nth + 1].start if nth + 1 < len(dates) else len(folded.text)
        if one.start in taken or _is_first_of_two(folded.text, one, after):
            continue
        if days := _days(folded.text, one, before, since):
            occasion = _held(folded, one, days, after)
            if occasion:
                found.setdefault(occasion.value, occasion)
    return _told_once([*found.values()])


def _is_first_of_two(text: str, one: DateAt, after: int) -> bool:
    return after < one.end + 40 and _UNTIL.fullmatch(text, one.end, after) is not None


def _days(text: str, one: DateAt, before: DateAt | None, since: int) -> _Days | None:
    start = max(one.start - _WINDOW, before.end if before else 0)
    said = text[start : one.start]
    if before and _UNTIL.fullmatch(said):
        return _two_dates(text, before, one)
    if first := _FIRST_DAY.search(said):
        return _one_month(text, one, start + first.start(), first)
    return _one_day(text, one, start, since)


def _two_dates(text: str, before: DateAt, one: DateAt) -> _Days | None:
    start = max(before.start - _WINDOW, 0)
    if not _BETWEEN.search(text[start : before.start]) or before.day > one.day:
        return None
    sure = min(before.sure, one.sure, 0.9)
    return _Days(
        first=before.day, last=one.day, start=before.start, sure=sure, rule="occasion.between"
    )


def _one_month(text: str, one: DateAt, start: int, first: re.Match[str]) -> _Days | None:
    """Return days of which only the last is printed with its year: ๑๙ - ๒๑ มีนาคม ๒๕๖๔."""
    month = read_month(first[2]) if first[2] else (one.day.month, 1.0)
    day = month and calendar_day(one.day.year, month[0], int(first[1]))
    said = text[max(start - _WINDOW, 0) : start]
    if not day or day >= one.day or _NEVER.search(said):
        return None
    is_cued = _BETWEEN.search(said) or _ON.search(said) or _DAY.search(said)
    if not is_cued:
        return None
    return _Days(
        first=day, last=one.day, start=start, sure=min(one.sure, 0.9), rule="occasion.days"
    )


def _one_day(text: str, one: DateAt, start: int, since: int) -> _Days | None:
    said = text[start : one.start]
    if _NEVER.search(said) or _BETWEEN.search(said):
        return None
    rule = _cue(text, said, one, since)
    if rule is None:
        return None
    sure = {"occasion.on": 1.0, "occasion.hours": 0.9, "occasion.near": 0.6}.get(rule, 0.7)
    return _Days(first=one.day, last=one.day, start=one.start, sure=min(sure, one.sure), rule=rule)


def _cue(text: str, said: str, one: DateAt, since: int) -> str | None:
    """Return by which words a single date is known for an occasion."""
    has_hours = _hours_behind(text, one.end, one.end + 20) is not None
    clause = text[max(one.start - _CLAUSE, since) : one.start].rpartition("\n\n")[2]
    is_event = _EVENT.search(clause) is not None
    if _ON.search(said):
        # Alone it may be the end of a word that was damaged.
        return "occasion.on" if has_hours or is_event else "occasion.near"
    if _DAY.search(said) and has_hours:
        return "occasion.hours"
    if (_NAMED_DAY.search(said) or _DAY.search(said)) and is_event:
        return "occasion.event"
    near = nearest_cue(said)
    if near is None or near.cue in DEADLINES:
        return None
    is_held = near.cue is Cue.ON or (near.cue is Cue.DAY and (is_event or has_hours))
    return "occasion.near" if is_held else None


def _held(folded: FoldedText, one: DateAt, days: _Days, after: int) -> Found[Occasion] | None:
    text = folded.text
    hours = _hours_behind(text, one.end, min(one.end + _BEHIND, after))
    is_doubtful = hours is not None and _is_doubtful(text[one.end : one.end + _BEHIND], hours)
    start = _with_day_word(text, days.start)
    end = one.end + hours.end if hours else one.end
    if hours is None and (ahead := _hours_before(text, start)):
        hours, start = ahead
    opens = hours.opens if hours else time.min
    closes = hours.closes if hours else None
    begins = datetime.combine(days.first, opens, BANGKOK)
    ends = _ends(days, hours is not None, closes)
    if ends is not None and ends < begins:
        ends, is_doubtful = None, True
    return folded.found(
        Occasion(start=begins, end=ends),
        (start, end),
        sure=min(days.sure, 0.7) if is_doubtful else days.sure,
        rule=days.rule,
    )


def _is_doubtful(behind: str, hours: HoursAt) -> bool:
    """Tell whether figures before or behind the hours were meant for hours too."""
    goes_on = hours.closes is None and _GOES_ON.match(behind, hours.end) is not None
    return goes_on or _LOST_HOUR.search(behind[: hours.start]) is not None


def _ends(days: _Days, has_hours: bool, closes: time | None) -> datetime | None:
    if closes is not None:
        return datetime.combine(days.last, closes, BANGKOK)
    if days.last > days.first and not has_hours:
        return datetime.combine(days.last, time.min, BANGKOK)
    return None


def _hours_behind(text: str, start: int, end: int) -> HoursAt | None:
    """Return the hours behind a date, in the same paragraph and at most a place name away."""
    behind = text[start:end].partition("\n\n")[0]
    hours = find_hours(behind)
    # Two lines further down they are the running times of a schedule.
    if hours is None or behind.count("\n", 0, hours.start) > 1:
        return None
    is_near = len(behind[: hours.start].strip()) <= 12
    return hours if is_near or text.startswith("เวลา", start + hours.start) else None


def _hours_before(text: str, start: int) -> tuple[HoursAt, int] | None:
    """Return the hours right before a date, such as เวลา ๑๓.๓๐ น. วันที่ ๕."""
    floor = max(start - 50, 0)
    before = text[floor:start]
    at = before.rfind("เวลา")
    hours = find_hours(before[at:]) if at >= 0 else None
    if hours is None or before[at + hours.end :].strip() not in {"", "ของ", "ใน"}:
        return None
    return hours, floor + at


def _with_day_word(text: str, start: int) -> int:
    floor = max(start - 30, 0)
    match = re.search(rf"(?:ใน|ระหว่าง|ตั้งแต่)?\s{{0,3}}{DAY_WORD}$", text[floor:start])
    return floor + match.start() + _blank(match[0]) if match else start


def _blank(said: str) -> int:
    return len(said) - len(said.lstrip())


def _told_once(found: Sequence[Found[Occasion]]) -> Sequence[Found[Occasion]]:
    """Leave out a day without hours where another place gives the hours of that day."""
    timed = {one.value.start.date() for one in found if one.value.start.time() != time.min}
    return [
        one
        for one in found
        if one.value.start.time() != time.min or one.value.start.date() not in timed
    ]
