"""Days and hours that run backwards or last longer than they do, fiscal years with other months."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise

from domain.buddhist_era import BUDDHIST_ERA_OFFSET, MONTHS, SHORT_MONTHS
from domain.intake.contradiction.text import CheckedText, contradiction
from domain.intake.reading import Contradiction
from domain.intake.thai_dates import DateAt, calendar_day, gregorian_year, read_month
from domain.intake.vocabulary import ContradictionKind

_DAY_WORD = r"(?:วัน(?:[ก-๎]{2,10})?ที่\s{0,3})?"
_FROM = re.compile(rf"(?:ระหว่าง|ตั้งแต่|ใน|วัน(?:[ก-๎]{{2,10}})?ที่)\s{{0,3}}{_DAY_WORD}\Z")
_TO = re.compile(rf"\s{{0,3}}(?:-|(?:จน)?ถึง)\s{{0,3}}{_DAY_WORD}")
_SAME_MONTH = re.compile(
    rf"(?<![0-9/.,-])(?P<first>[0-3]?[0-9])\s{{0,3}}(?:-|ถึง)\s{{0,3}}{_DAY_WORD}\Z"
)
_LASTS = re.compile(
    r"\s{0,3}\(?(?:รวม|มี|เป็น|จำนวน|ระยะ|เวลา|ทั้งสิ้น|กำหนด|\s){1,8}(?P<days>[0-9]{1,3})\s{0,3}วัน(?!ทำการ|ที่|ละ)"
)
_CLOCK = r"(?P<{}>[01]?[0-9]|2[0-3])[.:](?P<{}>[0-5][0-9])(?![0-9])"
_HOURS = re.compile(
    rf"(?<![0-9.:])(?P<opens>{_CLOCK.format('h', 'm')})\s{{0,3}}(?:น\.?)?\s{{0,3}}"
    rf"(?:-|(?:จน)?ถึง(?:เวลา)?)\s{{0,3}}"
    rf"(?P<closes>{_CLOCK.format('hh', 'mm')})\s{{0,3}}(?:น\.|นาฬิกา)"
)
_NEXT_DAY = re.compile(r"\s{0,3}(?:ของ)?\s{0,3}(?:วัน|\()|.{0,12}(?:ถัดไป|รุ่งขึ้น)")
# Who is on duty at night comes behind noon and goes home in the morning; a fair ends before dawn.
_NOON, _MORNING, _DAWN = time(12), time(10), time(6)
_MONTH = "|".join(re.escape(name) for name in (*MONTHS, *SHORT_MONTHS))
_FISCAL = re.compile(
    r"ปีงบประมาณ\s{0,3}(?:พ\.ศ\.\s{0,3})?(?P<year>25[0-9]{2})\s{0,3}\(\s{0,3}"
    r"(?:ระหว่าง|ตั้งแต่)?\s{0,3}(?:วันที่|เดือน)?\s{0,3}"
    rf"(?P<first>(?:[0-3]?[0-9]\s{{0,3}})?(?P<from>{_MONTH})\s{{0,3}}(?P<begins>(?:25)?[0-9]{{2}})?)"
    r"\s{0,3}(?:-|ถึง)\s{0,3}(?:วันที่|เดือน)?\s{0,3}"
    rf"(?:[0-3]?[0-9]\s{{0,3}})?(?P<to>{_MONTH})\s{{0,3}}(?P<ends>(?:25)?[0-9]{{2}})(?![0-9])"
)
# The fiscal year begins in October.
_FIRST_MONTH = 10
_SURE = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stretch:
    """Days from one to another, and where either is printed."""

    first: date
    last: date
    first_at: tuple[int, int]
    last_at: tuple[int, int]


def impossible_stretches_of_time(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the days and hours that end before they begin, and what cannot last so long."""
    for one in _stretches(checked.text, checked.dates):
        if one.last < one.first:
            yield contradiction(
                ContradictionKind.DATE_DIFFERS,
                "ช่วงวันที่ย้อนกลับ วันสุดท้ายมาก่อนวันแรก",
                [
                    checked.place(one.first.isoformat(), *one.first_at),
                    checked.place(one.last.isoformat(), *one.last_at),
                ],
            )
        elif lasts := _LASTS.match(checked.text, one.last_at[1]):
            yield from _too_long(checked, one, lasts)
    yield from _backward_hours(checked)
    yield from _other_fiscal_years(checked)


