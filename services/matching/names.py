"""How alike two names are that mean the same place, one of them perhaps damaged by a scanner."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.fuzz import ratio

from services.thai_text import sound_codes

_DIGITS = {ord("๐") + digit: str(digit) for digit in range(10)}
# Tone marks, the silencing mark, the short mark and others that a scanner loses first; whatever
# stands between words; what is not seen at all.
_DROPPED = dict.fromkeys(
    map(ord, "่้๊๋์็ฺ๎ฯๆ \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff.,:;·•-–—_/\\|()[]{}\"'“”‘’*`~^")
)
_FOLD = {**_DIGITS, **_DROPPED, ord("ๅ"): "า"}
_NIKHAHIT_AA = re.compile("ํา")
_DOUBLED = re.compile("([ะ-ฺเ-ํ])\\1+")

# Letters that scanners and hasty eyes take for each other; each family by its first letter.
_FAMILIES = (
    "กถภฤฦ",
    "คดตศฅ",
    "ขชซฃฆ",
    "นมณญฉ",
    "รธฐ",
    "ทหฑ",
    "บปษ",
    "ผฝพฟฬ",
    "ลส",
    "จว",
    "ฎฏ",
    "อฮ๐oO0",
    "ิีึืัํ",
    "ุู",
    "ไใโ",
    "เแ",
    "าำ",
    "1lI|",
)
_SHAPES = {ord(one): family[0] for family in reversed(_FAMILIES) for one in family}

_LETTERS, _SHAPE = 0.45, 0.55
_SAME_SOUND = 0.15
"""How much of what is missing to a hundred is given to what sounds the same."""

_END, _WITH_ANOTHER_END = 2, 64.0
"""Neighbours often differ by a last word alone, such as ใต้: no damage does that. They are not alike
enough to be taken for each other, not even with what is given to the sound."""

SAME_LETTERS = 99
"""The score of names that differ in nothing but tone marks and spaces."""


@dataclass(frozen=True, slots=True)
class FoldedName:
    """A name as it is compared: as written, its letters, and the families of their shapes."""

    written: str
    letters: str
    shapes: str


def fold_name(name: str) -> str:
    """Return the letters of a name that survive a scan: no tone marks, spaces or punctuation.

    It is the key under which learned spellings are kept: a change of it forgets them.
    """
    folded = _NIKHAHIT_AA.sub("ำ", name.translate(_FOLD)).replace("เเ", "แ")
    return _DOUBLED.sub("\\1", folded)


@lru_cache(maxsize=20_000)
def folded(name: str) -> FoldedName:
    """Return a name as it is compared."""
    letters = fold_name(name)
    return FoldedName("".join(name.split()), letters, letters.translate(_SHAPES))


def likeness(one: FoldedName, other: FoldedName) -> float:
    """Return from 0 to 100 how alike two names are, by their letters and by their shapes."""
    if one.letters == other.letters:
        return 100.0 if one.written == other.written else SAME_LETTERS
    by_letters = ratio(one.letters, other.letters)
    by_shapes = ratio(one.shapes, other.shapes)
    alike = _LETTERS * by_letters + _SHAPE * max(by_letters, by_shapes)
    return min(alike, _WITH_ANOTHER_END) if _goes_on(one.shapes, other.shapes) else alike


def folded_likeness(one: str, other: str) -> float:
    """Return the likeness of two texts that are folded already."""
    by_shapes = ratio(one.translate(_SHAPES), other.translate(_SHAPES))
    return _LETTERS * ratio(one, other) + _SHAPE * by_shapes


def likeness_with_sound(one: FoldedName, other: FoldedName) -> float:
    """Return the likeness, a little more where both sound the same: a second signal only."""
    alike = likeness(one, other)
    if alike >= SAME_LETTERS or not sound_codes(one.letters) & sound_codes(other.letters):
        return alike
    return alike + _SAME_SOUND * (SAME_LETTERS - alike)


def _goes_on(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) >= _END and long.startswith(short)
