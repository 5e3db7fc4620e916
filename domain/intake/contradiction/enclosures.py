"""What is sent along (สิ่งที่ส่งมาด้วย) against what the sentences say of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.intake.contradiction.text import CheckedText, Place, contradiction, sentences
from domain.intake.found import Found
from domain.intake.reading import Contradiction, Enclosure, LetterReading
from domain.intake.vocabulary import ContradictionKind

_NUMBER = re.compile(r"\(?([0-9๐-๙]{1,2})[.)]\s{0,8}\Z")
_CALLED = re.compile(
    r"สิ่งที่ส่งมาด้วย\s{0,3}(?:ลำดับที่|หมายเลข|ที่|ข้อ|\()?\s{0,3}"
    r"(?P<numbers>[0-9๐-๙]{1,2}(?:\s{0,3}(?:-|–|ถึง|และ|,|/)\s{0,3}[0-9๐-๙]{1,2}){0,4})(?![0-9๐-๙./])"
    r"(?!\s{0,3}(?:ฉบับ|ชุด|แผ่น|เล่ม|รายการ|หน้า|ของหนังสือ|ตามหนังสือ))"
)
_DIGITS = re.compile(r"[0-9๐-๙]{1,2}")
_COUNT = r"\s{0,3}\(?จำนวน\s{0,5}(?P<count>[0-9๐-๙]{1,4})\s{0,5}(?P<unit>ชุด|ฉบับ|แผ่น|เล่ม|หน้า|ใบ)"
_COUNTED = re.compile(_COUNT)
# Who sends says how much it is; what others are to send is theirs.
_SENT = re.compile(
    r"(?:ขอ(?:จัด)?ส่ง|จึง(?:ขอ)?(?:จัด)?ส่ง|ได้(?:จัด)?ส่ง|ได้แนบ|พร้อมนี้(?:ได้)?)[^\n]{0,30}\Z"
)
_SHORT_TITLE, _MOST = 8, 50


@dataclass(frozen=True, kw_only=True, slots=True)
class _Numbered:
    """The number before an enclosure and where it stands."""

    no: int
    span: tuple[int, int]


def faulty_enclosures(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield what does not fit between enclosures and sentences."""
    for letter in checked.reading.letters:
        if letter.enclosures:
            numbered = _numbered(checked.received, letter.enclosures)
            yield from _repeated(numbered)
            yield from _missing(checked.received, letter, numbered)
            yield from _other_copies(checked.received, letter)


def _numbered(received: str, enclosures: Sequence[Found[Enclosure]]) -> Sequence[_Numbered]:
    """Return the numbers before the enclosures, none of them where one has none."""
    numbered: list[_Numbered] = []
    for one in enclosures:
        start = max(one.start - 15, 0)
        match = _NUMBER.search(received[start : one.start])
        if match is None:
            return []
        span = start + match.start(1), start + match.end(1)
        numbered.append(_Numbered(no=int(match[1]), span=span))
    return numbered


def _repeated(numbered: Sequence[_Numbered]) -> Iterator[Contradiction]:
    """What stands between two numbers was read, so a number too high is a wrong one too."""
    for one, other in pairwise(numbered):
        if other.no not in {one.no + 1, 1}:
            yield contradiction(
                ContradictionKind.LIST_NUMBERING_BROKEN,
                f"สิ่งที่ส่งมาด้วย {other.no} อยู่ต่อจากสิ่งที่ส่งมาด้วย {one.no}",
                [Place(value=str(each.no), span=each.span) for each in (one, other)],
            )
            return


def _missing(
    received: str, letter: LetterReading, numbered: Sequence[_Numbered]
) -> Iterator[Contradiction]:
    """Look for numbers of enclosures that there are not."""
    start, end = sentences(letter)
    count = len(letter.enclosures)
    if (numbered and numbered[-1].no != count) or (not numbered and count > 1):
        return
    for match in _CALLED.finditer(received, start, end):
        for digits in _DIGITS.finditer(received, *match.span("numbers")):
            if int(digits[0]) > count:
                first, last = letter.enclosures[0], letter.enclosures[-1]
                yield contradiction(
                    ContradictionKind.LIST_LENGTH_DIFFERS,
                    f"อ้างสิ่งที่ส่งมาด้วย {int(digits[0])} แต่สิ่งที่ส่งมาด้วยมี {count} รายการ",
                    [
                        Place(value=str(int(digits[0])), span=digits.span()),
                        Place(value=str(count), span=(first.start, last.end)),
                    ],
                )


def _other_copies(received: str, letter: LetterReading) -> Iterator[Contradiction]:
    """Look for the same title with another number of the same sheets."""
    start, end = sentences(letter)
    for one in letter.enclosures[:_MOST]:
        copies = _COUNTED.search(received, one.start, one.end)
        title = received[one.start : copies.start()].strip() if copies else ""
        if copies is not None and len(title) >= _SHORT_TITLE:
            for match in re.finditer(re.escape(title) + _COUNT, received[start:end]):
                at = start + match.start()
                said = _COUNTED.match(received, at + len(title), end)
                if said is not None and _SENT.search(received, max(at - 60, start), at):
                    yield from _compare(said, copies)


def _compare(said: re.Match[str], copies: re.Match[str]) -> Iterator[Contradiction]:
    places = [Place(value=str(int(one["count"])), span=one.span("count")) for one in (said, copies)]
    if said["unit"] == copies["unit"] and places[0].value != places[1].value:
        yield contradiction(
            ContradictionKind.COUNT_DIFFERS,
            f"เนื้อหาระบุจำนวน {places[0].value} แต่สิ่งที่ส่งมาด้วยระบุจำนวน {places[1].value}",
            places,
        )
