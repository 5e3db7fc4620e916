"""Which letter of the text a citation means, and what the two do not agree on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.document_number import DocumentNumber
from domain.intake.found import Found
from domain.intake.near_words import is_near
from domain.intake.reading import LetterReading, Reference, TextReading

# A letter of which many others of the text share a part is told apart by no such part.
_MOST_CANDIDATES = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation:
    """A letter of the text that another letter of it cites.

    Attributes:
        citing: The letter that cites.
        reference: How it cites.
        cited: The letter that is meant.
        number: The number of it that is meant.
    """

    citing: LetterReading
    reference: Reference
    cited: LetterReading
    number: Found[DocumentNumber]


_Numbered = tuple[LetterReading, Found[DocumentNumber]]


def find_citations(reading: TextReading) -> Sequence[Citation]:
    """Return the citations that mean a letter which lies in the same text."""
    index = _index(reading)
    return [one for letter in reading.letters for one in _citations_of(letter, index)]


def number_parts(number: DocumentNumber) -> Mapping[str, object]:
    """Return what two numbers may differ in; zeros before a running number do not count."""
    return {
        "letters": number.letters,
        "owner": number.owner,
        "is_circular": number.is_circular,
        "running": number.value,
    }


def _citations_of(
    citing: LetterReading, index: Mapping[object, Sequence[_Numbered]]
) -> Iterator[Citation]:
    """Exact citations first: a letter that is cited rightly is not meant by a wrong number too."""
    told: set[int] = set()
    for is_meant in (_is_same, _is_nearly):
        for reference in citing.references:
            if reference.number.start in told:
                continue
            for cited, number in _candidates(reference, index):
                if cited is citing or cited.start in told:
                    continue
                if is_meant(citing, reference, cited, number):
                    told |= {reference.number.start, cited.start}
                    yield Citation(citing=citing, reference=reference, cited=cited, number=number)
                    break


def _index(reading: TextReading) -> Mapping[object, Sequence[_Numbered]]:
    index: dict[object, list[_Numbered]] = defaultdict(list)
    for letter in reading.letters:
        for number in letter.numbers:
            for key in _keys(number.value):
                index[key].append((letter, number))
    return index


def _keys(number: DocumentNumber) -> Sequence[object]:
    """What a wrongly printed number still has in common with the right one."""
    return (
        ("running", number.letters, number.value),
        ("owner", number.letters, number.owner),
        ("figures", number.owner, number.value),
    )


def _candidates(
    reference: Reference, index: Mapping[object, Sequence[_Numbered]]
) -> Iterator[_Numbered]:
    for key in _keys(reference.number.value):
        yield from index.get(key, ())[:_MOST_CANDIDATES]


def _is_same(
    _citing: LetterReading,
    reference: Reference,
    _cited: LetterReading,
    number: Found[DocumentNumber],
) -> bool:
    return number_parts(reference.number.value) == number_parts(number.value)


def _is_nearly(
    citing: LetterReading,
    reference: Reference,
    cited: LetterReading,
    number: Found[DocumentNumber],
) -> bool:
    """One part of the number is another one, and all the rest says that this letter is meant."""
    wrong = differing_parts(reference.number.value, number.value)
    if len(wrong) != 1 or not _same_issuer(reference, cited):
        return False
    if reference.dated is not None and cited.dated is not None:
        if reference.dated.value == cited.dated.value:
            return is_slip(*wrong[0]) or _is_enclosed(citing, reference, cited)
        if not _near_day(reference, cited):
            return False
    return is_slip(*wrong[0]) and _is_enclosed(citing, reference, cited)


def differing_parts(one: DocumentNumber, other: DocumentNumber) -> Sequence[tuple[str, str]]:
    """Return the parts in which two numbers differ."""
    parts, others = number_parts(one), number_parts(other)
    return [(str(parts[name]), str(others[name])) for name in parts if parts[name] != others[name]]


def is_slip(one: str, other: str) -> bool:
    """Tell whether the two differ in one figure, or in two that changed places."""
    swapped = len(one) == len(other) and sorted(one) == sorted(other)
    return {one, other} == {"True", "False"} or is_near(one, other, most=2 if swapped else 1)


def _near_day(reference: Reference, cited: LetterReading) -> bool:
    """Tell whether two of day, month and year are the same."""
    if reference.dated is None or cited.dated is None:
        return True
    one, other = reference.dated.value, cited.dated.value
    same = (one.day == other.day, one.month == other.month, one.year == other.year)
    return sum(same) >= 2


def _same_issuer(reference: Reference, cited: LetterReading) -> bool:
    """Tell whether the issuers may be one; a letterhead says more than a citation does."""
    if reference.issuer is None or cited.issuer is None:
        return True
    one, other = ("".join(name.split()) for name in (reference.issuer, cited.issuer.value))
    return one in other or other in one or is_near(one, other, most=len(one) // 3)


def _is_enclosed(citing: LetterReading, reference: Reference, cited: LetterReading) -> bool:
    """Tell whether the citation is an enclosure and the cited letter follows."""
    start = reference.number.start
    return cited.start > citing.start and any(
        one.start <= start < one.end for one in citing.enclosures
    )
