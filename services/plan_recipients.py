"""The deadlines of a dispatch before it goes out: one plan for all recipients that share them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from domain.buddhist_era import bangkok_date
from domain.calendar_scope import calendar_scopes
from domain.deadline_plan import Plan, plan_hop
from domain.deadlines import Circumstances, Deadlines
from domain.vocabulary import OrganizationKind, Urgency
from services.deadline_rules import DeadlineRules, load_rules
from services.stands_below import EDGES, FORWARDS

# Bodies of one province share a calendar unless one has days of its own.
_GROUPS = text(f"""
WITH {EDGES}
SELECT left(o.area_code, 2) AS province, CASE WHEN o.code = ANY(:own) THEN o.code END AS own,
    {FORWARDS} AS forwards,
    array_agg(CAST(w.nth AS integer)) AS places, uuidv7() AS plan_id
FROM unnest(CAST(:recipients AS uuid[])) WITH ORDINALITY AS w (organization_id, nth)
JOIN organization o ON o.id = w.organization_id
GROUP BY 1, 2, 3
""").bindparams(  # noqa: S608 (nothing but our own words)
    bindparam("recipients", type_=ARRAY(Uuid())), bindparam("own", type_=ARRAY(Text()))
)

_INSERT_PLAN = text("""
INSERT INTO deadline_plan (id, dispatch_id, replaces_id, calendar_scopes, register_by, forward_by,
    acknowledge_by, alarms, share_days, left_days, unannounced_years, calendar_version,
    policy_version, holidays_release, made_at)
VALUES (:id, :dispatch_id, :replaces_id, :calendar_scopes, :register_by, :forward_by,
    :acknowledge_by, :alarms, :share_days, :left_days, :unannounced_years, :calendar_version,
    :policy_version, :holidays_release, :made_at)
