"""Years that cannot be of the era they are printed with, and stretches of years that cannot be."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from domain.buddhist_era import BUDDHIST_ERA_OFFSET, looks_buddhist
from domain.intake.contradiction.text import CheckedText, Place, contradiction
from domain.intake.reading import Contradiction
from domain.intake.vocabulary import ContradictionKind

_IN_ERA = r"([พค]) ?\. ?ศ ?\.?\s{0,3}([0-9]{4})"
_ERA = re.compile(r"ศ ?\.|ศักราช")
_YEAR = re.compile(rf"{_IN_ERA}(?![0-9])")
_BOTH = re.compile(rf"{_IN_ERA}\s{{0,3}}(?:\(|/|หรือ)\s{{0,3}}{_IN_ERA}(?![0-9])")
# ปี ๒๕๗๓ (ค.ศ. ๒๐๓๐): a year without its era is of the other one.
_ONE_NAMED = re.compile(
    r"(?:ปี(?:พุทธศักราช)?|พุทธศักราช)\s{0,3}([0-9]{4})\s{0,3}(?:\(|/|หรือ)\s{0,3}"
    r"(?:ปี\s{0,2})?ค ?\. ?ศ ?\.?\s{0,3}([0-9]{4})(?![0-9])"
)
_STRETCH = re.compile(
    r"(?:ปี|[พค] ?\. ?ศ ?\.?)\s{0,3}([0-9]{4})\s{0,3}(?:-|ถึง)\s{0,3}"
    r"(?:(?:ปี)?\s{0,3}[พค] ?\. ?ศ ?\.?)?\s{0,3}([0-9]{4})(?![0-9])"
)
# Papers of other lands are told with their own years; what one meets through is no other land.
_FOREIGN = re.compile(
    r"(?<![A-Za-z])(?!Zoom|ZOOM|Google|Meet\b|Line|LINE|Video|Conference|Web|Microsoft|Team|Cisco|Facebook|Live|Online|Code)"
    r"[A-Z][A-Za-z]{2,}|ต่างประเทศ|ระหว่างประเทศ|นานาชาติ|อาเซียน|สหประชาชาติ"
    r"|สถาน(?:เอกอัครราช)?ทูต|กงสุล|หนังสือเดินทาง|วีซ่า|ตรวจลงตรา|องค์การ[ก-๎]{2,10}โลก|(?:คริ|ค)สต์|สากล"
)
_IN_BOTH = re.compile(r"\s{0,3}[(/]\s{0,3}(?:พ ?\. ?ศ|[0-9]{4})")
_BEFORE, _BEHIND = 120, 60
# A plan of the state reaches over twenty years; nothing reaches over more than two generations.
_LONGEST = 60
_NO_YEAR = 9999
# Before 1941 the year did not begin in January, and the two eras do not run side by side.
_FIRST_SIDE_BY_SIDE = 1941


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stretch:
    first: Place
    last: Place

    @property
    def length(self) -> int:
        return int(self.last.value) - int(self.first.value)

    @property
    def is_plausible(self) -> bool:
        return 0 <= self.length <= _LONGEST


def confused_eras(checked: CheckedText, explained: Set[tuple[int, int]]) -> Iterator[Contradiction]:
    """Yield the years of the wrong era, and impossible stretches of years.

    Args:
        checked: The text.
        explained: Places of years that were already found to differ from another one.
    """
    yield from _wrong_eras(checked)
    yield from _christian_days(checked)
    yield from _unequal_pairs(checked)
    yield from _impossible_stretches(checked, explained)


def _wrong_eras(checked: CheckedText) -> Iterator[Contradiction]:
    for match in _YEAR.finditer(checked.text):
        year = int(match[2])
        # Below 1950 it may be history, told in its own years.
        christian = match[1] == "พ" and 1950 <= year < 2100
        if christian or (match[1] == "ค" and looks_buddhist(year)):
            right = "ค.ศ." if christian else "พ.ศ."
            yield contradiction(
                ContradictionKind.ERA_CONFUSED,
                f"ปี {year} น่าจะเป็น {right} ไม่ใช่ {match[1]}.ศ.",
                [checked.place(match[2], *match.span(2))],
            )


def _christian_days(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the days with a Christian year that is not said to be one, among Buddhist ones."""
    worded = [one for one in checked.dates if one.rule == "date.worded"]
    years = [(one, checked.text[one.end - 4 : one.end]) for one in worded]
    full = [(one, year) for one, year in years if year.isdecimal()]
    if not any(looks_buddhist(int(year)) for _, year in full):
        return
    for one, year in full:
        if looks_buddhist(int(year)) or _ERA.search(checked.text[one.start : one.end - 4]):
            continue
        if not _says_why(checked.text, one.start, one.end):
            yield contradiction(
                ContradictionKind.ERA_CONFUSED,
                f"วันที่ในปี {year} เป็น ค.ศ. ขณะที่วันอื่นเป็น พ.ศ.",
                [checked.place(year, one.end - 4, one.end)],
            )


