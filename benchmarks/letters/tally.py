"""Counts of right and wrong, and the examples behind them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Miss:
    """One value that was read wrongly, not read, or read where nothing is."""

    what: str
    sample: str
    truth: str
    read: str


@dataclass(kw_only=True, slots=True)
class Tally:
    """How often something was right."""

    right: int = 0
    meant: int = 0
    read: int = 0

    @property
    def recall(self) -> float:
        """Share of what is in the texts that was read rightly."""
        return self.right / self.meant if self.meant else 1.0

    @property
    def precision(self) -> float:
        """Share of what was read that is right."""
        return self.right / self.read if self.read else 1.0

    def as_json(self) -> dict[str, Any]:
        """Return the figures as the baseline keeps them."""
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "count": self.meant,
        }


@dataclass(kw_only=True, slots=True)
class Score:
    """Tallies by what is counted, and what was missed."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)

    def of(self, what: str) -> Tally:
        """Return the tally of something."""
        return self.tallies.setdefault(what, Tally())

    def miss(self, what: str, sample: str, *, truth: object = "-", read: object = "-") -> None:
        """Remember an example."""
        self.misses.append(Miss(what=what, sample=sample, truth=str(truth), read=str(read)))
