"""Which messages wait for the process, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.alarms import Alarm
from domain.hop_states import UNSETTLED
from domain.vocabulary import AlarmStep, DispatchState, OutboxKind
from models import Dispatch, Hop, Outbox


@dataclass(frozen=True, kw_only=True, slots=True)
class DispatchWatch:
    """What the process of one chunk of a dispatch has to know: ids and frozen instants."""

    dispatch_id: UUID
    chunk: int
    circular_id: UUID
    registry_id: UUID
    hop_ids: Sequence[UUID]
    alarms: Sequence[Alarm]
    is_closed: bool


async def claim_waiting(session: AsyncSession, *, limit: int) -> Sequence[Outbox]:
    """Lock and return waiting messages, oldest first, leaving out those another relay holds."""
    query = (
        select(Outbox)
        .where(Outbox.sent_at.is_(None), Outbox.parked_at.is_(None))
        .order_by(Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def read_watch(session: AsyncSession, *, dispatch_id: UUID, chunk: int) -> DispatchWatch:
    """Return what the process of a chunk is started with: the hops nobody has settled yet."""
    dispatch = await session.get_one(Dispatch, dispatch_id)
    hops = (
        select(Hop.id)
        .where(Hop.dispatch_id == dispatch_id, Hop.chunk == chunk, Hop.state.in_(UNSETTLED))
        .order_by(Hop.position)
    )
    return DispatchWatch(
        dispatch_id=dispatch_id,
        chunk=chunk,
        circular_id=dispatch.circular_id,
        registry_id=dispatch.sender_registry_id,
        hop_ids=(await session.scalars(hops)).all(),
        alarms=[
            Alarm(step=AlarmStep(one["step"]), due_at=datetime.fromisoformat(one["due_at"]))
            for one in dispatch.alarms
        ],
        is_closed=dispatch.state is not DispatchState.OPEN,
    )


async def is_start_waiting(session: AsyncSession, *, dispatch_id: UUID, chunk: int) -> bool:
    """Return whether the process of a chunk has still to be started, perhaps by another relay."""
    query = select(
        exists().where(
            Outbox.dispatch_id == dispatch_id,
            Outbox.chunk == chunk,
            Outbox.kind == OutboxKind.DISPATCHED,
            Outbox.sent_at.is_(None),
            Outbox.parked_at.is_(None),
        )
    )
    return bool(await session.scalar(query))


async def mark_sent(session: AsyncSession, *, ids: Sequence[int], at: datetime) -> None:
    """Record that the process was told."""
    await session.execute(update(Outbox).where(Outbox.id.in_(ids)).values(sent_at=at))


async def park(session: AsyncSession, *, ids: Sequence[int], reason: str, at: datetime) -> None:
    """Record that the process will not be told, and why; the ledger stands as it is."""
    await session.execute(
        update(Outbox).where(Outbox.id.in_(ids)).values(parked_at=at, parked_reason=reason)
    )


async def oldest_waiting(session: AsyncSession) -> datetime | None:
    """Return since when the oldest message waits, or None when none does."""
    return await session.scalar(
        select(func.min(Outbox.created_at)).where(
            Outbox.sent_at.is_(None), Outbox.parked_at.is_(None)
        )
    )
