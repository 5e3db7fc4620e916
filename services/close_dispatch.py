"""What happens when a sender stops waiting: the dispatch is closed, and who is missing is said."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import DECIDE, ActingOfficer
from domain.errors import ConflictError
from domain.vocabulary import DispatchState, EventKind, HopState, OutboxKind
from models import Dispatch, Hop, Outbox, Registry
from services.record_event import record_event
from services.thai_text import in_thai_order
from services.visible_hops import get_dispatch


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingRecipient:
    """A recipient that had not settled its hop when the dispatch was closed."""

    hop_id: UUID
    registry_id: UUID
    name: str
    state: HopState


async def close_dispatch(
    session: AsyncSession, *, by: ActingOfficer, dispatch_id: UUID, reason: str, at: datetime
) -> tuple[Dispatch, list[MissingRecipient]]:
    """Close an open dispatch and return who is missing, in Thai order of the names.

    Hops stay as they are: a late desk may still register and acknowledge, and the counts show it.

    Raises:
        NotFoundError: The officer must not know of the dispatch.
        NotAllowedError: The officer is not head of the registry that sent it.
        ConflictError: `dispatch_not_open`.
    """
    dispatch = await get_dispatch(session, by=by, dispatch_id=dispatch_id)
    by.require(DECIDE, at=dispatch.sender_registry_id)
    await session.refresh(dispatch, with_for_update=True)
    if dispatch.state is not DispatchState.OPEN:
        raise ConflictError("การส่งนี้ปิดหรือครบถ้วนแล้ว", code="dispatch_not_open")
    missing = await _missing(session, dispatch_id)
    dispatch.state, dispatch.close_reason = DispatchState.CLOSED, reason
    dispatch.closed_at, dispatch.closed_by = at, by.id
    await record_event(
        session,
        EventKind.DISPATCH_CLOSED,
        at=at,
        by=by.id,
        registry_id=dispatch.sender_registry_id,
        circular_id=dispatch.circular_id,
        letter_id=dispatch.letter_id,
        dispatch_id=dispatch_id,
        facts={"reason": reason, "missing": [str(one.hop_id) for one in missing]},
    )
    await _tell_process(session, dispatch_id, at)
    return dispatch, missing


async def _missing(session: AsyncSession, dispatch_id: UUID) -> list[MissingRecipient]:
    query = (
        select(Hop.id, Hop.recipient_registry_id, Registry.name, Hop.state)
        .join(Registry, Registry.id == Hop.recipient_registry_id)
        .where(Hop.dispatch_id == dispatch_id, Hop.settled_at.is_(None))
    )
    rows = (await session.execute(query)).all()
    missing = [
        MissingRecipient(hop_id=hop, registry_id=registry, name=name, state=state)
        for hop, registry, name, state in rows
    ]
    return in_thai_order(missing, key=lambda one: one.name)


async def _tell_process(session: AsyncSession, dispatch_id: UUID, at: datetime) -> None:
    chunks = (
        select(literal(OutboxKind.CLOSED.value), literal(dispatch_id), Hop.chunk, literal(at))
        .where(Hop.dispatch_id == dispatch_id)
        .distinct()
    )
    await session.execute(
        insert(Outbox).from_select(["kind", "dispatch_id", "chunk", "created_at"], chunks)
    )
