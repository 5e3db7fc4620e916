"""Where ledger and process disagree, and what the process is told then: the ledger wins."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Integer, Text, Uuid

from domain.reconciliation import Reconciliation, RunningChunk
from domain.vocabulary import OutboxKind
from services.pending_steps import IS_PENDING, STEPS_OF_DUTY

GRACE = timedelta(minutes=10)
"""What happened so shortly ago may still be on its way to the process, or to the listing."""

# One row a chunk that is waited for in the ledger or by an execution. A chunk for which messages
# are waiting is left alone: they may say all that is missing.
#
# `next_due_at` of an execution may be earlier than what is pending: it wakes, finds the step done
# or no longer owed, and goes on. Wrong is one that would wake too late, or at an instant that is
# in no plan of its hops.
_RECONCILE = text(f"""
WITH running AS (
    SELECT * FROM unnest(:dispatches, :chunks, :next_dues) AS r (dispatch_id, chunk, next_due_at)
), watched AS (
    SELECT id FROM dispatch WHERE state = 'open' UNION SELECT dispatch_id FROM running
    -- Ended, and yet the hop above still waits for its report.
    UNION SELECT d.id FROM dispatch d JOIN hop above ON above.id = d.parent_hop_id
    WHERE d.state <> 'open' AND above.state = 'forwarded' AND NOT EXISTS (
        SELECT FROM dispatch o WHERE o.parent_hop_id = above.id AND o.state = 'open')
), chunks AS (
    SELECT h.dispatch_id, h.chunk, bool_or(h.settled_at IS NULL) AS waits,
        max(h.settled_at) AS settled_at
    FROM watched JOIN hop h ON h.dispatch_id = watched.id
    GROUP BY h.dispatch_id, h.chunk
), planned AS (
    SELECT h.dispatch_id, h.chunk, due.due_at, {IS_PENDING} AS is_pending
    FROM running r
    JOIN hop h ON h.dispatch_id = r.dispatch_id AND h.chunk = r.chunk
    JOIN deadline_plan p ON p.id = h.plan_id
    CROSS JOIN LATERAL jsonb_to_recordset(p.alarms) AS due (step text, due_at timestamptz)
), pending AS (
    SELECT p.dispatch_id, p.chunk, min(p.due_at) FILTER (WHERE p.is_pending) AS due_at,
        bool_or(abs(extract(epoch FROM p.due_at - r.next_due_at)) <= 1) AS is_planned
    FROM planned p JOIN running r ON r.dispatch_id = p.dispatch_id AND r.chunk = p.chunk
    GROUP BY p.dispatch_id, p.chunk
), found AS (
    SELECT c.*, d.state, d.sent_at, d.closed_at,
        coalesce(d.closed_at, d.completed_at) AS ended_at, r.dispatch_id IS NOT NULL AS runs,
        r.next_due_at, pending.due_at AS pending_at, pending.is_planned,
        bool_or(c.waits) OVER whole AS dispatch_waits,
        bool_or(r.dispatch_id IS NOT NULL) OVER whole AS dispatch_runs,
        max(c.settled_at) OVER whole AS dispatch_settled_at,
        c.chunk = min(c.chunk) OVER whole AS is_first
    FROM chunks c
    JOIN dispatch d ON d.id = c.dispatch_id
    LEFT JOIN running r ON r.dispatch_id = c.dispatch_id AND r.chunk = c.chunk
    LEFT JOIN pending ON pending.dispatch_id = c.dispatch_id AND pending.chunk = c.chunk
    WINDOW whole AS (PARTITION BY c.dispatch_id)
), judged AS (
    SELECT found.dispatch_id, found.chunk, CASE
        WHEN state = 'open' AND NOT runs AND waits AND sent_at < :before THEN 'dispatched'
        WHEN state = 'open' AND NOT dispatch_runs AND NOT dispatch_waits AND is_first
            AND dispatch_settled_at < :before THEN 'dispatched'
        WHEN state <> 'open' AND NOT dispatch_runs AND is_first AND ended_at < :before
            THEN 'dispatched'
        WHEN state = 'closed' AND runs AND closed_at < :before THEN 'closed'
        WHEN runs AND NOT waits AND settled_at < :before THEN 'settled'
        WHEN state = 'open' AND runs AND waits
            AND (pending_at + interval '1 second' < coalesce(next_due_at, 'infinity')
                OR (next_due_at < coalesce(pending_at, 'infinity') AND NOT is_planned))
            THEN 'moved'
        END AS kind
    FROM found
    WHERE NOT EXISTS (
        SELECT FROM outbox o
        WHERE o.dispatch_id = found.dispatch_id AND o.chunk = found.chunk
            AND o.sent_at IS NULL AND o.parked_at IS NULL
    )
), told AS (
    INSERT INTO outbox (kind, dispatch_id, chunk, hop_id, created_at)
    SELECT j.kind, j.dispatch_id, j.chunk, h.id, :at
    FROM judged j
    LEFT JOIN hop h ON j.kind = 'settled' AND h.dispatch_id = j.dispatch_id AND h.chunk = j.chunk
    WHERE j.kind IS NOT NULL
    RETURNING kind, dispatch_id, chunk
)
SELECT kind, count(DISTINCT (dispatch_id, chunk)) AS chunks FROM told GROUP BY kind
""").bindparams(  # noqa: S608 (nothing but our own words)
    bindparam("dispatches", type_=ARRAY(Uuid())),
    bindparam("chunks", type_=ARRAY(Integer())),
    bindparam("next_dues", type_=ARRAY(DateTime(timezone=True))),
    bindparam("to_register", type_=ARRAY(Text())),
    bindparam("to_forward", type_=ARRAY(Text())),
)


async def reconcile(
    session: AsyncSession, *, running: Sequence[RunningChunk], at: datetime
) -> Reconciliation:
    """Write the messages that are missing between the ledger and the executions that run.

    Safe to run again: what is still on its way is not told twice.
    """
    values = {
        "dispatches": [one.dispatch_id for one in running],
        "chunks": [one.chunk for one in running],
        "next_dues": [one.next_due_at for one in running],
        "before": at - GRACE,
        "at": at,
        **STEPS_OF_DUTY,
    }
    told = Counter({row.kind: row.chunks for row in await session.execute(_RECONCILE, values)})
    return Reconciliation(
        running=len(running),
        started=told[OutboxKind.DISPATCHED],
        settled=told[OutboxKind.SETTLED],
        closed=told[OutboxKind.CLOSED],
        moved=told[OutboxKind.MOVED],
    )
