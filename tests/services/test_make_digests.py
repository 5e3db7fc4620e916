from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.vocabulary import AlarmStep, MailKind, MailState, Urgency
from models import Notice
from services.make_digests import make_digests
from services.make_urgent_mails import make_urgent_mails
from services.record_event import SYSTEM_OFFICER
from tests.support.directory import Directory
from tests.support.mail_ledger import MONDAY, bangkok, mails, notify, send_out

OVERDUE = AlarmStep.OVERDUE_ACKNOWLEDGE
MORNING = bangkok(8, "08:40")


async def mail_of(session: AsyncSession, notice_id: object) -> object:
    return await session.scalar(select(Notice.mail_id).where(Notice.id == notice_id))


async def test_a_registry_gets_one_mail_for_all_its_routine_notices(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall, office = (directory[name] for name in ("agency", "hall", "office"))
    first, second = [await send_out(session, agency, hall) for _ in range(2)]
    told = [await notify(session, one, OVERDUE) for one in (first, second)]
    other = await notify(session, await send_out(session, agency, office), OVERDUE)
    assert await make_digests(session, at=MORNING) == 2
    found = await mails(session)
    assert {
        (mail.kind, mail.state, mail.day, mail.next_try_at, mail.attempts) for mail in found
    } == {(MailKind.DIGEST, MailState.WAITING, MONDAY, MORNING, 0)}
    by_registry = {mail.registry_id: mail.id for mail in found}
    assert {await mail_of(session, one) for one in told} == {by_registry[hall.registry_id]}
    assert await mail_of(session, other) == by_registry[office.registry_id]


async def test_a_day_has_one_digest_and_later_notices_wait_for_the_next(
    session: AsyncSession, directory: Directory
) -> None:
    sent = await send_out(session, directory["agency"], directory["hall"])
    await notify(session, sent, AlarmStep.OVERDUE_REGISTER)
    assert await make_digests(session, at=MORNING) == 1
    late = await notify(session, sent, OVERDUE)
    assert await make_digests(session, at=MORNING + timedelta(minutes=1)) == 0
    assert await mail_of(session, late) is None
    assert await make_digests(session, at=bangkok(9, "08:40")) == 1
    (_, second) = await mails(session)
    assert await mail_of(session, late) == second.id


@pytest.mark.parametrize(
    "at",
    [
        bangkok(6, "08:40"),
        bangkok(7, "08:40"),
        bangkok(8, "16:30"),
        bangkok(8, "23:00"),
        # The Queen's birthday, an official holiday.
        bangkok(3, "08:40"),
    ],
    ids=["saturday", "sunday", "closing time", "night", "holiday"],
)
async def test_nothing_is_made_while_the_office_is_closed_for_the_day(
    session: AsyncSession, directory: Directory, at: datetime
) -> None:
    sent = await send_out(session, directory["agency"], directory["hall"])
    notice = await notify(session, sent, OVERDUE)
    assert await make_digests(session, at=at) == 0
    assert await mails(session) == []
    assert await mail_of(session, notice) is None


async def test_each_registry_has_its_own_calendar(
    session: AsyncSession, directory: Directory
) -> None:
    """A holiday of one province, and an office that opens later than the digests are made."""
    agency, hall, stranger = (directory[name] for name in ("agency", "hall", "stranger"))
    for desk in (hall, stranger):
        await notify(session, await send_out(session, agency, desk), OVERDUE)
    version = await session.scalar(
        text(
            "INSERT INTO calendar_version (at, officer_id, note) VALUES (:at, :by, 'ทดสอบ')"
            " RETURNING number"
        ),
        {"at": MORNING, "by": SYSTEM_OFFICER},
    )
    await session.execute(
        text("""
        INSERT INTO calendar_override (scope, day, is_working, reason, source, since_version)
        VALUES ('province:38', :day, false, 'งานประจำปีของจังหวัด', 'ทดสอบ', :version)
        """),
        {"day": MONDAY, "version": version},
    )
    await session.execute(
        text("""
        INSERT INTO office_hours (scope, opens, closes, source, since_version)
        VALUES ('organization:stranger', '10:00', '15:00', 'ทดสอบ', :version)
        """),
        {"version": version},
    )
    assert await make_digests(session, at=MORNING) == 1
    (mail,) = await mails(session)
    assert (mail.registry_id, mail.next_try_at) == (stranger.registry_id, bangkok(8, "10:00"))


@pytest.mark.parametrize("urgency", Urgency)
async def test_what_is_urgent_does_not_wait_for_the_digest(
    session: AsyncSession, directory: Directory, urgency: Urgency
) -> None:
    sent = await send_out(session, directory["agency"], directory["hall"], urgency=urgency)
    for step in (AlarmStep.ARRIVED, AlarmStep.OVERDUE_REGISTER):
        await notify(session, sent, step)
    night = bangkok(6, "23:00")
    is_urgent = urgency is Urgency.MOST_URGENT
    assert await make_urgent_mails(session, at=night) == int(is_urgent)
    assert await make_urgent_mails(session, at=night) == 0
    assert await make_digests(session, at=MORNING) == int(not is_urgent)
    (mail,) = await mails(session)
    assert mail.kind is (MailKind.AT_ONCE if is_urgent else MailKind.DIGEST)
    assert mail.next_try_at == (night if is_urgent else MORNING)
    carried = (await session.scalars(select(Notice.mail_id))).all()
    assert carried == [mail.id, mail.id]


async def test_nothing_to_tell_makes_no_mail(session: AsyncSession, directory: Directory) -> None:
    await send_out(session, directory["agency"], directory["hall"])
    assert await make_digests(session, at=MORNING) == 0
    assert await make_urgent_mails(session, at=MORNING) == 0
