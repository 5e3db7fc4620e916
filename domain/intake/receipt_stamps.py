"""Receiving stamps (ตรารับหนังสือ): who received a letter, under which number, when."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time

from domain.intake.clock_times import find_hours
from domain.intake.folded_text import FoldedText, one_line
from domain.intake.found import Found
from domain.intake.near_shapes import near_end
from domain.intake.office_words import begins_office, nearly_begins_office
from domain.intake.reading import ReceiptStamp
from domain.intake.text_lines import Line
from domain.intake.thai_dates import DateAt, find_dates

# The labels, and how far what a scan made of them may be from them; รับ alone is too common a word.
_LABELS = {
    "เลขทะเบียนรับที่": 3.0,
    "ทะเบียนรับเลขที่": 3.0,
    "เลขทะเบียนรับ": 3.0,
    "ทะเบียนรับที่": 2.5,
    "ทะเบียนรับ": 2.0,
    "เลขที่ลงรับ": 2.0,
    "ลงรับเลขที่": 2.0,
    "เลขที่รับ": 2.0,
    "เลขรับที่": 2.0,
    "รับเลขที่": 2.0,
    "ลงรับที่": 1.5,
    "เลขรับ": 1.75,
    "รับที่": 1.5,
}
# So far off only between an office and a date.
_WEAK = 0.75
# With what is left of รับ, รับที่ or รับเลขที่ every label ends, whatever a scan made of it.
_RECEIVED = re.compile(
    r"(?:[รธ][ัิ-ื็-๎]{0,2}[บป]|[รธ]ั|[ัิ-ื][็-๎]?[บป])[็-๎]?"
    r"(?:[เแ]?[ลส]?[็-๎]?[ขช]?[็-๎]?[ทฑ]?[ัิ-ื็-๎]{0,3})\Z"
)
_YEAR_OF_NUMBER = re.compile(r"\A\s?/\s?[0-9]{2,4}(?![0-9])")
_FIGURE = re.compile(r"[0-9]")
_FIGURES = re.compile(r"(?<![0-9])[0-9]{1,7}(?![0-9]|[.:|l-][0-9])")
_END_OF_TIME = re.compile(r"(?:\s?[นม]\.)?")
# An hour that is printed and cannot be read.
_HOUR_LEFT = re.compile(
    r"\s{0,4}(?:[^\s0-9]{2,7}\s{0,3})?[0-9o][0-9oO.,:; ]{2,6}\s{0,3}[นม](?![ก-๎])"
)
_TITLE = re.compile(r"\W{0,3}(?:ตรา)?(?:ลง)?รับหนังสือ\W{0,3}")
# A post is nobody's registry, nor is a name in brackets or what a letter ends with.
_NO_REGISTRY = re.compile(
    r"\(|(?:รอง|ผู้ช่วย)?(?:นาย|ผู้[กวบจตอ]|ปลัด|อธิบดี|อธิการ|หัวหน้า|เลขาธิการ|เลขานุการ|ประธาน|ผอ\.|คณบดี|รัฐมนตรี)"
    r"|ปฏิบัติ|รักษา|ขอแสดง|จึงเรียน|โทร|เรื่อง|เรียน|ถึง"
)
_PLACE = re.compile(r"(?:จ\.|จังหวัด|อ\.|อำเภอ)")
_THAI = re.compile(r"[ก-๎]{3}")
# Number, date and time take that many lines below the label at most.
_BELOW = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class StampAt:
    """A stamp, with the first and the last of its lines."""

    stamp: Found[ReceiptStamp]
    first: int
    last: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Label:
    """A label: its line, and where in it the registry's name, the label and what follows begin."""

    at: int
    name: int
    start: int
    number: int
    end: int
    off: float


def find_stamps(folded: FoldedText, lines: Sequence[Line]) -> Sequence[StampAt]:
    """Return the stamps of a text; one without registry's number or date is none."""
    labels = [label for at in range(len(lines)) for label in _labels(_said(lines, at), at)]
    ends = [label.at for label in labels[1:]] + [len(lines)]
    read = [_stamp(folded, lines, label, until) for label, until in zip(labels, ends, strict=False)]
    return [stamp for stamp in read if stamp is not None]


def _said(lines: Sequence[Line], at: int) -> str:
    """Return a line; the number of a label may stand on the next."""
    line, below = lines[at], lines[at + 1] if at + 1 < len(lines) else None
    if below and len(line.text) <= 60 and below.start == line.end + 1 and below.text[0].isdigit():
        return f"{line.text} {below.text}"[:160]
    return line.text[:160]


def _labels(said: str, at: int) -> Iterator[_Label]:
    """Yield the labels of a line: behind a stamp another follows where a line end was lost."""
    floor = 0
    for number in _FIGURES.finditer(said):
        if label := _label(said, at, floor, number):
            yield label
        if (label or floor) and (end := _END_OF_TIME.match(said, number.end())):
            floor = end.end()


def _label(said: str, at: int, floor: int, number: re.Match[str]) -> _Label | None:
    """Read a label before figures, at the beginning of a line or behind an office."""
    before = said[floor : number.start()].rstrip(" \t:.")
    read = [
        (off, start)
        for off, start in _read(before)
        if _is_name(said[floor : floor + start].strip())
    ]
    if not read or (min(read)[0] and said[number.end() : number.end() + 1] == "/"):
        return None
    off, start = min(read)
    return _Label(
        at=at,
        name=floor,
        start=floor + start,
        number=int(number[0]),
        end=number.end(),
        off=off,
    )


