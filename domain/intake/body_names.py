"""Names of local bodies: their kind by the first words, whole, abbreviated or damaged."""

import re
from collections import Counter
from dataclasses import dataclass

from domain.intake.near_words import nearest_prefix
from domain.vocabulary import OrganizationKind

_WORDS = {
    "องค์การบริหารส่วนตำบล": OrganizationKind.SAO,
    "องค์การบริหารส่วนจังหวัด": OrganizationKind.PAO,
    "เทศบาลตำบล": OrganizationKind.SUBDISTRICT_MUNICIPALITY,
    "เทศบาลเมือง": OrganizationKind.TOWN_MUNICIPALITY,
    "เทศบาลนคร": OrganizationKind.CITY_MUNICIPALITY,
}
_SHORT = {
    "อบต": OrganizationKind.SAO,
    "อบจ": OrganizationKind.PAO,
    "ทต": OrganizationKind.SUBDISTRICT_MUNICIPALITY,
    "ทม": OrganizationKind.TOWN_MUNICIPALITY,
    "ทน": OrganizationKind.CITY_MUNICIPALITY,
}
_WHOLE = re.compile("|".join(_WORDS))
# What a scan takes for the letters of the abbreviations.
_ALIKE = str.maketrans("ฮฑปดคว", "อทบตตจ")
# Two letters alone begin many a word; then a dot or a space must follow.
_ABBREVIATED = re.compile(
    r"([อฮ]\.?\s?[บป]\.?\s?[ตจดคว])(?:\s?\.)?\s{0,3}|([ทฑ]\.?\s?[ตมนดค])(?:\s?\.\s{0,3}|\s{1,3})"
)
_ANY_MUNICIPALITY = re.compile(r"เทศบาล\s{0,2}(?=[ก-ฮเ-ไ])")
_PLACE = re.compile(r"\s{0,3}[ก-ฮเ-ไ]")
# So much of the first words may be wrong.
_SHARE = 0.34
_LETTERS = {word: Counter(word) for word in _WORDS}


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyName:
    """The first words of a name.

    Attributes:
        kind: What they say; None for a municipality of no known class.
        length: How many characters they take, with the space behind them.
        is_whole: Whether they are written without a fault.
    """

    kind: OrganizationKind | None
    length: int
    is_whole: bool


def body_name(text: str, *, is_near_allowed: bool = True) -> BodyName | None:
    """Return the first words of a local body's name, None where a text begins with none."""
    if whole := _WHOLE.match(text):
        return _with_space(text, _WORDS[whole[0]], whole.end(), is_whole=True)
    if short := _ABBREVIATED.match(text):
        bare = "".join(one for one in short[1] or short[2] if one not in ". ")
        kind = _SHORT.get(bare.translate(_ALIKE))
        return _with_space(text, kind, short.end(), is_whole=bare in _SHORT)
    near = _near(text[:30]) if is_near_allowed and text[:1] in _NEAR_FIRST else None
    if near is None and (loose := _ANY_MUNICIPALITY.match(text)):
        return _with_space(text, None, loose.end(), is_whole=False)
    return near


_NEAR_FIRST = frozenset("อฮงคแเทดตหบป")


def _near(text: str) -> BodyName | None:
    if not set(text[:14]) & set("ศบาร") or len(text) < 7:
        return None
    likely = tuple(word for word, letters in _LETTERS.items() if _may_be(word, letters, text))
    near = nearest_prefix(likely, text, share=_SHARE) if likely else None
    if near is None or near.length >= len(text) or not _PLACE.match(text, near.length):
        return None
    return _with_space(text, _WORDS[near.word], near.length, is_whole=False)


def _may_be(word: str, letters: Counter[str], text: str) -> bool:
    """Tell whether a text has letters enough of a word, which is soon counted."""
    most = int(len(word) * _SHARE)
    return (letters - Counter(text[: len(word) + most])).total() <= most


def _with_space(
    text: str, kind: OrganizationKind | None, length: int, *, is_whole: bool
) -> BodyName:
    while length < len(text) and text[length] in " \n":
        length += 1
    return BodyName(kind=kind, length=length, is_whole=is_whole)
