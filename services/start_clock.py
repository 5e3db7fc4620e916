"""How a receipt starts the time to acknowledge, where the sender gave days instead of a date."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from domain.deadline_plan import Plan, days_after_receipt, start_acknowledging
from domain.deadlines import Circumstances
from domain.vocabulary import Urgency
from domain.working_time import WorkingCalendar
from models import DeadlinePlan, Dispatch, Hop, Letter
from services.deadline_rules import DeadlineRules, load_rules
from services.plan_recipients import insert_plans, plan_row
from services.read_plan import read_plan

# What a suspension gave back before the receipt does not count: this clock had not begun. What
# was granted by an extension does.
_GRANTED = text("""
SELECT coalesce(sum(CAST(facts ->> 'days' AS integer)), 0)
FROM event WHERE hop_id = :hop_id AND kind = 'extended'
""")

_ABOVE = text("""
SELECT p.acknowledge_by FROM hop h JOIN deadline_plan p ON p.id = h.plan_id
WHERE h.id = :hop_id AND h.suspended_at IS NULL
""")

# A clock that is stopped when it begins stands still from the receipt on, not from before it.
_POINT = text("""
WITH moved AS (
    UPDATE hop SET plan_id = :plan_id, suspended_at = CASE
        WHEN suspended_at IS NOT NULL THEN greatest(suspended_at, :received_at) END
    WHERE id = :hop_id
    RETURNING id, dispatch_id, chunk, recipient_registry_id, registered_by
), noted AS (
    INSERT INTO event (kind, at, officer_id, registry_id, circular_id, letter_id, dispatch_id,
        hop_id, secrecy, urgency, facts)
    SELECT 'clock_started', :at, m.registered_by, m.recipient_registry_id, d.circular_id,
        d.letter_id, d.id, m.id, l.secrecy, l.urgency, :facts
    FROM moved m JOIN dispatch d ON d.id = m.dispatch_id JOIN letter l ON l.id = d.letter_id
)
INSERT INTO outbox (kind, dispatch_id, chunk, hop_id, created_at)
SELECT 'moved', dispatch_id, chunk, id, :at FROM moved
""").bindparams(bindparam("facts", type_=JSONB()))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Receipt:
    hop_id: UUID
    received_at: datetime
    days: int
    dispatch: Dispatch
    old: DeadlinePlan
    urgency: Urgency


async def start_clock(
    session: AsyncSession, *, hop_id: UUID, received_at: datetime, days: int, at: datetime
) -> None:
    """Give a hop the deadline that follows from its receipt, and tell the process to move it.

    It never lies after the deadline of the hop that its dispatch answers to.

    Args:
        session: The transaction.
        hop_id: The hop that was registered.
        received_at: What its stamp says.
        days: Working days to acknowledge in.
        at: Now, as an aware instant.
    """
    query = (
        select(Dispatch, DeadlinePlan, Letter.urgency)
        .join(Hop, Hop.dispatch_id == Dispatch.id)
        .join(DeadlinePlan, DeadlinePlan.id == Hop.plan_id)
        .join(Letter, Letter.id == Dispatch.letter_id)
        .where(Hop.id == hop_id)
    )
    dispatch, old, urgency = (await session.execute(query)).one()
    receipt = _Receipt(
        hop_id=hop_id,
        received_at=received_at,
        days=days,
        dispatch=dispatch,
        old=old,
        urgency=urgency,
    )
    rules = await load_rules(session)
    await _write(session, receipt, rules, await _plan(session, receipt, rules), at)


async def _plan(session: AsyncSession, receipt: _Receipt, rules: DeadlineRules) -> Plan:
    clock = rules.clock(receipt.old.calendar_scopes, receipt.urgency)
    given = Circumstances(
        sent_at=receipt.received_at,
        clock=clock,
        policy=rules.policies.urgencies[receipt.urgency],
        weights=receipt.dispatch.weights,
        forwards=receipt.old.forward_by is not None,
    )
    due = await _due(session, receipt, clock)
    return start_acknowledging(read_plan(receipt.old), given, due)


async def _due(session: AsyncSession, receipt: _Receipt, clock: WorkingCalendar) -> datetime:
    granted = await session.scalar(_GRANTED, {"hop_id": receipt.hop_id}) or 0
    due = days_after_receipt(clock, receipt.received_at, receipt.days + granted)
    if receipt.dispatch.parent_hop_id is None:
        return due
    above = await session.scalar(_ABOVE, {"hop_id": receipt.dispatch.parent_hop_id})
    return min(due, above or due)


async def _write(
    session: AsyncSession, receipt: _Receipt, rules: DeadlineRules, plan: Plan, at: datetime
) -> None:
    old = receipt.old
    plan_id = (await session.execute(text("SELECT uuidv7()"))).scalar_one()
    row = plan_row(
        plan,
        plan_id=plan_id,
        dispatch_id=receipt.dispatch.id,
        scopes=old.calendar_scopes,
        replaces=old.id,
    )
    await insert_plans(session, rules=rules, rows=[row], at=at)
    values = {
        "plan_id": plan_id,
        "hop_id": receipt.hop_id,
        "received_at": receipt.received_at,
        "at": at,
        "facts": {"days": receipt.days, "old": _deadlines(old), "new": _deadlines(plan)},
    }
    await session.execute(_POINT, values)


def _deadlines(plan: Plan | DeadlinePlan) -> dict[str, Any]:
    return {
        "register_by": plan.register_by.isoformat(),
        "forward_by": plan.forward_by.isoformat() if plan.forward_by else None,
        "acknowledge_by": plan.acknowledge_by.isoformat(),
    }
