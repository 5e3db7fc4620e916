"""Events with the names of who and where, and what they tell, as far as a reader may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from domain.event_story import EventStory, tell_event
from domain.vocabulary import EventKind, Secrecy, Urgency
from services.visible_events import Sight

COLUMNS: Final = (
    "id, at, kind, registry_id, officer_id, circular_id, letter_id, dispatch_id, hop_id,"
    " secrecy, urgency, is_late, facts"
)
"""What is read of an event before it is known whether the reader may see it."""

# The events are given, so that neither the condition nor the names are planned for every year; and
# each name is looked up by itself, because a join would be tempted to read the whole of a table.
_TELL = """
SELECT e.nth, (SELECT r.name FROM registry r WHERE r.id = e.registry_id) AS registry,
    (SELECT o.name FROM officer o WHERE o.id = e.officer_id) AS officer,
    (SELECT l.number FROM letter l WHERE l.id = e.letter_id) AS letter_number,
    (SELECT r.name FROM hop JOIN registry r ON r.id = hop.recipient_registry_id
        WHERE hop.id = e.hop_id) AS recipient,
    (SELECT entry.number FROM hop JOIN register_entry entry ON entry.id = hop.receipt_entry_id
        WHERE hop.id = e.hop_id) AS receipt_number
FROM unnest(:kinds, :secrecies, :registries, :officers, :letters, :dispatches, :hops)
    WITH ORDINALITY AS e (kind, secrecy, registry_id, officer_id, letter_id, dispatch_id, hop_id,
        nth)
WHERE {seen}
"""
_GIVEN: Final = {
    "registries": "registry_id",
    "officers": "officer_id",
    "letters": "letter_id",
    "dispatches": "dispatch_id",
    "hops": "hop_id",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class EventItem:
    """One event with the names of who and where, and what it tells.

    `at` is when it was recorded; what a stamp says stands in the story. `receipt_number` is the
    number under which the recipient of the hop registered the letter.
    """

    id: int
    at: datetime
    kind: EventKind
    registry_id: UUID
    registry: str | None
    officer_id: UUID
    officer: str | None
    circular_id: UUID | None
    letter_id: UUID | None
    letter_number: str | None
    dispatch_id: UUID | None
    hop_id: UUID | None
    recipient: str | None
    receipt_number: int | None
    secrecy: Secrecy
    urgency: Urgency | None
    is_late: bool | None
    facts: Mapping[str, Any]
    story: EventStory


async def tell_events(
    session: AsyncSession, *, sight: Sight, rows: Sequence[RowMapping], below: bool = False
) -> list[EventItem]:
    """Return those of some events that a reader may see, in the order in which they are given.

    Args:
        session: The transaction.
        sight: Who reads.
        rows: The events, each with the `COLUMNS`.
        below: Leave out what others did on what the reader's desks received.
    """
    if not rows:
        return []
    values = sight.values | {
        "kinds": [row["kind"] for row in rows],
        "secrecies": [row["secrecy"] for row in rows],
        **{name: [row[column] for row in rows] for name, column in _GIVEN.items()},
    }
    statement = _telling(sight.condition_below if below else sight.condition)
    names = {row["nth"]: row for row in (await session.execute(statement, values)).mappings()}
    return [_item(row, names[nth]) for nth, row in enumerate(rows, start=1) if nth in names]


@cache
def _telling(seen: str) -> TextClause:
    return text(_TELL.format(seen=seen)).bindparams(
        *(bindparam(name, type_=ARRAY(Text())) for name in ("kinds", "secrecies")),
        *(bindparam(name, type_=ARRAY(Uuid())) for name in _GIVEN),
    )


def _item(row: RowMapping, names: RowMapping) -> EventItem:
    told = {name: value for name, value in row.items() if name != "place"}
    told |= {name: value for name, value in names.items() if name != "nth"}
    kind = EventKind(told.pop("kind"))
    urgency = told.pop("urgency")
    return EventItem(
        kind=kind,
        secrecy=Secrecy(told.pop("secrecy")),
        urgency=urgency and Urgency(urgency),
        story=tell_event(kind, told["facts"]),
        **told,
    )


def event_fields(item: EventItem) -> dict[str, Any]:
    """Return what is told of an event, by the names under which it is told."""
    story = item.story
    return {
        "id": item.id,
        "at": item.at,
        "kind": item.kind,
        "text": story.text,
        "registry_id": item.registry_id,
        "registry": item.registry,
        "officer_id": item.officer_id,
        "officer": item.officer,
        "stamped_at": story.stamped_at,
        "stamp_has_time": story.stamp_has_time,
        "before": dict(story.before),
        "after": dict(story.after),
        "circular_id": item.circular_id,
        "letter_id": item.letter_id,
        "letter_number": item.letter_number,
        "dispatch_id": item.dispatch_id,
        "hop_id": item.hop_id,
        "recipient": item.recipient,
        "receipt_number": item.receipt_number,
        "secrecy": item.secrecy,
        "urgency": item.urgency,
        "is_late": item.is_late,
        "facts": dict(item.facts),
    }