def _stretches(text: str, dates: Sequence[DateAt]) -> Iterator[_Stretch]:
    sure = [one for one in dates if one.sure >= _SURE]
    for one, other in pairwise(sure):
        before = text[max(one.start - 30, 0) : one.start]
        if _TO.fullmatch(text[one.end : other.start][:60]) and _FROM.search(before):
            places = (one.start, one.end), (other.start, other.end)
            yield _Stretch(first=one.day, last=other.day, first_at=places[0], last_at=places[1])
    for one in sure:
        start = max(one.start - 60, 0)
        opening = _SAME_MONTH.search(text[start : one.start])
        if opening and _FROM.search(text[max(start - 30, 0) : start + opening.start()]):
            day = calendar_day(one.day.year, one.day.month, int(opening["first"]))
            at = start + opening.start("first"), start + opening.end("first")
            if day:
                yield _Stretch(first=day, last=one.day, first_at=at, last_at=(one.start, one.end))


def _too_long(checked: CheckedText, one: _Stretch, lasts: re.Match[str]) -> Iterator[Contradiction]:
    """Fewer days may be told, for holidays do not count; more there are not."""
    days = (one.last - one.first).days + 1
    if int(lasts["days"]) > days:
        yield contradiction(
            ContradictionKind.COUNT_DIFFERS,
            f"ช่วงวันที่ระบุไว้มี {days} วัน ไม่ใช่ {lasts['days']} วัน",
            [
                checked.place(str(days), one.first_at[0], one.last_at[1]),
                checked.place(lasts["days"], *lasts.span("days")),
            ],
        )


def _backward_hours(checked: CheckedText) -> Iterator[Contradiction]:
    for match in _HOURS.finditer(checked.text):
        opens = time(int(match["h"]), int(match["m"]))
        closes = time(int(match["hh"]), int(match["mm"]))
        is_night = _is_night(opens, closes) or _NEXT_DAY.match(checked.text, match.end())
        if closes < opens and not is_night:
            yield contradiction(
                ContradictionKind.DATE_DIFFERS,
                f"เวลา {opens:%H.%M} น. ถึง {closes:%H.%M} น. ย้อนกลับ",
                [
                    checked.place(f"{opens:%H:%M}", *match.span("opens")),
                    checked.place(f"{closes:%H:%M}", *match.span("closes")),
                ],
            )


def _is_night(opens: time, closes: time) -> bool:
    return closes < _DAWN or (closes < _MORNING and opens >= _NOON)


def _other_fiscal_years(checked: CheckedText) -> Iterator[Contradiction]:
    """Look at the months in brackets behind a fiscal year; both ends must be of one year."""
    for match in _FISCAL.finditer(checked.text):
        ends = _fiscal_year(match["to"], match["ends"])
        begins = _fiscal_year(match["from"], match["begins"] or match["ends"])
        year, is_whole = int(match["year"]), _is_whole_year(match)
        if begins is None or (begins != ends and not is_whole) or begins == ends == year:
            continue
        yield contradiction(
            ContradictionKind.YEAR_DIFFERS,
            f"ช่วงเวลาที่ระบุไม่ตรงกับปีงบประมาณ {year}",
            [
                checked.place(str(year), *match.span("year")),
                checked.place(str(ends), match.start("first"), match.end("ends")),
            ],
        )


def _is_whole_year(match: re.Match[str]) -> bool:
    """Tell whether it is from October to September, each with a year of its own."""
    months = [read_month(match[name]) for name in ("from", "to")]
    numbers = [month[0] for month in months if month]
    return numbers == [_FIRST_MONTH, _FIRST_MONTH - 1] and bool(match["begins"])


def _fiscal_year(month: str, figures: str) -> int | None:
    year, number = gregorian_year(figures), read_month(month)
    if year is None or number is None:
        return None
    return year + BUDDHIST_ERA_OFFSET + (number[0] >= _FIRST_MONTH)
