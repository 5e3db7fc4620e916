"""Telephone numbers of one office that differ in a digit in the middle."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.intake.contradiction.text import CheckedText, contradiction
from domain.intake.near_words import is_near
from domain.intake.reading import Contradiction
from domain.intake.vocabulary import ContradictionKind

_PHONE = re.compile(
    r"โทร(?:ศัพท์)?\s{0,2}\.?\s{0,3}:?\s{0,3}(?P<number>0(?:[ -]{0,2}[0-9]){8,9})(?![0-9])"
)
# An office has a block of lines: their last digits differ.
_LINES = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class _Phone:
    """A number without its spaces, and where it is printed."""

    digits: str
    start: int
    end: int


def differing_phones(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the numbers of a letter that are one slip away from another number of it."""
    for letter in checked.reading.letters:
        start, end = (checked.index(at) for at in (letter.start, letter.end))
        phones = [_phone(match) for match in _PHONE.finditer(checked.text, start, end)]
        for one in phones[1:]:
            if _is_slip(phones[0].digits, one.digits):
                yield contradiction(
                    ContradictionKind.NUMBER_DIFFERS,
                    f"หมายเลขโทรศัพท์ต่างกันเล็กน้อย คือ {phones[0].digits} และ {one.digits}",
                    [checked.place(each.digits, each.start, each.end) for each in (phones[0], one)],
                )


def _phone(match: re.Match[str]) -> _Phone:
    digits = re.sub("[^0-9]", "", match["number"])
    return _Phone(digits=digits, start=match.start("number"), end=match.end("number"))


def _is_slip(one: str, other: str) -> bool:
    """Tell whether a digit, or two that changed places, differ before those that tell the line."""
    if len(one) != len(other) or one[-_LINES:] != other[-_LINES:]:
        return False
    swapped = sorted(one) == sorted(other)
    return one != other and is_near(one, other, most=2 if swapped else 1)