def _read(before: str) -> Iterator[tuple[float, int]]:
    """Yield how far off each label is at the end of a text, and where it begins."""
    tail = before[-20:]
    if _RECEIVED.search(tail) is None:
        return
    last = tail.rpartition(" ")[2]
    if last in _LABELS:
        yield 0.0, len(before) - len(last)
        return
    for word, most in _LABELS.items():
        if near := near_end(word, tail, most=most):
            yield near[0], len(before) - near[1]


def _is_name(said: str) -> bool:
    """Tell whether an office or a title stands before a label, not the sentence that cites it."""
    return (
        not said
        or begins_office(said)
        or nearly_begins_office(said)
        or _TITLE.fullmatch(said) is not None
    )


def names_receipt(said: str) -> bool:
    """Tell whether a line has the label of a stamp, whether its number can be read or not."""
    number = _FIGURES.search(said)
    before = (said[: number.start()] if number else said[:160]).rstrip(" \t:.")
    return any(off <= _WEAK or _is_name(before[:start].strip()) for off, start in _read(before))


def _stamp(folded: FoldedText, lines: Sequence[Line], label: _Label, until: int) -> StampAt | None:
    if not label.number:
        return None
    last = _last(lines, label.at, until)
    start = lines[label.at].start + label.end
    dated = _dated(folded.text, start, lines[last].end)
    if dated is None:
        return None
    first, registry = _registry(lines, label)
    if label.off > _WEAK and not (registry and _is_name(registry)):
        return None
    hours = _hours(folded.text, dated, lines[last].end)
    stamp = ReceiptStamp(
        registry=registry, number=label.number, dated=dated.day, time=hours and hours[0]
    )
    begin = lines[first].start + (label.name if first == label.at else 0)
    place = begin, hours[1] if hours else dated.end
    is_damaged = label.off > 0 or (hours is None and _HOUR_LEFT.match(folded.text, dated.end))
    sure = min(0.7 if is_damaged else 1.0, dated.sure, 1.0 if registry else 0.6)
    last = next(at for at in range(last, -1, -1) if lines[at].start < place[1])
    return StampAt(
        stamp=folded.found(stamp, place, sure=sure, rule="stamp.labelled"), first=first, last=last
    )


def _last(lines: Sequence[Line], at: int, until: int) -> int:
    """The stamp ends with its lines, at the next empty stretch at the latest."""
    last = at
    while last + 1 < min(until, at + _BELOW) and lines[last + 1].gap <= 1:
        last += 1
    return last


def _dated(text: str, start: int, end: int) -> DateAt | None:
    """Return the date of a stamp: right behind its number, with วันที่ or alone."""
    dates = find_dates(text[start:end])
    if not dates or dates[0].start > 60:
        return None
    one = dates[0]
    # Behind other figures or an office it is the date of the letter below the stamp.
    between = _YEAR_OF_NUMBER.sub("", text[start : start + one.start])
    if _FIGURE.search(between) or any(map(begins_office, between.split("\n"))):
        return None
    return DateAt(
        day=one.day, start=start + one.start, end=start + one.end, sure=one.sure, rule=one.rule
    )


def _hours(text: str, dated: DateAt, end: int) -> tuple[time, int] | None:
    hours = find_hours(text[dated.end : min(dated.end + 60, end)])
    if hours is None or hours.start > 30:
        return None
    return hours.opens, dated.end + hours.end


def _registry(lines: Sequence[Line], label: _Label) -> tuple[int, str | None]:
    """Return the registry's name, on the line of the number or on the lines above it, if any."""
    here = lines[label.at].text[label.name : label.start].strip()
    if here and not _TITLE.fullmatch(here):
        return label.at, one_line(here)
    first = label.at
    while first and _is_of_name(lines, first - 1, label.at):
        first -= 1
        is_place = _PLACE.match(lines[first].text) is not None
        if begins_office(lines[first].text) and not (
            is_place and begins_office(_above(lines, first))
        ):
            break
    first = _without_notes(lines, first, label.at)
    names = [line.text for line in lines[first : label.at] if not _TITLE.fullmatch(line.text)]
    return first, one_line(" ".join(names)) or None


def _above(lines: Sequence[Line], at: int) -> str:
    """Return the line above, of which one may be the place (จังหวัด …)."""
    return lines[at - 1].text if at and not _PLACE.match(lines[at - 1].text) else ""


def _is_of_name(lines: Sequence[Line], at: int, label: int) -> bool:
    said = lines[at].text
    is_beside = lines[at + 1].gap == 0 or (lines[at + 1].gap == 1 and at + 1 == label)
    return (
        label - at <= 3
        and is_beside
        and len(said) <= 80
        and _THAI.search(said) is not None
        and not any(one.isdigit() for one in said)
        and not _NO_REGISTRY.match(said)
    )


def _without_notes(lines: Sequence[Line], first: int, label: int) -> int:
    """Without an office's first word only the nearest line is the name, with its place below it."""
    if first == label or begins_office(lines[first].text):
        return first
    nearest = label - 1
    if _PLACE.match(lines[nearest].text) and nearest > first:
        return nearest - 1
    return nearest
