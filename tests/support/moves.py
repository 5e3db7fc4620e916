"""A circular two tiers deep and more, whose clocks a test moves, and where its deadlines stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.clock_moves import Extension
from domain.deadlines import Deadlines
from models import DeadlinePlan, Dispatch, Hop
from services.extend_deadlines import extend_deadlines
from services.lock_open_hops import MoveTarget
from services.resume_hops import resume_hops
from services.suspend_hops import suspend_hops
from services.write_move import Moved
from tests.support.directory import Directory
from tests.support.letters import hop_to, pass_on, send
from tests.support.planning import bangkok, wall

SENT = bangkok("2021-02-15 09:00")
UNTIL = {"agency": "2021-03-15", "hall": "2021-03-12", "office": "2021-03-10"}
REASON = "ผู้รับขอเวลาเพิ่ม"

BELOW: Mapping[str, tuple[str, ...]] = {
    "agency": ("hall", "direct"),
    "hall": ("office", "district_b"),
    "office": ("district_a", "body_b1"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """agency → hall, direct; hall → office, district_b; office → district_a, body_b1."""

    desks: Directory
    dispatches: Mapping[str, Dispatch]
    hops: Mapping[str, UUID]

    def dispatch(self, name: str) -> MoveTarget:
        """Aim at what `name` sent."""
        return MoveTarget(dispatch_id=self.dispatches[name].id)

    def hop(self, name: str) -> MoveTarget:
        """Aim at what `name` received."""
        return MoveTarget(hop_id=self.hops[name])

    def head(self, name: str) -> ActingOfficer:
        """Return the head of a desk."""
        return self.desks[name].head


async def send_tree(
    session: AsyncSession,
    desks: Directory,
    *,
    at: datetime = SENT,
    until: Mapping[str, datetime] | None = None,
) -> Tree:
    """Send it three tiers down, each tier with a deadline before that of the tier above."""
    until = until or {name: bangkok(f"{day} 16:30") for name, day in UNTIL.items()}
    dispatches: dict[str, Dispatch] = {}
    hops: dict[str, UUID] = {}
    above: Dispatch | None = None
    for name, below in BELOW.items():
        given: dict[str, Any] = {"at": at, "deadlines": Deadlines(acknowledge_by=until[name])}
        recipients = [desks[one] for one in below]
        if above is None:
            above = await send(session, desks[name], *recipients, **given)
        else:
            above = await pass_on(session, above, desks[name], *recipients, **given)
        dispatches[name] = above
        hops |= {one: await hop_to(session, above, desks[one]) for one in below}
    return Tree(desks=desks, dispatches=dispatches, hops=hops)


async def extend(
    session: AsyncSession,
    tree: Tree,
    target: MoveTarget,
    *,
    by: str | ActingOfficer = "agency",
    at: datetime,
    **length: Any,  # noqa: ANN401 (days or until)
) -> Moved:
    """Put off a target by the head of a desk."""
    return await extend_deadlines(
        session,
        by=tree.head(by) if isinstance(by, str) else by,
        target=target,
        length=Extension(**length),
        reason=REASON,
        at=at,
    )


async def suspend(
    session: AsyncSession, tree: Tree, target: MoveTarget, *, by: str = "agency", at: datetime
) -> Moved:
    """Stop the clock of a target by the head of a desk."""
    return await suspend_hops(session, by=tree.head(by), target=target, reason=REASON, at=at)


async def resume(
    session: AsyncSession, tree: Tree, target: MoveTarget, *, by: str = "agency", at: datetime
) -> Moved:
    """Let the clock of a target go on by the head of a desk."""
    return await resume_hops(session, by=tree.head(by), target=target, reason=REASON, at=at)


async def plan_of(session: AsyncSession, hop_id: UUID) -> DeadlinePlan:
    """Return the plan that a hop has now."""
    query = select(DeadlinePlan).join(Hop, Hop.plan_id == DeadlinePlan.id).where(Hop.id == hop_id)
    return (await session.scalars(query)).one()


async def due_dates(session: AsyncSession, tree: Tree) -> dict[str, str | None]:
    """Return until when each desk must acknowledge, as a Bangkok clock shows it."""
    return {
        name: wall((await plan_of(session, hop_id)).acknowledge_by)
        for name, hop_id in tree.hops.items()
    }


async def headlines(session: AsyncSession, tree: Tree) -> dict[str, str | None]:
    """Return until when each dispatch says it must be acknowledged."""
    query = select(Dispatch.id, Dispatch.acknowledge_by)
    found = {row.id: row.acknowledge_by for row in await session.execute(query)}
    return {name: wall(found[one.id]) for name, one in tree.dispatches.items()}


async def clocks(session: AsyncSession) -> list[tuple[Any, ...]]:
    """Return everything of the hops and dispatches that a move may change."""
    hops = select(
        Hop.id, Hop.plan_id, Hop.suspended_at, Hop.suspended_by, Hop.extensions, Hop.extended_days
    ).order_by(Hop.id)
    sent = select(Dispatch.id, Dispatch.register_by, Dispatch.acknowledge_by).order_by(Dispatch.id)
    return [tuple(row) for query in (hops, sent) for row in await session.execute(query)]
