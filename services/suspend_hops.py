"""What happens when a clock is stopped (หยุดนับเวลา): nobody is reminded, desks go on."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.errors import ConflictError
from domain.vocabulary import MoveKind
from models import Hop
from services.lock_open_hops import MoveTarget, OpenHops, lock_open_hops
from services.write_move import Moved, MoveOrder, write_move


async def suspend_hops(
    session: AsyncSession, *, by: ActingOfficer, target: MoveTarget, reason: str, at: datetime
) -> Moved:
    """Stop the clock of a hop or a dispatch, and of everything open below.

    What was suspended before keeps the instant at which it stopped.

    Raises:
        NotFoundError: The officer must not know of the target.
        NotAllowedError: `role_missing`.
        ConflictError: What `lock_open_hops` raises, or `already_suspended`.
    """
    among = await lock_open_hops(session, by=by, target=target)
    if await _is_suspended(session, among):
        raise ConflictError("หยุดนับเวลาอยู่แล้ว", code="already_suspended")
    order = MoveOrder(kind=MoveKind.SUSPENDED, among=among, reason=reason, at=at, by=by.id)
    return await write_move(session, order=order)


async def _is_suspended(session: AsyncSession, among: OpenHops) -> bool:
    if among.hop_id is None:
        return among.suspended == among.hops
    return (await session.get_one(Hop, among.hop_id)).suspended_at is not None
