"""The timeline of a letter, a hop, a circular, a body or a person, as far as one may see it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_date
from domain.errors import NotFoundError
from models import Officer, Organization
from services.letter_events import letter_filter
from services.list_events import note_events, registries_of
from services.read_events import (
    MOST_PLACES,
    EventFilter,
    EventPage,
    Order,
    read_events,
)
from services.visible_events import Sight, few_hops
from services.visible_hops import check_circular, get_hop, get_letter


class Subject(StrEnum):
    """Whose timeline is asked for."""

    LETTER = "letter"
    HOP = "hop"
    CIRCULAR = "circular"
    ORGANIZATION = "organization"
    OFFICER = "officer"


async def list_history(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    subject: Subject,
    subject_id: UUID,
    at: datetime,
    after: int,
    limit: int,
) -> EventPage:
    """Return one page of a timeline, in the order in which it was recorded.

    That of an organization holds what its own registries did.

    Args:
        session: The transaction.
        by: The officer who looks.
        subject: What kind of thing the timeline is of.
        subject_id: Which.
        at: Now, as an aware instant.
        after: The last event of the page before, 0 for the first page.
        limit: Most events to return.

    Raises:
        NotFoundError: There is no such thing, or the officer must not know of it.
    """
    wanted = await _FIND[subject](session, by, subject_id, at)
    page = await read_events(
        session,
        sight=Sight.of(by),
        wanted=wanted,
        after=after,
        limit=limit,
        order=Order.OLDEST_FIRST,
    )
    await note_events(session, by=by, at=at, page=page)
    return page


Find = Callable[[AsyncSession, ActingOfficer, UUID, datetime], Awaitable[EventFilter]]


async def _of_letter(
    session: AsyncSession, by: ActingOfficer, letter_id: UUID, _: datetime
) -> EventFilter:
    letter = await get_letter(session, by=by, letter_id=letter_id)
    return await letter_filter(session, sight=Sight.of(by), letter=letter)


async def _of_hop(
    session: AsyncSession, by: ActingOfficer, hop_id: UUID, _: datetime
) -> EventFilter:
    await get_hop(session, by=by, hop_id=hop_id)
    return EventFilter(hops=[hop_id])


async def _of_circular(
    session: AsyncSession, by: ActingOfficer, circular_id: UUID, _: datetime
) -> EventFilter:
    await check_circular(session, by=by, circular_id=circular_id)
    hops = await few_hops(session, sight=Sight.of(by), circular_id=circular_id, most=MOST_PLACES)
    return EventFilter(circular_id=circular_id, hops=hops)


async def _of_organization(
    session: AsyncSession, _: ActingOfficer, organization_id: UUID, at: datetime
) -> EventFilter:
    if not await session.scalar(select(exists().where(Organization.id == organization_id))):
        raise NotFoundError("หน่วยงาน (organization)")
    registries = await registries_of(
        session, organization_id=organization_id, subtree=False, on=bangkok_date(at)
    )
    return EventFilter(registries=registries)


async def _of_officer(
    session: AsyncSession, _: ActingOfficer, officer_id: UUID, __: datetime
) -> EventFilter:
    if not await session.scalar(select(exists().where(Officer.id == officer_id))):
        raise NotFoundError("เจ้าหน้าที่ (officer)")
    return EventFilter(officer_id=officer_id)


_FIND: Mapping[Subject, Find] = {
    Subject.LETTER: _of_letter,
    Subject.HOP: _of_hop,
    Subject.CIRCULAR: _of_circular,
    Subject.ORGANIZATION: _of_organization,
    Subject.OFFICER: _of_officer,
}
