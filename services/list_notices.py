"""The notices that wait at a desk, and how one is marked as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.access import READ, STAMP, ActingOfficer
from domain.errors import NotFoundError
from domain.vocabulary import AlarmStep, HopState, NoticeKind
from models import Dispatch, Hop, Letter, Notice, Registry


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeItem:
    """A notice with the hop that it is about."""

    id: UUID
    kind: NoticeKind
    step: AlarmStep
    registry_id: UUID
    registry: str
    hop_id: UUID
    recipient: str
    hop_state: HopState
    number: str
    subject: str
    due_at: datetime
    created_at: datetime
    read_at: datetime | None


async def list_notices(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    is_unread: bool,
    after: UUID | None,
    limit: int,
) -> Sequence[NoticeItem]:
    """Return one page of the notices addressed to the officer's registries, oldest first."""
    addressee, recipient = aliased(Registry), aliased(Registry)
    query = (
        select(Notice, addressee.name, recipient.name, Hop.state, Letter.number, Letter.subject)
        .join(Hop, Hop.id == Notice.hop_id)
        .join(Dispatch, Dispatch.id == Hop.dispatch_id)
        .join(Letter, Letter.id == Dispatch.letter_id)
        .join(addressee, addressee.id == Notice.registry_id)
        .join(recipient, recipient.id == Hop.recipient_registry_id)
        .where(Notice.registry_id.in_(by.registries(READ)))
        .order_by(Notice.id)
        .limit(limit)
    )
    if is_unread:
        query = query.where(Notice.read_at.is_(None))
    if after is not None:
        query = query.where(Notice.id > after)
    return [_item(*row) for row in (await session.execute(query))]


async def read_notice(
    session: AsyncSession, *, by: ActingOfficer, notice_id: UUID, at: datetime
) -> Notice:
    """Mark a notice as read; the first reader and time stay.

    Raises:
        NotFoundError: There is none, or it is addressed to a registry of others.
        NotAllowedError: The officer is neither clerk nor head of its addressee.
    """
    notice = await session.get(Notice, notice_id, with_for_update=True)
    if notice is None or notice.registry_id not in by.registries(READ):
        raise NotFoundError("การแจ้งเตือน (notice)")
    by.require(STAMP, at=notice.registry_id)
    if notice.read_at is None:
        notice.read_at, notice.read_by = at, by.id
    await session.flush()
    return notice


def _item(
    notice: Notice, addressee: str, recipient: str, state: HopState, number: str, subject: str
) -> NoticeItem:
    return NoticeItem(
        id=notice.id,
        kind=notice.kind,
        step=notice.step,
        registry_id=notice.registry_id,
        registry=addressee,
        hop_id=notice.hop_id,
        recipient=recipient,
        hop_state=state,
        number=number,
        subject=subject,
        due_at=notice.due_at,
        created_at=notice.created_at,
        read_at=notice.read_at,
    )
