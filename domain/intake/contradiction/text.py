"""The text whose contradictions are looked for, folded, and how a finding points into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.intake.contradiction.figures import Figure, find_figures
from domain.intake.folded_text import FoldedText, fold_text
from domain.intake.found import Found
from domain.intake.reading import Contradiction, LetterReading, Reference, TextReading
from domain.intake.thai_dates import DateAt, find_dates
from domain.intake.vocabulary import ContradictionKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What is written at one place of the text as it was received."""

    value: str
    span: tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedText:
    """A text with what was read in it.

    Attributes:
        received: The text as it came; the spans of `reading` count its characters.
        fold: The same folded as a whole.
        reading: What was read.
        today: The day on which the text is looked at, None where that must not matter.
        figures: The figures of the folded text.
        dates: The dates of it.
    """

    received: str
    fold: FoldedText
    reading: TextReading
    today: date | None
    figures: Sequence[Figure]
    dates: Sequence[DateAt]

    @property
    def text(self) -> str:
        """The folded text."""
        return self.fold.text

    def index(self, received: int) -> int:
        """Return where in the folded text a place of the received text is."""
        low, high = 0, len(self.text)
        while low < high:
            middle = (low + high) // 2
            if self.fold.span(middle, middle)[0] < received:
                low = middle + 1
            else:
                high = middle
        return low

    def place(self, value: str, start: int, end: int) -> Place:
        """Return a place that was found in the folded text."""
        return Place(value=value, span=self.fold.span(start, end))


def check_text(received: str, reading: TextReading, today: date | None) -> CheckedText:
    """Fold a text to be looked at."""
    fold = fold_text(received)
    return CheckedText(
        received=received,
        fold=fold,
        reading=reading,
        today=today,
        figures=find_figures(fold.text),
        dates=find_dates(fold.text),
    )


def sentences(letter: LetterReading) -> tuple[int, int]:
    """Return where a letter's sentences stand; those who get it and what it cites are none."""
    if letter.body is None:
        return letter.end, letter.end
    ends = [one.end for one in letter.addressees]
    ends += [one.end for one in letter.enclosures]
    ends += [one.number.end for one in letter.references if not is_in_sentences(one)]
    ends += [one.dated.end for one in letter.references if one.dated and not is_in_sentences(one)]
    return min(max(letter.body.start, *ends, 0), letter.body.end), letter.body.end


def is_in_sentences(reference: Reference) -> bool:
    """Tell whether a letter is cited below no heading."""
    return reference.number.rule == "reference.body"


def day_place(found: Found[date]) -> Place:
    """Return the place of a day."""
    return Place(value=found.value.isoformat(), span=found.span)


def contradiction(kind: ContradictionKind, message: str, places: Sequence[Place]) -> Contradiction:
    """Build a finding from the places that cannot be right together."""
    return Contradiction(
        kind=kind,
        values=tuple(place.value for place in places),
        spans=tuple(place.span for place in places),
        message=message,
    )
