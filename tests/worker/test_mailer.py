"""The mailer between a real ledger and a real mail server, at instants that the test chooses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
from icalendar import Calendar
from pydantic import SecretStr
from sqlalchemy import select

from domain.buddhist_era import thai_digits
from domain.notice_times import PAUSES
from domain.vocabulary import AlarmStep, MailKind, MailState, Secrecy, Urgency
from infra.embedded.postgres import PostgresServer
from infra.mail import MailServer, MailServerAwayError
from models import Notice
from services.compose_mail import Letterhead, compose_mail, message_id
from services.make_urgent_mails import make_urgent_mails
from services.read_mail import MailContents
from services.resend_mail import resend_all
from tests.conftest import Database
from tests.support.directory import create_directory
from tests.support.dispatch_process import eventually
from tests.support.mail_ledger import (
    bangkok,
    notify,
    send_out,
    settle,
)
from tests.support.mailbox import BREAK_OFF, open_mailbox, text_of
from tests.support.post_office import LETTERHEAD, Ground, Post, open_ground
from worker.mailer import NO_MAILBOX, NOTHING_LEFT

MORNING = bangkok(8, "08:40")
MINUTE = timedelta(minutes=1)
LATE = AlarmStep.OVERDUE_ACKNOWLEDGE
URGENT = Urgency.MOST_URGENT
HALL, HEAD = "saraban@hall.test", "head@hall.test"


@pytest.fixture(scope="module")
async def ground(postgres: PostgresServer) -> AsyncIterator[Ground]:
    """A ledger that the tests of this module empty of mails, one after the other."""
    database = Database(postgres)
    database.create()
    async with open_ground(database, await create_directory(database.owner_url)) as ground:
        yield ground
    database.drop()


@pytest.fixture
async def post(ground: Ground) -> AsyncIterator[Post]:
    hall = ground.directory["hall"]
    await ground.empty()
    await ground.give(of={hall.registry_id: HALL, hall.head.id: HEAD})
    async with open_mailbox() as mailbox:
        yield Post(ground=ground, mailbox=mailbox, now=MORNING)


async def test_a_digest_reaches_the_desk_and_the_officers_it_names(post: Post) -> None:
    sent = await post.late()
    await post.make_digests()
    assert await post.send_due() == 1
    assert await post.send_due() == 0
    mail = await post.mail()
    assert (mail.state, mail.sent_at, mail.attempts, mail.last_error) == (
        MailState.SENT,
        MORNING,
        1,
        None,
    )
    (message,) = post.mailbox.messages
    assert post.mailbox.recipients == [[HALL, HEAD]]
    assert message["Subject"] == "แจ้งเตือนงานสารบรรณ ๑ รายการ (๘ มิถุนายน ๒๕๖๙)"
    assert message["Message-ID"] == message_id(mail.id, LETTERHEAD)
    for kind in ("plain", "html"):
        assert f"https://wian.test/v1/hops/{sent.hop_id}" in text_of(message, kind)
        assert thai_digits(sent.number) in text_of(message, kind)


async def test_a_long_thai_subject_keeps_its_spaces_on_the_wire(post: Post) -> None:
    subject = " ".join(["คำ"] * 24)
    sent = await post.late(urgency=URGENT, subject=subject)
    await post.send_due()
    (message,) = post.mailbox.messages
    number = thai_digits(sent.number)
    assert message["Subject"] == f"ด่วนที่สุด: เกินกำหนดตอบรับ ที่ {number} เรื่อง {subject}"
    head = post.mailbox.raw[0].partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78


async def test_two_late_letters_with_two_steps_each_are_two_items(post: Post) -> None:
    letters = [await post.late() for _ in range(2)]
    async with post.ground.sessions.begin() as session:
        for sent in letters:
            await notify(session, sent, AlarmStep.ESCALATE_HEAD)
    await post.make_digests()
    await post.send_due()
    (message,) = post.mailbox.messages
    assert message["Subject"] == "แจ้งเตือนงานสารบรรณ ๒ รายการ (๘ มิถุนายน ๒๕๖๙)"
    for sent in letters:
        assert text_of(message, "plain").count(str(sent.hop_id)) == 1


async def test_what_is_most_urgent_goes_at_night_with_its_meeting(post: Post) -> None:
    post.now = bangkok(8, "23:00")
    sent = await post.late(
        urgency=URGENT,
        event_starts_at=bangkok(15, "09:00"),
        event_ends_at=bangkok(15, "12:00"),
        event_place="ห้องประชุม ๑",
    )
    await post.late()
    assert await post.send_due() == 1
    assert (await post.mail()).kind is MailKind.AT_ONCE
    (message,) = post.mailbox.messages
    number = thai_digits(sent.number)
    assert message["Subject"].startswith(f"ด่วนที่สุด: เกินกำหนดตอบรับ ที่ {number} ")
    (file,) = message.iter_attachments()
    assert isinstance(file, EmailMessage)
    (event,) = Calendar.from_ical(file.get_content()).events
    assert event.start == bangkok(15, "09:00")


async def test_a_secret_letter_leaks_nothing_on_the_wire(post: Post) -> None:
    sent = await post.late(
        urgency=URGENT,
        secrecy=Secrecy.SECRET,
        subject="แผนลับ",
        event_starts_at=bangkok(15, "09:00"),
        event_ends_at=bangkok(15, "12:00"),
        event_place="ที่ลับ",
    )
    await post.send_due()
    (message,) = post.mailbox.messages
    assert list(message.iter_attachments()) == []
    everything = "".join(
        [text_of(message, "plain"), text_of(message, "html"), *map(str, message.values())]
    )
    assert "มีชั้นความลับ" in everything
    hall = post.ground.directory["hall"].name
    for words in ("แผนลับ", "ที่ลับ", sent.number, "0017", "๐๐๑๗", "ด่วน", f"ผู้รับ: {hall}"):
        assert words not in everything


async def test_what_was_settled_in_between_is_left_out(post: Post) -> None:
    settled, waiting = await post.late(), await post.late()
    await post.make_digests()
    async with post.ground.sessions.begin() as session:
        await settle(session, settled)
    await post.send_due()
    (message,) = post.mailbox.messages
    assert str(waiting.hop_id) in text_of(message, "plain")
    assert str(settled.hop_id) not in text_of(message, "plain")
    assert "๑ รายการ" in message["Subject"]


async def test_a_mail_with_nothing_left_to_say_is_dropped(post: Post) -> None:
    settled = await post.late()
    await post.make_digests()
    async with post.ground.sessions.begin() as session:
        await settle(session, settled)
    assert await post.send_due() == 1
    mail = await post.mail()
    assert (mail.state, mail.last_error, mail.sent_at) == (MailState.DROPPED, NOTHING_LEFT, None)
    assert post.mailbox.messages == []


@pytest.mark.parametrize("text", [None, "not a mailbox", "a@b.test\r\nBcc: thief@c.test"])
async def test_a_registry_without_a_mailbox_is_told_on_the_screen_alone(
    post: Post, text: str | None
) -> None:
    hall = post.ground.directory["hall"]
    await post.ground.give(of={hall.registry_id: text, hall.head.id: None})
    await post.late()
    await post.make_digests()
    await post.send_due()
    mail = await post.mail()
    assert (mail.state, mail.last_error) == (MailState.DROPPED, NO_MAILBOX)
    assert post.mailbox.messages == []


async def test_a_digest_that_missed_its_day_goes_with_the_next(post: Post) -> None:
    await post.late()
    await post.make_digests()
    post.now = bangkok(8, "19:00")
    assert await post.send_due() == 1
    assert post.mailbox.messages == []
    (missed,) = await post.mails()
    assert (missed.state, missed.attempts) == (MailState.DROPPED, 0)
    post.now = bangkok(9, "08:40")
    await post.make_digests()
    await post.send_due()
    assert [mail.state for mail in await post.mails()] == [MailState.DROPPED, MailState.SENT]
    assert len(post.mailbox.messages) == 1


async def test_a_server_that_will_take_it_later_is_asked_again_with_growing_pauses(
    post: Post,
) -> None:
    await post.late(urgency=URGENT)
    post.mailbox.on_data = lambda _: "451 try again"
    for failures, pause in enumerate(PAUSES, start=1):
        assert await post.send_due() == 1
        mail = await post.mail()
        assert (mail.state, mail.attempts) == (MailState.WAITING, failures)
        assert mail.next_try_at == post.now + pause
        post.now += pause - MINUTE / 2
        assert await post.send_due() == 0
        post.now += MINUTE / 2
    await post.send_due()
    mail = await post.mail()
    assert (mail.state, mail.last_error) == (MailState.DEAD, "451 try again")
    post.now += timedelta(days=1)
    assert await post.send_due() == 0


@pytest.mark.parametrize("answer", ["552 too large", "554 not wanted"])
async def test_a_server_that_never_will_is_asked_once(post: Post, answer: str) -> None:
    await post.late()
    await post.make_digests()
    post.mailbox.on_data = lambda _: answer
    await post.send_due()
    mail = await post.mail()
    assert (mail.state, mail.attempts, mail.last_error) == (MailState.DEAD, 1, answer)


async def test_a_server_that_breaks_off_gets_the_same_mail_again(post: Post) -> None:
    await post.late()
    await post.make_digests()
    post.mailbox.on_data = lambda _: BREAK_OFF
    await post.send_due()
    assert (await post.mail()).state is MailState.WAITING
    post.mailbox.on_data = lambda _: None
    post.now += PAUSES[0]
    await post.send_due()
    assert (await post.mail()).state is MailState.SENT
    (message,) = post.mailbox.messages
    assert message["Message-ID"] == message_id((await post.mail()).id, LETTERHEAD)


async def test_dead_mails_are_sent_again_in_bulk_and_say_what_is_true_then(post: Post) -> None:
    post.mailbox.on_data = lambda _: "554 not wanted"
    letters = []
    for _ in range(3):
        letters.append(await post.late(urgency=URGENT))
        await post.send_due()
    assert {mail.state for mail in await post.mails()} == {MailState.DEAD}
    post.mailbox.on_data = lambda _: None
    post.now += timedelta(days=1)
    async with post.ground.sessions.begin() as session:
        await settle(session, letters[-1])
        assert await resend_all(session, at=post.now) == 3
    assert await post.send_due() == 3
    states = [mail.state for mail in await post.mails()]
    assert states == [MailState.SENT, MailState.SENT, MailState.DROPPED]
    assert len(post.mailbox.messages) == 2


async def test_a_mail_that_one_mailbox_does_not_take_is_sent_with_a_remark(post: Post) -> None:
    await post.late()
    await post.make_digests()
    post.mailbox.on_recipient = {HEAD: "550 unknown"}.get
    await post.send_due()
    mail = await post.mail()
    assert (mail.state, mail.last_error) == (MailState.SENT, "1 of the mailboxes were refused: 550")
    assert post.mailbox.recipients == [[HALL]]


async def test_while_the_server_is_away_no_mail_loses_an_attempt(post: Post) -> None:
    await post.late()
    await post.make_digests()
    mailer = post.mailer(MailServer.from_url(_dead_end()))
    with pytest.raises(MailServerAwayError):
        await mailer.send_due()
    mail = await post.mail()
    assert (mail.state, mail.attempts, mail.next_try_at) == (MailState.WAITING, 0, MORNING)
    await post.send_due()
    assert (await post.mail()).state is MailState.SENT


async def test_a_mail_that_cannot_be_written_does_not_hold_up_the_others(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        await post.late(urgency=URGENT)
        async with post.ground.sessions.begin() as session:
            await make_urgent_mails(session, at=post.now)
    broken = (await post.mails())[0]

    def compose(contents: MailContents, letterhead: Letterhead, *, at: datetime) -> EmailMessage:
        if contents.mail_id == broken.id:
            raise ZeroDivisionError
        return compose_mail(contents, letterhead, at=at)

    monkeypatch.setattr("worker.mailer.compose_mail", compose)
    assert await post.send_due() == 2
    assert [mail.state for mail in await post.mails()] == [MailState.DEAD, MailState.SENT]


async def test_the_loop_outlives_a_server_that_comes_and_goes(post: Post) -> None:
    await post.late(urgency=URGENT)
    server, stop = _Fickle(), asyncio.Event()
    running = asyncio.create_task(post.mailer(server).run(interval=0.01, stop=stop))

    async def is_sent() -> bool:
        return [mail.state for mail in await post.mails()] == [MailState.SENT]

    try:
        await eventually(is_sent)
    finally:
        stop.set()
        await asyncio.wait_for(running, 30)
    assert server.asked == 4


async def test_what_goes_at_once_does_not_queue_behind_the_digests(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.mailer.LANES", 1)
    monkeypatch.setattr("worker.mailer.ROUND", 1)
    await post.late()
    await post.make_digests()
    post.now += MINUTE
    await post.late(urgency=URGENT)
    subjects = []
    while await post.send_due():
        subjects.append(post.mailbox.messages[-1]["Subject"].partition(" ")[0])
    assert subjects == ["ด่วนที่สุด:", "แจ้งเตือนงานสารบรรณ"]


async def test_two_mailers_send_each_mail_once(post: Post) -> None:
    agency = post.ground.directory["agency"]
    async with post.ground.sessions.begin() as session:
        for name in ("office", "district_a", "district_b", "direct"):
            desk = post.ground.directory[name]
            sent = await send_out(session, agency, desk, acknowledge_by=bangkok(8, "08:00"))
            await notify(session, sent, LATE)
            await post.ground.give(of={desk.registry_id: f"{name}@saraban.test"})
    await post.make_digests()
    settled = await asyncio.gather(*(post.send_due() for _ in range(3)))
    assert sum(settled) == 4
    assert len({message["Message-ID"] for message in post.mailbox.messages}) == 4
    assert len(post.mailbox.messages) == 4


async def test_a_mailer_that_dies_while_it_sends_leaves_the_mail_to_the_next(post: Post) -> None:
    await post.late()
    await post.make_digests()
    server = _Stuck()
    dying = asyncio.create_task(post.mailer(server).send_next())
    await asyncio.wait_for(server.reached.wait(), 30)
    # The row is locked: nobody sends it a second time meanwhile.
    assert await post.send_due() == 0
    dying.cancel()
    with suppress(asyncio.CancelledError):
        await dying
    assert await post.send_due() == 1
    (message,) = post.mailbox.messages
    assert message["Message-ID"] == server.message_id


async def test_notices_keep_the_mail_that_carried_them(post: Post) -> None:
    await post.late()
    await post.make_digests()
    await post.send_due()
    async with post.ground.sessions() as session:
        carried: list[UUID | None] = list(await session.scalars(select(Notice.mail_id)))
    assert carried == [(await post.mail()).id]


def _dead_end() -> SecretStr:
    return SecretStr("smtp://127.0.0.1:1")


class _Fickle:
    """Away three times, each in another way; then it takes what it gets."""

    _troubles = (
        MailServerAwayError("away"),
        OSError("no route"),
        AssertionError("a mistake of ours"),
    )

    def __init__(self) -> None:
        self.asked = 0

    async def send(self, message: EmailMessage) -> str | None:
        del message
        self.asked += 1
        if self.asked <= len(self._troubles):
            raise self._troubles[self.asked - 1]
        return None


class _Stuck:
    """Takes a mail and never says so."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.message_id = ""

    async def send(self, message: EmailMessage) -> str | None:
        self.message_id = message["Message-ID"]
        self.reached.set()
        await asyncio.Event().wait()
        return None


async def test_a_desk_without_a_mailbox_is_reached_through_its_clerks(post: Post) -> None:
    hall = post.ground.directory["hall"]
    await post.ground.give(of={hall.registry_id: None, hall.clerk.id: "clerk@hall.test"})
    async with post.ground.sessions.begin() as session:
        agency = post.ground.directory["agency"]
        sent = await send_out(session, agency, hall, acknowledge_by=bangkok(8, "08:00"))
        await notify(session, sent, LATE)
    await post.make_digests()
    await post.send_due()
    assert post.mailbox.recipients == [["clerk@hall.test"]]
    await post.ground.give(of={hall.clerk.id: None})
