"""Where letters are now: how far down they have come, and at which desks they wait."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from domain.access import READ, ActingOfficer
from domain.vocabulary import HopState
from models import Letter, Registry
from services.letter_events import letter_filter
from services.read_events import Order, read_events
from services.tell_events import EventItem
from services.visible_events import Sight

MOST_DESKS = 20
"""How many of its holders, and of its receipts, are named beside a letter."""

# Whoever holds a cover letter holds a copy of every letter above it.
_CARRIED = """
WITH asked AS (
    SELECT * FROM unnest(:letters, :circulars) AS asked (letter_id, circular_id)
), carried AS MATERIALIZED (
    SELECT asked.letter_id, cardinality(d.lineage) AS tier, h.id, h.recipient_registry_id, h.state,
        h.settled_at, h.suspended_at, h.plan_id, h.receipt_entry_id
    FROM asked
    JOIN dispatch d ON d.circular_id = asked.circular_id AND asked.letter_id = ANY(d.letters)
    JOIN hop h ON h.dispatch_id = d.id
    WHERE h.secrecy = ANY(:classes)
        AND (h.recipient_registry_id = ANY(:desks) OR h.senders && :desks)
)
"""
_TIERS = """
SELECT letter_id, tier, count(*) AS hops, count(receipt_entry_id) AS registered,
    count(*) FILTER (WHERE settled_at IS NULL) AS open
FROM carried GROUP BY letter_id, tier ORDER BY letter_id, tier
"""
# Those first who have to do something themselves: a forwarded letter waits for the desks below.
_DESKS = """
, ranked AS (
    SELECT carried.*,
        CASE WHEN settled_at IS NULL THEN row_number() OVER (
            PARTITION BY letter_id, settled_at IS NULL ORDER BY state = 'forwarded', tier, id)
        END AS holder,
        CASE WHEN receipt_entry_id IS NOT NULL THEN row_number() OVER (
            PARTITION BY letter_id, receipt_entry_id IS NULL ORDER BY tier, id)
        END AS receipt
    FROM carried
)
SELECT ranked.letter_id, ranked.id AS hop_id, ranked.recipient_registry_id AS registry_id,
    r.name AS registry, ranked.tier, ranked.state, e.number AS receipt_number, e.stamped_at,
    ranked.suspended_at IS NULL AND ranked.settled_at IS NULL AND (p.acknowledge_by < :at
        OR (ranked.state = 'sent' AND p.register_by < :at)) AS is_late,
    CASE WHEN holder <= :most THEN holder END AS holder,
    CASE WHEN receipt <= :most THEN receipt END AS receipt
FROM ranked
JOIN registry r ON r.id = ranked.recipient_registry_id
JOIN deadline_plan p ON p.id = ranked.plan_id
LEFT JOIN register_entry e ON e.id = ranked.receipt_entry_id
WHERE holder <= :most OR receipt <= :most
"""
_LISTS = (
    bindparam("letters", type_=ARRAY(Uuid())),
    bindparam("circulars", type_=ARRAY(Uuid())),
    bindparam("desks", type_=ARRAY(Uuid())),
    bindparam("classes", type_=ARRAY(Text())),
)
_COUNT_TIERS = text(_CARRIED + _TIERS).bindparams(*_LISTS)
_NAME_DESKS = text(_CARRIED + _DESKS).bindparams(*_LISTS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tier:
    """How far a letter has come on one tier; 1 are the first recipients of its circular."""

    tier: int
    hops: int
    registered: int
    open: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """A desk that has a letter and has not settled it."""

    hop_id: UUID
    registry_id: UUID
    registry: str
    tier: int
    state: HopState
    receipt_number: int | None
    is_late: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskReceipt:
    """The number under which a desk registered a letter."""

    hop_id: UUID
    registry_id: UUID
    registry: str
    number: int
    stamped_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Whereabouts:
    """A letter and where it is, as far as the reader may see it."""

    letter: Letter
    registry: str
    tiers: Sequence[Tier]
    holders: Sequence[Holder]
    receipts: Sequence[DeskReceipt]
    last_event: EventItem | None


async def show_whereabouts(
    session: AsyncSession, *, by: ActingOfficer, letters: Sequence[Letter], at: datetime
) -> Sequence[Whereabouts]:
    """Return where letters are that the officer may read.

    Args:
        session: The transaction.
        by: The officer who looks.
        letters: The letters.
        at: Now, for lateness.
    """
    if not letters:
        return []
    values = {
        "letters": [one.id for one in letters],
        "circulars": [one.circular_id for one in letters],
        "desks": by.registries(READ),
        "classes": [one.value for one in by.classes],
    }
    tiers = _by_letter((await session.execute(_COUNT_TIERS, values)).mappings())
    more = {"at": at, "most": MOST_DESKS}
    desks = _by_letter((await session.execute(_NAME_DESKS, values | more)).mappings())
    sight = Sight.of(by)
    names = await _names(session, letters)
    return [
        Whereabouts(
            letter=one,
            registry=names[one.registry_id],
            tiers=[_tier(row) for row in tiers[one.id]],
            holders=[_holder(row) for row in _ranked(desks[one.id], "holder")],
            receipts=[_receipt(row) for row in _ranked(desks[one.id], "receipt")],
            last_event=await _last_event(session, sight, one),
        )
        for one in letters
    ]


def _by_letter(rows: Iterable[RowMapping]) -> Mapping[UUID, list[RowMapping]]:
    grouped: defaultdict[UUID, list[RowMapping]] = defaultdict(list)
    for row in rows:
        grouped[row["letter_id"]].append(row)
    return grouped


async def _names(session: AsyncSession, letters: Sequence[Letter]) -> Mapping[UUID, str]:
    query = select(Registry.id, Registry.name).where(
        Registry.id.in_({one.registry_id for one in letters})
    )
    return {row.id: row.name for row in await session.execute(query)}


async def _last_event(session: AsyncSession, sight: Sight, letter: Letter) -> EventItem | None:
    page = await read_events(
        session,
        sight=sight,
        wanted=await letter_filter(session, sight=sight, letter=letter),
        after=None,
        limit=1,
        order=Order.NEWEST_FIRST,
    )
    return page.items[0] if page.items else None


def _ranked(rows: Iterable[RowMapping], rank: str) -> list[RowMapping]:
    return sorted((row for row in rows if row[rank] is not None), key=lambda row: int(row[rank]))


def _tier(row: RowMapping) -> Tier:
    return Tier(**_without(row, "letter_id"))


def _holder(row: RowMapping) -> Holder:
    told = _without(row, "letter_id", "stamped_at", "holder", "receipt")
    return Holder(**told | {"state": HopState(row["state"])})


def _receipt(row: RowMapping) -> DeskReceipt:
    return DeskReceipt(
        hop_id=row["hop_id"],
        registry_id=row["registry_id"],
        registry=row["registry"],
        number=row["receipt_number"],
        stamped_at=row["stamped_at"],
    )


def _without(row: RowMapping, *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
