"""What a due alarm does: notices and events for the hops that still owe it, each step once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from domain.alarms import EVENT_KIND, MEANING, OWED, Alarm
from domain.buddhist_era import bangkok_date
from domain.tier_budget import last_day
from domain.vocabulary import Duty, NoticeKind, Rung, Urgency
from services.deadline_rules import load_rules
from services.post_holders import HOLDERS
from services.record_event import SYSTEM_OFFICER

# The share lock makes a receipt that is being written come first: the row is read again after
# it, so a desk that stamped a millisecond ago is not chased. A hop whose plan was replaced in
# that moment drops out too: the instants of the new plan have alarms of their own. Hops are locked
# in the order in which a move locks them.
#
# `candidates` are the registries that a step may address: the lines of a hop are all told, and of
# the ranks of a line the first where somebody holds the post; the last rank is told in any case.
_RAISE = """
WITH waiting AS (
    SELECT h.id, h.recipient_registry_id, d.id AS dispatch_id, d.letter_id, d.circular_id,
        d.sender_registry_id, d.lineage, l.secrecy, l.urgency, planned.due_at, plan.id AS plan_id
    FROM hop h
    JOIN dispatch d ON d.id = h.dispatch_id
    JOIN letter l ON l.id = d.letter_id
    JOIN deadline_plan plan ON plan.id = h.plan_id
    CROSS JOIN LATERAL (
        SELECT CAST(one ->> 'due_at' AS timestamptz) AS due_at
        FROM jsonb_array_elements(plan.alarms) one WHERE one ->> 'step' = :step
    ) planned
    WHERE h.dispatch_id = :dispatch_id AND h.chunk = :chunk AND h.state = ANY(:states)
        AND h.suspended_at IS NULL AND d.state = 'open' AND planned.due_at <= :due_at
        AND NOT EXISTS (SELECT FROM notice n
            WHERE n.hop_id = h.id AND n.step = :step AND n.due_at = planned.due_at)
    ORDER BY h.id
    FOR SHARE OF h
), candidates AS (
{candidates}
), desks AS (
    SELECT DISTINCT registry_id FROM candidates
), {holders}, posts AS (
    SELECT registry_id, post,
        CASE count(*) WHEN 1 THEN (array_agg(officer_id))[1] END AS officer_id
    FROM holders GROUP BY registry_id, post
), addressed AS (
    SELECT DISTINCT ON (c.hop_id, c.line) c.hop_id, c.registry_id, c.rank,
        CASE WHEN own.post IS NULL AND deputy.post IS NOT NULL THEN 'deputy' ELSE c.post END
            AS post,
        CASE WHEN own.post IS NULL THEN deputy.officer_id ELSE own.officer_id END AS officer_id
    FROM candidates c
    LEFT JOIN posts own ON own.registry_id = c.registry_id AND own.post = c.post
    LEFT JOIN posts deputy ON deputy.registry_id = c.registry_id AND deputy.post = 'deputy'
        AND c.post = 'head'
    ORDER BY c.hop_id, c.line, coalesce(own.post, deputy.post) IS NULL,
        CASE WHEN coalesce(own.post, deputy.post) IS NULL THEN -c.rank ELSE c.rank END
), noticed AS (
    INSERT INTO notice (hop_id, dispatch_id, circular_id, secrecy, step, kind, registry_id, post,
        officer_id, facts, due_at, created_at)
    SELECT a.hop_id, w.dispatch_id, w.circular_id, w.secrecy, :step, :kind, a.registry_id, a.post,
        a.officer_id, jsonb_strip_nulls(jsonb_build_object('instead_of',
            CASE WHEN a.rank > 0 THEN CAST(:rung AS text) END))
        || coalesce(:figures -> CAST(w.plan_id AS text), '{{}}'), w.due_at, :at
    FROM addressed a JOIN waiting w ON w.id = a.hop_id
    ON CONFLICT (hop_id, step, due_at, registry_id) DO NOTHING
    RETURNING hop_id, registry_id, post, officer_id, facts, due_at
), noted AS (
    INSERT INTO event (kind, at, officer_id, registry_id, circular_id, letter_id, dispatch_id,
        hop_id, secrecy, urgency, is_late, facts)
    SELECT :event, :at, :by, n.registry_id, w.circular_id, w.letter_id, w.dispatch_id, w.id,
        w.secrecy, w.urgency, :is_late,
        n.facts || jsonb_strip_nulls(jsonb_build_object('step', CAST(:step AS text),
            'due_at', n.due_at, 'post', n.post, 'addressee_registry_id', n.registry_id,
            'officer_id', n.officer_id))
    FROM noticed n JOIN waiting w ON w.id = n.hop_id
)
SELECT count(*) FROM noticed
"""

_TO_CLERK = """
    SELECT id AS hop_id, 0 AS line, 0 AS rank, recipient_registry_id AS registry_id,
        'clerk' AS post FROM waiting
