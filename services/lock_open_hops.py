"""Whose clocks a move touches: a hop or a dispatch, with all that is open below it, locked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from domain.access import DECIDE, ActingOfficer
from domain.errors import ConflictError
from domain.vocabulary import Approver, DispatchState
from models import Dispatch, Hop, Letter
from services.visible_hops import get_dispatch, get_hop

# Dispatches before hops, and both by id: whoever moves clocks, reports upward or closes takes
# them in this order, so that nobody waits in a circle. A key lock would be more than is needed
# and would wait for a desk that gives a receipt, which itself waits for our hops. The circular is
# named because behind a policy only a comparison like this one may use an index.
_LOCK_DISPATCHES = text("""
SELECT id, state FROM dispatch
WHERE circular_id = :circular_id AND (id = :own OR lineage && :roots)
ORDER BY id FOR NO KEY UPDATE
""").bindparams(bindparam("roots", type_=ARRAY(Uuid())))

_LOCK_HOPS = text("""
SELECT count(*) AS hops, count(suspended_at) AS suspended,
    coalesce(max(extensions), 0) AS extensions, coalesce(max(extended_days), 0) AS extended_days
FROM (
    SELECT h.suspended_at,
        CASE WHEN h.dispatch_id = :own THEN h.extensions END AS extensions,
        CASE WHEN h.dispatch_id = :own THEN h.extended_days END AS extended_days
    FROM hop h
    WHERE h.settled_at IS NULL AND (h.dispatch_id = ANY(:dispatches) OR h.id = :hop_id)
    ORDER BY h.id FOR NO KEY UPDATE
) locked
""").bindparams(bindparam("dispatches", type_=ARRAY(Uuid())), bindparam("hop_id", type_=Uuid()))

# A forward holds its hop until its new dispatch is there: whoever waited for the hop read the
# dispatches too early.
_HAS_GROWN = text("""
SELECT EXISTS (
    SELECT FROM dispatch
    WHERE circular_id = :circular_id AND (lineage && :roots OR parent_hop_id = :hop_id)
        AND id <> ALL (:locked)
)
""").bindparams(
    bindparam("roots", type_=ARRAY(Uuid())),
    bindparam("hop_id", type_=Uuid()),
    bindparam("locked", type_=ARRAY(Uuid())),
)
_ROUNDS = 5

_BELOW = select(Dispatch.id).where(Dispatch.parent_hop_id == bindparam("hop_id"))
_ORIGIN = select(Letter.registry_id).where(Letter.id == bindparam("circular_id"))


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveTarget:
    """A hop, or a dispatch with all its hops; one of the two."""

    dispatch_id: UUID | None = None
    hop_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenHops:
    """The unsettled hops of a target and of the open dispatches below it.

    Attributes:
        dispatch: The dispatch of the target.
        hop_id: The hop, where the target is one.
        dispatches: The open dispatches of which every hop is meant.
        registry_id: For which registry the officer decides.
        approvers: As whom the officer may approve.
        hops: How many hops there are.
        suspended: How many of them stand still.
        extensions: How often a hop of the target itself was put off before, at most.
        extended_days: Working days that this came to, at most.
    """

    dispatch: Dispatch
    hop_id: UUID | None
    dispatches: Sequence[UUID]
    registry_id: UUID
    approvers: frozenset[Approver]
    hops: int
    suspended: int
    extensions: int
    extended_days: int

    @property
    def scope(self) -> dict[str, Any]:
        """What a statement must know to find these hops."""
        return {"own": self.dispatch.id, "dispatches": self.dispatches, "hop_id": self.hop_id}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Locked:
    """What one round has locked: dispatches, which of them are open, and counts of their hops."""

    circular_id: UUID
    roots: Sequence[UUID]
    dispatches: Sequence[UUID]
    still_open: Sequence[UUID]
    counts: Mapping[str, int]


async def lock_open_hops(
    session: AsyncSession, *, by: ActingOfficer, target: MoveTarget
) -> OpenHops:
    """Lock what a move may touch, so that no desk changes it meanwhile.

    Raises:
        NotFoundError: The officer must not know of the target.
        NotAllowedError: The officer is head neither of the sender nor of the origin.
        ConflictError: `dispatch_not_open`, `hop_settled` or `nothing_to_move`; `being_forwarded`
            where desks forward faster than can be followed.
    """
    dispatch = await _find(session, by, target)
    registry_id, approvers = await _authority(session, by, dispatch)
    locked = await _lock_whole(session, dispatch, target.hop_id)
    await _check_unsettled(session, target, locked.counts["hops"])
    return OpenHops(
        dispatch=dispatch,
        hop_id=target.hop_id,
        dispatches=locked.still_open,
        registry_id=registry_id,
        approvers=approvers,
        **locked.counts,
    )


async def _lock_whole(session: AsyncSession, own: Dispatch, hop_id: UUID | None) -> _Locked:
    # A dispatch that came in between is locked in a new round, never after the hops: going back
    # to the savepoint gives every lock of this round up, so the order holds.
    for _ in range(_ROUNDS):
        async with session.begin_nested() as locks:
            locked = await _lock(session, own, hop_id)
            if not await _has_grown(session, locked, hop_id):
                return locked
            await locks.rollback()
    raise ConflictError("มีการส่งต่อหนังสือเรื่องนี้อยู่ในขณะนี้ โปรดลองอีกครั้ง", code="being_forwarded")


async def _lock(session: AsyncSession, dispatch: Dispatch, hop_id: UUID | None) -> _Locked:
    own, circular_id = dispatch.id, dispatch.circular_id
    roots = [own] if hop_id is None else list(await session.scalars(_BELOW, {"hop_id": hop_id}))
    chosen = {"circular_id": circular_id, "own": own, "roots": roots}
    rows = (await session.execute(_LOCK_DISPATCHES, chosen)).all()
    still_open = [row.id for row in rows if row.state == DispatchState.OPEN]
    if own not in still_open:
        raise ConflictError("การส่งนี้ปิดหรือครบถ้วนแล้ว", code="dispatch_not_open")
    if hop_id is not None:
        still_open.remove(own)
    values = {"own": own, "dispatches": still_open, "hop_id": hop_id}
    counts = (await session.execute(_LOCK_HOPS, values)).mappings().one()
    dispatches = [row.id for row in rows]
    return _Locked(
        circular_id=circular_id,
        roots=roots,
        dispatches=dispatches,
        still_open=still_open,
        counts=dict(counts),
    )


async def _has_grown(session: AsyncSession, locked: _Locked, hop_id: UUID | None) -> bool:
    values = {
        "circular_id": locked.circular_id,
        "roots": locked.roots,
        "hop_id": hop_id,
        "locked": locked.dispatches,
    }
    return bool(await session.scalar(_HAS_GROWN, values))


async def _find(session: AsyncSession, by: ActingOfficer, target: MoveTarget) -> Dispatch:
    if target.hop_id is not None:
        return (await get_hop(session, by=by, hop_id=target.hop_id))[1]
    if target.dispatch_id is None:
        raise ValueError("a target is a hop or a dispatch")
    return await get_dispatch(session, by=by, dispatch_id=target.dispatch_id)


async def _authority(
    session: AsyncSession, by: ActingOfficer, dispatch: Dispatch
) -> tuple[UUID, frozenset[Approver]]:
    sender = dispatch.sender_registry_id
    origin = await session.scalar(_ORIGIN, {"circular_id": dispatch.circular_id}) or sender
    approvers = set()
    if by.may(DECIDE, at=origin):
        approvers.add(Approver.ORIGIN_HEAD)
    else:
        by.require(DECIDE, at=sender)
    if by.may(DECIDE, at=sender):
        approvers.add(Approver.SENDER_HEAD)
    registry_id = sender if Approver.SENDER_HEAD in approvers else origin
    return registry_id, frozenset(approvers)


async def _check_unsettled(session: AsyncSession, target: MoveTarget, hops: int) -> None:
    if target.hop_id is not None:
        hop = await session.get_one(Hop, target.hop_id, populate_existing=True)
        if hop.settled_at is not None:
            raise ConflictError(
                "เรื่องนี้เสร็จสิ้นแล้ว เลื่อนหรือหยุดกำหนดเวลาไม่ได้",
                code="hop_settled",
                state=hop.state.value,
            )
    elif hops == 0:
        raise ConflictError("ไม่มีผู้รับที่ยังค้างอยู่", code="nothing_to_move")
