"""What was read in a text: every value with the place where it stands."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found(Generic[T]):
    """One value that was read.

    Attributes:
        value: What it means, digits in Arabic and years Gregorian.
        start: Where it begins in the text as it was received, counted in characters.
        end: Where it ends; the text between the two is what is written.
        confidence: How sure the rule is, from 0 to 1; below 0.8 a person should look.
        rule: The rule that read it, in words that stay the same between versions.
    """

    value: T
    start: int
    end: int
    confidence: float
    rule: str

    @property
    def span(self) -> tuple[int, int]:
        """The place where it stands."""
        return self.start, self.end

    def as_(self, read: Callable[[T], U]) -> "Found[U]":
        """Return the same place with its value read further."""
        return Found(
            value=read(self.value),
            start=self.start,
            end=self.end,
            confidence=self.confidence,
            rule=self.rule,
        )