"""

# A tier that eats the time of those below it is told, and so is who gave it the time.
_AND_SENDER = """
    UNION ALL SELECT id, 1, 0, sender_registry_id, 'clerk' FROM waiting
"""

# The body above the recipient that has an open desk: command before supervision before part.
# Where nobody stands above, the sender is told.
_SUPERIOR = """
    SELECT waiting.id AS hop_id, 0 AS line, rung.rank, rung.registry_id, 'head' AS post
    FROM waiting
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
    CROSS JOIN LATERAL (VALUES {ranks}) rung (rank, registry_id)
    WHERE rung.registry_id IS NOT NULL
"""
_TO_HEAD = _SUPERIOR.format(
    ranks="(0, recipient_registry_id), (1, superior.id), (2, sender_registry_id)"
)
_TO_SUPERIOR = _SUPERIOR.format(ranks="(0, superior.id), (1, sender_registry_id)")

# The sender of the dispatch above; at the root, the sender itself.
_TO_ORIGIN = """
    SELECT waiting.id AS hop_id, 0 AS line, 0 AS rank,
        coalesce(above.sender_registry_id, waiting.sender_registry_id) AS registry_id,
        'head' AS post
    FROM waiting
    LEFT JOIN dispatch above ON above.id = waiting.lineage[array_upper(waiting.lineage, 1) - 1]
"""


_PLANS = text("""
SELECT DISTINCT p.id, p.calendar_scopes, p.acknowledge_by, d.sent_at, l.urgency
FROM hop h
JOIN dispatch d ON d.id = h.dispatch_id
JOIN letter l ON l.id = d.letter_id
JOIN deadline_plan p ON p.id = h.plan_id
WHERE h.dispatch_id = :dispatch_id AND h.chunk = :chunk AND h.state = ANY(:states)
""").bindparams(bindparam("states", type_=ARRAY(Text())))


def _statement(candidates: str) -> TextClause:
    return text(_RAISE.format(candidates=candidates, holders=HOLDERS)).bindparams(
        bindparam("states", type_=ARRAY(Text())), bindparam("figures", type_=JSONB())
    )


_STATEMENTS: Mapping[Rung, TextClause] = {
    Rung.CLERK: _statement(_TO_CLERK),
    Rung.HEAD: _statement(_TO_HEAD),
    Rung.SUPERIOR: _statement(_TO_SUPERIOR),
    Rung.ORIGIN: _statement(_TO_ORIGIN),
}
_FORWARD = _statement(_TO_CLERK + _AND_SENDER)


_CHUNK = ("dispatch_id", "chunk", "states")


async def raise_alarm(
    session: AsyncSession, *, dispatch_id: UUID, chunk: int, alarm: Alarm, at: datetime
) -> int:
    """Write the notices and events of one step, and return how many are new.

    Safe to run again: a hop gets each step of a deadline once, and once more only when the
    deadline was moved since. An arrival is no alarm: it is told when the letter is sent.
    """
    duty, rung, kind = MEANING[alarm.step]
    if kind not in EVENT_KIND:
        return 0
    values = {
        "dispatch_id": dispatch_id,
        "chunk": chunk,
        "states": [state.value for state in OWED[duty]],
        "step": alarm.step.value,
        "kind": kind.value,
        "rung": rung.value,
        "event": EVENT_KIND[kind].value,
        "is_late": kind is not NoticeKind.REMINDER,
        "due_at": alarm.due_at,
        "at": at,
        "today": bangkok_date(at),
        "by": SYSTEM_OFFICER,
    }
    if duty is not Duty.FORWARD:
        return await session.scalar(_STATEMENTS[rung], values | {"figures": {}}) or 0
    figures = await _days(session, values, at)
    return await session.scalar(_FORWARD, values | {"figures": figures}) or 0


async def _days(
    session: AsyncSession, values: Mapping[str, Any], at: datetime
) -> dict[str, dict[str, int]]:
    """Return the working days used and left for each plan of a chunk, as of now."""
    rules = await load_rules(session)
    today = bangkok_date(at)
    found = {}
    for row in await session.execute(_PLANS, {key: values[key] for key in _CHUNK}):
        clock = rules.clock(row.calendar_scopes, Urgency(row.urgency))
        found[str(row.id)] = {
            "days_used": clock.count_days(bangkok_date(row.sent_at), today),
            "days_left": clock.count_days(today, last_day(row.acknowledge_by)),
        }
    return found
