"""How a letter goes out: one dispatch, all its hops, their events and messages, set-based."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Integer, Uuid

from domain.alarms import CALLED
from domain.buddhist_era import bangkok_date
from domain.clock_moves import go_on, time_stopped
from domain.deadlines import Deadlines, check_within_parent
from domain.errors import InvalidError
from domain.vocabulary import EventKind
from models import DeadlinePlan, Dispatch, Hop, Letter
from services.answer_forms import check_form
from services.deadline_rules import DeadlineRules
from services.plan_recipients import DispatchPlan, insert_plans, plan_recipients, plan_row
from services.read_plan import read_plan
from services.record_event import record_event

CHUNK = 400
"""Recipients that one process execution watches (design, section 3)."""

_INSERT_DISPATCH = text("""
INSERT INTO dispatch (id, lineage, senders, letter_id, letters, secrecy, circular_id,
    sender_registry_id, parent_hop_id, state, register_by, acknowledge_by, acknowledge_within,
    weights, answer_form, sent_at, sent_by)
SELECT new.id, CAST(:above AS uuid[]) || new.id, :senders, :letter_id, :letters, :secrecy,
    :circular_id, :sender, :parent_hop_id, 'open', :register_by, :acknowledge_by,
    :acknowledge_within, :weights, :answer_form, :at, :by
FROM (SELECT uuidv7() AS id) new
RETURNING id
""").bindparams(
    bindparam("above", type_=ARRAY(Uuid())),
    bindparam("senders", type_=ARRAY(Uuid())),
    bindparam("letters", type_=ARRAY(Uuid())),
    bindparam("weights", type_=ARRAY(Integer())),
    bindparam("answer_form", type_=JSONB(none_as_null=True)),
)

# A recipient without an open desk joins to nothing, so the count tells whether all were reached.
# What must be done at once is told at once, not only when it is late.
_INSERT_HOPS = text("""
WITH wanted AS (
    SELECT organization_id, plan_id, CAST(nth - 1 AS integer) AS position
    FROM unnest(CAST(:recipients AS uuid[]), CAST(:plans AS uuid[])) WITH ORDINALITY
        AS w (organization_id, plan_id, nth)
), desks AS (
    SELECT w.position, w.plan_id, r.id AS registry_id
    FROM wanted w
    JOIN organization o ON o.id = w.organization_id
        AND o.valid_from <= :today AND (o.valid_until IS NULL OR o.valid_until >= :today)
    JOIN registry r ON r.organization_id = o.id AND r.receives AND r.closed_at IS NULL
    WHERE r.id <> :sender
), hops AS (
    INSERT INTO hop (dispatch_id, position, chunk, recipient_registry_id, circular_id, senders,
        secrecy, plan_id, state)
    SELECT :dispatch_id, position, position / :chunk, registry_id, :circular_id, :senders,
        :secrecy, plan_id, 'sent'
    FROM desks
    RETURNING id, chunk, recipient_registry_id
), noted AS (
    INSERT INTO event (kind, at, officer_id, registry_id, circular_id, letter_id, dispatch_id,
        hop_id, secrecy, urgency, facts)
    SELECT 'sent', :at, :by, :sender, :circular_id, :letter_id, :dispatch_id, id, :secrecy,
        :urgency, jsonb_build_object('recipient_registry_id', recipient_registry_id)
    FROM hops
), called AS (
    INSERT INTO notice (hop_id, dispatch_id, circular_id, secrecy, step, kind, registry_id, due_at,
        created_at)
    SELECT id, :dispatch_id, :circular_id, :secrecy, 'arrived', 'arrival', recipient_registry_id,
        :at, :at
    FROM hops WHERE :call
), told AS (
    INSERT INTO outbox (kind, dispatch_id, chunk, created_at)
    SELECT 'dispatched', :dispatch_id, chunk, :at FROM hops GROUP BY chunk ORDER BY chunk
)
SELECT count(*) FROM hops
""").bindparams(
    bindparam("recipients", type_=ARRAY(Uuid())),
    bindparam("plans", type_=ARRAY(Uuid())),
    bindparam("senders", type_=ARRAY(Uuid())),
)

_UNREACHED = text("""
SELECT w.organization_id, o.name,
    CASE WHEN o.id IS NULL THEN 'recipient_unknown'
        WHEN o.valid_from > :today OR o.valid_until < :today THEN 'recipient_closed'
        WHEN r.id IS NULL THEN 'recipient_without_registry'
        ELSE 'recipient_is_sender' END AS code
FROM unnest(CAST(:recipients AS uuid[])) AS w (organization_id)
LEFT JOIN organization o ON o.id = w.organization_id
LEFT JOIN registry r ON r.organization_id = o.id AND r.receives AND r.closed_at IS NULL
WHERE o.id IS NULL OR o.valid_from > :today OR o.valid_until < :today OR r.id IS NULL
    OR r.id = :sender
