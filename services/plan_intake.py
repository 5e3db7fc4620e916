"""Whom a letter goes to first so that it reaches everybody it is meant for, and what is in the way.

Nothing is written: it is shown before any number is spent.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from domain.access import READ, ActingOfficer, may_read_secret
from domain.buddhist_era import bangkok_date
from domain.vocabulary import OrganizationKind, Secrecy
from services.plan_findings import Finding, PlannedBody, find_obstacles
from services.post_holders import HOLDERS
from services.stands_below import EDGES, STEPS

_MOST_TIERS = 8
"""How far below the sender a body is looked for."""

# From each body upward until one is met to whom the sender sends directly: the shorter way counts.
# An office inside a body (ส่วนราชการภายใน) sends to those who stand below the whole body.
_ROUTE = text(f"""
WITH RECURSIVE {EDGES}, {STEPS}, wanted AS (
    SELECT organization_id, CAST(min(nth) AS integer) AS nth
    FROM unnest(CAST(:organizations AS uuid[])) WITH ORDINALITY AS w (organization_id, nth)
    GROUP BY organization_id
), first AS (
    SELECT steps.lower AS id FROM steps JOIN registry r ON r.organization_id = steps.upper
    WHERE r.id = :sender
), climb AS (
    SELECT organization_id AS body, organization_id AS reached, 0 AS tiers FROM wanted
    UNION
    SELECT climb.body, steps.upper, climb.tiers + 1
    FROM climb JOIN steps ON steps.lower = climb.reached
    WHERE climb.tiers < :most_tiers AND climb.reached NOT IN (SELECT id FROM first)
), ways AS (
    SELECT DISTINCT ON (climb.body) climb.body, climb.reached AS via
    FROM climb JOIN organization o ON o.id = climb.reached
    WHERE climb.reached IN (SELECT id FROM first)
    ORDER BY climb.body, climb.tiers, o.code
), concerned AS (
    SELECT w.organization_id, w.nth, ways.via FROM wanted w
    LEFT JOIN ways ON ways.body = w.organization_id
    UNION ALL
    SELECT DISTINCT via, CAST(NULL AS integer), via FROM ways
    WHERE via NOT IN (SELECT organization_id FROM wanted)
)
SELECT c.organization_id, c.nth, c.via, o.code, o.name, o.kind, r.id AS registry_id,
    o.valid_from <= :today AND (o.valid_until IS NULL OR o.valid_until >= :today) AS is_valid,
    coalesce(o.id IN (SELECT organization_id FROM registry), false) AS has_desk
