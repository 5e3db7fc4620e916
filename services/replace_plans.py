"""How the plans of moved hops are replaced: one new plan for all hops that shared the old one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.deadline_plan import Plan
from domain.vocabulary import DispatchState
from domain.working_time import WorkingCalendar
from models import DeadlinePlan, Dispatch, Hop, Letter
from services.deadline_rules import DeadlineRules
from services.lock_open_hops import OpenHops
from services.plan_recipients import insert_plans, plan_row
from services.read_plan import read_plan
from services.write_move import NewPlan

_ABOVE = aliased(Hop)
_DISPATCH_ABOVE = aliased(Dispatch)
_PLAN_ABOVE = aliased(DeadlinePlan)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A plan as it stands, for the hops that share it and stopped at the same instant.

    Attributes:
        row: The plan as the ledger has it.
        plan: The plan as the rules know it.
        clock: The working time that it is counted in.
        stopped_at: Since when its hops are suspended.
        is_direct: Whether they belong to the dispatch that the move is about.
        new_id: The id of the plan that takes its place.
        above: Plan and stop of the hop that its dispatch answers to.
        limit: The deadline of that hop, while it is open.
    """

    row: DeadlinePlan
    plan: Plan
    clock: WorkingCalendar
    stopped_at: datetime | None
    is_direct: bool
    new_id: UUID
    above: tuple[UUID | None, datetime | None]
    limit: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reckoning:
    """A plan as it will be, how many days further, and whether it came to less than was asked."""

    plan: Plan
    days: int
    is_capped: bool = False


Reckon = Callable[[Standing, datetime | None, bool], Reckoning]
"""From a standing, the deadline it must not pass, and whether that moved too, to the new plan."""


async def read_standings(
    session: AsyncSession, *, among: OpenHops, rules: DeadlineRules, is_suspended: bool = False
) -> list[Standing]:
    """Return the plans of open hops, those above before those below.

    Args:
        session: The transaction.
        among: The hops, locked.
        rules: The rules in force.
        is_suspended: Whether to leave out hops whose clock runs.
    """
    whole = any_(literal(among.dispatches, ARRAY(Uuid())))
    chosen = and_(Hop.settled_at.is_(None), or_(Hop.dispatch_id == whole, Hop.id == among.hop_id))
    if is_suspended:
        chosen = and_(chosen, Hop.suspended_at.is_not(None))
    groups = select(Hop.plan_id, Hop.suspended_at).where(chosen).distinct().subquery()
    binds = and_(_ABOVE.settled_at.is_(None), _DISPATCH_ABOVE.state == DispatchState.OPEN)
    query = (
        select(
            DeadlinePlan,
            groups.c.suspended_at,
            Letter.urgency,
            func.uuidv7().label("new_id"),
            _ABOVE.plan_id,
            _ABOVE.suspended_at.label("stopped_above"),
            binds.label("binds"),
            _PLAN_ABOVE.acknowledge_by,
        )
        .join(groups, groups.c.plan_id == DeadlinePlan.id)
        .join(Dispatch, Dispatch.id == DeadlinePlan.dispatch_id)
        .join(Letter, Letter.id == Dispatch.letter_id)
        .outerjoin(_ABOVE, _ABOVE.id == Dispatch.parent_hop_id)
        .outerjoin(_DISPATCH_ABOVE, _DISPATCH_ABOVE.id == _ABOVE.dispatch_id)
        .outerjoin(_PLAN_ABOVE, _PLAN_ABOVE.id == _ABOVE.plan_id)
        .order_by(func.cardinality(Dispatch.lineage), Dispatch.id, DeadlinePlan.id)
    )
    return [_standing(row, among, rules) for row in await session.execute(query)]


def _standing(row: Any, among: OpenHops, rules: DeadlineRules) -> Standing:  # noqa: ANN401 (a row of eight columns)
    plan: DeadlinePlan = row.DeadlinePlan
    return Standing(
        row=plan,
        plan=read_plan(plan),
        clock=rules.clock(plan.calendar_scopes, row.urgency),
        stopped_at=row.suspended_at,
        is_direct=plan.dispatch_id == among.dispatch.id,
        new_id=row.new_id,
        above=(row.plan_id, row.stopped_above),
        limit=row.acknowledge_by if row.binds else None,
    )


async def replace_plans(
    session: AsyncSession,
    *,
    standings: Sequence[Standing],
    rules: DeadlineRules,
    reckon: Reckon,
    at: datetime,
) -> list[NewPlan]:
    """Write what `reckon` makes of each plan, and return what takes the place of what.

    Raises:
        InvalidError: What `reckon` raises.
    """
    reckoned = _reckon_all(standings, reckon)
    rows = [_row(one, new) for one, new in reckoned]
    await insert_plans(session, rules=rules, rows=rows, at=at)
    return [_new_plan(one, new) for one, new in reckoned]


def _reckon_all(standings: Sequence[Standing], reckon: Reckon) -> list[tuple[Standing, Reckoning]]:
    # Those above come first, so that those below see where they went.
    moved: dict[tuple[UUID | None, datetime | None], Plan] = {}
    reckoned = []
    for one in standings:
        above = moved.get(one.above)
        limit = above.acknowledge_by if above is not None else one.limit
        new = reckon(one, limit, above is not None)
        moved[one.row.id, one.stopped_at] = new.plan
        reckoned.append((one, new))
    return reckoned


def _row(one: Standing, new: Reckoning) -> dict[str, Any]:
    return plan_row(
        new.plan,
        plan_id=one.new_id,
        dispatch_id=one.row.dispatch_id,
        scopes=one.row.calendar_scopes,
        replaces=one.row.id,
    )


def _new_plan(one: Standing, new: Reckoning) -> NewPlan:
    return NewPlan(
        old_id=one.row.id,
        stopped_at=one.stopped_at,
        new_id=one.new_id,
        days=new.days,
        is_capped=new.is_capped,
    )
