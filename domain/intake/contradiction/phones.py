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
# Whose number it is stands before it, on its line or on the one above.
_OWNER = re.compile(
    r"(?:สำนัก|กอง|กลุ่ม|ฝ่าย|แผนก|งาน|ที่ทำการ|อำเภอ|เทศบาล|โรง|ศูนย์|องค์การ|องค์กร|บริษัท|นาย|นาง)"
    r"[^\n]{2,60}\n?[ \t]{0,8}\Z"
)
_LOOKED_AT = 90
# An office has a block of lines: their last digits differ.
_LINES = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class _Phone:
    """A number without its spaces, whose it is if that is said, and where it is printed."""

    digits: str
    owner: str
    start: int
    end: int


def differing_phones(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the numbers of a letter that are one slip away from another number of it."""
    for letter in checked.reading.letters:
        start, end = (checked.index(at) for at in (letter.start, letter.end))
        phones = [
            _phone(checked.text, match) for match in _PHONE.finditer(checked.text, start, end)
        ]
        for one in phones[1:]:
            if _is_one_owner(phones[0], one) and _is_slip(phones[0].digits, one.digits):
                yield contradiction(
                    ContradictionKind.NUMBER_DIFFERS,
                    f"หมายเลขโทรศัพท์ต่างกันเล็กน้อย คือ {phones[0].digits} และ {one.digits}",
                    [checked.place(each.digits, each.start, each.end) for each in (phones[0], one)],
                )


def _phone(text: str, match: re.Match[str]) -> _Phone:
    digits = re.sub("[^0-9]", "", match["number"])
    before = re.split("[0-9]", text[max(match.start() - _LOOKED_AT, 0) : match.start()])[-1]
    owner = _OWNER.search(before)
    return _Phone(
        digits=digits,
        owner="".join(owner[0].split()) if owner else "",
        start=match.start("number"),
        end=match.end("number"),
    )


def _is_one_owner(one: _Phone, other: _Phone) -> bool:
    """Tell whether nothing says that they are the numbers of two."""
    return one.owner in other.owner or other.owner in one.owner


def _is_slip(one: str, other: str) -> bool:
    """Tell whether a digit, or two that changed places, differ before those that tell the line."""
    if len(one) != len(other) or one[-_LINES:] != other[-_LINES:]:
        return False
    swapped = sorted(one) == sorted(other)
    return one != other and is_near(one, other, most=2 if swapped else 1)
