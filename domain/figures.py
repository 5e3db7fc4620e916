"""Figures of the record: rulers to measure hops with, and what a recount found to differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from domain.buddhist_era import bangkok_date, bangkok_midnight
from domain.reconciliation import Reconciliation
from domain.vocabulary import EventKind
from domain.working_time import WorkingCalendar

SETTLING = (
    EventKind.ACKNOWLEDGED,
    EventKind.REPORTED,
    EventKind.REFUSED,
    EventKind.RETURNED,
    EventKind.RECALLED,
)
"""Events that end the waiting for a hop, whichever way."""

TIMED = (EventKind.SENT, EventKind.REGISTERED, *SETTLING)
"""Events that the figures are made of; a hop has one of each sort at most."""

_DAY = timedelta(days=1)


class FigureGroup(StrEnum):
    """What the figures are told by: the recipient's body or desk, its tier, or the urgency."""

    ORGANIZATION = "organization"
    REGISTRY = "registry"
    TIER = "tier"
    URGENCY = "urgency"


class GapKind(StrEnum):
    """Why a number carries no letter; a missing one was given and is not there: a fault."""

    VOIDED = "voided"
    LEFT_ON_PAPER = "left_on_paper"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True, slots=True)
class RulerDay:
    """One day on a ruler of working time, so that the database can measure millions of hops.

    The mark of an instant of this day is `before`, and what of `span` has passed since
    `opens_at`; the working time between two instants is the difference of their marks.
    """

    day: date
    opens_at: datetime
    span: timedelta
    before: timedelta


def lay_ruler(clock: WorkingCalendar, first: datetime, last: datetime) -> Sequence[RulerDay]:
    """Return the days of a clock from that of `first` to that of `last`."""
    day, end = bangkok_date(first), bangkok_date(last)
    start = bangkok_midnight(day)
    days: list[RulerDay] = []
    while day <= end:
        days.append(
            RulerDay(
                day=day,
                opens_at=clock.opening(day),
                span=clock.day_length if clock.is_working(day) else timedelta(0),
                before=clock.count_time(start, bangkok_midnight(day)),
            )
        )
        day += _DAY
    return days


def on_time_share(judged: int, late: int) -> float | None:
    """Return which part of the hops that were judged was not late; None where none was."""
    return (judged - late) / judged if judged else None


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureDifference:
    """A row of the figures that a recount from events does not give; None where a side has none."""

    table: str
    key: str
    stored: Mapping[str, object] | None
    counted: Mapping[str, object] | None

    def __str__(self) -> str:
        """Return one line that names the row and what differs in it."""
        return f"{self.table} {self.key}: {self._said()}"

    def _said(self) -> str:
        if self.stored is None:
            return "the row is missing"
        if self.counted is None:
            return "no event speaks of it"
        stored, counted = self.stored, self.counted
        return ", ".join(
            f"{name} is {stored.get(name)}, counted {counted[name]}"
            for name in counted
            if stored.get(name) != counted[name]
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Recount:
    """What a recount came to.

    Attributes:
        hops: Hops that were counted.
        desks: Rows of counts that were compared.
        differing: Rows that differ, in both tables.
        differences: The first of them.
    """

    hops: int
    desks: int
    differing: int
    differences: Sequence[FigureDifference]


@dataclass(frozen=True, kw_only=True, slots=True)
class RecountResult:
    """What the process is told of a recount: how many rows differ, and the first in one line."""

    differing: int
    first: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NightlyFindings(Reconciliation):
    """What a night found: the reconciliation, and what the figures differ in from the events.

    Attributes:
        figures_differing: Rows of the figures that a recount did not confirm.
        first_difference: The first of them, in one line.
    """

    figures_differing: int = 0
    first_difference: str | None = None
