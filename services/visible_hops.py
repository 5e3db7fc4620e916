"""What an officer may see: what the registries sent or received, and everything below that.

Of a secret letter nothing exists for whoever has not the clearance. The policies of migration 0009
say the same in the database, for a condition that is forgotten here.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, bindparam, exists, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from domain.access import READ, STAMP, ActingOfficer
from domain.errors import NotAllowedError, NotFoundError
from models import Dispatch, Hop, Letter, Notice


def sent_or_above(by: ActingOfficer) -> ColumnElement[bool]:
    """Return the condition that one of the officer's desks sent this `Dispatch` or one above it."""
    sent = Dispatch.senders.overlap(by.registries(READ))
    return and_(Dispatch.secrecy.in_(by.classes), sent)


def visible(by: ActingOfficer) -> ColumnElement[bool]:
    """Return the condition that the officer may see this `Hop`."""
    desks = by.registries(READ)
    is_ours = or_(Hop.recipient_registry_id.in_(desks), Hop.senders.overlap(desks))
    return and_(Hop.secrecy.in_(by.classes), is_ours)


# Every act on a hop begins with it, so it is built once. Hops are moved by statements that the
# session does not see: what it read before is old.
_HOP = (
    select(Hop, Dispatch)
    .join(Dispatch, Dispatch.id == Hop.dispatch_id)
    .where(
        Hop.id == bindparam("hop_id"),
        Hop.secrecy.in_(bindparam("classes", expanding=True)),
        or_(
            Hop.recipient_registry_id.in_(bindparam("desks", expanding=True)),
            Hop.senders.overlap(bindparam("senders", type_=ARRAY(Uuid()))),
            # A superior that was told of a late hop follows the link of its notice.
            exists(
                select(Notice.id).where(
                    Notice.hop_id == Hop.id,
                    Notice.registry_id.in_(bindparam("desks", expanding=True)),
                )
            ),
        ),
    )
    .execution_options(populate_existing=True)
)


async def get_hop(
    session: AsyncSession, *, by: ActingOfficer, hop_id: UUID
) -> tuple[Hop, Dispatch]:
    """Return a hop that one of the officer's registries may see, with its dispatch.

    Raises:
        NotFoundError: There is none, or the officer must not know of it.
    """
    desks = by.registries(READ)
    values = {"hop_id": hop_id, "desks": desks, "senders": desks, "classes": by.classes}
    row = (await session.execute(_HOP, values)).one_or_none()
    if row is None:
        raise NotFoundError("หนังสือที่ส่งมา (hop)")
    hop, dispatch = row
    return hop, dispatch


async def get_received_hop(
    session: AsyncSession, *, by: ActingOfficer, hop_id: UUID
) -> tuple[Hop, Dispatch]:
    """Return a hop that the officer may act on for its recipient.

    Raises:
        NotFoundError: The officer must not know of it.
        NotAllowedError: The officer sees it, but is not a clerk or head of its recipient.
    """
    hop, dispatch = await get_hop(session, by=by, hop_id=hop_id)
    if hop.recipient_registry_id not in by.roles:
        raise NotAllowedError("หนังสือฉบับนี้ส่งถึงหน่วยสารบรรณอื่น", code="not_the_recipient")
    by.require(STAMP, at=hop.recipient_registry_id)
    return hop, dispatch


async def get_dispatch(session: AsyncSession, *, by: ActingOfficer, dispatch_id: UUID) -> Dispatch:
    """Return a dispatch that one of the officer's registries sent, or that lies below one.

    Raises:
        NotFoundError: There is none, or the officer must not know of it.
    """
    query = select(Dispatch).where(Dispatch.id == dispatch_id, sent_or_above(by))
    dispatch = (await session.scalars(query)).one_or_none()
    if dispatch is None:
        raise NotFoundError("การส่ง (dispatch)")
    return dispatch


def readable(by: ActingOfficer) -> ColumnElement[bool]:
    """Return the condition that one of the officer's desks issued this `Letter` or holds it.

    A cover letter carries copies of the letters above it, so whoever holds one may read them; of
    one that came under a cover too secret for the officer, nothing came.
    """
    desks = by.registries(READ)
    received = exists(
        select(Hop.id)
        .join(Dispatch, Dispatch.id == Hop.dispatch_id)
        .where(
            Hop.recipient_registry_id.in_(desks),
            Hop.circular_id == Letter.circular_id,
            Hop.secrecy.in_(by.classes),
            Letter.id == any_(Dispatch.letters),
        )
    )
    sent_below = exists(
        select(Dispatch.id).where(
            Dispatch.circular_id == Letter.circular_id,
            sent_or_above(by),
            Letter.id == any_(Dispatch.letters),
        )
    )
    is_ours = or_(Letter.registry_id.in_(desks), received, sent_below)
    return and_(Letter.secrecy.in_(by.classes), is_ours)


async def get_letter(session: AsyncSession, *, by: ActingOfficer, letter_id: UUID) -> Letter:
    """Return a letter that one of the officer's registries issued, received or sent.

    Raises:
        NotFoundError: There is none, or the officer must not know of it.
    """
    query = select(Letter).where(Letter.id == letter_id, readable(by))
    letter = (await session.scalars(query)).one_or_none()
    if letter is None:
        raise NotFoundError("หนังสือ (letter)")
    return letter


async def check_circular(session: AsyncSession, *, by: ActingOfficer, circular_id: UUID) -> None:
    """Refuse a circular of which no letter may be read; one that is not yet sent may be.

    Raises:
        NotFoundError: There is none, or the officer must not know of it.
    """
    letter = select(Letter.id).where(Letter.circular_id == circular_id, readable(by))
    if await session.scalar(letter.limit(1)) is None:
        raise NotFoundError("หนังสือเวียน (circular)")