def _says_why(text: str, start: int, end: int) -> bool:
    """Tell whether the paragraph says of what land the paper is, or the year in both eras."""
    before = text[max(start - _BEFORE, 0) : start].rpartition("\n\n")[2]
    behind = text[end : end + _BEHIND].partition("\n\n")[0]
    return bool(_IN_BOTH.match(behind) or _FOREIGN.search(before) or _FOREIGN.search(behind))


def _unequal_pairs(checked: CheckedText) -> Iterator[Contradiction]:
    """One year told in both eras (พ.ศ. 2564 หรือ ค.ศ. 2021) must be one year."""
    for match in _BOTH.finditer(checked.text):
        if match[1] != match[3]:
            spans = {match[1]: match.span(2), match[3]: match.span(4)}
            yield from _unequal(checked, spans["พ"], spans["ค"])
    for match in _ONE_NAMED.finditer(checked.text):
        yield from _unequal(checked, match.span(1), match.span(2))


def _unequal(
    checked: CheckedText, buddhist: tuple[int, int], christian: tuple[int, int]
) -> Iterator[Contradiction]:
    """Compare a year with itself in the other era."""
    places = [checked.place(checked.text[slice(*at)], *at) for at in sorted((buddhist, christian))]
    one, other = (int(checked.text[slice(*at)]) for at in (buddhist, christian))
    if not looks_buddhist(one) or looks_buddhist(other) or other < _FIRST_SIDE_BY_SIDE:
        return
    if one - other != BUDDHIST_ERA_OFFSET:
        yield contradiction(
            ContradictionKind.ERA_CONFUSED,
            f"พ.ศ. {one} ตรงกับ ค.ศ. {one - BUDDHIST_ERA_OFFSET} ไม่ใช่ ค.ศ. {other}",
            places,
        )


def _impossible_stretches(
    checked: CheckedText, explained: Set[tuple[int, int]]
) -> Iterator[Contradiction]:
    stretches = [_stretch(checked, match) for match in _STRETCH.finditer(checked.text)]
    starts = {one.first.value for one in stretches if one.is_plausible}
    ends = {one.last.value for one in stretches if one.is_plausible}
    furthest = _furthest_year(checked)
    for one in stretches:
        if one.is_plausible or explained & {one.first.span, one.last.span}:
            continue
        is_beside = one.first.value in starts or one.last.value in ends
        if one.length < 0 or is_beside or int(one.last.value) > furthest:
            yield contradiction(
                ContradictionKind.ERA_CONFUSED, _stretch_message(one), [one.first, one.last]
            )


def _furthest_year(checked: CheckedText) -> int:
    """Return the last Buddhist year that the letters can plan for; history may be longer."""
    dated = [letter.dated.value.year for letter in checked.reading.letters if letter.dated]
    return max(dated) + BUDDHIST_ERA_OFFSET + _LONGEST if dated else _NO_YEAR


def _stretch(checked: CheckedText, match: re.Match[str]) -> _Stretch:
    first, last = (checked.place(match[at], *match.span(at)) for at in (1, 2))
    return _Stretch(first=first, last=last)


def _stretch_message(one: _Stretch) -> str:
    if one.length < 0:
        return f"ช่วงปี {one.first.value} ถึง {one.last.value} ย้อนกลับ"
    return f"ช่วงปี {one.first.value} ถึง {one.last.value} ยาวผิดปกติถึง {one.length} ปี"