""").bindparams(bindparam("recipients", type_=ARRAY(Uuid())))

_REASON_TH = {
    "recipient_unknown": "ไม่รู้จักหน่วยงานนี้",
    "recipient_closed": "หน่วยงานนี้ยุบหรือยังไม่ตั้งขึ้น",
    "recipient_without_registry": "หน่วยงานนี้ไม่มีหน่วยสารบรรณที่เปิดรับ",
    "recipient_is_sender": "ส่งถึงหน่วยสารบรรณของตนเองไม่ได้",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SendOrder:
    """Whom to send to, until when, and what to ask for; recipients are organization ids."""

    recipients: Sequence[UUID]
    deadlines: Deadlines
    answer_form: dict[str, Any] | None = None


async def create_dispatch(
    session: AsyncSession,
    *,
    letter: Letter,
    sender: UUID,
    order: SendOrder,
    by: UUID,
    at: datetime,
    parent: tuple[Hop, Dispatch] | None = None,
) -> Dispatch:
    """Send a letter to its recipients and freeze the deadlines of each.

    Raises:
        InvalidError: A code of `domain.deadline_plan`, `answer_form_invalid`, `recipients_empty`,
            `recipient_twice`, or `recipient_*` with every recipient at fault.
    """
    check_form(order.answer_form)
    _check_recipients(order.recipients)
    above = parent[1] if parent else None
    planned = await plan_recipients(
        session,
        wish=order.deadlines,
        letter=letter,
        sender=sender,
        above=above.weights if above else None,
        recipients=order.recipients,
        at=at,
    )
    values: dict[str, Any] = {
        "letter_id": letter.id,
        "circular_id": letter.circular_id,
        "letters": letter.lineage,
        "secrecy": letter.secrecy.value,
        "urgency": letter.urgency.value,
        "sender": sender,
        "senders": [*(above.senders if above else ()), sender],
        "at": at,
        "by": by,
        "call": letter.urgency in CALLED,
    }
    if planned.planned < len(order.recipients):
        await _refuse_unreached(session, values, order.recipients)
    if parent is not None:
        due = await _due_above(session, parent[0], planned.rules, letter, at)
        check_within_parent(planned.latest["acknowledge_by"], parent=due)
    values["dispatch_id"] = await _insert_dispatch(session, values, order, planned, parent)
    await _insert_hops(session, values, order.recipients, planned)
    await _record(session, values, order, planned)
    return await session.get_one(Dispatch, values["dispatch_id"])


async def _due_above(
    session: AsyncSession, hop: Hop, rules: DeadlineRules, letter: Letter, at: datetime
) -> datetime:
    row = await session.get_one(DeadlinePlan, hop.plan_id)
    if hop.suspended_at is None:
        return row.acknowledge_by
    # Its deadline moves on with every hour that it is stopped: as if it went on now.
    clock = rules.clock(row.calendar_scopes, letter.urgency)
    stopped = time_stopped(clock, hop.suspended_at, at)
    return go_on(read_plan(row), clock, stopped, since=hop.suspended_at).acknowledge_by


async def _insert_dispatch(
    session: AsyncSession,
    values: dict[str, Any],
    order: SendOrder,
    planned: DispatchPlan,
    parent: tuple[Hop, Dispatch] | None,
) -> UUID:
    own = {
        "above": parent[1].lineage if parent else [],
        "parent_hop_id": parent[0].id if parent else None,
        "acknowledge_within": order.deadlines.acknowledge_within,
        "weights": list(planned.weights),
        "answer_form": order.answer_form,
    }
    result = await session.execute(_INSERT_DISPATCH, values | planned.latest | own)
    dispatch_id: UUID = result.scalar_one()
    rows = [
        plan_row(one.plan, plan_id=one.id, dispatch_id=dispatch_id, scopes=one.scopes)
        for one in planned.plans
    ]
    await insert_plans(session, rules=planned.rules, rows=rows, at=values["at"])
    return dispatch_id


async def _record(
    session: AsyncSession, values: dict[str, Any], order: SendOrder, planned: DispatchPlan
) -> None:
    await record_event(
        session,
        EventKind.DISPATCHED,
        at=values["at"],
        by=values["by"],
        registry_id=values["sender"],
        circular_id=values["circular_id"],
        letter_id=values["letter_id"],
        dispatch_id=values["dispatch_id"],
        facts={
            "recipients": len(order.recipients),
            **{field: instant.isoformat() for field, instant in planned.latest.items()},
            "calendar_version": planned.rules.calendar_version,
            "policy_version": planned.rules.policy_version,
        },
    )


def _check_recipients(recipients: Sequence[UUID]) -> None:
    if not recipients:
        raise InvalidError("ต้องมีผู้รับอย่างน้อยหนึ่งราย", code="recipients_empty", field="recipients")
    twice = [str(one) for one, times in Counter(recipients).items() if times > 1]
    if twice:
        raise InvalidError(
            "มีผู้รับซ้ำกัน", code="recipient_twice", field="recipients", recipients=sorted(twice)
        )


async def _insert_hops(
    session: AsyncSession,
    values: dict[str, Any],
    recipients: Sequence[UUID],
    planned: DispatchPlan,
) -> None:
    wanted = {
        "recipients": list(recipients),
        "plans": planned.ids(len(recipients)),
        "today": bangkok_date(values["at"]),
        "chunk": CHUNK,
    }
    if await session.scalar(_INSERT_HOPS, values | wanted) != len(recipients):
        await _refuse_unreached(session, values, recipients)


async def _refuse_unreached(
    session: AsyncSession, values: dict[str, Any], recipients: Sequence[UUID]
) -> NoReturn:
    wanted = {"recipients": list(recipients), "today": bangkok_date(values["at"])}
    rows = (await session.execute(_UNREACHED, wanted | {"sender": values["sender"]})).all()
    faults = [
        {
            "field": "recipients",
            "organization_id": str(row.organization_id),
            "name": row.name,
            "code": row.code,
            "reason": _REASON_TH[row.code],
        }
        for row in rows
    ]
    raise InvalidError(
        f"ส่งไม่ได้ {len(faults)} ราย: {_REASON_TH[faults[0]['code']]}",
        code=faults[0]["code"],
        errors=faults,
    )
