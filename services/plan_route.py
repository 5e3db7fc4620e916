"""The deadlines of a whole route before anything is sent: who must do what by when."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from domain.access import STAMP, ActingOfficer
from domain.buddhist_era import bangkok_date
from domain.deadline_plan import Plan
from domain.deadlines import Deadlines
from domain.errors import InvalidError
from domain.vocabulary import Urgency
from services.deadline_rules import DeadlineRules, load_rules
from services.plan_recipients import choose_weights, plan_group
from services.stands_below import EDGES, FORWARDS, STEPS

# A body that stands below two others is reached by the shorter way. Whoever shares a calendar
# and has, or has not, others below it shares a plan.
_ROUTE = text(f"""
WITH RECURSIVE {EDGES}, {STEPS}, reached AS (
    SELECT o.id, 1 AS tier FROM organization o WHERE o.id = ANY(:recipients)
    UNION
    SELECT steps.lower, r.tier + 1 FROM reached r JOIN steps ON steps.upper = r.id
    WHERE r.tier < :tiers
), bodies AS (
    SELECT id, min(tier) AS tier FROM reached GROUP BY id
)
SELECT b.tier, left(o.area_code, 2) AS province,
    CASE WHEN o.code = ANY(:own) THEN o.code END AS own, {FORWARDS} AS forwards,
    count(*) AS bodies
FROM bodies b JOIN organization o ON o.id = b.id
WHERE o.valid_from <= :today AND (o.valid_until IS NULL OR o.valid_until >= :today)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
""").bindparams(  # noqa: S608 (nothing but our own words)
    bindparam("recipients", type_=ARRAY(Uuid())), bindparam("own", type_=ARRAY(Text()))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteRequest:
    """What a sender wants to know the plan of; recipients are organization ids."""

    registry_id: UUID
    recipients: Sequence[UUID]
    deadlines: Deadlines
    urgency: Urgency = Urgency.NORMAL
    deliver_by: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedBodies:
    """The bodies of one tier that share a calendar, and their plan."""

    province: str | None
    bodies: int
    plan: Plan


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedTier:
    """One tier: the latest of its deadlines, and the plans of its bodies."""

    tier: int
    bodies: int
    share_days: int
    register_by: datetime
    forward_by: datetime | None
    acknowledge_by: datetime
    unannounced_years: Sequence[int]
    plans: Sequence[PlannedBodies]


async def plan_route(
    session: AsyncSession, *, by: ActingOfficer, wanted: RouteRequest, at: datetime
) -> list[PlannedTier]:
    """Plan every tier below a sender, as if each sent the letter on at the last moment.

    There are as many tiers as weights. Nothing is written.

    Raises:
        NotAllowedError: The officer is neither clerk nor head of the registry.
        InvalidError: `recipients_empty`, `recipient_unknown`, or what
            `domain.deadline_plan.plan_hop` raises.
    """
    by.require(STAMP, at=wanted.registry_id)
    if not wanted.recipients:
        raise InvalidError("ต้องมีผู้รับอย่างน้อยหนึ่งราย", code="recipients_empty", field="recipients")
    rules = await load_rules(session)
    weights = await choose_weights(
        session, rules=rules, wish=wanted.deadlines, above=None, sender=wanted.registry_id
    )
    values = {
        "recipients": list(wanted.recipients),
        "own": rules.organizations,
        "today": bangkok_date(at),
        "tiers": len(weights),
    }
    groups: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in await session.execute(_ROUTE, values):
        groups[row.tier].append(row)
    if sum(row.bodies for row in groups[1]) < len(set(wanted.recipients)):
        raise InvalidError("มีผู้รับที่ไม่รู้จักหรือยุบแล้ว", code="recipient_unknown", field="recipient")
    return _plan_tiers(groups, rules, wanted, weights, at)


def _plan_tiers(
    groups: dict[int, list[Row[Any]]],
    rules: DeadlineRules,
    wanted: RouteRequest,
    weights: Sequence[int],
    sent_at: datetime,
) -> list[PlannedTier]:
    tiers: list[PlannedTier] = []
    for tier, rows in sorted(groups.items()):
        above = tiers[-1].acknowledge_by if tiers else None
        plans = [
            PlannedBodies(
                province=row.province,
                bodies=row.bodies,
                plan=plan_group(
                    row,
                    rules=rules,
                    wish=_wish_below(wanted.deadlines, above),
                    letter=wanted,
                    weights=weights[tier - 1 :],
                    sent_at=sent_at,
                    is_first=above is None,
                ),
            )
            for row in rows
        ]
        planned = _tier(tier, plans)
        tiers.append(planned)
        sent_at = planned.forward_by or planned.register_by
    return tiers


def _wish_below(wish: Deadlines, above: datetime | None) -> Deadlines:
    # Days from a receipt would go on after the tier above is due: below it, that is the end.
    if above is None or wish.acknowledge_within is None:
        return wish
    return replace(wish, acknowledge_within=None, acknowledge_by=above, register_by=None)


def _tier(tier: int, plans: Sequence[PlannedBodies]) -> PlannedTier:
    forward = [one.plan.forward_by for one in plans if one.plan.forward_by]
    # The share of a tier is what those use who must send on; of the last, what all have.
    sharing = [one for one in plans if one.plan.forward_by] or plans
    return PlannedTier(
        tier=tier,
        bodies=sum(one.bodies for one in plans),
        share_days=max(one.plan.share_days for one in sharing),
        register_by=max(one.plan.register_by for one in plans),
        forward_by=max(forward, default=None),
        acknowledge_by=max(one.plan.acknowledge_by for one in plans),
        unannounced_years=sorted({y for one in plans for y in one.plan.unannounced_years}),
        plans=plans,
    )
