"""What a list of local bodies would change, worked out in memory before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.vocabulary import EdgeKind
from services.bodies.directory import Body
from services.bodies.words import BodyChange


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEdge:
    """Who will stand above whom, by their codes."""

    child: str
    parent: str
    kind: EdgeKind
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDesk:
    """A registry to come; it receives, and has no prefix until its office names one."""

    body: str
    code: str
    name: str


@dataclass(kw_only=True, slots=True)
class BodyPlan:
    """Everything that is to be written.

    Attributes:
        added: New local bodies.
        surroundings: Provinces and districts that had to be there for them.
        changed: Known bodies that differ now.
        moved: Known bodies whose first day is another, with the day as it was.
        renamed: Known bodies that bear another name, with the name that their desk may bear too.
        notes: What the record keeps: facts of a body by its code, in their order.
        stories: One Thai sentence for each change that a line asked for.
        counts: How many bodies each change concerns.
        unchanged: Lines that say what the ledger has already.
    """

    added: list[Body] = field(default_factory=list)
    surroundings: list[Body] = field(default_factory=list)
    changed: dict[str, Body] = field(default_factory=dict)
    moved: dict[str, date] = field(default_factory=dict)
    edges: list[NewEdge] = field(default_factory=list)
    desks: list[NewDesk] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    counts: dict[BodyChange, int] = field(default_factory=dict)
    ended: int = 0
    corrected: int = 0
    unchanged: int = 0

    def note(self, body: Body, **facts: object) -> None:
        """Keep what became of a body, as it stands after this."""
        if not body.is_new:
            self.changed[body.code] = body
        told = {
            "name": body.name,
            "area_code": body.area_code,
            "valid_from": body.valid_from.isoformat(),
            "valid_until": None if body.valid_until is None else body.valid_until.isoformat(),
        }
        self.notes.append((body.code, told | facts))

    def count(self, change: BodyChange, story: str) -> None:
        """Keep that a line changed something, and what."""
        self.counts[change] = self.counts.get(change, 0) + 1
        self.stories.append(story)

    @property
    def changes_nothing(self) -> bool:
        """Whether the ledger says all of it already."""
        return not (self.notes or self.edges or self.desks)
