"""How a hop comes to rest: one statement for every action that ends the waiting."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from domain.hop_states import sources, step_not_allowed, target
from domain.vocabulary import EventKind, HopAction
from models import Hop

_SETTLE = (
    select(Hop)
    .from_statement(
        text("""
WITH moved AS (
    UPDATE hop SET state = :target, settled_at = :at, settled_by = :by, remark = :remark,
        answer = :answer, suspended_at = NULL, suspended_by = NULL
    WHERE id = :hop_id AND state = ANY(:sources)
    RETURNING new.*, old.state AS state_before, old.suspended_at AS suspended_before
), noted AS (
    INSERT INTO event (kind, at, officer_id, registry_id, circular_id, letter_id, dispatch_id,
        hop_id, secrecy, urgency, is_late, facts)
    SELECT :event, :at, :by, :registry_id, d.circular_id, d.letter_id, d.id, moved.id, l.secrecy,
        l.urgency,
        -- What its sender took back was nobody's to settle.
        CASE WHEN moved.state <> 'recalled'
            THEN suspended_before IS NULL AND :at > p.acknowledge_by END,
        jsonb_build_object('before', state_before, 'after', moved.state) || :facts
    FROM moved JOIN dispatch d ON d.id = moved.dispatch_id JOIN letter l ON l.id = d.letter_id
    JOIN deadline_plan p ON p.id = moved.plan_id
), told AS (
    INSERT INTO outbox (kind, dispatch_id, chunk, hop_id, created_at)
    SELECT 'settled', dispatch_id, chunk, id, :at FROM moved
)
SELECT * FROM moved
""").bindparams(
            bindparam("sources", type_=ARRAY(Text())),
            bindparam("answer", type_=JSONB(none_as_null=True)),
            bindparam("facts", type_=JSONB()),
        )
    )
    .execution_options(populate_existing=True)
)

_EVENT: Mapping[HopAction, EventKind] = {
    HopAction.ACKNOWLEDGE: EventKind.ACKNOWLEDGED,
    HopAction.REPORT: EventKind.REPORTED,
    HopAction.REFUSE: EventKind.REFUSED,
    HopAction.RETURN: EventKind.RETURNED,
    HopAction.RECALL: EventKind.RECALLED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """What is said when a hop comes to rest."""

    remark: str | None = None
    answer: dict[str, Any] | None = None
    facts: dict[str, Any] = field(default_factory=dict)


async def settle_hop(
    session: AsyncSession,
    *,
    hop: Hop,
    action: HopAction,
    by: UUID,
    registry_id: UUID,
    at: datetime,
    said: Settlement,
) -> Hop:
    """Settle a hop, record the event and tell the process of its dispatch.

    Args:
        session: The transaction.
        hop: The hop, as it was read.
        action: What settles it.
        by: The officer who acts.
        registry_id: The registry for which the officer acts.
        at: Now, as an aware instant.
        said: Remark, answer and further facts for the event.

    Raises:
        ConflictError: `hop_step_not_allowed`, whatever another desk did in the meantime.
    """
    facts = {"remark": said.remark, **said.facts}
    values = {
        "hop_id": hop.id,
        "sources": [state.value for state in sources(action)],
        "target": target(sources(action)[0], action).value,
        "event": _EVENT[action].value,
        "at": at,
        "by": by,
        "registry_id": registry_id,
        "remark": said.remark,
        "answer": said.answer,
        "facts": {key: value for key, value in facts.items() if value is not None},
    }
    moved: Hop | None = (await session.scalars(_SETTLE, values)).one_or_none()
    if moved is None:
        await session.refresh(hop)
        raise step_not_allowed(hop.state, action)
    return moved
