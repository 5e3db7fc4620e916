"""What happens when a deadline is put off (ขยายกำหนดเวลา): all that is open below follows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.buddhist_era import thai_instant
from domain.clock_moves import (
    Extension,
    Shift,
    check_extension,
    check_length,
    days_until,
    fit,
    put_off,
)
from domain.deadlines import check_within_parent
from domain.errors import InvalidError
from domain.vocabulary import MoveKind
from services.deadline_rules import load_rules
from services.lock_open_hops import MoveTarget, lock_open_hops
from services.replace_plans import Reckoning, Standing, read_standings, replace_plans
from services.write_move import Moved, MoveOrder, write_move


async def extend_deadlines(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    target: MoveTarget,
    length: Extension,
    reason: str,
    at: datetime,
) -> Moved:
    """Put off the deadlines of a hop or a dispatch, and of everything open below.

    Raises:
        NotFoundError: The officer must not know of the target.
        NotAllowedError: `role_missing`, or `approver_too_low` with who may allow it.
        ConflictError: What `lock_open_hops` raises, `extension_limit` or `extension_days_limit`.
        InvalidError: `extension_length_unclear`, `extension_days_invalid`, `deadline_in_past`,
            `extension_not_later`, `deadline_after_parent` or `calendar_out_of_range`.
    """
    check_length(length, at)
    among = await lock_open_hops(session, by=by, target=target)
    rules = await load_rules(session)
    standings = await read_standings(session, among=among, rules=rules)
    days = length.days or _days_until(standings, length.until)
    check_extension(
        rules.policies.extension,
        approvers=among.approvers,
        days=days,
        extensions=among.extensions,
        extended_days=among.extended_days,
    )

    def reckon(one: Standing, limit: datetime | None, is_moved_above: bool) -> Reckoning:
        return _reckon(one, limit, is_moved_above, days=days, at=at)

    plans = await replace_plans(session, standings=standings, rules=rules, reckon=reckon, at=at)
    order = MoveOrder(
        kind=MoveKind.EXTENDED, among=among, reason=reason, at=at, by=by.id, days=days
    )
    return await write_move(session, order=order, plans=plans)


def _reckon(
    one: Standing, limit: datetime | None, is_moved_above: bool, *, days: int, at: datetime
) -> Reckoning:
    # While a hop is suspended its clock stands still: what was ahead of it then still is.
    since = one.stopped_at or at
    # What follows from above may end sooner by a holiday of its own; what is asked for may not.
    bound = limit if is_moved_above else None
    plan, shift = fit(
        lambda shift: put_off(one.plan, one.clock, shift.days, since=since), Shift(days=days), bound
    )
    if one.is_direct:
        check_within_parent(plan.acknowledge_by, parent=limit)
        if plan.acknowledge_by <= since:
            raise InvalidError(
                f"ขยายแล้วกำหนดตอบรับคือ {thai_instant(plan.acknowledge_by)} ซึ่งผ่านไปแล้ว"
                " โปรดขยายให้นานกว่านี้",
                code="deadline_in_past",
                field="days",
                acknowledge_by=plan.acknowledge_by.isoformat(),
            )
    return Reckoning(plan=plan, days=shift.days, is_capped=shift.days < days)


def _days_until(standings: Sequence[Standing], until: datetime | None) -> int:
    # Every hop that was asked for gets at least so far.
    direct = [one for one in standings if one.is_direct]
    days = max(
        days_until(one.clock, one.plan.acknowledge_by, until or one.plan.acknowledge_by)
        for one in direct
    )
    if days == 0:
        latest = max(one.plan.acknowledge_by for one in direct)
        raise InvalidError(
            f"กำหนดเวลาใหม่ต้องช้ากว่ากำหนดเดิม คือ {thai_instant(latest)}",
            code="extension_not_later",
            field="until",
            acknowledge_by=latest.isoformat(),
        )
    return days