FROM concerned c
LEFT JOIN organization o ON o.id = c.organization_id
LEFT JOIN registry r ON r.organization_id = o.id AND r.receives AND r.closed_at IS NULL
ORDER BY c.nth, o.code
""").bindparams(  # noqa: S608 (nothing but our own words)
    bindparam("organizations", type_=ARRAY(Uuid()))
)

# Apart from the route: together, a server that has not yet counted its rows joins them one by one.
_STAFF = text(f"""
WITH desks AS (SELECT unnest(CAST(:desks AS uuid[])) AS registry_id), {HOLDERS}
SELECT holders.registry_id, bool_or(officer.clearance = ANY(:clearances)) AS is_cleared
FROM holders JOIN officer ON officer.id = holders.officer_id
GROUP BY holders.registry_id
""").bindparams(  # noqa: S608 (nothing but our own words)
    bindparam("desks", type_=ARRAY(Uuid())), bindparam("clearances", type_=ARRAY(Text()))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanGroup:
    """Bodies that are reached through one that passes the letter on; directly where it is None."""

    via: PlannedBody | None
    members: Sequence[PlannedBody]


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakePlan:
    """The way of a letter to everybody it is meant for.

    Attributes:
        groups: First what is sent directly, then by who passes it on, in the order of their codes.
        findings: What is in the way, the worst first.
    """

    groups: Sequence[PlanGroup]
    findings: Sequence[Finding]

    @property
    def recipients(self) -> list[PlannedBody]:
        """Whom the sender itself sends to: those meant directly, and those who pass it on."""
        firsts = [body for one in self.groups for body in ((one.via,) if one.via else one.members)]
        return list({body.organization_id: body for body in firsts}.values())

    @property
    def tiers(self) -> list[int]:
        """How many bodies the first tier has, and how many are reached through it."""
        below = sum(len(one.members) for one in self.groups if one.via)
        return [len(self.recipients), *([below] if below else [])]

    @property
    def is_blocked(self) -> bool:
        """Whether something must be mended before it can go out."""
        return any(one.blocks for one in self.findings)


async def plan_intake(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    registry_id: UUID,
    organizations: Sequence[UUID],
    at: datetime,
    secrecy: Secrecy = Secrecy.NORMAL,
) -> IntakePlan:
    """Group those whom a letter is meant for by who passes it on, and look for obstacles.

    Whoever stands below a body to which the sender sends directly is reached through that body,
    however many tiers below. Who stands nowhere below the sender is written to directly.

    Args:
        session: The transaction.
        by: The officer who plans.
        registry_id: The sending registry.
        organizations: Whom the letter is meant for, in the order of the list.
        at: Now, as an aware instant.
        secrecy: The class of the letter.

    Raises:
        NotAllowedError: `role_missing`: the officer has no part in the registry.
    """
    by.require(READ, at=registry_id)
    values = {
        "organizations": list(organizations),
        "sender": registry_id,
        "most_tiers": _MOST_TIERS,
        "today": bangkok_date(at),
    }
    rows = (await session.execute(_ROUTE, values)).all()
    staff = await _staff(session, rows, secrecy=secrecy, at=at)
    bodies = {row.organization_id: _body(row, staff.get(row.registry_id)) for row in rows}
    groups = _group(rows, bodies)
    plan = IntakePlan(groups=groups, findings=())
    return IntakePlan(
        groups=groups,
        findings=find_obstacles(
            bodies.values(),
            firsts=plan.recipients,
            times=Counter(organizations),
            sender=registry_id,
            secrecy=secrecy,
        ),
    )


async def _staff(
    session: AsyncSession, rows: Iterable[Any], *, secrecy: Secrecy, at: datetime
) -> dict[UUID | None, bool]:
    """Return for each desk with officers whether one of them may know of the letter."""
    values = {
        "desks": [row.registry_id for row in rows if row.registry_id],
        "clearances": [one.value for one in Secrecy if may_read_secret(one, secrecy)],
        "today": bangkok_date(at),
    }
    found = await session.execute(_STAFF, values)
    return {row.registry_id: row.is_cleared for row in found}


def _body(row: Any, is_cleared: bool | None) -> PlannedBody:  # noqa: ANN401 (a row of the route)
    return PlannedBody(
        organization_id=row.organization_id,
        code=row.code,
        name=row.name,
        kind=OrganizationKind(row.kind) if row.kind else None,
        registry_id=row.registry_id,
        is_meant=row.nth is not None,
        is_below=row.via is not None,
        is_valid=bool(row.is_valid),
        has_desk=row.has_desk,
        is_staffed=is_cleared is not None,
        is_cleared=bool(is_cleared),
    )


def _group(rows: Iterable[Any], bodies: dict[UUID, PlannedBody]) -> list[PlanGroup]:
    direct: list[PlannedBody] = []
    through: dict[UUID, list[PlannedBody]] = {}
    for row in rows:
        body = bodies[row.organization_id]
        if not body.is_meant:
            continue
        if row.via is None or row.via == row.organization_id:
            direct.append(body)
        else:
            through.setdefault(row.via, []).append(body)
    firsts = sorted(through, key=lambda one: bodies[one].code or "")
    return [
        *([PlanGroup(via=None, members=direct)] if direct else []),
        *(PlanGroup(via=bodies[via], members=through[via]) for via in firsts),
    ]
