"""The mails of an officer's registries, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import KEEP_BOOKS, READ, ActingOfficer
from domain.vocabulary import MailKind, MailState
from models import Mail, Notice, Registry


@dataclass(frozen=True, kw_only=True, slots=True)
class MailRow:
    """A mail, without what is in it."""

    id: UUID
    kind: MailKind
    state: MailState
    registry_id: UUID
    registry: str
    day: date
    notices: int
    attempts: int
    last_error: str | None
    created_at: datetime
    next_try_at: datetime
    sent_at: datetime | None


async def list_mails(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    state: MailState | None,
    after: UUID | None,
    limit: int,
) -> Sequence[MailRow]:
    """Return one page of the mails of the registries whose books the officer keeps, oldest first.

    The dead ones (`state=dead`) are those that were given up and can be sent again. Of what a
    mail carries, only the notices that the officer may read are counted.
    """
    may_read = (Notice.registry_id.in_(by.registries(READ)), Notice.secrecy.in_(by.classes))
    carried = (
        select(func.count())
        .where(Notice.mail_id == Mail.id, *may_read)
        .correlate(Mail)
        .scalar_subquery()
    )
    query = (
        select(Mail, Registry.name, carried)
        .join(Registry, Registry.id == Mail.registry_id)
        .where(Mail.registry_id.in_(by.registries(KEEP_BOOKS)))
        .order_by(Mail.id)
        .limit(limit)
    )
    if state is not None:
        query = query.where(Mail.state == state)
    if after is not None:
        query = query.where(Mail.id > after)
    return [_row(*row) for row in await session.execute(query)]


async def count_mails(session: AsyncSession) -> dict[MailState, int]:
    """Return how many mails of the whole ledger are in each state."""
    rows = await session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    counts = {row[0]: row[1] for row in rows}
    return {state: counts.get(state, 0) for state in MailState}


def _row(mail: Mail, registry: str, notices: int) -> MailRow:
    return MailRow(
        id=mail.id,
        kind=mail.kind,
        state=mail.state,
        registry_id=mail.registry_id,
        registry=registry,
        day=mail.day,
        notices=notices,
        attempts=mail.attempts,
        last_error=mail.last_error,
        created_at=mail.created_at,
        next_try_at=mail.next_try_at,
        sent_at=mail.sent_at,
    )
