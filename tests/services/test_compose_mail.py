"""What a mail looks like once it has travelled, read as a mail program reads it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy.ext.asyncio import AsyncSession

from domain.notice_wording import one_line
from domain.vocabulary import AlarmStep, MailKind, Secrecy, Urgency
from services.claim_mail import claim_mail
from services.compose_mail import MOST_ITEMS, Letterhead, compose_mail, message_id
from services.event_calendar import compose_calendar
from services.make_digests import make_digests
from services.read_mail import MailContents, MailItem, Meeting, ToldStep, read_mail
from tests.support.directory import Directory
from tests.support.mail_ledger import (
    SENT_AT,
    Sent,
    bangkok,
    close,
    notify,
    replan,
    send_out,
    settle,
    stamp,
    suspend,
)
from tests.support.mailbox import text_of

Act = Callable[[AsyncSession, Sent], Awaitable[None]]

NOW = bangkok(8, "08:40")
FRIDAY = bangkok(5, "16:30")
HEAD = Letterhead(sender="wian@agency.test", public_url="https://wian.test/")
HOP = UUID(int=7)
LETTER = UUID(int=9)
MEETING = Meeting(
    letter_id=LETTER,
    starts_at=bangkok(15, "09:00"),
    ends_at=bangkok(15, "16:30"),
    place="ห้องประชุม ๑",
)


def told(
    step: AlarmStep = AlarmStep.OVERDUE_ACKNOWLEDGE,
    deadline: datetime = FRIDAY,
    **facts: int,
) -> ToldStep:
    return ToldStep(step=step, deadline=deadline, facts=facts)


def item(*steps: ToldStep, **changed: Any) -> MailItem:  # noqa: ANN401 (fields of several types)
    usual = MailItem(
        hop_id=HOP,
        steps=steps or [told()],
        urgency=Urgency.NORMAL,
        is_secret=False,
        number="ทด 0017/ว 1",
        subject="ขอให้รายงานผล",
        recipient="ที่ว่าการอำเภอ ก",
        meeting=None,
    )
    return replace(usual, **changed)


def secret(*steps: ToldStep, **changed: Any) -> MailItem:  # noqa: ANN401
    return item(*steps, is_secret=True, number=None, subject=None, recipient=None, **changed)


def contents(*items: MailItem, kind: MailKind = MailKind.DIGEST) -> MailContents:
    return MailContents(
        mail_id=UUID(int=1),
        kind=kind,
        registry="ศาลากลางจังหวัดทดสอบ",
        mailboxes=["saraban@hall.test", "head@hall.test"],
        items=items,
    )


def travelled(said: MailContents) -> EmailMessage:
    """Compose a mail, flatten it as it goes over the wire, and read it.

    Whoever sends it (`aiosmtplib`) takes a policy of the library; it must not matter which.
    """
    composed = compose_mail(said, HEAD, at=NOW)
    raw = composed.as_bytes(policy=SMTP.clone(cte_type="7bit"))
    assert raw == composed.as_bytes(policy=composed.policy.clone(cte_type="7bit"))
    assert raw.isascii()
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def meetings_of(message: EmailMessage) -> list[Any]:
    files = list(message.iter_attachments())
    if not files:
        return []
    (file,) = files
    assert (file.get_content_type(), file.get_param("method")) == ("text/calendar", "PUBLISH")
    assert file.get_filename() == "event.ics"
    calendar = Calendar.from_ical(file.get_content())
    assert calendar["METHOD"] == "PUBLISH"
    return calendar.walk("VEVENT")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(message: EmailMessage) -> _Page:
    page = _Page()
    page.feed(text_of(message, "html"))
    return page


def test_a_digest_tells_what_is_late_in_both_bodies() -> None:
    late = item(told(AlarmStep.OVERDUE_FORWARD, days_used=10, days_left=9))
    message = travelled(contents(item(), late))
    assert message["Subject"] == "แจ้งเตือนงานสารบรรณ ๒ รายการ (๘ มิถุนายน ๒๕๖๙)"
    assert message["To"] == "saraban@hall.test, head@hall.test"
    assert message["From"] == "เวียน <wian@agency.test>"
    assert message["Message-ID"] == message_id(UUID(int=1), HEAD)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    page = page_of(message)
    assert page.links == [f"https://wian.test/v1/hops/{HOP}"] * 2
    for body in (text_of(message, "plain"), page.text):
        for words in (
            "เรียน ศาลากลางจังหวัดทดสอบ",
            "เกินกำหนดตอบรับ",
            "ที่ ทด ๐๐๑๗/ว ๑ เรื่อง ขอให้รายงานผล",
            "ผู้รับ: ที่ว่าการอำเภอ ก",
            "กำหนดตอบรับ: ๕ มิถุนายน ๒๕๖๙ เวลา ๑๖.๓๐ น.",
            "กำหนดส่งต่อ: ๕ มิถุนายน ๒๕๖๙ เวลา ๑๖.๓๐ น.",
            "ใช้ไป ๑๐ วันทำการ เหลือให้หน่วยงานถัดไป ๙ วันทำการ",
        ):
            assert words in body
    assert f"https://wian.test/v1/hops/{HOP}" in text_of(message, "plain")


def test_a_hop_with_several_steps_is_one_paragraph_with_one_link() -> None:
    late = item(told(), told(AlarmStep.ESCALATE_HEAD), urgency=Urgency.MOST_URGENT)
    message = travelled(contents(late, replace(late, hop_id=UUID(int=8))))
    assert message["Subject"] == "แจ้งเตือนงานสารบรรณ ๒ รายการ (๘ มิถุนายน ๒๕๖๙)"
    page, plain = page_of(message), text_of(message, "plain")
    assert page.links == [f"https://wian.test/v1/hops/{one}" for one in (HOP, UUID(int=8))]
    steps = "ด่วนที่สุด เกินกำหนดตอบรับ / เร่งรัดการตอบรับ (ถึงหัวหน้าหน่วยงาน)"
    for body in (plain, page.text):
        assert "มีรายการที่รอดำเนินการ ๒ รายการ" in body
        for words in (steps, "เรื่อง ขอให้รายงานผล", "กำหนดตอบรับ: ๕ มิถุนายน ๒๕๖๙ เวลา ๑๖.๓๐ น."):
            assert body.count(words) == 2
    assert "๓." not in plain


def test_the_subject_of_an_urgent_hop_says_the_step_that_came_last() -> None:
    late = item(told(), told(AlarmStep.ESCALATE_HEAD), urgency=Urgency.MOST_URGENT)
    message = travelled(contents(late, kind=MailKind.AT_ONCE))
    assert message["Subject"].startswith("ด่วนที่สุด: เร่งรัดการตอบรับ (ถึงหัวหน้าหน่วยงาน) ที่ ทด")


def test_one_urgent_notice_says_in_its_subject_what_it_is_about() -> None:
    urgent = item(urgency=Urgency.MOST_URGENT)
    one = travelled(contents(urgent, kind=MailKind.AT_ONCE))
    assert one["Subject"] == "ด่วนที่สุด: เกินกำหนดตอบรับ ที่ ทด ๐๐๑๗/ว ๑ เรื่อง ขอให้รายงานผล"
    many = travelled(contents(urgent, urgent, urgent, kind=MailKind.AT_ONCE))
    assert many["Subject"] == "ด่วนที่สุด: เกินกำหนดตอบรับ และอื่น ๆ รวม ๓ รายการ"
    long = travelled(contents(replace(urgent, subject="ก" * 999), kind=MailKind.AT_ONCE))
    assert len(long["Subject"]) == 150


def test_a_meeting_is_attached_in_bangkok_time() -> None:
    invited = item(told(AlarmStep.ARRIVED), meeting=MEETING)
    message = travelled(contents(invited, item(), invited))
    (event,) = meetings_of(message)
    assert event["UID"] == f"letter-{LETTER}@agency.test"
    assert event["DTSTART"].dt == bangkok(15, "09:00")
    assert event["DTEND"].dt == bangkok(15, "16:30")
    assert event["DTSTART"].params["TZID"] == "Asia/Bangkok"
    assert (event["SUMMARY"], event["LOCATION"]) == ("ขอให้รายงานผล", "ห้องประชุม ๑")
    assert event["DESCRIPTION"] == "ที่ ทด ๐๐๑๗/ว ๑"


def test_the_zone_of_a_meeting_holds_for_ever() -> None:
    file = compose_calendar([item(meeting=MEETING)], domain="agency.test", at=NOW)
    assert file is not None
    assert b"COMMENT" not in file
    calendar = Calendar.from_ical(file)
    assert not calendar.get_missing_tzids()
    (zone,) = calendar.timezones
    for year in (1970, 2026, 2038, 2100):
        local = datetime(year, 6, 15, 9, tzinfo=zone.to_tz(lookup_tzid=False))
        assert local.utcoffset() == timedelta(hours=7)


def test_a_meeting_that_is_over_or_none_is_not_attached() -> None:
    over = replace(MEETING, starts_at=bangkok(1, "09:00"), ends_at=bangkok(1, "10:00"))
    assert meetings_of(travelled(contents(item(), item(meeting=over)))) == []


def test_a_long_list_is_cut_and_the_rest_counted() -> None:
    message = travelled(contents(*[item() for _ in range(MOST_ITEMS + 5)]))
    assert message["Subject"].startswith("แจ้งเตือนงานสารบรรณ ๒๐๕ รายการ")
    plain = text_of(message, "plain")
    assert plain.count("เกินกำหนดตอบรับ") == MOST_ITEMS
    assert "ยังมีอีก ๕ รายการ" in plain


@pytest.mark.parametrize("kind", MailKind)
def test_of_a_secret_letter_a_mail_says_only_that_something_waits(kind: MailKind) -> None:
    waiting = secret(told(days_used=3, days_left=2), urgency=Urgency.MOST_URGENT)
    message = travelled(contents(waiting, kind=kind))
    assert meetings_of(message) == []
    for body in (text_of(message, "plain"), page_of(message).text):
        assert "หนังสือที่มีชั้นความลับ" in body
        assert "เกินกำหนดตอบรับ" in body
        for words in ("เรื่อง ข", "ที่ ท", "ผู้รับ", "กำหนดตอบรับ:", "วันทำการ", "ด่วน"):
            assert words not in body
    assert "เรื่อง" not in message["Subject"]


@pytest.mark.parametrize(
    ("others", "subject"),
    [(0, "เกินกำหนดตอบรับ"), (1, "เกินกำหนดตอบรับ และอื่น ๆ รวม ๒ รายการ")],
)
def test_a_subject_does_not_say_how_urgent_a_secret_letter_is(others: int, subject: str) -> None:
    urgent = [item(urgency=Urgency.MOST_URGENT)] * others
    waiting = secret(urgency=Urgency.URGENT_WITHIN)
    message = travelled(contents(waiting, *urgent, kind=MailKind.AT_ONCE))
    assert message["Subject"] == subject


NASTY = "ก\r\nBcc: thief@x.test\r\n\r\n<script>alert('ว')</script>&\u200b\u202e\x00"


@pytest.mark.parametrize("kind", MailKind)
def test_a_text_of_the_ledger_stays_text(kind: MailKind) -> None:
    bad = item(subject=NASTY, number=NASTY, recipient=NASTY, meeting=MEETING)
    message = travelled(replace(contents(bad, kind=kind), registry=NASTY))
    assert message["Bcc"] is None
    page = page_of(message)
    assert "script" not in page.tags
    assert "<script>alert('ว')</script>&" in page.text
    plain = text_of(message, "plain")
    assert "\nBcc" not in plain
    assert not set("\u200b\u202e\x00") & set(plain + page.text + str(message["Subject"]))
    (event,) = meetings_of(message)
    assert "ATTENDEE" not in event
    assert "\n" not in event["SUMMARY"]


def subject_about(words: str) -> str:
    whole = f": เกินกำหนดตอบรับ ที่ ทด ๐๐๑๗/ว ๑ เรื่อง {one_line(words)}"
    return whole if len(whole) <= 150 else f"{whole[:149]}…"


@pytest.mark.parametrize("count", [1, 7, 20, 60])
@pytest.mark.parametrize("word", ["คำ", "ประชุม", "๒", "กก a", "report"])
def test_the_spaces_of_a_thai_subject_survive_every_fold(word: str, count: int) -> None:
    words = " ".join([word] * count)
    message = travelled(contents(item(subject=words), kind=MailKind.AT_ONCE))
    assert message["Subject"] == subject_about(words)


# What a lenient reader would take for a line of its own.
ENCODED = "=?utf-8?q?=0D=0ABcc:_thief=40x.test?="
WORDS = st.lists(st.sampled_from(["รวม", "๒", "รายการ", "ๆ", "a", ENCODED]), max_size=40)


@given(WORDS.map(" ".join) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=300))
def test_any_subject_survives_the_journey(subject: str) -> None:
    said = contents(item(subject=subject), kind=MailKind.AT_ONCE)
    message, composed = travelled(said), compose_mail(said, HEAD, at=NOW)
    assert set(message.keys()) == set(composed.keys()) | {"Content-Type", "MIME-Version"}
    assert str(message["Subject"]) == subject_about(subject)


@pytest.mark.parametrize(
    ("act", "is_told"),
    [
        (None, True),
        (stamp, True),
        (settle, False),
        (suspend, False),
        (close, False),
    ],
)
async def test_what_is_said_is_read_when_it_is_said(
    session: AsyncSession,
    directory: Directory,
    act: Act | None,
    is_told: bool,
) -> None:
    by = bangkok(8, "08:00")
    sent = await send_out(session, directory["agency"], directory["hall"], acknowledge_by=by)
    await notify(session, sent, AlarmStep.OVERDUE_ACKNOWLEDGE)
    await make_digests(session, at=NOW)
    if act is not None:
        await act(session, sent)
    mail = await claim_mail(session, at=NOW)
    assert mail is not None
    said = await read_mail(session, mail, at=NOW)
    assert [one.hop_id for one in said.items] == ([sent.hop_id] if is_told else [])


async def test_a_deadline_that_was_put_off_is_not_late(
    session: AsyncSession, directory: Directory
) -> None:
    by = bangkok(8, "08:00")
    sent = await send_out(session, directory["agency"], directory["hall"], acknowledge_by=by)
    await notify(session, sent, AlarmStep.OVERDUE_ACKNOWLEDGE)
    await notify(session, sent, AlarmStep.REMIND_ACKNOWLEDGE)
    await make_digests(session, at=NOW)
    later = NOW + timedelta(days=3)
    await replan(session, sent, acknowledge_by=later)
    mail = await claim_mail(session, at=NOW)
    assert mail is not None
    (said,) = (await read_mail(session, mail, at=NOW)).items
    assert said.steps == [told(AlarmStep.REMIND_ACKNOWLEDGE, later)]


async def test_a_step_that_was_raised_again_is_told_once(
    session: AsyncSession, directory: Directory
) -> None:
    by = bangkok(8, "08:00")
    sent = await send_out(session, directory["agency"], directory["hall"], acknowledge_by=by)
    for due_at in (SENT_AT, by):
        await notify(session, sent, AlarmStep.OVERDUE_ACKNOWLEDGE, at=due_at)
    await make_digests(session, at=NOW)
    mail = await claim_mail(session, at=NOW)
    assert mail is not None
    (said,) = (await read_mail(session, mail, at=NOW)).items
    assert said.steps == [told(deadline=by)]


async def test_the_steps_of_a_hop_are_told_together_in_their_order(
    session: AsyncSession, directory: Directory
) -> None:
    by = bangkok(8, "08:00")
    agency, hall = directory["agency"], directory["hall"]
    letters = [await send_out(session, agency, hall, acknowledge_by=by) for _ in range(2)]
    late, urged = AlarmStep.OVERDUE_ACKNOWLEDGE, AlarmStep.ESCALATE_HEAD
    # The lateness was raised anew after the escalation: it comes last.
    for step, minutes in ((late, 0), (urged, 1), (late, 2)):
        for sent in letters:
            await notify(session, sent, step, at=by + timedelta(minutes=minutes))
    await make_digests(session, at=NOW)
    mail = await claim_mail(session, at=NOW)
    assert mail is not None
    said = (await read_mail(session, mail, at=NOW)).items
    assert [one.hop_id for one in said] == [sent.hop_id for sent in letters]
    for one in said:
        assert one.steps == [told(urged, by), told(late, by)]


async def test_what_a_secret_letter_is_about_does_not_leave_the_database(
    session: AsyncSession, directory: Directory
) -> None:
    starts: datetime = NOW + timedelta(days=1)
    sent = await send_out(
        session,
        directory["agency"],
        directory["hall"],
        secrecy=Secrecy.SECRET,
        subject="เรื่องลับ",
        event_starts_at=starts,
        event_ends_at=starts + timedelta(hours=1),
        event_place="ที่ลับ",
        acknowledge_by=SENT_AT + timedelta(hours=1),
        register_by=SENT_AT,
    )
    await notify(session, sent, AlarmStep.OVERDUE_ACKNOWLEDGE)
    await make_digests(session, at=NOW)
    mail = await claim_mail(session, at=NOW)
    assert mail is not None
    said = await read_mail(session, mail, at=NOW)
    assert said.items == [
        secret(
            hop_id=sent.hop_id, steps=[told(deadline=SENT_AT + timedelta(hours=1))], meeting=None
        )
    ]
    raw = travelled(replace(said, mailboxes=["a@b.test"]))
    assert "ลับ" in text_of(raw, "plain")
    assert "เรื่องลับ" not in text_of(raw, "plain") + page_of(raw).text
