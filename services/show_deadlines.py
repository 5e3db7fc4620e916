"""The plan against the fact: what time each tier was given, and what it used."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_date
from domain.tier_budget import last_day
from domain.vocabulary import EventKind, HopState, Urgency
from models import DeadlinePlan, Dispatch, Event, Hop, Letter, RegisterEntry, Registry
from services.deadline_rules import DeadlineRules, load_rules
from services.list_inbox import is_late
from services.note_reading import note_reading
from services.visible_hops import check_circular, get_dispatch, visible


@dataclass(frozen=True, kw_only=True, slots=True)
class HopDeadlines:
    """One hop: what was planned, what happened, and the working days in between.

    Days are counted in the recipient's calendar; what has not happened is counted until now.
    `to_forward` is None where nobody stands below, `days_left` is negative after the deadline.
    """

    hop_id: UUID
    tier: int
    sender: str
    recipient: str
    state: HopState
    sent_at: datetime
    register_by: datetime
    forward_by: datetime | None
    acknowledge_by: datetime
    is_moved: bool
    stamped_at: datetime | None
    forwarded_at: datetime | None
    settled_at: datetime | None
    share_days: int
    to_register: int
    to_forward: int | None
    days_left: int
    is_suspended: bool
    is_late: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TierDeadlines:
    """One tier: the latest of its deadlines, and the most that one of its hops used."""

    tier: int
    hops: int
    registered: int
    forwarded: int
    settled: int
    late: int
    suspended: int
    register_by: datetime
    forward_by: datetime | None
    acknowledge_by: datetime
    share_days: int
    to_register: int
    to_forward: int | None
    days_left: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanAndFact:
    """The deadlines of a tree, by tier from the top and by hop."""

    tiers: Sequence[TierDeadlines]
    hops: Sequence[HopDeadlines]


async def show_circular_deadlines(
    session: AsyncSession, *, by: ActingOfficer, circular_id: UUID, at: datetime
) -> PlanAndFact:
    """Return plan and fact of a circular, as far as the officer's registries may see it.

    Raises:
        NotFoundError: There is no such circular, or the officer must not know of it.
    """
    await check_circular(session, by=by, circular_id=circular_id)
    return await _show(session, by, at, Dispatch.circular_id == circular_id)


async def show_dispatch_deadlines(
    session: AsyncSession, *, by: ActingOfficer, dispatch_id: UUID, at: datetime
) -> PlanAndFact:
    """Return plan and fact of a dispatch and of everything below it.

    Raises:
        NotFoundError: There is no such dispatch, or the officer must not know of it.
    """
    top = await get_dispatch(session, by=by, dispatch_id=dispatch_id)
    # Behind a policy an array finds no index; the circular does.
    below = (Dispatch.circular_id == top.circular_id) & Dispatch.lineage.contains([dispatch_id])
    return await _show(session, by, at, below)


async def _show(
    session: AsyncSession, by: ActingOfficer, at: datetime, chosen: ColumnElement[bool]
) -> PlanAndFact:
    rows = await _rows(session, by, chosen, at)
    await note_reading(session, by=by, at=at, letters={row["letter_id"] for row in rows})
    rules = await load_rules(session)
    hops = [_hop(row, rules, at) for row in rows]
    return PlanAndFact(tiers=_tiers(hops), hops=hops)


async def _rows(
    session: AsyncSession, by: ActingOfficer, chosen: ColumnElement[bool], at: datetime
) -> Sequence[RowMapping]:
    sender, recipient = aliased(Registry), aliased(Registry)
    moves = (EventKind.EXTENDED, EventKind.RESUMED)
    was_moved = exists().where(Event.hop_id == Hop.id, Event.kind.in_(moves))
    query = (
        select(
            Hop.id.label("hop_id"),
            func.cardinality(Dispatch.lineage).label("tier"),
            sender.name.label("sender"),
            recipient.name.label("recipient"),
            Dispatch.letter_id,
            Letter.urgency,
            Hop.state,
            Dispatch.sent_at,
            DeadlinePlan.register_by,
            DeadlinePlan.forward_by,
            DeadlinePlan.acknowledge_by,
            DeadlinePlan.calendar_scopes,
            DeadlinePlan.share_days,
            was_moved.label("is_moved"),
            RegisterEntry.stamped_at,
            Hop.forwarded_at,
            Hop.settled_at,
            Hop.suspended_at.is_not(None).label("is_suspended"),
            is_late(at).label("is_late"),
        )
        .join(Dispatch, Dispatch.id == Hop.dispatch_id)
        .join(DeadlinePlan, DeadlinePlan.id == Hop.plan_id)
        .join(Letter, Letter.id == Dispatch.letter_id)
        .join(sender, sender.id == Dispatch.sender_registry_id)
        .join(recipient, recipient.id == Hop.recipient_registry_id)
        .join(RegisterEntry, RegisterEntry.id == Hop.receipt_entry_id, isouter=True)
        .where(chosen, visible(by))
        .order_by(func.cardinality(Dispatch.lineage), Dispatch.id, Hop.position)
    )
    return (await session.execute(query)).mappings().all()


def _hop(row: RowMapping, rules: DeadlineRules, at: datetime) -> HopDeadlines:
    clock = rules.clock(row["calendar_scopes"], Urgency(row["urgency"]))
    settled_at = row["settled_at"]
    registered_at = row["stamped_at"] or settled_at or at
    sent_on = bangkok_date(row["sent_at"])
    # A stamp on paper may be older than the day on which it was sent from here.
    registered_on = max(bangkok_date(registered_at), sent_on)
    passed_on = _passed_on(row, registered_on, at)
    rested_on = bangkok_date(settled_at or row["forwarded_at"] or at)
    return HopDeadlines(
        **{name: row[name] for name in HopDeadlines.__slots__ if name in row},
        to_register=clock.count_days(sent_on, registered_on),
        to_forward=clock.count_days(registered_on, passed_on) if passed_on else None,
        days_left=clock.count_days(rested_on, last_day(row["acknowledge_by"])),
    )


def _passed_on(row: RowMapping, registered_on: date, at: datetime) -> date | None:
    if row["forward_by"] is None and row["forwarded_at"] is None:
        return None
    if row["stamped_at"] is None:
        return registered_on
    return max(bangkok_date(row["forwarded_at"] or row["settled_at"] or at), registered_on)


def _tiers(hops: Sequence[HopDeadlines]) -> list[TierDeadlines]:
    tiers: defaultdict[int, list[HopDeadlines]] = defaultdict(list)
    for hop in hops:
        tiers[hop.tier].append(hop)
    return [_tier(tier, found) for tier, found in sorted(tiers.items())]


def _tier(tier: int, hops: Sequence[HopDeadlines]) -> TierDeadlines:
    return TierDeadlines(
        tier=tier,
        hops=len(hops),
        registered=sum(hop.stamped_at is not None for hop in hops),
        forwarded=sum(hop.forwarded_at is not None for hop in hops),
        settled=sum(hop.settled_at is not None for hop in hops),
        late=sum(hop.is_late for hop in hops),
        suspended=sum(hop.is_suspended for hop in hops),
        register_by=max(hop.register_by for hop in hops),
        forward_by=max((h.forward_by for h in hops if h.forward_by), default=None),
        acknowledge_by=max(hop.acknowledge_by for hop in hops),
        share_days=max(hop.share_days for hop in hops),
        to_register=max(hop.to_register for hop in hops),
        to_forward=max((h.to_forward for h in hops if h.to_forward is not None), default=None),
        days_left=min(hop.days_left for hop in hops),
    )
