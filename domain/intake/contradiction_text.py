"""The text whose contradictions are looked for, folded, and how a finding points into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.intake.folded_text import FoldedText, fold_text
from domain.intake.found import Found
from domain.intake.reading import Contradiction, TextReading
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
    """

    received: str
    fold: FoldedText
    reading: TextReading
    today: date | None

    @property
    def text(self) -> str:
        """The folded text."""
        return self.fold.text

    def place(self, value: str, start: int, end: int) -> Place:
        """Return a place that was found in the folded text."""
        return Place(value=value, span=self.fold.span(start, end))


def check_text(received: str, reading: TextReading, today: date | None) -> CheckedText:
    """Fold a text to be looked at."""
    return CheckedText(received=received, fold=fold_text(received), reading=reading, today=today)


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
