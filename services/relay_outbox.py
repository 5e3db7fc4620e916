"""Which messages wait for the process, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from domain.alarms import Alarm
from domain.deadline_plan import in_order
from domain.hop_states import UNSETTLED
from domain.vocabulary import AlarmStep, DispatchState, OutboxKind
from models import Dispatch, Hop, Outbox
from services.pending_steps import IS_PENDING, STEPS_OF_DUTY


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


_PENDING = text(f"""
SELECT DISTINCT due.step, due.due_at
FROM hop h JOIN deadline_plan p ON p.id = h.plan_id
CROSS JOIN LATERAL jsonb_to_recordset(p.alarms) AS due (step text, due_at timestamptz)
WHERE h.dispatch_id = :dispatch_id AND h.chunk = :chunk AND {IS_PENDING}
""").bindparams(  # noqa: S608 (nothing but our own words)
    bindparam("to_register", type_=ARRAY(Text())), bindparam("to_forward", type_=ARRAY(Text()))
)


async def claim_waiting(
    session: AsyncSession, *, limit: int, moves: bool = False
) -> Sequence[Outbox]:
    """Lock and return waiting messages, oldest first, leaving out those another relay holds.

    Args:
        session: The transaction.
        limit: Most rows to return.
        moves: Whether to claim moved deadlines, which need a worker to be told, or the others.
    """
    about_move = Outbox.kind == OutboxKind.MOVED
    query = (
        select(Outbox)
        .where(
            Outbox.sent_at.is_(None),
            Outbox.parked_at.is_(None),
            about_move if moves else ~about_move,
        )
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
        alarms=await pending_alarms(session, dispatch_id=dispatch_id, chunk=chunk),
        is_closed=dispatch.state is not DispatchState.OPEN,
    )


async def pending_alarms(
    session: AsyncSession, *, dispatch_id: UUID, chunk: int
) -> Sequence[Alarm]:
    """Return the steps that the hops of a chunk still have before them, in the order they are due.

    A step that is due already and was not raised is among them: nothing is lost while workers
    are away.
    """
    values = {"dispatch_id": dispatch_id, "chunk": chunk, **STEPS_OF_DUTY}
    rows = await session.execute(_PENDING, values)
    return in_order(Alarm(step=AlarmStep(row.step), due_at=row.due_at) for row in rows)


async def lock_moves(session: AsyncSession, dispatch_id: UUID) -> bool:
    """Keep other relays from moving the timers of a dispatch until the transaction ends.

    Two that read the ledger at different moments could otherwise tell the older plan last.
    """
    key = func.hashtextextended(f"moves of {dispatch_id}", 0)
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(key))))


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
    # A function of the owner: the API sees no message of those who have not signed in.
    return await session.scalar(select(func.outbox_waiting_since()))
