"""How a move of clocks is written: hops, events, messages to the processes, and the move itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Boolean, DateTime, Integer, Text, Uuid

from domain.vocabulary import MoveKind
from models import DeadlineMove, DeadlinePlan, Dispatch, Hop
from services.lock_open_hops import OpenHops

_UNSETTLED = "h.settled_at IS NULL AND (h.dispatch_id = ANY(:dispatches) OR h.id = :hop_id)"

# A statement first moves the hops (`moved`), to new plans or to a stop, and then tells of them.
_POINT = """
WITH fresh AS (
    SELECT * FROM unnest(:old_ids, :stopped, :new_ids, :plan_days, :capped)
        AS f (old_id, stopped_at, new_id, days, is_capped)
), moved AS (
    UPDATE hop h SET plan_id = fresh.new_id, """
_FRESH = """
    FROM fresh
    WHERE h.plan_id = fresh.old_id AND h.suspended_at IS NOT DISTINCT FROM fresh.stopped_at AND """
_POINTED = """
    RETURNING h.id, h.dispatch_id, h.chunk, h.plan_id, fresh.old_id, fresh.days, fresh.is_capped
)"""
# Only what was asked for by name counts against its limits, not what follows from above.
_PUT_OFF = """extensions = h.extensions + CAST(h.dispatch_id = :own AS integer),
        extended_days = h.extended_days
            + CASE WHEN h.dispatch_id = :own THEN CAST(:days AS integer) ELSE 0 END"""
_GO_ON = "suspended_at = NULL, suspended_by = NULL"
_STOP = """
WITH moved AS (
    UPDATE hop h SET suspended_at = :at, suspended_by = :by
    WHERE h.suspended_at IS NULL AND """
_STOPPED = """
    RETURNING h.id, h.dispatch_id, h.chunk, h.plan_id, h.plan_id AS old_id, false AS is_capped
)"""

_RECORD = """, move AS (
    INSERT INTO deadline_move (kind, dispatch_id, hop_id, days, reason, hops, at, officer_id)
    SELECT :kind, :own, :hop_id, :days, :reason, count(*), :at, :by FROM moved
    RETURNING id
), noted AS (
    INSERT INTO event (kind, at, officer_id, registry_id, circular_id, letter_id, dispatch_id,
        hop_id, secrecy, urgency, facts)
    SELECT :kind, :at, :by, :registry_id, d.circular_id, d.letter_id, d.id, moved.id,
        l.secrecy, l.urgency, jsonb_build_object('move_id', move.id, 'reason', :reason, """
_OLD = """'old', jsonb_build_object('register_by', old.register_by,
            'forward_by', old.forward_by, 'acknowledge_by', old.acknowledge_by)"""
_CHANGE = """'days', moved.days, 'capped', moved.is_capped,
        'new', jsonb_build_object('register_by', plan.register_by,
            'forward_by', plan.forward_by, 'acknowledge_by', plan.acknowledge_by), """
_TELL = """)
    FROM moved CROSS JOIN move
    JOIN dispatch d ON d.id = moved.dispatch_id
    JOIN letter l ON l.id = d.letter_id
    JOIN deadline_plan plan ON plan.id = moved.plan_id
    JOIN deadline_plan old ON old.id = moved.old_id
), told AS (
    INSERT INTO outbox (kind, dispatch_id, chunk, created_at)
    SELECT 'moved', dispatch_id, chunk, :at FROM moved GROUP BY dispatch_id, chunk
    ORDER BY dispatch_id, chunk
)
SELECT move.id, (SELECT count(*) FROM moved WHERE is_capped) AS capped FROM move
"""


def _statement(words: str) -> TextClause:
    return text(words).bindparams(
        bindparam("dispatches", type_=ARRAY(Uuid())),
        bindparam("hop_id", type_=Uuid()),
        bindparam("own", type_=Uuid()),
        bindparam("days", type_=Integer()),
        bindparam("reason", type_=Text()),
    )


def _pointing(clock: str) -> TextClause:
    words = _POINT + clock + _FRESH + _UNSETTLED + _POINTED + _RECORD + _CHANGE + _OLD + _TELL
    return _statement(words).bindparams(
        bindparam("old_ids", type_=ARRAY(Uuid())),
        bindparam("stopped", type_=ARRAY(DateTime(timezone=True))),
        bindparam("new_ids", type_=ARRAY(Uuid())),
        bindparam("plan_days", type_=ARRAY(Integer())),
        bindparam("capped", type_=ARRAY(Boolean())),
    )


_STATEMENTS = {
    MoveKind.EXTENDED: _pointing(_PUT_OFF),
    MoveKind.RESUMED: _pointing(_GO_ON),
    MoveKind.SUSPENDED: _statement(_STOP + _UNSETTLED + _STOPPED + _RECORD + _OLD + _TELL),
}

# What a dispatch shows of itself is the latest of its hops, settled ones too.
_FOLLOW = text("""
UPDATE dispatch d SET register_by = latest.register_by, acknowledge_by = latest.acknowledge_by
FROM (
    SELECT h.dispatch_id, max(p.register_by) AS register_by, max(p.acknowledge_by) AS acknowledge_by
    FROM hop h JOIN deadline_plan p ON p.id = h.plan_id
    WHERE h.dispatch_id = ANY(:dispatches)
    GROUP BY h.dispatch_id
) latest
WHERE d.id = latest.dispatch_id
    AND (d.register_by, d.acknowledge_by) <> (latest.register_by, latest.acknowledge_by)
