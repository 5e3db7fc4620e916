"""Numbers and dates of letters: as they are printed, as they are cited, as they were received."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from domain.buddhist_era import arabic_digits, thai_long_date
from domain.document_number import DocumentNumber
from domain.intake.contradiction.citations import (
    Citation,
    differing_parts,
    is_slip,
    number_parts,
)
from domain.intake.contradiction.text import (
    CheckedText,
    Place,
    contradiction,
    day_place,
    is_in_sentences,
    sentences,
)
from domain.intake.found import Found
from domain.intake.near_shapes import shape_of
from domain.intake.near_words import is_near
from domain.intake.reading import Contradiction, LetterReading, Reference
from domain.intake.vocabulary import ContradictionKind

# Three letters at least, each with its stop; what stands before a number names whose it is.
_INITIALS = re.compile(r"(?<![ก-๎.])(?:[ก-ฮ]\.){3,6}(?![ก-๎])")
_NAMED_BEFORE = 60


def differing_citations(citations: Sequence[Citation]) -> Iterator[Contradiction]:
    """Yield what a citation says otherwise than the letter that it cites."""
    for one in citations:
        cited, printed = one.reference.number, one.number
        if number_parts(cited.value) != number_parts(printed.value):
            yield contradiction(
                ContradictionKind.NUMBER_DIFFERS,
                f"หนังสือที่อ้างถึงเขียนว่าที่ {cited.value} แต่ตัวหนังสือเองคือที่ {printed.value}",
                [_number_place(cited), _number_place(printed)],
            )
        dated, day = one.reference.dated, one.cited.dated
        if dated is not None and day is not None and dated.value != day.value:
            yield contradiction(
                ContradictionKind.DATE_DIFFERS,
                f"อ้างถึงหนังสือว่าลงวันที่ {thai_long_date(dated.value)} "
                f"แต่ตัวหนังสือเองลงวันที่ {thai_long_date(day.value)}",
                [day_place(dated), day_place(day)],
            )


def differing_issuers(
    checked: CheckedText, citations: Sequence[Citation]
) -> Iterator[Contradiction]:
    """Yield the agencies that a citation calls by other initials than their letter (ป.ป.ช.)."""
    for one in citations:
        issuer = one.cited.issuer
        printed = _INITIALS.search(issuer.value) if issuer else None
        start = max(one.reference.number.start - _NAMED_BEFORE, one.citing.start)
        before = [*_INITIALS.finditer(checked.received, start, one.reference.number.start)]
        if issuer is None or printed is None or not before:
            continue
        said = Place(value=before[-1][0], span=before[-1].span())
        if is_near(said.value, printed[0], most=1) and shape_of(said.value) != shape_of(printed[0]):
            yield contradiction(
                ContradictionKind.WORDING_DIFFERS,
                f"อ้างถึงหนังสือของ {said.value} แต่หัวหนังสือเป็นของ {printed[0]}",
                [said, Place(value=printed[0], span=issuer.span)],
            )


def impossible_dates(
    checked: CheckedText, citations: Sequence[Citation]
) -> Iterator[Contradiction]:
    """Yield letters that cite what was not yet written, and receipts of what was not yet sent."""
    told = {
        one.reference.number.start
        for one in citations
        if one.reference.dated and one.cited.dated
        if one.reference.dated.value != one.cited.dated.value
    }
    for letter in checked.reading.letters:
        yield from _later_citations(letter, told)
        yield from _early_receipts(letter)


def rival_numbers(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield letters to which one agency gave two numbers; two agencies may sign together."""
    for letter in checked.reading.letters:
        for other in letter.numbers[1:]:
            first = letter.numbers[0]
            if first.value.letters != other.value.letters:
                continue
            if number_parts(first.value) != number_parts(other.value):
                yield contradiction(
                    ContradictionKind.NUMBER_DIFFERS,
                    f"หนังสือฉบับเดียวมีสองเลขที่ คือ {first.value} และ {other.value}",
                    [_number_place(first), _number_place(other)],
                )


def differing_mentions(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield letters that the sentences cite by another number than the heading (อ้างถึง)."""
    for letter in checked.reading.letters:
        headed = defaultdict(list)
        for one in letter.references:
            if not is_in_sentences(one) and one.dated is not None:
                headed[one.dated.value].append(one)
        for said in letter.references:
            if not is_in_sentences(said) or said.dated is None:
                continue
            same_day = headed[said.dated.value]
            if len(same_day) == 1 and _is_misprint(checked, letter, same_day[0], said):
                yield contradiction(
                    ContradictionKind.NUMBER_DIFFERS,
                    f"อ้างถึงหนังสือที่ {same_day[0].number.value} แต่เนื้อหาเขียนว่าที่ {said.number.value}",
                    [_number_place(same_day[0].number), _number_place(said.number)],
                )


def _is_misprint(
    checked: CheckedText, letter: LetterReading, headed: Reference, said: Reference
) -> bool:
    """Tell whether one slip lies between the numbers, and the sentences do not tell of both."""
    wrong = differing_parts(headed.number.value, said.number.value)
    start, end = sentences(letter)
    is_told = str(headed.number.value.value) in arabic_digits(checked.received[start:end])
    return len(wrong) == 1 and is_slip(*wrong[0]) and not is_told


def _later_citations(letter: LetterReading, told: set[int]) -> Iterator[Contradiction]:
    for reference in letter.references:
        cited = reference.dated
        if letter.dated is None or cited is None or reference.number.start in told:
            continue
        if cited.value > letter.dated.value:
            yield contradiction(
                ContradictionKind.DATE_DIFFERS,
                f"หนังสือลงวันที่ {thai_long_date(letter.dated.value)} "
                f"อ้างถึงหนังสือที่ลงวันที่ภายหลัง คือ {thai_long_date(cited.value)}",
                [day_place(letter.dated), day_place(cited)],
            )


def _early_receipts(letter: LetterReading) -> Iterator[Contradiction]:
    for stamp in letter.receipt_stamps:
        if letter.dated is not None and stamp.value.dated < letter.dated.value:
            received = Place(value=stamp.value.dated.isoformat(), span=stamp.span)
            yield contradiction(
                ContradictionKind.DATE_DIFFERS,
                f"รับหนังสือเมื่อวันที่ {thai_long_date(stamp.value.dated)} "
                f"ก่อนวันที่ของหนังสือ คือ {thai_long_date(letter.dated.value)}",
                [day_place(letter.dated), received],
            )


def _number_place(number: Found[DocumentNumber]) -> Place:
    return Place(value=str(number.value), span=number.span)
