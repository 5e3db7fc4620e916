"""The notices that wait at a desk, and how one is marked as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.access import DECIDE, READ, STAMP, ActingOfficer
from domain.errors import NotFoundError
from domain.vocabulary import AlarmStep, HopState, NoticeKind, Role
from models import Dispatch, Hop, Letter, Notice, Officer, Registry
from services.note_reading import note_reading


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeItem:
    """A notice with the hop that it is about.

    `officer` held the post when the notice was written, where it was one person.
    """

    id: UUID
    kind: NoticeKind
    step: AlarmStep
    registry_id: UUID
    registry: str
    post: Role
    officer: str | None
    hop_id: UUID
    letter_id: UUID
    recipient: str
    hop_state: HopState
    number: str
    subject: str
    facts: dict[str, Any]
    due_at: datetime
    created_at: datetime
    read_at: datetime | None


async def list_notices(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    at: datetime,
    is_unread: bool,
    after: UUID | None,
    limit: int,
) -> Sequence[NoticeItem]:
    """Return one page of the notices addressed to the officer's registries, oldest first.

    Those about a secret letter are not there for an officer without the clearance.
    """
    addressee, recipient = aliased(Registry), aliased(Registry)
    query = (
        select(
            Notice,
            addressee.name.label("registry"),
            Officer.name.label("officer"),
            recipient.name.label("recipient"),
            Hop.state,
            Letter.id.label("letter_id"),
            Letter.number,
            Letter.subject,
        )
        .join(Hop, Hop.id == Notice.hop_id)
        .join(Dispatch, Dispatch.id == Hop.dispatch_id)
        .join(Letter, Letter.id == Dispatch.letter_id)
        .join(addressee, addressee.id == Notice.registry_id)
        .join(recipient, recipient.id == Hop.recipient_registry_id)
        .join(Officer, Officer.id == Notice.officer_id, isouter=True)
        .where(Notice.registry_id.in_(by.registries(READ)), Notice.secrecy.in_(by.classes))
        .order_by(Notice.id)
        .limit(limit)
    )
    if is_unread:
        query = query.where(Notice.read_at.is_(None))
    if after is not None:
        query = query.where(Notice.id > after)
    items = [_item(row) for row in await session.execute(query)]
    await note_reading(session, by=by, at=at, letters={item.letter_id for item in items})
    return items


async def read_notice(
    session: AsyncSession, *, by: ActingOfficer, notice_id: UUID, at: datetime
) -> Notice:
    """Mark a notice as read; the first reader and time stay.

    Raises:
        NotFoundError: There is none, it is addressed to a registry of others, or it is about a
            letter that is too secret for the officer.
        NotAllowedError: The officer holds neither the post it is addressed to nor that of the head.
    """
    notice = await session.get(Notice, notice_id, with_for_update=True)
    known = notice is not None and notice.secrecy in by.classes
    if notice is None or not known or notice.registry_id not in by.registries(READ):
        raise NotFoundError("การแจ้งเตือน (notice)")
    # What was meant for a head is not read by a clerk: it would keep the mail from going.
    own = STAMP if notice.post is Role.CLERK else DECIDE | {notice.post}
    by.require(own, at=notice.registry_id)
    if notice.read_at is None:
        notice.read_at, notice.read_by = at, by.id
    await session.flush()
    return notice


def _item(row: Row[*tuple[Any, ...]]) -> NoticeItem:
    notice: Notice = row.Notice
    return NoticeItem(
        id=notice.id,
        kind=notice.kind,
        step=notice.step,
        registry_id=notice.registry_id,
        registry=row.registry,
        post=notice.post,
        officer=row.officer,
        hop_id=notice.hop_id,
        letter_id=row.letter_id,
        recipient=row.recipient,
        hop_state=row.state,
        number=row.number,
        subject=row.subject,
        facts=notice.facts,
        due_at=notice.due_at,
        created_at=notice.created_at,
        read_at=notice.read_at,
    )
