"""Names of local bodies: their kind by the first words, whole, abbreviated or damaged."""

import re
from collections import Counter
from dataclasses import dataclass

from domain.intake.near_shapes import look_of
from domain.intake.near_words import NEVER_FIRST, nearest_prefix
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
_LOOKS = {look_of(word): kind for word, kind in _WORDS.items()}
_WHOLE = re.compile("|".join(_WORDS))
# What a scan takes for the letters of the abbreviations.
_ALIKE = str.maketrans("ฮฑปดคว", "อทบตตจ")
# A mark that was not there, and what is seen of a dot.
_MARK, _DOT = "[็-๎]?", r"\s?[.,]"
# Two letters alone begin many a word, and ว many a place; then a dot or a space must follow.
_ABBREVIATED = re.compile(
    rf"([อฮ]\.\s?[บป]\.\s?[ตจดคว]|[อฮ]{_MARK}\s?[บป]{_MARK}\s?(?:[ตจด]{_MARK}|[คว]{_MARK}(?={_DOT})))"
    rf"(?:{_DOT})?\s{{0,3}}"
    rf"|([ทฑ]{_MARK}\.?\s?[ตมนดค]{_MARK})(?:{_DOT}|(?=\s))(?!\s{{0,3}}[0-9])\s{{0,3}}|([ทฑ]ต)(?=[ก-ฮเ-ไ])"
)
# One letter of three was lost: without the last one it may be either.
_SHORTENED = re.compile(
    rf"([อฮบป]{_MARK}[ตด]{_MARK}|[อฮ]{_MARK}[บป]{_MARK}){_DOT}\s{{0,3}}(?=[ก-ฮเ-ไ])"
)
# Whole words that lie near to those of a body.
_OTHER = re.compile(r"เทศกาล|องค์การบริหารจัดการ")
_ANY_MUNICIPALITY = re.compile(r"เทศบาล\s{0,2}(?=[ก-ฮเ-ไ])")
_PLACE = re.compile(r"\s{0,3}[ก-ฮเ-ไ]")
# So much of the first words may be wrong.
_SHARE = 0.34
_COUNTED = {word: Counter(word) for word in _LOOKS}


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
        bare = "".join(one for one in short[short.lastindex or 0] if one >= "ก")
        kind = _SHORT.get(_letters(bare).translate(_ALIKE))
        return _with_space(text, kind, short.end(), is_whole=bare in _SHORT)
    if short := _SHORTENED.match(text):
        is_sao = _letters(short[1])[-1] in "ตด"
        return _with_space(
            text, OrganizationKind.SAO if is_sao else None, short.end(), is_whole=False
        )
    near = _near(text[:30]) if is_near_allowed and text[:1] in _NEAR_FIRST else None
    if near is None and (loose := _ANY_MUNICIPALITY.match(text)):
        return _with_space(text, None, loose.end(), is_whole=False)
    return near


def _letters(short: str) -> str:
    return "".join(one for one in short if one <= "ฮ")


_NEAR_FIRST = frozenset("อฮงคแเทฑดตหบป")
_SEEN = frozenset(look_of("ศบร") + "า")


def _near(text: str) -> BodyName | None:
    look = look_of(text)
    if len(_SEEN.intersection(look[:14])) < 2 or len(text) < 7 or _OTHER.match(text):
        return None
    likely = tuple(word for word, letters in _COUNTED.items() if _may_be(word, letters, look))
    near = nearest_prefix(likely, look, share=_SHARE) if likely else None
    if near is None:
        return None
    length = near.length
    while length < len(text) and text[length] in NEVER_FIRST:
        length += 1
    if not _PLACE.match(text, length):
        return None
    return _with_space(text, _LOOKS[near.word], length, is_whole=False)


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
