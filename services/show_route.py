"""The route of a circular: the tree of dispatches and hops, as far as a registry may see it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.access import ActingOfficer
from domain.vocabulary import AlarmStep, DispatchState, HopState
from models import DeadlinePlan, Dispatch, Hop, Letter, Notice, RegisterEntry, Registry
from services.count_hops import HopCounts
from services.list_inbox import is_late
from services.note_reading import note_reading
from services.visible_hops import check_circular, visible

_LADDER = [step.value for step in AlarmStep]


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteHop:
    """One recipient on the route, with its receipt and what it sent on."""

    id: UUID
    registry_id: UUID
    registry: str
    state: HopState
    receipt_number: int | None
    stamped_at: datetime | None
    stamp_has_time: bool | None
    recorded_at: datetime | None
    settled_at: datetime | None
    acknowledge_by: datetime
    is_suspended: bool
    is_late: bool
    notices: Sequence[str]
    dispatches: list["RouteDispatch"] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteDispatch:
    """One dispatch on the route, with the letter that it carries."""

    id: UUID
    letter_id: UUID
    number: str
    sender_registry_id: UUID
    sender: str
    state: DispatchState
    sent_at: datetime
    register_by: datetime
    acknowledge_by: datetime
    hops: list[RouteHop] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """The visible trees of a circular, and how many of their hops stand where."""

    circular_id: UUID
    counts: HopCounts
    route: list[RouteDispatch]


async def show_route(
    session: AsyncSession, *, by: ActingOfficer, circular_id: UUID, at: datetime
) -> Route:
    """Return the trees of a circular that start at what the officer's registries sent or received.

    Raises:
        NotFoundError: There is no such circular, or the officer must not know of it.
    """
    await check_circular(session, by=by, circular_id=circular_id)
    rows = await _rows(session, by, circular_id, at)
    await note_reading(session, by=by, at=at, letters={row["letter_id"] for row in rows})
    return Route(circular_id=circular_id, counts=_counts(rows), route=_tree(rows))


def _tree(rows: Sequence[RowMapping]) -> list[RouteDispatch]:
    dispatches: dict[UUID, RouteDispatch] = {}
    below: defaultdict[UUID | None, list[RouteDispatch]] = defaultdict(list)
    hops: dict[UUID, RouteHop] = {}
    for row in rows:
        if row["dispatch_id"] not in dispatches:
            dispatches[row["dispatch_id"]] = dispatch = _dispatch(row)
            below[row["parent_hop_id"]].append(dispatch)
        hops[row["hop_id"]] = hop = _hop(row)
        dispatches[row["dispatch_id"]].hops.append(hop)
    roots: list[RouteDispatch] = []
    for parent, group in below.items():
        if parent is not None and parent in hops:
            hops[parent].dispatches.extend(group)
        else:
            roots.extend(group)
    return roots


def _counts(rows: Sequence[RowMapping]) -> HopCounts:
    states = Counter(row["state"] for row in rows)
    return HopCounts(
        hops=len(rows),
        registered=sum(row["receipt_number"] is not None for row in rows),
        forwarded=states[HopState.FORWARDED],
        acknowledged=states[HopState.ACKNOWLEDGED],
        refused=states[HopState.REFUSED],
        returned=states[HopState.RETURNED],
        recalled=states[HopState.RECALLED],
        missing=sum(row["settled_at"] is None for row in rows),
        late=sum(row["is_late"] for row in rows),
        answers=sum(row["is_answered"] for row in rows),
    )


async def _rows(
    session: AsyncSession, by: ActingOfficer, circular_id: UUID, at: datetime
) -> Sequence[RowMapping]:
    sender, recipient = aliased(Registry), aliased(Registry)
    notices = select(func.array_agg(Notice.step)).where(Notice.hop_id == Hop.id).scalar_subquery()
    query = (
        select(
            Dispatch.id.label("dispatch_id"),
            Dispatch.parent_hop_id,
            Dispatch.letter_id,
            Letter.number,
            Dispatch.sender_registry_id,
            sender.name.label("sender"),
            Dispatch.state.label("dispatch_state"),
            Dispatch.sent_at,
            Dispatch.register_by,
            Dispatch.acknowledge_by,
            DeadlinePlan.acknowledge_by.label("hop_acknowledge_by"),
            Hop.suspended_at,
            Hop.id.label("hop_id"),
            Hop.recipient_registry_id.label("registry_id"),
            recipient.name.label("registry"),
            Hop.state,
            RegisterEntry.number.label("receipt_number"),
            RegisterEntry.stamped_at,
            RegisterEntry.stamp_has_time,
            RegisterEntry.recorded_at,
            Hop.settled_at,
            is_late(at).label("is_late"),
            Hop.answer.is_not(None).label("is_answered"),
            notices.label("notices"),
        )
        .join(Dispatch, Dispatch.id == Hop.dispatch_id)
        .join(DeadlinePlan, DeadlinePlan.id == Hop.plan_id)
        .join(Letter, Letter.id == Dispatch.letter_id)
        .join(sender, sender.id == Dispatch.sender_registry_id)
        .join(recipient, recipient.id == Hop.recipient_registry_id)
        .join(RegisterEntry, RegisterEntry.id == Hop.receipt_entry_id, isouter=True)
        .where(Dispatch.circular_id == circular_id, visible(by))
        .order_by(func.cardinality(Dispatch.lineage), Dispatch.id, Hop.position)
    )
    return (await session.execute(query)).mappings().all()


def _dispatch(row: RowMapping) -> RouteDispatch:
    return RouteDispatch(
        id=row["dispatch_id"],
        letter_id=row["letter_id"],
        number=row["number"],
        sender_registry_id=row["sender_registry_id"],
        sender=row["sender"],
        state=row["dispatch_state"],
        sent_at=row["sent_at"],
        register_by=row["register_by"],
        acknowledge_by=row["acknowledge_by"],
    )


def _hop(row: RowMapping) -> RouteHop:
    return RouteHop(
        id=row["hop_id"],
        registry_id=row["registry_id"],
        registry=row["registry"],
        state=row["state"],
        receipt_number=row["receipt_number"],
        stamped_at=row["stamped_at"],
        stamp_has_time=row["stamp_has_time"],
        recorded_at=row["recorded_at"],
        settled_at=row["settled_at"],
        acknowledge_by=row["hop_acknowledge_by"],
        is_suspended=row["suspended_at"] is not None,
        is_late=row["is_late"],
        notices=sorted(row["notices"] or [], key=_LADDER.index),
    )
