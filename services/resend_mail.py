"""How mails that were given up are sent again, once what was wrong has been put right."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from domain.access import KEEP_BOOKS, ActingOfficer
from domain.errors import ConflictError, InvalidError, NotFoundError
from domain.vocabulary import MailState
from models import Mail


async def resend_mail(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    registry_id: UUID | None,
    mail_ids: Sequence[UUID],
    at: datetime,
) -> int:
    """Let dead mails wait for the mailer again, and return how many.

    What they say is read anew when they go; one that has nothing left to say is dropped then.

    Args:
        session: The transaction.
        by: A head or administrator of the registries concerned.
        registry_id: Every dead mail of this registry; or
        mail_ids: these mails, all or none.
        at: Now.

    Raises:
        InvalidError: `resend_unclear`: neither or both were given.
        NotFoundError: A mail or the registry does not exist, or is none of the officer's.
        NotAllowedError: The officer is neither head nor administrator there.
        ConflictError: `mail_not_dead`, with the ids of the mails that are not.
    """
    if (registry_id is None) is (not mail_ids):
        raise InvalidError("ระบุหน่วยสารบรรณ หรือรายการจดหมาย อย่างใดอย่างหนึ่ง", code="resend_unclear")
    if registry_id is not None:
        if registry_id not in by.roles:
            raise NotFoundError("หน่วยสารบรรณ (registry)")
        by.require(KEEP_BOOKS, at=registry_id)
        return await _revive(session, Mail.registry_id == registry_id, at=at)
    await _check(session, by, mail_ids)
    return await _revive(session, Mail.id.in_(mail_ids), at=at)


async def resend_all(session: AsyncSession, *, at: datetime) -> int:
    """Let every dead mail of the ledger wait again, for whoever runs the system."""
    return await _revive(session, at=at)


async def _check(session: AsyncSession, by: ActingOfficer, mail_ids: Sequence[UUID]) -> None:
    query = select(Mail).where(Mail.id.in_(mail_ids)).order_by(Mail.id).with_for_update()
    mails = (await session.scalars(query)).all()
    if {mail.id for mail in mails} != set(mail_ids) or any(
        mail.registry_id not in by.roles for mail in mails
    ):
        raise NotFoundError("จดหมายแจ้งเตือน (mail)")
    for mail in mails:
        by.require(KEEP_BOOKS, at=mail.registry_id)
    others = [str(mail.id) for mail in mails if mail.state is not MailState.DEAD]
    if others:
        raise ConflictError(
            "ส่งซ้ำได้เฉพาะจดหมายที่ส่งไม่สำเร็จแล้วเท่านั้น", code="mail_not_dead", mails=others
        )


async def _revive(session: AsyncSession, *chosen: ColumnElement[bool], at: datetime) -> int:
    revived = (
        update(Mail)
        .where(Mail.state == MailState.DEAD, *chosen)
        .values(state=MailState.WAITING, attempts=0, next_try_at=at)
        .returning(Mail.id)
        .cte()
    )
    return await session.scalar(select(func.count()).select_from(revived)) or 0
