"""What happens when a stopped clock goes on (นับเวลาต่อ): deadlines move by the time it stood."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.clock_moves import (
    at_most,
    check_resumption,
    fit,
    go_on,
    longest_resumption,
    time_stopped,
)
from domain.errors import ConflictError
from domain.vocabulary import DispatchState, MoveKind
from models import Dispatch, Hop
from services.deadline_rules import load_rules
from services.lock_open_hops import MoveTarget, OpenHops, lock_open_hops
from services.replace_plans import Reckoning, Standing, read_standings, replace_plans
from services.write_move import Moved, MoveOrder, write_move


async def resume_hops(
    session: AsyncSession, *, by: ActingOfficer, target: MoveTarget, reason: str, at: datetime
) -> Moved:
    """Let the clock of a hop or a dispatch go on, and that of everything open below.

    Each deadline moves by the working time that passed since its own clock stopped. Below a
    dispatch whose clock ran on it moves by the whole days that fit, and after a very long stop by
    the days that the policy allows; the answer counts both.

    Raises:
        NotFoundError: The officer must not know of the target.
        NotAllowedError: `role_missing`, or `approver_too_low` with who may allow it.
        ConflictError: What `lock_open_hops` raises, `not_suspended` or `suspended_above`.
        InvalidError: `calendar_out_of_range`.
    """
    among = await lock_open_hops(session, by=by, target=target)
    if among.suspended == 0:
        raise ConflictError("ไม่ได้หยุดนับเวลาอยู่", code="not_suspended")
    await _check_above(session, among)
    rules = await load_rules(session)
    standings = await read_standings(session, among=among, rules=rules, is_suspended=True)
    policy = rules.policies.extension
    most = longest_resumption(policy, among.approvers)

    def reckon(one: Standing, limit: datetime | None, _: bool) -> Reckoning:
        return _reckon(one, limit, most=most, at=at)

    plans = await replace_plans(session, standings=standings, rules=rules, reckon=reckon, at=at)
    days = max(one.days for one in plans)
    check_resumption(policy, approvers=among.approvers, days=days)
    order = MoveOrder(kind=MoveKind.RESUMED, among=among, reason=reason, at=at, by=by.id, days=days)
    return await write_move(session, order=order, plans=plans)


def _reckon(one: Standing, limit: datetime | None, *, most: int, at: datetime) -> Reckoning:
    since = one.stopped_at or at
    stopped = time_stopped(one.clock, since, at)
    plan, shift = fit(
        lambda shift: go_on(one.plan, one.clock, shift, since=since), at_most(stopped, most), limit
    )
    return Reckoning(plan=plan, days=shift.days, is_capped=shift != stopped)


async def _check_above(session: AsyncSession, among: OpenHops) -> None:
    # Its deadline is not known before the clock above goes on too. Where the dispatch above is no
    # longer open, that clock never will: nobody waits for its hop any more.
    above = (
        select(Hop.suspended_at)
        .join(Dispatch, Dispatch.id == Hop.dispatch_id)
        .where(Hop.id == among.dispatch.parent_hop_id, Dispatch.state == DispatchState.OPEN)
    )
    if await session.scalar(above) is not None:
        raise ConflictError(
            "หน่วยงานที่ส่งหนังสือมายังหยุดนับเวลาอยู่ ต้องให้หน่วยงานนั้นนับเวลาต่อก่อน",
            code="suspended_above",
        )
