"""Which mail is sent next, and how it is set down again."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar_scope import calendar_scopes
from domain.notice_times import mail_turn, pause_after
from domain.vocabulary import MailKind, MailState
from domain.working_time import WorkingCalendar
from models import Mail, Notice, Organization, Registry
from services.deadline_rules import load_rules

_LONGEST_ERROR = 500


async def claim_mail(session: AsyncSession, *, at: datetime) -> Mail | None:
    """Lock and return the mail whose turn came first, leaving out those another mailer holds.

    What goes at once does not queue behind the digests of the morning.
    """
    for kind in (MailKind.AT_ONCE, MailKind.DIGEST):
        query = (
            select(Mail)
            .where(Mail.state == MailState.WAITING, Mail.kind == kind, Mail.next_try_at <= at)
            .order_by(Mail.next_try_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        mail = (await session.scalars(query)).one_or_none()
        if mail is not None:
            return mail
    return None


async def has_its_turn(session: AsyncSession, mail: Mail, *, at: datetime) -> bool:
    """Return whether a claimed mail may go now; if not, it waits for the office or is given back.

    The calendar is asked again: it may have changed since the mail was made.
    """
    turn = mail_turn(mail.kind, await _calendar_of(session, mail), turn=mail.next_try_at, at=at)
    if turn == at:
        return True
    await _set_down(session, mail, turn)
    return False


async def record_sent(
    session: AsyncSession, mail: Mail, *, remark: str | None, at: datetime
) -> None:
    """Record that the mail server took a mail; a remark names whom it did not take it for."""
    mail.state, mail.sent_at = MailState.SENT, at
    mail.attempts, mail.last_error = mail.attempts + 1, remark
    await session.flush()


async def drop_mail(session: AsyncSession, mail: Mail, *, reason: str) -> None:
    """Record that a mail is not sent, because nobody would be told anything by it."""
    mail.state, mail.last_error = MailState.DROPPED, reason
    await session.flush()


async def record_failure(
    session: AsyncSession, mail: Mail, *, error: str, is_final: bool, at: datetime
) -> None:
    """Record that the mail server did not take a mail: try later, or give up.

    Args:
        session: The transaction.
        mail: The claimed mail.
        error: What the server said.
        is_final: Whether it will never take it.
        at: Now.
    """
    mail.attempts, mail.last_error = mail.attempts + 1, error[:_LONGEST_ERROR]
    pause = None if is_final else pause_after(mail.attempts)
    if pause is None:
        mail.state = MailState.DEAD
        await session.flush()
        return
    calendar = await _calendar_of(session, mail)
    await _set_down(
        session, mail, mail_turn(mail.kind, calendar, turn=mail.next_try_at, at=at + pause)
    )


async def _set_down(session: AsyncSession, mail: Mail, turn: datetime | None) -> None:
    if turn is not None:
        mail.next_try_at = turn
        await session.flush()
        return
    await session.execute(update(Notice).where(Notice.mail_id == mail.id).values(mail_id=None))
    await drop_mail(session, mail, reason="day over: its notices wait for the next digest")


async def _calendar_of(session: AsyncSession, mail: Mail) -> WorkingCalendar:
    query = (
        select(Organization.area_code, Organization.code)
        .join(Registry, Registry.organization_id == Organization.id)
        .where(Registry.id == mail.registry_id)
    )
    area_code, code = (await session.execute(query)).one()
    return (await load_rules(session)).calendar(calendar_scopes(area_code, code))
