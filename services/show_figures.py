"""How fast and how punctual hops are: counts, shares, medians, by body, desk, tier or urgency."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from domain.access import READ, ActingOfficer
from domain.buddhist_era import bangkok_date, bangkok_midnight
from domain.errors import InvalidError, NotFoundError
from domain.figures import FigureGroup, on_time_share
from domain.vocabulary import Secrecy, Urgency
from models import Organization, Registry

# What a desk may see is said first by columns whose comparison may use an index behind a policy; an
# overlap of arrays may not. Below what it sent lie only hops of circulars of which it sent a part.
_VISIBLE = """(recipient_registry_id = ANY(:desks) OR (senders && :desks AND circular_id = ANY(
        ARRAY(SELECT circular_id FROM dispatch WHERE sender_registry_id = ANY(:desks)))))"""

_SUBTREE = """
recipient_registry_id IN (
    WITH RECURSIVE below AS (
        SELECT CAST(:organization_id AS uuid) AS id
        UNION
        SELECT e.child_id FROM organization_edge e JOIN below ON e.parent_id = below.id
        WHERE e.valid_from <= :today AND (e.valid_until IS NULL OR e.valid_until >= :today)
    )
    SELECT r.id FROM registry r JOIN below ON r.organization_id = below.id
)"""

_CONDITIONS = {
    "organization_id": _SUBTREE,
    "registry_id": "recipient_registry_id = :registry_id",
    "urgency": "urgency = :urgency",
    "since": "sent_at >= :since",
    "until": "sent_at < :until",
}

# A group needs a key to tell pages apart, and something to call it by.
_KEYS = {
    FigureGroup.ORGANIZATION: ("o.code", "o.id", "o.name"),
    FigureGroup.REGISTRY: ("r.code", "r.id", "r.name"),
    FigureGroup.TIER: (
        "lpad(CAST(tier AS text), 5, '0')",
        "CAST(NULL AS uuid)",
        "CAST(NULL AS text)",
    ),
    FigureGroup.URGENCY: ("urgency", "CAST(NULL AS uuid)", "CAST(NULL AS text)"),
}
_OF_THE_DIRECTORY = (FigureGroup.ORGANIZATION, FigureGroup.REGISTRY)
_DIRECTORY = """
    JOIN registry r ON r.id = recipient_registry_id
    JOIN organization o ON o.id = r.organization_id"""

# The median and the ninth decile are those of percentile_cont: between two hops, in proportion.
_FIGURES = """
WITH figures AS (
    SELECT GROUPING({key}) = 1 AS is_total, {key} AS key,
        CAST(min(CAST({id} AS text)) AS uuid) AS id, min({name}) AS name, min(tier) AS tier,
        count(*) AS hops, count(registered_at) AS registered, count(settled_at) AS settled,
        count(registered_late) AS registering_judged, count(settled_late) AS settling_judged,
        count(*) FILTER (WHERE registered_late) AS registered_late,
        count(*) FILTER (WHERE settled_late) AS settled_late,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY register_minutes) AS to_register,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY settle_minutes) AS to_settle
    FROM hop_time{directory}
    WHERE {conditions}
    GROUP BY GROUPING SETS (({key}), ())
)
SELECT * FROM figures WHERE is_total OR key > :after ORDER BY is_total DESC, key LIMIT :limit + 1
"""

_KNOWN = {
    "organization_id": (Organization.id, "หน่วยงาน (organization)"),
    "registry_id": (Registry.id, "หน่วยสารบรรณ (registry)"),
}
_HOUR = 60
_TYPES = (
    bindparam("desks", type_=ARRAY(Uuid())),
    bindparam("classes", type_=ARRAY(Text())),
    bindparam("organization_id", type_=Uuid()),
    bindparam("registry_id", type_=Uuid()),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureFilter:
    """Which hops to count; None leaves a filter out.

    Attributes:
        organization_id: The body that received them, or one below it today.
        registry_id: The desk that received them.
        urgency: Of their letter.
        since: Sent at this instant or later.
        until: Sent before this instant.
        year: Sent in this Gregorian year of Bangkok.
    """

    organization_id: UUID | None = None
    registry_id: UUID | None = None
    urgency: Urgency | None = None
    since: datetime | None = None
    until: datetime | None = None
    year: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkingHours:
    """Working hours that hops took since they were sent; None where none has come so far."""

    median: float | None
    p90: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """The figures of one group, or of all that was chosen.

    Attributes:
        key: The key of the group: a code, a tier or an urgency; None for the total.
        id: The body or desk.
        name: Its name.
        hops: How many were sent.
        registered: How many of them are registered.
        settled: How many nobody waits for any more.
        open: How many somebody waits for.
        registered_late: Registered after their deadline.
        settled_late: Settled after their deadline.
        registering_on_time: Share of those registered that were in time, where that is known.
        settling_on_time: Share of those settled that were in time; what its sender took back
            was neither.
        to_register: From sending to registering.
        to_settle: From sending to settling.
    """

    key: str | None
    id: UUID | None
    name: str | None
    hops: int
    registered: int
    settled: int
    open: int
    registered_late: int
    settled_late: int
    registering_on_time: float | None
    settling_on_time: float | None
    to_register: WorkingHours
    to_settle: WorkingHours


@dataclass(frozen=True, kw_only=True, slots=True)
class FigurePage:
    """One page of groups, by their keys, and the total of all groups."""

    total: Figures
    groups: Sequence[Figures]
    next: str | None = field(default=None)


async def show_figures(
    session: AsyncSession,
    *,
    by: ActingOfficer | None,
    group: FigureGroup,
    chosen: FigureFilter,
    at: datetime,
    after: str = "",
    limit: int = 100,
) -> FigurePage:
    """Return the figures of the hops that an officer may see.

    Args:
        session: The transaction.
        by: The officer who looks; None is whoever runs the system, who sees no secret letter.
        group: What the figures are told by.
        chosen: The filters.
        at: Now, for who stands below whom.
        after: `next` of the page before, empty for the first page.
        limit: Most groups to return.

    Raises:
        InvalidError: `time_range_reversed`.
        NotFoundError: There is no such organization or registry.
    """
    given = _given(chosen)
    await _check_known(session, given)
    values = {
        **given,
        "desks": by.registries(READ) if by else [],
        "classes": [one.value for one in (by.classes if by else (Secrecy.NORMAL,))],
        "today": bangkok_date(at),
        "after": after,
        "limit": limit,
    }
    statement = _statement(group, list(given), sees_all=by is None)
    total, *groups = (await session.execute(statement, values)).all()
    return FigurePage(
        total=_figures(total, None),
        groups=[_figures(row, group) for row in groups],
        next=groups[-1].key if len(groups) == limit else None,
    )


def _given(chosen: FigureFilter) -> dict[str, Any]:
    """Return the filters that are set; a year becomes the instants between which it lies."""
    since, until = [chosen.since], [chosen.until]
    if chosen.year is not None:
        since.append(bangkok_midnight(date(chosen.year, 1, 1)))
        until.append(bangkok_midnight(date(chosen.year + 1, 1, 1)))
    first = max((one for one in since if one), default=None)
    last = min((one for one in until if one), default=None)
    if first and last and first > last:
        raise InvalidError("เวลาเริ่มต้นต้องไม่อยู่หลังเวลาสิ้นสุด", code="time_range_reversed", field="until")
    given = {
        "organization_id": chosen.organization_id,
        "registry_id": chosen.registry_id,
        "urgency": chosen.urgency.value if chosen.urgency else None,
        "since": first,
        "until": last,
    }
    return {name: value for name, value in given.items() if value is not None}


async def _check_known(session: AsyncSession, given: dict[str, Any]) -> None:
    for name, (column, what) in _KNOWN.items():
        if name in given and not await session.scalar(select(column).where(column == given[name])):
            raise NotFoundError(what)


def _statement(group: FigureGroup, filters: Sequence[str], *, sees_all: bool) -> TextClause:
    key, found, name = _KEYS[group]
    conditions = ["secrecy = ANY(:classes)", *(_CONDITIONS[one] for one in filters)]
    if not sees_all:
        conditions.append(_VISIBLE)
    words = _FIGURES.format(
        key=key,
        id=found,
        name=name,
        directory=_DIRECTORY if group in _OF_THE_DIRECTORY else "",
        conditions="\n        AND ".join(conditions),
    )
    return text(words).bindparams(*(one for one in _TYPES if f":{one.key}" in words))


def _figures(row: Any, group: FigureGroup | None) -> Figures:  # noqa: ANN401 (a row of figures)
    return Figures(
        key=None if group is None else str(row.tier) if group is FigureGroup.TIER else row.key,
        id=row.id if group else None,
        name=row.name if group else None,
        hops=row.hops,
        registered=row.registered,
        settled=row.settled,
        open=row.hops - row.settled,
        registered_late=row.registered_late,
        settled_late=row.settled_late,
        registering_on_time=on_time_share(row.registering_judged, row.registered_late),
        settling_on_time=on_time_share(row.settling_judged, row.settled_late),
        to_register=_hours(row.to_register),
        to_settle=_hours(row.to_settle),
    )


def _hours(minutes: Sequence[float] | None) -> WorkingHours:
    median, p90 = minutes or (None, None)
    return WorkingHours(
        median=None if median is None else median / _HOUR,
        p90=None if p90 is None else p90 / _HOUR,
    )
