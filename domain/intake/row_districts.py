"""The district behind a name in a list: its first word whole, abbreviated or damaged."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from domain.intake.near_shapes import near_end
from domain.intake.near_words import near_prefix

DISTRICT = re.compile(
    r"(?:กิ่ง\s?)?(?:[อฮ][ำา]?[เแ][ภถกฦ][อฮ]|เขต)\s?(?=[ก-๎])|(?:กิ่ง\s?)?[อฮ]\s?\.\s?(?=[ก-๎])"
)
INSIDE = re.compile(
    r"\s(?:กิ่ง\s?)?(?:อำเภอ|เขต(?=[ก-๎])|[อฮ]\s?\.)\s?|(?:กิ่ง)?[อฮ][ำา]?[เแ][ภถกฦ][อฮ]"
)
_WORD = "อำเภอ"
_SHORT = re.compile(r"[อฮ]์?\s?\.")
# Where the others of a list are abbreviated: one after a space or with something like a point.
_SHORT_DAMAGED = re.compile(r"\s[อฮ](?=[ก-๎])|\s[.,](?=\s?[ก-๎])|\s?[อฮ]์?\s?[.,](?=\s?[ก-๎])")
# How far the first word, and a whole district that another line names, may be off.
_WORD_OFF, _NAME_OFF, _EACH_OFF = 2.0, 3.0, 0.3
_MOST_KNOWN, _LONGEST = 30, 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How the lines of one list name their districts.

    Attributes:
        is_short: Whether most of them abbreviate the first word.
        known: The districts that they name.
    """

    is_short: bool
    known: Sequence[str]


def is_district(said: str) -> bool:
    """Tell whether a cell begins as a district does."""
    return DISTRICT.match(said) is not None or is_damaged_district(said)


def is_damaged_district(said: str) -> bool:
    """Tell whether a cell begins with what is left of the word for a district."""
    if said[:1] not in {"อ", "ฮ"} or " " in said or said.startswith("องค์"):
        return False
    near = near_prefix(_WORD, said, most=2)
    return near is not None and near.length < len(said)


def manner_of(named: Sequence[str | None]) -> Manner | None:
    """Return how a list names its districts; None where most lines name none."""
    known = [one for one in named if one]
    if 2 * len(known) <= len(named):
        return None
    shorts = sum(_SHORT.match(one) is not None for one in known)
    often = [one for one, _ in Counter(known).most_common(_MOST_KNOWN)]
    return Manner(is_short=2 * shorts > len(known), known=often)


def find_damaged(said: str, manner: Manner) -> int | None:
    """Return where a damaged district begins in what stands behind the first words of a name."""
    if len(said) > _LONGEST:
        return None
    at = _known_end(said, manner.known)
    if at is None:
        at = _short_end(said) if manner.is_short else _word_inside(said)
    if at is None:
        return None
    # A letter before a space is the last one of the name.
    return said.find(" ", at, at + 3) + 1 or at


def _known_end(said: str, known: Sequence[str]) -> int | None:
    read = [
        (near[0], len(said) - near[1])
        for one in known
        if (near := near_end(one, said, most=min(_NAME_OFF, _EACH_OFF * len(one))))
    ]
    return min(read)[1] if read else None


def _short_end(said: str) -> int | None:
    ends = [found.end() - len(found[0].lstrip()) for found in _SHORT_DAMAGED.finditer(said)]
    return ends[-1] if ends else None


def _word_inside(said: str) -> int | None:
    read = [
        (near[0], end - near[1])
        for end in range(3, len(said) - 1)
        if (near := near_end(_WORD, said[:end], most=_WORD_OFF)) and near[1] < end
    ]
    return min(read)[1] if read else None
