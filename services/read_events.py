"""Pages of the record, found through whichever index leads to them."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from itertools import chain, repeat
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.vocabulary import EventKind, Urgency
from services.tell_events import COLUMNS, EventItem, tell_events
from services.time_span import BEYOND, time_span
from services.visible_events import Sight

MOST_PLACES = 300
"""Places whose newest events are fetched one by one; of more registries, the record is walked."""

# Event numbers that one page looks at on a walk: most pages end in the first stretch.
_STRETCHES: Final = (4_000, 16_000, 64_000)
_PATIENT: Final = (*_STRETCHES, 1_000_000)
_LEAST_OF_EACH: Final = 4
_MOST_AT_ONCE: Final = 2_000

Batch = tuple[Sequence[RowMapping], int | None]
"""Events in their order, and where those after them begin; None where nothing follows."""


class Order(Enum):
    """In which direction the record is read: a sign between event numbers, and a SQL word."""

    NEWEST_FIRST = ("<", "DESC")
    OLDEST_FIRST = (">", "ASC")

    @property
    def nearest(self) -> Any:  # noqa: ANN401 (a function of the library)
        """The function that picks, of several ends, the one that is reached first."""
        return max if self is Order.NEWEST_FIRST else min


@dataclass(frozen=True, kw_only=True, slots=True)
class EventFilter:
    """Which events; None leaves a filter out, and no letters or registries are none.

    `hops` are those of the circular or the letters that the reader may see, where they are so few
    that they lead to the events sooner.
    """

    hops: Sequence[UUID] | None = None
    circular_id: UUID | None = None
    letters: Sequence[UUID] | None = None
    registries: Sequence[UUID] | None = None
    officer_id: UUID | None = None
    kinds: Sequence[EventKind] = ()
    urgency: Urgency | None = None
    since: datetime | None = None
    until: datetime | None = None
    is_late: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EventPage:
    """One page of events; `next` is the end of it, None where nothing follows."""

    items: Sequence[EventItem]
    next: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Search:
    session: AsyncSession
    wanted: EventFilter
    order: Order
    limit: int
    span: tuple[int, int]

    @property
    def places(self) -> Mapping[str, Sequence[UUID]] | None:
        """By which places the events are found; None where there is no shorter way than a walk."""
        wanted = self.wanted
        subjects: dict[str, Sequence[UUID]] = {}
        if wanted.circular_id is not None:
            subjects["circular_id"] = [wanted.circular_id]
        if wanted.letters is not None:
            subjects["letter_id"] = wanted.letters
        if wanted.hops is not None:
            return {"hop_id": wanted.hops} | {
                f"{name} beside hops": places for name, places in subjects.items()
            }
        if subjects:
            return subjects
        if wanted.officer_id is not None:
            return {"officer_id": [wanted.officer_id]}
        if wanted.registries is not None and len(wanted.registries) <= MOST_PLACES:
            return {"registry_id": wanted.registries}
        return None

    def values(self, **more: object) -> dict[str, Any]:
        wanted = self.wanted
        given = {
            "letters": wanted.letters,
            "registries": wanted.registries,
            "officer_id": wanted.officer_id,
            "kinds": [kind.value for kind in wanted.kinds] or None,
            "urgency": wanted.urgency and wanted.urgency.value,
            "since": wanted.since,
            "first": wanted.since and self.span[0],
            "until": wanted.until,
            "end": wanted.until and self.span[1],
            "late": wanted.is_late or None,
            "not_late": wanted.is_late is False or None,
        }
        return {name: value for name, value in given.items() if value is not None} | more

    def filters(self, *without: str) -> frozenset[str]:
        """The names of the conditions that an event meets, but for what an index does already."""
        return frozenset(_FILTERS.keys() & self.values().keys() - set(without))


_FILTERS: Mapping[str, str] = {
    "letters": "e.letter_id = ANY (CAST(:letters AS uuid[]))",
    "registries": "e.registry_id = ANY (CAST(:registries AS uuid[]))",
    "officer_id": "e.officer_id = :officer_id",
    "kinds": "e.kind = ANY (CAST(:kinds AS text[]))",
    "urgency": "e.urgency = :urgency",
    "since": "e.at >= :since",
    "first": "e.id >= :first",
    "until": "e.at < :until",
    "end": "e.id < :end",
    # Without a parameter, so that a plan made once and for all may use the index of late events.
    "late": "e.is_late",
    "not_late": "NOT e.is_late",
}
_PLACES: Mapping[str, str] = {
    "hop_id": "e.hop_id = place.id",
    "circular_id": "e.circular_id = place.id",
    "circular_id beside hops": "e.circular_id = place.id AND e.hop_id IS NULL",
    "letter_id": "e.letter_id = place.id",
    # A hop that is forwarded with a cover letter carries the letter above it.
    "letter_id beside hops": "e.letter_id = place.id AND (e.hop_id IS NULL"
    " OR e.kind = 'forwarded' AND e.hop_id <> ALL (CAST(:places_0 AS uuid[])))",
    "officer_id": "e.officer_id = place.id",
    "registry_id": "e.registry_id = place.id",
}
# What happens always; migration 0008 has an index of the other kinds.
_COMMON: Final = frozenset(
    {
        EventKind.SENT,
        EventKind.REGISTERED,
        EventKind.ACKNOWLEDGED,
        EventKind.REMINDED,
        EventKind.READ,
    }
)
_READ: Final = ", ".join(f"e.{name.strip()}" for name in COLUMNS.split(","))
# Where the application may not ask the sequence, the newest event that is seen will do.
_TOP = text("SELECT coalesce(pg_sequence_last_value('event_id_seq'), (SELECT max(id) FROM event))")


@cache
def _of_places(names: tuple[str, ...], order: Order, filters: frozenset[str]) -> TextClause:
    sign, word = order.value
    more = "".join(f" AND {_FILTERS[name]}" for name in sorted(filters))
    parts = (
        f"""
