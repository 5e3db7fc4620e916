"""What a due alarm does: notices and events for the hops that are still waiting, each once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from domain.alarms import EVENT_KIND, NOTICE_KIND, REGISTER_STEPS, Alarm
from domain.buddhist_era import bangkok_date
from domain.hop_states import UNSETTLED
from domain.vocabulary import AlarmStep, HopState
from services.record_event import SYSTEM_OFFICER

# The share lock makes a receipt that is being written come first: the row is read again after
# it, so a desk that stamped a millisecond ago is not chased.
_WAITING = """
WITH waiting AS (
    SELECT h.id, h.recipient_registry_id, d.id AS dispatch_id, d.letter_id, d.circular_id,
        d.sender_registry_id, d.lineage
    FROM hop h JOIN dispatch d ON d.id = h.dispatch_id
    WHERE h.dispatch_id = :dispatch_id AND h.chunk = :chunk AND h.state = ANY(:states)
        AND d.state = 'open'
    FOR SHARE OF h
), addressed AS (
    SELECT waiting.*, {addressee} AS addressee FROM waiting {joined}
), noticed AS (
    INSERT INTO notice (hop_id, step, kind, registry_id, due_at, created_at)
    SELECT id, :step, :kind, addressee, :due_at, :at FROM addressed
    ON CONFLICT (hop_id, step) DO NOTHING
    RETURNING hop_id, registry_id
), noted AS (
    INSERT INTO event (kind, at, officer_id, registry_id, circular_id, letter_id, dispatch_id,
        hop_id, facts)
    SELECT :event, :at, :by, n.registry_id, a.circular_id, a.letter_id, a.dispatch_id, a.id,
        jsonb_build_object('step', CAST(:step AS text), 'due_at', CAST(:due_at AS timestamptz))
    FROM noticed n JOIN addressed a ON a.id = n.hop_id
)
SELECT count(*) FROM noticed
"""

# The body above the recipient that has an open desk: command before supervision before part.
# Where nobody stands above, the sender is told.
_SUPERIOR = """
LEFT JOIN LATERAL (
    SELECT desk.id
    FROM registry own
    JOIN organization_edge edge ON edge.child_id = own.organization_id
        AND edge.valid_from <= :today
        AND (edge.valid_until IS NULL OR edge.valid_until >= :today)
    JOIN registry desk ON desk.organization_id = edge.parent_id
        AND desk.receives AND desk.closed_at IS NULL
    WHERE own.id = waiting.recipient_registry_id
    ORDER BY array_position(ARRAY['command', 'supervision', 'section_of'], edge.kind), desk.id
    LIMIT 1
) superior ON true
"""

# The sender of the dispatch above; at the root, the sender itself.
_ORIGIN = """
LEFT JOIN dispatch above ON above.id = waiting.lineage[array_upper(waiting.lineage, 1) - 1]
"""


def _statement(addressee: str, joined: str = "") -> TextClause:
    return text(_WAITING.format(addressee=addressee, joined=joined)).bindparams(
        bindparam("states", type_=ARRAY(Text()))
    )


_TO_RECIPIENT = _statement("recipient_registry_id")
_TO_SUPERIOR = _statement("coalesce(superior.id, waiting.sender_registry_id)", _SUPERIOR)
_TO_ORIGIN = _statement("coalesce(above.sender_registry_id, waiting.sender_registry_id)", _ORIGIN)


async def raise_alarm(
    session: AsyncSession, *, dispatch_id: UUID, chunk: int, alarm: Alarm, at: datetime
) -> int:
    """Write the notices and events of one step, and return how many are new.

    Safe to run again: a hop gets each step once.
    """
    kind = NOTICE_KIND[alarm.step]
    states = {HopState.SENT} if alarm.step in REGISTER_STEPS else UNSETTLED
    return (
        await session.scalar(
            _addressing(alarm.step),
            {
                "dispatch_id": dispatch_id,
                "chunk": chunk,
                "states": [state.value for state in states],
                "step": alarm.step.value,
                "kind": kind.value,
                "event": EVENT_KIND[kind].value,
                "due_at": alarm.due_at,
                "at": at,
                "today": bangkok_date(at),
                "by": SYSTEM_OFFICER,
            },
        )
        or 0
    )


def _addressing(step: AlarmStep) -> TextClause:
    match step:
        case AlarmStep.ESCALATE_SUPERIOR:
            return _TO_SUPERIOR
        case AlarmStep.ESCALATE_ORIGIN:
            return _TO_ORIGIN
        case _:
            return _TO_RECIPIENT
