"""Numbers of letters in a text, with the spaces and look-alikes that a scan puts into them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.document_number import DocumentNumber, parse_document_number
from domain.errors import InvalidError

# The letters o and l stand for 0 and 1 where a scan took them for such.
_FIGURE = "[0-9oOlI]"
# An office behind the code has no place in a number of ours: (1), .(ขก); behind the letters it has.
_OFFICE = r"(?:\s?\.?\s?\([0-9ก-ฮ.]{1,6}\))"
_IN_BRACKETS = re.compile(_OFFICE)
# A scan puts ์ on letters that had none, and damages the marks of ที่.
_SPECK = "์"
_LETTER = "[ก-ฮ]์?"
_AFTER_WORD = "(?<=[ทฑ][ิ-ื็-๎][็-๎])|(?<=[ทฑ][ิ-ื่])"
# Parsed as what it is without its spaces and wrong dots; at least one figure must be one. Where its
# stroke is lost, ว tells where the running number begins.
NUMBER = (
    rf"(?:(?<![ก-๎.])|{_AFTER_WORD})(?![ทฑ](?:[็-๋]|์ ))({_LETTER} ?{_LETTER}(?: ?[ก-ฮ])?"
    rf"(?:\s{{0,3}}\.?\s{{0,3}}\([ก-ฮ.]{{1,8}}\))?)\s{{0,3}}\.?\s{{0,3}}"
    rf"({_FIGURE}{{4,6}}(?:{_OFFICE}?\s?[.,]\s?{_FIGURE}{{1,4}}){{0,4}}){_OFFICE}?"
    rf"\s{{0,4}}([/|lI]|(?<![lI])(?=[วจ]))\s{{0,4}}([วจ][็-๎]?)?(?:\s?\([ก-ฮ]\))?\s{{0,4}}\.?\s{{0,2}}"
    rf"({_FIGURE}{{1,7}})(?![0-9/])"
)
_NUMBER = re.compile(NUMBER)
_ALIKE = str.maketrans("oOlI,", "0011.")


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberAt:
    """A letter's number and where it stands in the folded text."""

    number: DocumentNumber
    start: int
    end: int
    sure: float


def find_numbers(text: str, start: int = 0, end: int | None = None) -> Iterator[NumberAt]:
    """Yield the numbers of letters in a stretch of folded text."""
    for match in _NUMBER.finditer(text, start, len(text) if end is None else end):
        if (number := read_number(match)) is not None:
            sure = _sure_of(match)
            yield NumberAt(number=number, start=match.start(), end=match.end(), sure=sure)


def read_number(match: re.Match[str]) -> DocumentNumber | None:
    """Return the number of one match of `NUMBER`, None where it is none after all."""
    letters, owner, _, mark, running = match.groups()
    # No number has จ in the place of ว; a scan takes one for the other.
    owner = _IN_BRACKETS.sub("", owner)
    letters = "".join(letters.split()).replace(_SPECK, "").replace(".(", "(")
    bare = "".join(f"{letters}{owner}/{'ว' if mark else ''}{running}".translate(_ALIKE).split())
    try:
        return parse_document_number(bare)
    except InvalidError:
        return None


def _sure_of(match: re.Match[str]) -> float:
    figures = match[2] + match[5]
    if figures != figures.translate(_ALIKE) or match[3] != "/" or match[4] not in {None, "ว"}:
        return 0.7
    if _SPECK in match[1]:
        return 0.7
    if "(" in match[0][match.end(1) - match.start() :]:
        return 0.7
    damaged = " " in match[1].partition("(")[0].strip() or " " in match[2] or "\n" in match[0]
    return 0.85 if damaged else 1.0