SELECT place.id AS place, found.*
FROM unnest(CAST(:places_{nth} AS uuid[])) AS place (id) CROSS JOIN LATERAL (
    SELECT {_READ} FROM event e
    WHERE {_PLACES[name]} AND e.id {sign} :after{more}
    ORDER BY e.id {word} LIMIT :quota
) found
"""  # noqa: S608 (our own words)
        for nth, name in enumerate(names)
    )
    return text(f"{' UNION ALL '.join(parts)} ORDER BY id {word}")


@cache
def _of_stretch(filters: frozenset[str], *, is_rare: bool) -> TextClause:
    conditions = [_FILTERS[name] for name in sorted(filters)]
    if is_rare:
        common = ", ".join(sorted(f"'{kind.value}'" for kind in _COMMON))
        conditions.append(f"e.kind NOT IN ({common})")
    more = "".join(f" AND {condition}" for condition in conditions)
    return text(f"""
SELECT {_READ} FROM event e
WHERE e.id < :after AND e.id >= :floor{more}
ORDER BY e.id DESC LIMIT :quota
""")  # noqa: S608 (our own words)


async def read_events(
    session: AsyncSession,
    *,
    sight: Sight,
    wanted: EventFilter,
    after: int | None,
    limit: int,
    order: Order,
    patient: bool = False,
) -> EventPage:
    """Return one page of the events that a reader may see.

    Args:
        session: The transaction.
        sight: Who reads.
        wanted: The filters.
        after: The end of the page before, None for the first page.
        limit: Most events to return.
        order: In which direction; a walk through the whole record begins at the newest.
        patient: Fill every page, however long that takes; otherwise one that needs such a walk may
            be short though there are more.
    """
    span = await time_span(session, since=wanted.since, until=wanted.until)
    search = _Search(session=session, wanted=wanted, order=order, limit=limit, span=span)
    places, found, following = search.places, list[EventItem](), None
    if places is None:
        batches = _on_the_way(search, after, patient=patient)
    else:
        batches = _at_places(search, places, after)
    async with aclosing(batches):
        async for rows, following in batches:  # noqa: B007 (the last of them is the page's)
            for first in range(0, len(rows), limit + 1):
                part = rows[first : first + limit + 1]
                # On a walk for nobody in particular only what is the reader's own business counts.
                below = places is None and wanted.registries is None
                found += await tell_events(session, sight=sight, rows=part, below=below)
                if len(found) > limit:
                    return EventPage(items=found[:limit], next=found[limit - 1].id)
    return EventPage(items=found, next=following)


async def _at_places(
    search: _Search, places: Mapping[str, Sequence[UUID]], after: int | None
) -> AsyncGenerator[Batch, None]:
    """Merge the events of several places: few of each at first, more of each while it is needed.

    A place that had as many as were asked for may have more beyond the last of them, so of the
    others nothing counts beyond it either until the next round.
    """
    order, end = search.order, after
    if end is None:
        end = BEYOND if order is Order.NEWEST_FIRST else 0
    done = {"registry_id": "registries", "letter_id": "letters"}
    filters = search.filters(*(done.get(name, name) for name in places))
    statement = _of_places(tuple(places), order, filters)
    given = {f"places_{nth}": list(ids) for nth, ids in enumerate(places.values())}
    count = sum(len(ids) for ids in places.values())
    quota = search.limit + 1
    if count > 1:
        quota = min(quota, max(_LEAST_OF_EACH, 3 * search.limit // count))
    following: int | None = end if count else None
    while following is not None:
        values = search.values(after=following, quota=quota, **given)
        rows = (await search.session.execute(statement, values)).mappings().all()
        following = order.nearest(_ends(rows, quota), default=None)
        yield [row for row in rows if _is_before(row["id"], following, order)], following
        quota = min(2 * quota, _MOST_AT_ONCE)


def _ends(rows: Sequence[RowMapping], quota: int) -> list[int]:
    """Return the last event of each place that may have more."""
    of_place: dict[UUID, list[int]] = {}
    for row in rows:
        of_place.setdefault(row["place"], []).append(row["id"])
    return [ids[-1] for ids in of_place.values() if len(ids) == quota]


def _is_before(number: int, end: int | None, order: Order) -> bool:
    return end is None or bool(order.nearest(number, end) == number)


async def _on_the_way(
    search: _Search, after: int | None, *, patient: bool
) -> AsyncGenerator[Batch, None]:
    """Walk the record from its newest event in stretches, each longer than the one before."""
    session, wanted = search.session, search.wanted
    top: int = (await session.scalar(_TOP) or 0) + 1 if after is None else after
    least, top = search.span[0], min(top, search.span[1])
    is_rare = bool(wanted.kinds) and _COMMON.isdisjoint(wanted.kinds)
    statement = _of_stretch(search.filters(), is_rare=is_rare)
    for length in chain(_PATIENT, repeat(_PATIENT[-1])) if patient else _STRETCHES:
        floor, quota = max(top - length, least), search.limit + 1
        while top > floor:
            values = search.values(after=top, floor=floor, quota=quota)
            rows = (await session.execute(statement, values)).mappings().all()
            top = floor if len(rows) < quota else rows[-1]["id"]
            yield rows, top if top > least else None
            quota = min(4 * quota, _MOST_AT_ONCE)
        if floor <= least:
            return
