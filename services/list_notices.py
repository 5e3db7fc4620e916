"""The notices that wait at a desk, and how one is marked as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.access import DECIDE, READ, STAMP, ActingOfficer, may_read_secret
from domain.errors import NotFoundError
from domain.vocabulary import AlarmStep, HopState, NoticeKind, Role, Secrecy
from models import Dispatch, Hop, Letter, Notice, Officer, Registry


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeItem:
    """A notice with the hop that it is about.

    `officer` held the post when the notice was written, where it was one person. `number` and
    `subject` are None for a reader without the clearance: such a one learns only who is late.
    """

    id: UUID
    kind: NoticeKind
    step: AlarmStep
    registry_id: UUID
    registry: str
    post: Role
    officer: str | None
    hop_id: UUID
    recipient: str
    hop_state: HopState
    number: str | None
    subject: str | None
    facts: dict[str, Any]
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
        select(
            Notice,
            addressee.name.label("registry"),
            Officer.name.label("officer"),
            recipient.name.label("recipient"),
            Hop.state,
            Letter.secrecy,
            Letter.number,
            Letter.subject,
        )
        .join(Hop, Hop.id == Notice.hop_id)
        .join(Dispatch, Dispatch.id == Hop.dispatch_id)
        .join(Letter, Letter.id == Dispatch.letter_id)
        .join(addressee, addressee.id == Notice.registry_id)
        .join(recipient, recipient.id == Hop.recipient_registry_id)
        .join(Officer, Officer.id == Notice.officer_id, isouter=True)
        .where(Notice.registry_id.in_(by.registries(READ)))
        .order_by(Notice.id)
        .limit(limit)
    )
    if is_unread:
        query = query.where(Notice.read_at.is_(None))
    if after is not None:
        query = query.where(Notice.id > after)
    return [_item(row, by.clearance) for row in await session.execute(query)]


async def read_notice(
    session: AsyncSession, *, by: ActingOfficer, notice_id: UUID, at: datetime
) -> Notice:
    """Mark a notice as read; the first reader and time stay.

    Raises:
        NotFoundError: There is none, or it is addressed to a registry of others.
        NotAllowedError: The officer holds neither the post it is addressed to nor that of the head.
    """
    notice = await session.get(Notice, notice_id, with_for_update=True)
    if notice is None or notice.registry_id not in by.registries(READ):
        raise NotFoundError("การแจ้งเตือน (notice)")
    # What was meant for a head is not read by a clerk: it would keep the mail from going.
    own = STAMP if notice.post is Role.CLERK else DECIDE | {notice.post}
    by.require(own, at=notice.registry_id)
    if notice.read_at is None:
        notice.read_at, notice.read_by = at, by.id
    await session.flush()
    return notice


def _item(row: Row[*tuple[Any, ...]], clearance: Secrecy) -> NoticeItem:
    notice: Notice = row.Notice
    is_cleared = may_read_secret(clearance, row.secrecy)
    return NoticeItem(
        id=notice.id,
        kind=notice.kind,
        step=notice.step,
        registry_id=notice.registry_id,
        registry=row.registry,
        post=notice.post,
        officer=row.officer,
        hop_id=notice.hop_id,
        recipient=row.recipient,
        hop_state=row.state,
        number=row.number if is_cleared else None,
        subject=row.subject if is_cleared else None,
        facts=notice.facts,
        due_at=notice.due_at,
        created_at=notice.created_at,
        read_at=notice.read_at,
    )
