"""What kind of body the first words of a name tell, and the bare place that follows them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from domain.vocabulary import OrganizationKind as Kind
from services.matching.names import fold_name, folded, folded_likeness

# The longer form first where one begins with another.
_FIRST_WORDS: Sequence[tuple[str, Kind]] = (
    ("องค์การบริหารส่วนจังหวัด", Kind.PAO),
    ("องค์การบริหารส่วนตำบล", Kind.SAO),
    ("เทศบาลนคร", Kind.CITY_MUNICIPALITY),
    ("เทศบาลเมือง", Kind.TOWN_MUNICIPALITY),
    ("เทศบาลตำบล", Kind.SUBDISTRICT_MUNICIPALITY),
    ("ที่ว่าการอำเภอ", Kind.DISTRICT),
    ("กิ่งอำเภอ", Kind.DISTRICT),
    ("อำเภอ", Kind.DISTRICT),
    ("ศาลากลางจังหวัด", Kind.PROVINCE),
    ("จังหวัด", Kind.PROVINCE),
    ("อบจ.", Kind.PAO),
    ("อบต.", Kind.SAO),
    ("ทน.", Kind.CITY_MUNICIPALITY),
    ("ทม.", Kind.TOWN_MUNICIPALITY),
    ("ทต.", Kind.SUBDISTRICT_MUNICIPALITY),
)
# A short word too damaged to be read may be the beginning of the place itself.
_LONG_ENOUGH, _READABLE = 5, 62.0
_ABBREVIATION_SEEN = 85.0
_SLACK = 3
LONGEST = 200
"""No name is longer; what goes on is not compared."""
_ABBREVIATED = re.compile(r"\s*((?:[ก-ฮ]\s?\.?\s?){2,3})\s?[.,]\s?(?=\S)")
_AREA_WORDS = ("กิ่งอำเภอ", "อำเภอ", "เขต", "จังหวัด", "อ.", "จ.")
_DAMAGED_AREA_WORDS = ("อำเภอ", "จังหวัด")


@dataclass(frozen=True, slots=True)
class NameParts:
    """One way to take a name apart; `certainty` from 0 to 100 is how well the kind was read."""

    kind: Kind | None
    place: str
    certainty: float


def bare_place(name: str) -> str:
    """Return a well written name without the words that tell its kind."""
    return _split_exactly(name).place


def take_apart(name: str) -> list[NameParts]:
    """Return the ways to take a perhaps damaged name apart, the most certain kind first.

    The border between the kind and the place may be hidden by the damage: each kind comes with
    the borders that are about as likely.
    """
    name = name[:LONGEST]
    exact = _split_exactly(name)
    if exact.kind is not None:
        return [exact]
    letters = fold_name(name)
    found = [part for words, kind in _FIRST_WORDS for part in _damaged(letters, words, kind)]
    found += _damaged_abbreviation(name)
    found.sort(key=lambda part: -part.certainty)
    return found or [NameParts(None, letters, 0.0)]


def bare_areas(name: str) -> list[str]:
    """Return what the name of a district or province may be without its first word."""
    short = name[:LONGEST].strip()
    for word in _AREA_WORDS:
        if short.startswith(word) and len(short) > len(word):
            return [short[len(word) :].strip()]
    letters = fold_name(short)
    damaged = [part.place for word in _DAMAGED_AREA_WORDS for part in _damaged(letters, word, None)]
    return [short, *damaged]


def _split_exactly(name: str) -> NameParts:
    name = name.strip()
    for words, kind in _FIRST_WORDS:
        if name.startswith(words) and len(name) > len(words):
            return NameParts(kind, name[len(words) :].strip(), 100.0)
    return NameParts(None, name, 0.0)


def _damaged(letters: str, words: str, kind: Kind | None) -> Iterator[NameParts]:
    first = _folded_words(words)
    if len(first) < _LONG_ENOUGH:
        # An abbreviation is read or it is not.
        if letters.startswith(first) and len(letters) > len(first):
            yield NameParts(kind, letters[len(first) :], 90.0)
        return
    scored = [(folded_likeness(letters[:end], first), end) for end in _ends(letters, first)]
    best = max((score for score, _ in scored), default=0.0)
    if best < _READABLE:
        return
    for score, end in scored:
        if score >= best - _SLACK and end < len(letters):
            yield NameParts(kind, letters[end:], score)


def _damaged_abbreviation(name: str) -> Iterator[NameParts]:
    """Yield the kinds whose abbreviation looks like the letters before the first stop."""
    if short := _ABBREVIATED.match(name):
        written = folded(short[1])
        for words, kind in _FIRST_WORDS:
            if words.endswith(".") and folded(words).shapes == written.shapes:
                yield NameParts(kind, name[short.end() :], _ABBREVIATION_SEEN)


def _ends(letters: str, first: str) -> range:
    return range(max(1, len(first) - _SLACK), min(len(letters), len(first) + _SLACK + 1))


@lru_cache
def _folded_words(words: str) -> str:
    return fold_name(words)
