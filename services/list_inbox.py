"""What waits for a registry: the letters sent to it that it has not settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import READ, ActingOfficer
from domain.errors import NotFoundError
from domain.hop_states import UNSETTLED
from domain.vocabulary import HopState, Urgency
from models import DeadlinePlan, Dispatch, Hop, Letter, Registry
from services.note_reading import note_reading


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxFilter:
    """Which hops to list; None leaves a filter out, no states means every unsettled one."""

    registry_id: UUID | None = None
    states: Sequence[HopState] = ()
    is_late: bool | None = None
    urgency: Urgency | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxItem:
    """A hop with what a clerk needs to see of its letter."""

    hop_id: UUID
    registry_id: UUID
    state: HopState
    letter_id: UUID
    number: str
    dated: date
    subject: str
    urgency: Urgency
    sender: str
    sent_at: datetime
    register_by: datetime
    forward_by: datetime | None
    acknowledge_by: datetime
    is_suspended: bool
    is_late: bool


async def list_inbox(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    chosen: InboxFilter,
    at: datetime,
    after: UUID | None,
    limit: int,
) -> Sequence[InboxItem]:
    """Return one page of hops, oldest first.

    Args:
        session: The transaction.
        by: The officer who looks.
        chosen: The filters.
        at: Now, for lateness.
        after: The last hop of the page before, or None for the first page.
        limit: Most rows to return.

    Raises:
        NotFoundError: The officer may not read for the registry that was asked for.
    """
    desks = by.registries(READ)
    if chosen.registry_id is not None:
        if chosen.registry_id not in desks:
            raise NotFoundError("หน่วยสารบรรณ (registry)")
        desks = [chosen.registry_id]
    late = is_late(at)
    query = (
        select(Hop, Dispatch, DeadlinePlan, Letter, Registry.name, late.label("is_late"))
        .join(Dispatch, Dispatch.id == Hop.dispatch_id)
        .join(DeadlinePlan, DeadlinePlan.id == Hop.plan_id)
        .join(Letter, Letter.id == Dispatch.letter_id)
        .join(Registry, Registry.id == Dispatch.sender_registry_id)
        .where(
            Hop.recipient_registry_id.in_(desks),
            Hop.secrecy.in_(by.classes),
            Hop.state.in_(chosen.states or UNSETTLED),
        )
        .order_by(Hop.id)
        .limit(limit)
    )
    if UNSETTLED.issuperset(chosen.states):
        # Said so that the index of what still waits is found.
        query = query.where(Hop.settled_at.is_(None))
    if chosen.is_late is not None:
        query = query.where(late if chosen.is_late else ~late)
    if chosen.urgency is not None:
        query = query.where(Letter.urgency == chosen.urgency)
    if after is not None:
        query = query.where(Hop.id > after)
    items = [_item(*row) for row in (await session.execute(query))]
    await note_reading(session, by=by, at=at, letters={item.letter_id for item in items})
    return items


def is_late(at: datetime) -> ColumnElement[bool]:
    """Return the condition that a `Hop` is past a deadline of its `DeadlinePlan` that binds it."""
    return and_(
        Hop.suspended_at.is_(None),
        or_(
            and_(Hop.state == HopState.SENT, DeadlinePlan.register_by < at),
            and_(Hop.settled_at.is_(None), DeadlinePlan.acknowledge_by < at),
        ),
    )


def _item(
    hop: Hop, dispatch: Dispatch, plan: DeadlinePlan, letter: Letter, sender: str, late: bool
) -> InboxItem:
    return InboxItem(
        hop_id=hop.id,
        registry_id=hop.recipient_registry_id,
        state=hop.state,
        letter_id=letter.id,
        number=letter.number,
        dated=letter.dated,
        subject=letter.subject,
        urgency=letter.urgency,
        sender=sender,
        sent_at=dispatch.sent_at,
        register_by=plan.register_by,
        forward_by=plan.forward_by,
        acknowledge_by=plan.acknowledge_by,
        is_suspended=hop.suspended_at is not None,
        is_late=late,
    )
