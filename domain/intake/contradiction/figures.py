"""Figures in folded text: days, years, counts with what they count, and the rest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.intake.thai_dates import find_dates

# Longer words first: what begins with another unit is not that unit.
UNITS = (
    "หลังคาเรือน|ตารางเมตร|สัปดาห์|เปอร์เซ็นต์|ครัวเรือน|สถานศึกษา|หลักสูตร|หมู่บ้าน|กิโลเมตร|กิโลกรัม|"
    "หน่วยงาน|โรงเรียน|โครงการ|กิจกรรม|จังหวัด|เครื่อง|ชั่วโมง|รายการ|ครั้ง|คะแนน|"
    "ชุมชน|อำเภอ|ศูนย์|กลุ่ม|เดือน|แห่ง|ท่าน|ฉบับ|เล่ม|แผ่น|ตำบล|หลัง|ห้อง|เมตร|ลิตร|"
    "นาที|ราย|รูป|บาท|ชุด|คัน|ไร่|ตัน|วัน|ต้น|ตัว|คน|ปี|"
    "เที่ยว|กล่อง|มื้อ|คืน|รีม|งวด|รุ่น|ขวด|ถุง|ม้วน|ด้าม|ผืน|%"
)
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,15})(?:\.[0-9]{1,6})?"
# 12/2564 and 0023.4/927 are numbers of something, and a telephone counts nothing.
_FIGURE = re.compile(
    rf"(?<![0-9])(?<![0-9][.,])({_NUMBER})(?![0-9])"
    rf"(?:\s{{0,3}}((?:พัน|หมื่น|แสน|ล้าน){{0,2}}(?:{UNITS}))(?!ที่))?"
)
_TIME = re.compile(r"(?<![0-9.:])([01]?[0-9]|2[0-3])[.:]([0-5][0-9])(?=\s{0,3}(?:น\.|น\s|นาฬิกา))")
_PERCENT = re.compile(r"ร้อยละ\s{0,3}\Z")
_YEAR = re.compile(r"(?:1[89]|2[0-7])[0-9]{2}")
_YEAR_BEFORE = re.compile(
    r"(?:ปี(?:งบประมาณ|การศึกษา|ภาษี)?|[พค] ?\. ?ศ ?\.?|[12][0-9]{3}\s{0,3}(?:-|ถึง))\s{0,3}\Z"
)
_ORDINAL_BEFORE = re.compile(r"(?:ที่|ข้อ|ว่าด้วย)\s{0,3}\Z")
_NAMED_BEFORE = re.compile(r"(?:ภาค|เขต|ชั้น|ห้อง|อาคาร|มาตรา|หมู่|รุ่น|ระยะ)\s{0,3}\Z")


class FigureKind(StrEnum):
    """What a figure tells; an ordinal names something and counts nothing."""

    DAY = "day"
    TIME = "time"
    YEAR = "year"
    COUNT = "count"
    ORDINAL = "ordinal"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One figure and where it stands in the folded text.

    Attributes:
        value: As it is printed, without separators; a day and a time as ISO.
        key: The same for 7,852 and 7852, for 09.00 and 9.00.
        unit: What is counted, `ร้อยละ` for a share, empty where nothing is.
    """

    kind: FigureKind
    value: str
    key: str
    unit: str
    start: int
    end: int


def find_figures(text: str) -> Sequence[Figure]:
    """Return the figures of a folded text in their order."""
    days = [
        Figure(
            kind=FigureKind.DAY,
            value=one.day.isoformat(),
            key=one.day.isoformat(),
            unit="",
            start=one.start,
            end=one.end,
        )
        for one in find_dates(text)
    ]
    times = [_time(match) for match in _TIME.finditer(text)]
    figures = sorted([*days, *times], key=lambda one: one.start)
    taken = iter([*figures, None])
    told = next(taken)
    for match in _FIGURE.finditer(text):
        while told is not None and told.end <= match.start():
            told = next(taken)
        if told is None or match.end(1) <= told.start:
            figures.append(_figure(text, match))
    return sorted(figures, key=lambda one: one.start)


def same_number(value: str) -> str:
    """Return what is equal for equal numbers, however they are printed."""
    return format(Decimal(value.replace(",", "")).normalize(), "f")


def _time(match: re.Match[str]) -> Figure:
    value = f"{int(match[1]):02}:{match[2]}"
    start, end = match.span()
    return Figure(kind=FigureKind.TIME, value=value, key=value, unit="", start=start, end=end)


def _figure(text: str, match: re.Match[str]) -> Figure:
    start, end = match.span(1)
    before = text[max(start - 12, 0) : start]
    kind, unit = _kind(before, match[1], match[2] or "")
    value = match[1].replace(",", "")
    return Figure(kind=kind, value=value, key=same_number(value), unit=unit, start=start, end=end)


def _kind(before: str, written: str, unit: str) -> tuple[FigureKind, str]:
    if _PERCENT.search(before):
        return FigureKind.COUNT, "ร้อยละ"
    if _YEAR.fullmatch(written) and (not unit or _YEAR_BEFORE.search(before)):
        is_year = _YEAR_BEFORE.search(before) is not None
        return (FigureKind.YEAR if is_year else FigureKind.OTHER), ""
    if _ORDINAL_BEFORE.search(before):
        return FigureKind.ORDINAL, ""
    if unit:
        return FigureKind.COUNT, unit
    return (FigureKind.ORDINAL if _NAMED_BEFORE.search(before) else FigureKind.OTHER), unit
