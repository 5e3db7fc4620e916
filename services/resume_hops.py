"""What happens when a stopped clock goes on (นับเวลาต่อ): deadlines move by the time it stood."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.clock_moves import fit, go_on, time_stopped
from domain.errors import ConflictError
from domain.vocabulary import MoveKind
from models import Hop
from services.deadline_rules import load_rules
from services.lock_open_hops import MoveTarget, OpenHops, lock_open_hops
from services.replace_plans import Reckoning, Standing, read_standings, replace_plans
from services.write_move import Moved, MoveOrder, write_move


async def resume_hops(
    session: AsyncSession, *, by: ActingOfficer, target: MoveTarget, reason: str, at: datetime
) -> Moved:
    """Let the clock of a hop or a dispatch go on, and that of everything open below.

    Each deadline moves by the working time that passed since its own clock stopped. Below a
    dispatch whose clock ran on it moves by the whole days that fit, which the answer counts.

    Raises:
        NotFoundError: The officer must not know of the target.
        NotAllowedError: `role_missing`.
        ConflictError: `dispatch_not_open`, `hop_settled`, `nothing_to_move`, `not_suspended` or
            `suspended_above`.
        InvalidError: `calendar_out_of_range`.
    """
    among = await lock_open_hops(session, by=by, target=target)
    if among.suspended == 0:
        raise ConflictError("ไม่ได้หยุดนับเวลาอยู่", code="not_suspended")
    await _check_above(session, among)
    rules = await load_rules(session)
    standings = await read_standings(session, among=among, rules=rules, is_suspended=True)

    def reckon(one: Standing, limit: datetime | None, _: bool) -> Reckoning:
        return _reckon(one, limit, at=at)

    plans = await replace_plans(session, standings=standings, rules=rules, reckon=reckon, at=at)
    order = MoveOrder(
        kind=MoveKind.RESUMED,
        among=among,
        reason=reason,
        at=at,
        by=by.id,
        days=max(one.days for one in plans),
    )
    return await write_move(session, order=order, plans=plans)


def _reckon(one: Standing, limit: datetime | None, *, at: datetime) -> Reckoning:
    since = one.stopped_at or at
    stopped = time_stopped(one.clock, since, at)
    plan, shift = fit(lambda shift: go_on(one.plan, one.clock, shift, since=since), stopped, limit)
    return Reckoning(plan=plan, days=shift.days, is_capped=shift != stopped)


async def _check_above(session: AsyncSession, among: OpenHops) -> None:
    # Its deadline is not known before the clock above goes on too.
    above = select(Hop.suspended_at).where(Hop.id == among.dispatch.parent_hop_id)
    if await session.scalar(above) is not None:
        raise ConflictError(
            "หน่วยงานที่ส่งหนังสือมายังหยุดนับเวลาอยู่ ต้องให้หน่วยงานนั้นนับเวลาต่อก่อน",
            code="suspended_above",
        )
