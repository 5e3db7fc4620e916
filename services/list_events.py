"""The record, newest first: what was done, for which registries, by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import READ, ActingOfficer
from domain.buddhist_era import bangkok_date
from domain.errors import InvalidError, NotFoundError
from domain.vocabulary import EventKind, Role, Secrecy, Urgency
from models import Dispatch, Officer, Organization, Registry
from services.note_reading import note_reading
from services.read_events import EventFilter, EventPage, Order, read_events
from services.visible_events import Sight

_BELOW = text("""
WITH RECURSIVE below (id) AS (
    SELECT CAST(:organization_id AS uuid)
    UNION
    SELECT edge.child_id FROM organization_edge edge JOIN below ON edge.parent_id = below.id
    WHERE :subtree AND edge.valid_from <= :on
        AND (edge.valid_until IS NULL OR edge.valid_until >= :on)
)
SELECT registry.id FROM registry JOIN below ON below.id = registry.organization_id
ORDER BY registry.id
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditQuestion:
    """Which events an auditor asks for; None leaves a filter out.

    Attributes:
        organization_id: Events recorded for the registries of this organization.
        subtree: Whether those of the organizations below it count too, as they stood on the last
            day of the time asked for.
        registry_id: Events recorded for this registry.
        officer_id: Events in which this officer acted.
        kinds: Kinds of events; none means every kind.
        urgency: The urgency of the letter.
        since: The first instant.
        until: The instant before which they were recorded.
        is_late: Whether a deadline had passed.
    """

    organization_id: UUID | None = None
    subtree: bool = True
    registry_id: UUID | None = None
    officer_id: UUID | None = None
    kinds: Sequence[EventKind] = ()
    urgency: Urgency | None = None
    since: datetime | None = None
    until: datetime | None = None
    is_late: bool | None = None


async def list_events(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    chosen: AuditQuestion,
    at: datetime,
    before: int | None,
    limit: int,
    roles: frozenset[Role] = READ,
    patient: bool = False,
) -> EventPage:
    """Return one page of events, newest first.

    Who names neither registry nor organization nor officer is told what the own registries did,
    and what happened below their dispatches. Such a page may be short, or even empty, though there
    are more: a page never looks at more of the record than it can in a moment.

    Args:
        session: The transaction.
        by: The officer who looks.
        chosen: The filters.
        at: Now, as an aware instant.
        before: The end of the page before, None for the first page.
        limit: Most events to return.
        roles: With which roles the officer looks.
        patient: Fill the page, however long that takes.

    Raises:
        InvalidError: `time_range_reversed`.
        NotFoundError: There is no such organization, registry or officer.
    """
    sight = Sight.of(by, roles=roles)
    wanted = await find_events(session, chosen=chosen, sight=sight, today=bangkok_date(at))
    page = await read_events(
        session,
        sight=sight,
        wanted=wanted,
        after=before,
        limit=limit,
        order=Order.NEWEST_FIRST,
        patient=patient,
    )
    await note_events(session, by=by, at=at, page=page)
    return page


async def note_events(
    session: AsyncSession, *, by: ActingOfficer, at: datetime, page: EventPage
) -> None:
    """Record that the secret letters of which a page speaks were read."""
    secret = {
        item.letter_id
        for item in page.items
        # That somebody read it tells nothing of it: such a page must not fill the next one.
        if item.letter_id is not None
        and item.secrecy is not Secrecy.NORMAL
        and item.kind is not EventKind.READ
    }
    await note_reading(session, by=by, at=at, letters=secret)


async def find_events(
    session: AsyncSession, *, chosen: AuditQuestion, sight: Sight, today: date
) -> EventFilter:
    """Return where in the record the answer to a question lies.

    Raises:
        InvalidError: `time_range_reversed`.
        NotFoundError: There is no such organization, registry or officer.
    """
    _check_range(chosen)
    await _check_known(session, chosen)
    return EventFilter(
        registries=await _registries(session, chosen, sight, today),
        officer_id=chosen.officer_id,
        kinds=tuple(chosen.kinds),
        urgency=chosen.urgency,
        since=chosen.since,
        until=chosen.until,
        is_late=chosen.is_late,
    )


def _check_range(chosen: AuditQuestion) -> None:
    if chosen.since and chosen.until and chosen.since >= chosen.until:
        raise InvalidError(
            "ช่วงเวลากลับกัน เวลาเริ่มต้องอยู่ก่อนเวลาสิ้นสุด", code="time_range_reversed", field="until"
        )


async def _check_known(session: AsyncSession, chosen: AuditQuestion) -> None:
    asked = (
        (chosen.organization_id, Organization.id, "หน่วยงาน (organization)"),
        (chosen.registry_id, Registry.id, "หน่วยสารบรรณ (registry)"),
        (chosen.officer_id, Officer.id, "เจ้าหน้าที่ (officer)"),
    )
    for wanted, column, words in asked:
        if wanted is not None and not await session.scalar(
            select(exists().where(column == wanted))
        ):
            raise NotFoundError(words)


async def _registries(
    session: AsyncSession, chosen: AuditQuestion, sight: Sight, today: date
) -> Sequence[UUID] | None:
    if chosen.organization_id is not None:
        found = await registries_of(
            session,
            organization_id=chosen.organization_id,
            subtree=chosen.subtree,
            on=_last_day(chosen, today),
        )
        return [one for one in found if chosen.registry_id in {None, one}]
    if chosen.registry_id is not None:
        return [chosen.registry_id]
    if chosen.officer_id is None and sight.desks is not None:
        return await _own_where_that_is_all(session, sight.desks)
    return None


async def _own_where_that_is_all(
    session: AsyncSession, desks: Sequence[UUID]
) -> Sequence[UUID] | None:
    # Below desks that never sent anything there is nothing: their own events are found at once.
    sent = exists().where(Dispatch.sender_registry_id.in_(desks))
    return None if await session.scalar(select(sent)) else desks


async def registries_of(
    session: AsyncSession, *, organization_id: UUID, subtree: bool, on: date
) -> Sequence[UUID]:
    """Return the registries of an organization, and of those below it on a day."""
    values = {"organization_id": organization_id, "subtree": subtree, "on": on}
    return (await session.scalars(_BELOW, values)).all()


def _last_day(chosen: AuditQuestion, today: date) -> date:
    if chosen.until is None:
        return today
    return min(today, bangkok_date(chosen.until - timedelta(microseconds=1)))
