"""How a receipt starts the time to acknowledge, where the sender gave days instead of a date."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.buddhist_era import bangkok_date
from domain.deadline_plan import days_after_receipt, start_acknowledging
from domain.deadlines import Circumstances
from domain.vocabulary import OutboxKind
from models import DeadlinePlan, Dispatch, Hop, Letter, Outbox
from services.deadline_rules import load_rules
from services.plan_recipients import insert_plans, plan_row
from services.read_plan import read_plan

_POINT = text("UPDATE hop SET plan_id = :plan_id WHERE id = :hop_id")
_PARENT = text("""
SELECT p.acknowledge_by FROM hop h JOIN deadline_plan p ON p.id = h.plan_id WHERE h.id = :hop_id
""")
# An extension before the receipt put off a clock that had not begun: its days still count.
_FIRST = text("""
WITH RECURSIVE chain AS (
    SELECT replaces_id, acknowledge_by FROM deadline_plan WHERE id = :plan_id
    UNION ALL
    SELECT p.replaces_id, p.acknowledge_by FROM deadline_plan p JOIN chain c ON p.id = c.replaces_id
)
SELECT acknowledge_by FROM chain WHERE replaces_id IS NULL
""")


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
        select(Hop, Dispatch, DeadlinePlan, Letter.urgency)
        .join(Dispatch, Dispatch.id == Hop.dispatch_id)
        .join(DeadlinePlan, DeadlinePlan.id == Hop.plan_id)
        .join(Letter, Letter.id == Dispatch.letter_id)
        .where(Hop.id == hop_id)
        .execution_options(populate_existing=True)
    )
    hop, dispatch, old, urgency = (await session.execute(query)).one()
    rules = await load_rules(session)
    clock = rules.clock(old.calendar_scopes, urgency)
    first = await session.scalar(_FIRST, {"plan_id": old.id}) or old.acknowledge_by
    days += clock.count_days(bangkok_date(first), bangkok_date(old.acknowledge_by))
    due = days_after_receipt(clock, received_at, days)
    if dispatch.parent_hop_id is not None:
        above = await session.scalar(_PARENT, {"hop_id": dispatch.parent_hop_id})
        due = min(due, above or due)
    given = Circumstances(
        sent_at=received_at,
        clock=clock,
        policy=rules.policies.urgencies[urgency],
        weights=dispatch.weights,
        forwards=old.forward_by is not None,
    )
    plan_id = (await session.execute(text("SELECT uuidv7()"))).scalar_one()
    plan = start_acknowledging(read_plan(old), given, due)
    row = plan_row(
        plan,
        plan_id=plan_id,
        dispatch_id=dispatch.id,
        scopes=old.calendar_scopes,
        replaces=old.id,
    )
    await insert_plans(session, rules=rules, rows=[row], at=at)
    await session.execute(_POINT, {"plan_id": plan_id, "hop_id": hop_id})
    await session.execute(
        insert(Outbox).values(
            kind=OutboxKind.MOVED,
            dispatch_id=dispatch.id,
            chunk=hop.chunk,
            hop_id=hop_id,
            created_at=at,
        )
    )
