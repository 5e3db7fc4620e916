"""One occasion told in two ways: here and in the letter passed on, or twice in one letter."""

import re
from collections.abc import Iterator, Sequence, Set
from datetime import date

from domain.buddhist_era import BANGKOK, arabic_digits, thai_instant
from domain.intake.contradiction.citations import Citation
from domain.intake.contradiction.scopes import are_told_apart
from domain.intake.contradiction.text import CheckedText, Place, contradiction, sentences
from domain.intake.found import Found
from domain.intake.reading import Contradiction, LetterReading, Occasion
from domain.intake.vocabulary import ContradictionKind

# So many letters in a row, in the words before either, say that it is the same occasion.
_SHARED, _BEFORE, _BEHIND = 12, 160, 80
_LETTERS = re.compile("[ก-๎A-Za-z]+")
_HENCE = re.compile("จึง(?!เรียน)")
# What is moved, repeated or prepared is on another day rightly.
_ANOTHER = re.compile("เลื่อน|เปลี่ยน|เดิม|เตรียม|ซ้อม|ครั้งก่อน|ครั้งต่อไป|ทบทวน|ถ่ายทอด")
_ONE_OF_MANY = re.compile(r"(?:รุ่น|ครั้ง|กลุ่ม|ภาค)(?:ที่)?\s{0,3}([0-9๐-๙]{1,3})")
_SURE = 0.8

_Held = Found[Occasion]


def rival_occasions(
    checked: CheckedText, citations: Sequence[Citation], told: Set[tuple[int, int]]
) -> Iterator[Contradiction]:
    """Yield the occasions of which another place tells another day or hour.

    Args:
        checked: The text.
        citations: Which letters are cited in it.
        told: Places of days and hours that were already found to differ.
    """
    explained = {at for at, _ in told}
    for one, other in _pairs(checked, citations):
        is_told = any(held.start <= at < held.end for held in (one, other) for at in explained)
        if not is_told and _is_rival(checked, one, other):
            explained.add(one.start)
            yield _finding(one, other)


def _pairs(checked: CheckedText, citations: Sequence[Citation]) -> Iterator[tuple[_Held, _Held]]:
    """Yield what may be one occasion: the only one of the letter cited, what is asked for twice."""
    for citation in citations:
        held = _held(checked, citation.cited)
        if len({one.value for one in held}) == 1:
            yield from ((one, held[0]) for one in _held(checked, citation.citing))
    for letter in checked.reading.letters:
        held = _held(checked, letter)
        if len(held) == 2 and _is_repeated(checked, *held):
            yield held[0], held[1]


def _held(checked: CheckedText, letter: LetterReading) -> Sequence[_Held]:
    """Return the occasions of a letter's sentences whose hours are printed too."""
    start, end = sentences(letter)
    return [
        one
        for one in letter.occasions
        if start <= one.start < end and one.confidence >= _SURE and one.value.end is not None
    ]


def _is_repeated(checked: CheckedText, one: _Held, other: _Held) -> bool:
    """Tell whether the second is asked for because of the first, a paragraph further on."""
    between = checked.received[one.end : other.start].rpartition("\n\n")
    return bool(between[1]) and _HENCE.search(between[2]) is not None


def _is_rival(checked: CheckedText, one: _Held, other: _Held) -> bool:
    before = [_before(checked, held) for held in (one, other)]
    said = [*before, *(_behind(checked, held) for held in (one, other))]
    if any(_ANOTHER.search(each) for each in said) or _are_two_of_many(*before):
        return False
    if are_told_apart(checked.received, one.span, other.span):
        return False
    return _differ_in_one(one.value, other.value) and _share(*before)


def _are_two_of_many(one: str, other: str) -> bool:
    """Tell whether either place speaks of another course of a row."""
    named = [set(_ONE_OF_MANY.findall(arabic_digits(said))) for said in (one, other)]
    return all(named) and not named[0] & named[1]


def _finding(one: _Held, other: _Held) -> Contradiction:
    parts = zip(_parts(one.value), _parts(other.value), strict=True)
    values = next((str(first), str(second)) for first, second in parts if first != second)
    said = [thai_instant(held.value.start) for held in (one, other)]
    if said[0] == said[1]:
        said = [f"ถึงเวลา {value.replace(':', '.')} น." for value in values]
    return contradiction(
        ContradictionKind.DATE_DIFFERS,
        f"เรื่องเดียวกันแต่กำหนดต่างกัน คือ {said[0]} และ {said[1]}",
        [
            Place(value=value, span=held.span)
            for value, held in zip(values, (one, other), strict=True)
        ],
    )


def _differ_in_one(one: Occasion, other: Occasion) -> bool:
    """Tell whether either the days differ or one of the hours, and nothing else."""
    pairs = [*zip(_parts(one), _parts(other), strict=True)]
    return sum(first != second for first, second in pairs) == 1


def _parts(occasion: Occasion) -> Sequence[date | str]:
    """Return the day, and when it begins and ends."""
    begins = occasion.start.astimezone(BANGKOK)
    ends = (occasion.end or occasion.start).astimezone(BANGKOK)
    days = (ends.date() - begins.date()).days
    return [begins.date(), f"{begins:%H:%M}", f"{ends:%H:%M}" + f" +{days}" * bool(days)]


def _before(checked: CheckedText, held: _Held) -> str:
    """Return what leads to an occasion in its own paragraph."""
    return checked.received[max(held.start - _BEFORE, 0) : held.start].rpartition("\n\n")[2]


def _behind(checked: CheckedText, held: _Held) -> str:
    """Return what goes on behind an occasion in its own paragraph."""
    return checked.received[held.end : held.end + _BEHIND].partition("\n\n")[0]


def _share(*before: str) -> bool:
    one, other = ("".join(_LETTERS.findall(said)).lower() for said in before)
    return any(one[at : at + _SHARED] in other for at in range(len(one) - _SHARED + 1))
