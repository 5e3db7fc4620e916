"""The timeline of a circular: what happened, as far as a registry may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import READ, ActingOfficer
from domain.vocabulary import EventKind
from models import Dispatch, Event, Hop, Letter, Officer, Registry
from services.visible_hops import check_circular, readable, sent_or_above, visible


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryItem:
    """One event with the names of who and where."""

    id: int
    at: datetime
    kind: EventKind
    registry_id: UUID
    registry: str
    officer: str
    letter_id: UUID | None
    dispatch_id: UUID | None
    hop_id: UUID | None
    facts: dict[str, Any]


async def list_history(
    session: AsyncSession, *, by: ActingOfficer, circular_id: UUID, after: int, limit: int
) -> Sequence[HistoryItem]:
    """Return one page of events in the order in which they were recorded.

    Args:
        session: The transaction.
        by: The officer who looks.
        circular_id: The letter that started the journey.
        after: The last event of the page before, 0 for the first page.
        limit: Most rows to return.

    Raises:
        NotFoundError: There is no such circular, or the officer must not know of it.
    """
    desks = by.registries(READ)
    await check_circular(session, by=by, circular_id=circular_id)
    hops = (
        select(Hop.id)
        .join(Dispatch, Dispatch.id == Hop.dispatch_id)
        .where(Dispatch.circular_id == circular_id, visible(desks))
    )
    dispatches = select(Dispatch.id).where(
        Dispatch.circular_id == circular_id, sent_or_above(desks)
    )
    letters = select(Letter.id).where(Letter.circular_id == circular_id, readable(desks))
    query = (
        select(Event, Registry.name, Officer.name)
        .join(Registry, Registry.id == Event.registry_id)
        .join(Officer, Officer.id == Event.officer_id)
        .where(
            Event.circular_id == circular_id,
            Event.id > after,
            or_(
                Event.hop_id.in_(hops),
                and_(Event.hop_id.is_(None), Event.dispatch_id.in_(dispatches)),
                and_(
                    Event.hop_id.is_(None),
                    Event.dispatch_id.is_(None),
                    Event.letter_id.in_(letters),
                ),
            ),
        )
        .order_by(Event.id)
        .limit(limit)
    )
    return [_item(*row) for row in (await session.execute(query))]


def _item(event: Event, registry: str, officer: str) -> HistoryItem:
    return HistoryItem(
        id=event.id,
        at=event.at,
        kind=event.kind,
        registry_id=event.registry_id,
        registry=registry,
        officer=officer,
        letter_id=event.letter_id,
        dispatch_id=event.dispatch_id,
        hop_id=event.hop_id,
        facts=event.facts,
    )