""").bindparams(
    bindparam("alarms", type_=JSONB()), bindparam("calendar_scopes", type_=ARRAY(Text()))
)

_SENDER_KIND = text("""
SELECT o.kind FROM registry r JOIN organization o ON o.id = r.organization_id WHERE r.id = :sender
""")


class Urgent(Protocol):
    """What of a letter, or of one that is only planned, decides on its deadlines."""

    @property
    def urgency(self) -> Urgency:
        """Its class."""

    @property
    def deliver_by(self) -> datetime | None:
        """The instant of ด่วนภายใน."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecipientPlan:
    """One plan and the recipients that share it, by their place in the list (from 1)."""

    id: UUID
    scopes: Sequence[str]
    plan: Plan
    places: Sequence[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class DispatchPlan:
    """The plans of a dispatch, and the rules and shares that they were made with."""

    rules: DeadlineRules
    weights: Sequence[int]
    plans: Sequence[RecipientPlan]

    @property
    def planned(self) -> int:
        """How many recipients have a plan."""
        return sum(len(one.places) for one in self.plans)

    @property
    def latest(self) -> dict[str, datetime]:
        """The latest deadlines of all recipients."""
        return {
            "register_by": max(one.plan.register_by for one in self.plans),
            "acknowledge_by": max(one.plan.acknowledge_by for one in self.plans),
        }

    def ids(self, count: int) -> list[UUID | None]:
        """Return for each of `count` places in the list of recipients the id of its plan."""
        ids: list[UUID | None] = [None] * count
        for one in self.plans:
            for place in one.places:
                ids[place - 1] = one.id
        return ids


async def choose_weights(
    session: AsyncSession,
    *,
    rules: DeadlineRules,
    wish: Deadlines,
    above: Sequence[int] | None,
    sender: UUID,
) -> Sequence[int]:
    """Return the shares of the tiers below a sender: its own, what was left to it, or the policy's.

    Args:
        session: The transaction.
        rules: The rules in force.
        wish: What the sender fixed.
        above: The shares of the dispatch above, of which the first was the sender's.
        sender: The sending registry.
    """
    if wish.weights is not None:
        return wish.weights
    if above is not None and len(above) > 1:
        return above[1:]
    kind = await session.scalar(_SENDER_KIND, {"sender": sender})
    return rules.policies.weights(OrganizationKind(kind))


async def plan_recipients(
    session: AsyncSession,
    *,
    wish: Deadlines,
    letter: Urgent,
    sender: UUID,
    above: Sequence[int] | None,
    recipients: Sequence[UUID],
    at: datetime,
) -> DispatchPlan:
    """Return the plans of a dispatch; recipients that the directory does not know are left out.

    Args:
        session: The transaction.
        wish: What the sender fixed.
        letter: The letter that goes out; its urgency decides.
        sender: The sending registry.
        above: The shares of the dispatch above, None at the root.
        recipients: Ids of organizations.
        at: Now, as an aware instant.

    Raises:
        InvalidError: What `domain.deadline_plan.plan_hop` raises.
    """
    rules = await load_rules(session)
    weights = await choose_weights(session, rules=rules, wish=wish, above=above, sender=sender)
    values = {
        "recipients": list(recipients),
        "own": rules.organizations,
        "today": bangkok_date(at),
    }
    plans = [
        RecipientPlan(
            id=group.plan_id,
            scopes=calendar_scopes(group.province, group.own),
            plan=plan_group(
                group,
                rules=rules,
                wish=wish,
                letter=letter,
                weights=weights,
                sent_at=at,
                is_first=above is None,
            ),
            places=group.places,
        )
        for group in await session.execute(_GROUPS, values)
    ]
    return DispatchPlan(rules=rules, weights=weights, plans=plans)


def plan_group(
    group: Row[Any],
    *,
    rules: DeadlineRules,
    wish: Deadlines,
    letter: Urgent,
    weights: Sequence[int],
    sent_at: datetime,
    is_first: bool,
) -> Plan:
    """Return the plan of recipients that share a calendar and forward, or do not.

    Who sends ด่วนภายใน first must be in time; those below send on what came late all the same.

    Args:
        group: Their `province`, their `own` code where the calendar is theirs, and `forwards`.
        rules: The rules in force.
        wish: What the sender fixed.
        letter: Its urgency decides.
        weights: Shares of their tier and of those below.
        sent_at: When it is sent to them.
        is_first: Whether the sender is the one who issued the letter.

    Raises:
        InvalidError: What `domain.deadline_plan.plan_hop` raises.
    """
    deliver_by = letter.deliver_by
    if deliver_by is not None and deliver_by <= sent_at and not is_first:
        deliver_by = None
    given = Circumstances(
        sent_at=sent_at,
        clock=rules.clock(calendar_scopes(group.province, group.own), letter.urgency),
        policy=rules.policies.urgencies[letter.urgency],
        weights=weights,
        forwards=group.forwards,
        deliver_by=deliver_by,
    )
    return plan_hop(wish, given)


async def insert_plans(
    session: AsyncSession,
    *,
    rules: DeadlineRules,
    rows: Sequence[dict[str, Any]],
    at: datetime,
) -> None:
    """Write plans; each row holds what `plan_row` returns."""
    shared = {
        "calendar_version": rules.calendar_version,
        "policy_version": rules.policy_version,
        "holidays_release": rules.holidays_release,
        "made_at": at,
    }
    if rows:
        await session.execute(_INSERT_PLAN, [row | shared for row in rows])


def plan_row(
    plan: Plan,
    *,
    plan_id: UUID,
    dispatch_id: UUID,
    scopes: Sequence[str],
    replaces: UUID | None = None,
) -> dict[str, Any]:
    """Return a plan as a row of the ledger."""
    return {
        "id": plan_id,
        "dispatch_id": dispatch_id,
        "replaces_id": replaces,
        "calendar_scopes": list(scopes),
        "register_by": plan.register_by,
        "forward_by": plan.forward_by,
        "acknowledge_by": plan.acknowledge_by,
        "alarms": [
            {"step": alarm.step.value, "due_at": alarm.due_at.isoformat()} for alarm in plan.alarms
        ],
        "share_days": plan.share_days,
        "left_days": plan.left_days,
        "unannounced_years": list(plan.unannounced_years),
    }
