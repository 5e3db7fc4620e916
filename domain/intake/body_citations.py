"""Letters that are cited in the subject and the sentences of a letter, below no heading."""

import re
from collections.abc import Iterator, Sequence

from domain.document_number import DocumentNumber
from domain.intake.citations import date_behind, issuer_before
from domain.intake.folded_text import FoldedText
from domain.intake.found import Found
from domain.intake.letter_numbers import NumberAt, find_numbers
from domain.intake.office_words import begins_office
from domain.intake.reading import Reference
from domain.intake.thai_dates import DateAt

# What is cited, and how far before its number; between the two stand its issuer and its marks.
_CITED = re.compile(
    r"(?:หนังสือ|บันทึก|วิทยุ|โทรสาร)"
    r"(?:(?!หนังสือ|บันทึก)[^0-9\n]|\n(?!\n)|[0-9]{1,2}(?![0-9./])){0,110}\Z"
)
_WORD = re.compile(r"(?:เลข)?ที่\s{0,10}\Z")
_REACH, _BETWEEN, _APART = 130, 16, 60
# Nobody says that it is one, so a person should look.
_SURE = 0.75


def read_body_citations(
    folded: FoldedText,
    at: tuple[int, int],
    dates: Sequence[DateAt],
    *,
    known: Sequence[DocumentNumber],
) -> Sequence[Reference]:
    """Return the letters that are cited in a stretch of the text, each of them once.

    Args:
        folded: The text.
        at: Where the subject begins and the sentences end.
        dates: The dates in it.
        known: The letter's own numbers, and those cited under a heading.
    """
    told = set(map(_key, known))
    found = []
    for reference in _cited(folded, at, dates):
        key = _key(reference.number.value)
        if key not in told:
            told.add(key)
            found.append(reference)
    return found


def _cited(folded: FoldedText, at: tuple[int, int], dates: Sequence[DateAt]) -> Iterator[Reference]:
    """Yield what is cited with its date, and what is named right behind such a citation."""
    text, (floor, end) = folded.text, at
    numbers = [*find_numbers(text, floor, end)]
    stops = [*(one.start for one in numbers[1:]), end]
    is_cited = False
    for number, stop in zip(numbers, stops, strict=False):
        before = text[max(floor, number.start - _REACH) : number.start]
        dated = date_behind(folded, dates, number.end, min(stop, number.end + _BETWEEN))
        is_next = is_cited and number.start - floor < _APART and _WORD.search(before) is not None
        is_cited = dated is not None and (is_next or _CITED.search(before) is not None)
        if is_cited:
            yield Reference(number=_number(folded, number), dated=dated, issuer=_issuer(before))
        floor = number.end


def _number(folded: FoldedText, one: NumberAt) -> Found[DocumentNumber]:
    sure = min(one.sure, _SURE)
    return folded.found(one.number, (one.start, one.end), sure=sure, rule="reference.body")


def _issuer(before: str) -> str | None:
    """In a sentence more than an office may stand before a number."""
    issuer = issuer_before(before)
    return issuer if issuer and begins_office(issuer) and len(issuer) <= 90 else None


def _key(number: DocumentNumber) -> tuple[str, str, bool, int]:
    return number.letters, number.owner, number.is_circular, number.value
