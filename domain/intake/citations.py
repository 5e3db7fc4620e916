"""What a letter cites (อ้างถึง) and what it encloses (สิ่งที่ส่งมาด้วย)."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from domain.document_number import DocumentNumber
from domain.intake.folded_text import FoldedText, one_line
from domain.intake.found import Found
from domain.intake.heading_words import Heading
from domain.intake.letter_numbers import NumberAt, find_numbers
from domain.intake.letter_parts import Part, Parts
from domain.intake.near_shapes import near_end
from domain.intake.reading import Enclosure, Reference
from domain.intake.thai_dates import DateAt

_LETTER_WORD = re.compile(r"(?:บันทึกข้อความ|หนังสือ|วิทยุสื่อสาร|วิทยุ|โทรสาร)(?:ในราชการ|เวียน)?")
_BEFORE_NUMBER = re.compile(
    r"(?:[\s,]{0,10}(?:ด่วนที่สุด|ด่วนมาก|ด่วน|ลับที่สุด|ลับมาก|ลับ)|[\s,]{1,10}ที่){0,3}"
    r"[\s,]{0,10}(?:ที่|เลขที่|ด่วนที่สุด|ด่วนมาก|ด่วน|ลับที่สุด|ลับมาก|ลับ)\s{0,10}$"
)
_ITEM = re.compile(r"\(?(?P<nth>[0-9]{1,2})(?:(?P<whole>[.)])\s{0,5}|,\s{0,5}|\s{1,5})(?=[^0-9\s])")
_DAY = re.compile(r"\S{2,12}\s{0,3}[0-9]{4}")
_COPIES = re.compile(
    r"\(?จำนวน\s{0,5}(?P<copies>[0-9]{1,4}|l(?=\s))\s{0,5}(?:ชุด|ฉบับ|แผ่น|เล่ม|หน้า|ใบ|รายการ|สำเนา|ราย|แห่ง|[^\s0-9()]{2,6}(?=\s|\Z))?\)?"
)
_BARE_COPIES = re.compile(r"\s\(?(?P<copies>[0-9]{1,3})\s{0,3}(?:ชุด|ฉบับ|แผ่น|เล่ม)\)?\s*\Z")
_LEFT_COPIES = re.compile(r"[0-9]\s{0,3}[^\s0-9]{1,7}\s*\Z|[จว][^\s]{1,2}น?ว[นม]\s")
_NEAR_COPIES = re.compile(r"(?P<copies>[0-9]{1,3})\s{0,3}[^\s0-9]{2,5}\s{0,3}\Z")
# A date belongs to the number right before it.
_FARTHEST = 60


def read_references(
    folded: FoldedText, parts: Parts, dates: Sequence[DateAt]
) -> Sequence[Reference]:
    """Return the letters cited, in the order in which they stand."""
    return [
        reference
        for heading in (Heading.REFERENCE, Heading.ENCLOSURE)
        if (part := parts.of(heading)) is not None
        for reference in _cited(folded, part, dates)
    ]


def read_enclosures(folded: FoldedText, parts: Parts) -> Sequence[Found[Enclosure]]:
    """Return what is sent along, with the number of copies where it is printed."""
    part = parts.of(Heading.ENCLOSURE)
    if part is None:
        return []
    found = []
    for start, end in _items(folded.text, part):
        until, copies = _copies(folded.text, start, end)
        title = one_line(folded.text[start:until]).strip(" ,")
        if len(title) > 1:
            enclosure = Enclosure(title=title, copies=copies)
            sure = min(part.sure, 0.7) if _LEFT_COPIES.search(title) else part.sure
            found.append(folded.found(enclosure, (start, end), sure=sure, rule="enclosure.item"))
    return found


def _copies(text: str, start: int, end: int) -> tuple[int, int | None]:
    """Return where an item says its copies and how many, by จำนวน or what a scan made of it."""
    if whole := _COPIES.search(text, start, end):
        return whole.start(), int(whole["copies"].replace("l", "1"))
    if near := _NEAR_COPIES.search(text, start, end):
        before = text[start : near.start()].rstrip()
        if word := near_end("จำนวน", before, most=1.75):
            return start + len(before) - word[1], int(near["copies"])
    bare = _BARE_COPIES.search(text, start, end)
    return (bare.start(), int(bare["copies"])) if bare else (end, None)


def _cited(folded: FoldedText, part: Part, dates: Sequence[DateAt]) -> Iterator[Reference]:
    start, end = part.span
    numbers = [*find_numbers(folded.text, start, end)]
    stops = [*(one.start for one in numbers[1:]), end]
    at = start
    for number, stop in zip(numbers, stops, strict=False):
        dated = date_behind(folded, dates, number.end, min(stop, number.end + _FARTHEST))
        yield Reference(
            number=_number(folded, number, part, is_dated=dated is not None),
            dated=dated,
            issuer=issuer_before(folded.text[at : number.start]),
        )
        at = number.end


def _number(
    folded: FoldedText, one: NumberAt, part: Part, *, is_dated: bool
) -> Found[DocumentNumber]:
    """A citation has its date; one without is damaged."""
    rule = f"reference.{part.heading.name.lower()}"
    sure = min(one.sure, part.sure) if is_dated else min(one.sure, part.sure, 0.75)
    return folded.found(one.number, (one.start, one.end), sure=sure, rule=rule)


def date_behind(
    folded: FoldedText, dates: Sequence[DateAt], start: int, stop: int
) -> Found[date] | None:
    """Return the date that begins between two places."""
    for one in dates:
        if start <= one.start < stop:
            place = one.start, one.end
            return folded.found(one.day, place, sure=one.sure, rule="reference.dated")
    return None


def issuer_before(before: str) -> str | None:
    """Return whose letter it is: what stands between หนังสือ and ที่."""
    bare = _BEFORE_NUMBER.sub("", before)
    words = [*_LETTER_WORD.finditer(bare)]
    if not words:
        return None
    return one_line(bare[words[-1].end() :]).strip(" ,:") or None


def _items(text: str, part: Part) -> Iterator[tuple[int, int]]:
    """Yield the items: each begins with its number, or behind the copies of the one before."""
    start, end = part.span
    marks = [*_marks(text, start, end)]
    marks += [(match.end(), match.end()) for match in _COPIES.finditer(text, start, end)]
    at = start
    for cut, following in [*sorted(marks), (end, end)]:
        said = text[at:cut]
        if said.strip():
            first = at + len(said) - len(said.lstrip())
            yield first, first + len(said.strip())
        at = max(following, at)


def _marks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the numbers of the items; one that lost its point must be the next, at its place."""
    nth = 0
    for match in _ITEM.finditer(text, start, end):
        before = text[start : match.start()]
        is_apart = not before or before[-1].isspace()
        if is_apart and (match["whole"] or _is_next(match, before, nth)):
            nth = int(match["nth"])
            yield match.start(), match.end()


def _is_next(match: re.Match[str], before: str, nth: int) -> bool:
    """Tell whether figures begin the next item: no day does, nor how many copies there are."""
    begins = not before if nth == 0 else before.endswith("\n")
    is_day = _DAY.match(match.string, match.end()) is not None
    copies = near_end("จำนวน", before[-12:].rstrip(), most=1.75)
    return begins and int(match["nth"]) == nth + 1 and not is_day and copies is None