""").bindparams(bindparam("dispatches", type_=ARRAY(Uuid())))


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPlan:
    """Which plan takes the place of another, for the hops that stopped at the same instant."""

    old_id: UUID
    stopped_at: datetime | None
    new_id: UUID
    days: int
    is_capped: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveOrder:
    """What is moved, why, when and by whom."""

    kind: MoveKind
    among: OpenHops
    reason: str
    at: datetime
    by: UUID
    days: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """What a move came to.

    Attributes:
        move: The move.
        capped: Hops that moved by less: the dispatch above ends sooner, or a clock stood longer
            than the policy lets it give back.
        register_by: Until when the target must be registered now; the latest of a dispatch.
        acknowledge_by: Until when it must be acknowledged.
    """

    move: DeadlineMove
    capped: int
    register_by: datetime
    acknowledge_by: datetime


async def write_move(
    session: AsyncSession, *, order: MoveOrder, plans: Sequence[NewPlan] = ()
) -> Moved:
    """Write a move in one statement, whatever the number of its hops."""
    among = order.among
    values = _said(order)
    if order.kind is not MoveKind.SUSPENDED:
        values |= _columns(plans)
    row = (await session.execute(_STATEMENTS[order.kind], values)).one()
    await session.execute(_FOLLOW, {"dispatches": [*among.dispatches, among.dispatch.id]})
    await session.refresh(among.dispatch)
    register_by, acknowledge_by = await _deadlines(session, among)
    move = await session.get_one(DeadlineMove, row.id)
    return Moved(
        move=move, capped=row.capped, register_by=register_by, acknowledge_by=acknowledge_by
    )


def _said(order: MoveOrder) -> dict[str, Any]:
    return order.among.scope | {
        "kind": order.kind.value,
        "days": order.days,
        "reason": order.reason,
        "at": order.at,
        "by": order.by,
        "registry_id": order.among.registry_id,
    }


def _columns(plans: Sequence[NewPlan]) -> dict[str, Any]:
    return {
        "old_ids": [one.old_id for one in plans],
        "stopped": [one.stopped_at for one in plans],
        "new_ids": [one.new_id for one in plans],
        "plan_days": [one.days for one in plans],
        "capped": [one.is_capped for one in plans],
    }


async def _deadlines(session: AsyncSession, among: OpenHops) -> tuple[datetime, datetime]:
    dispatch: Dispatch = among.dispatch
    if among.hop_id is None:
        return dispatch.register_by, dispatch.acknowledge_by
    query = (
        select(DeadlinePlan.register_by, DeadlinePlan.acknowledge_by)
        .join(Hop, Hop.plan_id == DeadlinePlan.id)
        .where(Hop.id == among.hop_id)
    )
    register_by, acknowledge_by = (await session.execute(query)).one()
    return register_by, acknowledge_by
