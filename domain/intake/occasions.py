"""When what a letter speaks of takes place (ในวันที่ … เวลา …)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from domain.buddhist_era import BANGKOK
from domain.intake.clock_times import CLOCK, HoursAt, find_hours
from domain.intake.date_cues import WEEKDAYS, Cue, nearest_cue
from domain.intake.day_lists import days_before
from domain.intake.folded_text import FoldedText
from domain.intake.found import Found
from domain.intake.near_shapes import shape_of
from domain.intake.reading import Occasion
from domain.intake.requests import DAY_WORD, kind_asked
from domain.intake.schedule_rows import rows_of_schedule
from domain.intake.thai_dates import DateAt
from domain.intake.vocabulary import RequestKind

_WEEKDAY = r"วัน\s?(?:จันทร์|อังคาร|พุธ|พฤหัส(?:บดี)?|ศุกร์|เสาร์|อาทิตย์)\s?ที่\s{0,3}$"
# Dates of letters, of what is past, of what begins and stays, and limits are no occasions.
_NEVER = re.compile(
    r"(?:ก่อน|ภายใน|ไม่เกิน|ลง|ลว\.?|เมื่อ|ประกาศ ?ณ|สั่ง ?ณ|ให้ไว้ ?ณ|นับแต่|นับตั้งแต่|ณ สิ้น|พิมพ์|ข้อมูล ?ณ|สิ้นสุด)"
    rf"\s{{0,3}}{DAY_WORD}$"
)
_BETWEEN = re.compile(rf"(?:ระหว่าง|ตั้งแต่)\s{{0,3}}{DAY_WORD}$")
_ON = re.compile(rf"(?<!ภาย)ใน\s{{0,3}}{DAY_WORD}$")
_DAY = re.compile(r"วัน(?:\s?[ก-๎]{2,9}\s?)?ที่\s{0,3}$")
_NAMED_DAY = re.compile(_WEEKDAY)
_UNTIL = re.compile(
    rf"\s{{0,3}}((?:ตั้งแต่)?(?:เวลา)?\s{{0,3}}{CLOCK}\s{{0,3}}(?:น\.?|นาฬิกา)?\s{{0,3}})?(?:-|(?:จน)?ถึง)\s{{0,3}}{DAY_WORD}$"
)
# An hour until which something is to be done is none at which something begins.
_LIMIT = re.compile(r"(?:ภายใน|ก่อน|ไม่เกิน|ไม่ช้ากว่า)\s{0,3}$")
_EVENT = re.compile(
    r"ประชุม|อบรม|สัมมนา|จัดงาน|จัดโครงการ|ตรวจ|ลงพื้นที่|พิธี|บรรยาย|ชี้แจง|กำหนดจัด|นิเทศ|สอบ(?!ถาม)|แข่งขัน|กิจกรรม|ดูงาน|เปิด|จัดขึ้น|ฝึก|เดินทาง"
)
# What a scan leaves of the longest of these words.
_EVENT_SHAPES = re.compile(
    "|".join(
        map(shape_of, ("ประชุม", "อบรม", "สัมมนา", "กำหนดจัด", "จัดงาน", "ตรวจ", "บรรยาย", "กิจกรรม"))
    )
)
# Where it is held: ณ ห้องประชุม.
_PLACE = re.compile(r"(?:[^\n]{0,40}?\s)?ณ์?\s(?!วัน)[ก-ฮเ-ไ]")
_ASKS = re.compile(r"[\s\S]*(?:โปรด|ขอให้|ในการนี้)")
# The number of a receiving stamp stands right before its day; shorter ones count rounds, villages.
_STAMPED = re.compile(r"(?<![0-9/])[0-9]{3,7}\s{1,3}(?:วัน?[ก-๎]{0,4}\s{0,3})?$")
_GOES_ON = re.compile(r"[^0-9\n]{0,5}[0-9]{1,2} ?[.:,]|\s{0,3}(?:-|[ถกภ]ึ?ง)\s{0,3}[0-9]")
_LOST_HOUR = re.compile(r"[0-9]\s?[.,:]\s?[^\s]{0,3}\s{0,3}[-–ถ]")
_WINDOW, _BEHIND, _CLAUSE = 70, 110, 120
_SURE_OF_ROW = 0.7


@dataclass(frozen=True, kw_only=True, slots=True)
class _Days:
    """The days of an occasion, where they are printed, and how sure the words are.

    The hour at which it opens is told here where it stands between its two dates.
    """

    first: date
    last: date
    start: int
    sure: float
    rule: str
    opens: time | None = None


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
    rows = rows_of_schedule(folded.text, dates)
    for nth, one in enumerate(dates):
        before = dates[nth - 1] if nth else None
        after = dates[nth + 1].start if nth + 1 < len(dates) else len(folded.text)
        if one.start in taken or _is_first_of_two(folded.text, one, after):
            continue
        for days in _days(folded.text, one, before, since, is_row=one.start in rows):
            occasion = _held(folded, one, days, after)
            found.setdefault(occasion.value, occasion)
    return _told_once([*found.values()])


def _is_first_of_two(text: str, one: DateAt, after: int) -> bool:
    return after < one.end + 70 and _UNTIL.fullmatch(text, one.end, after) is not None


def _days(
    text: str, one: DateAt, before: DateAt | None, since: int, *, is_row: bool
) -> Iterator[_Days]:
    start = max(one.start - _WINDOW, before.end if before else 0)
    if before and (until := _UNTIL.fullmatch(text[start : one.start])):
        yield from _two_dates(text, before, one, until)
    elif days_before(text, start, one):
        yield from _one_month(text, one, start, is_row=is_row)
    elif day := _one_day(text, one, start, since):
        yield day
    elif is_row:
        sure = min(one.sure, _SURE_OF_ROW)
        yield _Days(first=one.day, last=one.day, start=one.start, sure=sure, rule="occasion.row")


def _two_dates(text: str, before: DateAt, one: DateAt, until: re.Match[str]) -> Iterator[_Days]:
    said = text[max(before.start - _WINDOW, 0) : before.start]
    is_between = _BETWEEN.search(said) is not None
    if before.day > one.day or not (is_between or _is_cued(said)):
        return
    hours = find_hours(until[1]) if until[1] else None
    yield _Days(
        first=before.day,
        last=one.day,
        start=before.start,
        sure=min(before.sure, one.sure, 0.9 if is_between else 0.75),
        rule="occasion.between",
        opens=hours.opens if hours else None,
    )


def _one_month(text: str, one: DateAt, since: int, *, is_row: bool) -> Iterator[_Days]:
    """Yield days of which only the last is printed with its year: ๑๙ - ๒๑ มีนาคม ๒๕๖๔."""
    days = days_before(text, since, one)
    said = text[max(days[0].start - _WINDOW, 0) : days[0].start]
    is_cued = _BETWEEN.search(said) is not None or _is_cued(said)
    if not (is_cued or is_row):
        return
    sure, rule = (0.9, "occasion.days") if is_cued else (_SURE_OF_ROW, "occasion.row")
    for row in days:
        yield _Days(
            first=row.first, last=row.last, start=row.start, sure=min(one.sure, sure), rule=rule
        )


def _is_cued(said: str) -> bool:
    """Tell whether a day that follows is the day of something."""
    return not _NEVER.search(said) and bool(_ON.search(said) or _DAY.search(said))


def _one_day(text: str, one: DateAt, start: int, since: int) -> _Days | None:
    said = text[start : one.start]
    if _NEVER.search(said) or _BETWEEN.search(said):
        return None
    rule = _cue(text, said, one, since)
    if rule is None:
        return None
    sure = {"occasion.on": 1.0, "occasion.hours": 0.9, "occasion.near": 0.6}.get(rule, 0.7)
    named = _NAMED_DAY.search(said)
    if named and WEEKDAYS[one.day.weekday()][:5] not in named[0]:
        sure = min(sure, 0.7)
    return _Days(first=one.day, last=one.day, start=one.start, sure=min(sure, one.sure), rule=rule)


def _cue(text: str, said: str, one: DateAt, since: int) -> str | None:
    """Return by which words a single date is known for an occasion."""
    has_hours = _hours_behind(text, one.end, one.end + 20) is not None
    clause = _clause(text[max(one.start - _CLAUSE, since) : one.start])
    has_place = _PLACE.match(text, one.end) is not None
    event = has_place or _EVENT.search(clause) or _EVENT_SHAPES.search(shape_of(clause))
    is_asked = not has_place and _is_asked(clause)
    if not event and (_STAMPED.search(said) if has_hours else is_asked):
        return None
    is_held = not is_asked and (has_hours or has_place or _EVENT.search(clause) is not None)
    if rule := _rule(said, is_held, has_hours):
        return rule
    return "occasion.near" if _is_nearly_held(said, event is not None, has_hours) else None


def _rule(said: str, is_held: bool, has_hours: bool) -> str | None:
    # Alone ใน may be the end of a word that was damaged.
    if _ON.search(said):
        return "occasion.on" if is_held else "occasion.near"
    if is_held and _DAY.search(said):
        return "occasion.hours" if has_hours else "occasion.event"
    return None


def _is_asked(clause: str) -> bool:
    """Tell whether something is asked for behind the last word of an event."""
    last = [*_EVENT.finditer(clause)][-1:]
    asked = kind_asked(clause[last[0].end() :] if last else clause, "")[0]
    return asked is not RequestKind.OTHER


def _clause(before: str) -> str:
    """Return the clause that ends before a date; what is asked for begins another."""
    before = before.rpartition("\n\n")[2]
    asks = _ASKS.match(before)
    return before[asks.end() :] if asks else before


def _is_nearly_held(said: str, is_event: bool, has_hours: bool) -> bool:
    near = nearest_cue(said)
    if near is None:
        return is_event and has_hours
    return near.cue is Cue.ON or (near.cue is Cue.DAY and (is_event or has_hours))


def _held(folded: FoldedText, one: DateAt, days: _Days, after: int) -> Found[Occasion]:
    text = folded.text
    hours = _hours_behind(text, one.end, min(one.end + _BEHIND, after))
    is_doubtful = hours is not None and _is_doubtful(text[one.end : one.end + _BEHIND], hours)
    start = _with_day_word(text, days.start)
    end = one.end + hours.end if hours else one.end
    if hours is None and (ahead := _hours_before(text, start)):
        hours, start = ahead
    opens, closes = _hours(days, hours)
    begins = datetime.combine(days.first, opens, BANGKOK)
    ends = _ends(days, closes)
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
    return not hours.is_whole or goes_on or _LOST_HOUR.search(behind[: hours.start]) is not None


def _hours(days: _Days, hours: HoursAt | None) -> tuple[time, time | None]:
    """Return when it opens and closes; an hour behind the last day may be either."""
    if days.opens is not None:
        return days.opens, (hours.closes or hours.opens) if hours else None
    return (hours.opens, hours.closes) if hours else (time.min, None)


def _ends(days: _Days, closes: time | None) -> datetime | None:
    if closes is not None:
        return datetime.combine(days.last, closes, BANGKOK)
    if days.last > days.first:
        return datetime.combine(days.last, time.min, BANGKOK)
    return None


def _hours_behind(text: str, start: int, end: int) -> HoursAt | None:
    """Return the hours behind a date, in the same paragraph and at most a place name away."""
    behind = text[start:end].partition("\n\n")[0]
    hours = find_hours(behind)
    # Two lines further down they are the running times of a schedule.
    if hours is None or behind.count("\n", 0, hours.start) > 1:
        return None
    between = behind[: hours.start]
    is_said = text.startswith("เวลา", start + hours.start) and not _LIMIT.search(between)
    return hours if is_said or len(between.strip()) <= 12 else None


def _hours_before(text: str, start: int) -> tuple[HoursAt, int] | None:
    """Return the hours right before a date, such as เวลา ๑๓.๓๐ น. วันที่ ๕."""
    floor = max(start - 50, 0)
    before = text[floor:start]
    at = before.rfind("เวลา")
    hours = find_hours(before[at:]) if at >= 0 and not _LIMIT.search(before[:at]) else None
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
