"""How a mail looks: a Thai subject, the same in plain text and HTML, and the meetings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import format_datetime
from html import escape
from typing import Any
from uuid import UUID

from domain.buddhist_era import bangkok_date, thai_digits, thai_long_date
from domain.notice_wording import (
    STEP_TH,
    URGENCY_TH,
    days_line,
    deadline_line,
    number_words,
    one_line,
)
from domain.vocabulary import MailKind
from services.event_calendar import compose_calendar
from services.read_mail import MailContents, MailItem

MOST_ITEMS = 200
"""A mail that lists more is not read; the rest is counted and waits on the screen."""

_LONGEST_SUBJECT = 150
_WITHHELD = "หนังสือที่มีชั้นความลับ ๑ เรื่อง โปรดเปิดดูในระบบ"


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterhead:
    """From whom mails come, and where their links lead."""

    sender: str
    public_url: str

    @property
    def domain(self) -> str:
        """The domain of the sender."""
        return self.sender.rpartition("@")[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Paragraph:
    title: str
    lines: Sequence[str]
    link: str


class _ThaiSubject(BaseHeader):
    """A subject that keeps its spaces: the library's own folding loses those between Thai words.

    The header folds itself, because whoever sends a mail flattens it under a policy of its own.
    """

    max_count = 1

    @staticmethod
    def parse(value: str, kwds: dict[str, Any]) -> None:
        """Take the words as they are: what looks like an encoded word in them is text."""
        UniqueUnstructuredHeader.parse(value, kwds)
        kwds["decoded"] = value

    def fold(self, *, policy: Policy) -> str:
        words = Header(str(self), "utf-8", header_name=self.name)
        return f"{self.name}: {words.encode(linesep=policy.linesep)}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _ThaiSubject)
_POLICY = EmailPolicy(header_factory=_HEADERS, linesep="\r\n")


def compose_mail(contents: MailContents, letterhead: Letterhead, *, at: datetime) -> EmailMessage:
    """Return the mail, ready to be sent.

    Its Message-ID comes from the ledger: a mail that is sent again after a crash is recognised.
    """
    paragraphs = [_paragraph(item, letterhead) for item in contents.items[:MOST_ITEMS]]
    opening, closing = _frame(contents, at)
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address("เวียน", addr_spec=letterhead.sender)
    message["To"] = [Address(addr_spec=one) for one in contents.mailboxes]
    message["Subject"] = _subject(contents, at)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(contents.mail_id, letterhead)
    message["Content-Language"] = "th"
    # Nobody's automatic answer is wanted.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_plain(opening, paragraphs, closing), cte="base64")
    message.add_alternative(_html(opening, paragraphs, closing), subtype="html", cte="base64")
    calendar = compose_calendar(contents.items, domain=letterhead.domain, at=at)
    if calendar is not None:
        _attach(message, calendar)
    return message


def message_id(mail_id: UUID, letterhead: Letterhead) -> str:
    """Return the Message-ID of a mail, the same each time it is sent."""
    return f"<mail-{mail_id}@{letterhead.domain}>"


def _attach(message: EmailMessage, calendar: bytes) -> None:
    message.add_attachment(
        calendar.decode(),
        subtype="calendar",
        charset="utf-8",
        cte="base64",
        filename="event.ics",
        params={"method": "PUBLISH"},
    )


def _subject(contents: MailContents, at: datetime) -> str:
    first, count = contents.items[0], len(contents.items)
    if contents.kind is MailKind.DIGEST:
        day = thai_long_date(bangkok_date(at))
        return f"แจ้งเตือนงานสารบรรณ {thai_digits(str(count))} รายการ ({day})"
    title = STEP_TH[first.steps[-1].step]
    if not first.is_secret:
        title = f"{URGENCY_TH[first.urgency]}: {title}"
    if count > 1:
        return f"{title} และอื่น ๆ รวม {thai_digits(str(count))} รายการ"
    return title if first.is_secret else _shorten(f"{title} {_letter_line(first)}")


def _letter_line(item: MailItem) -> str:
    return f"{number_words(item.number)} เรื่อง {one_line(item.subject)}"


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_SUBJECT else text[: _LONGEST_SUBJECT - 1] + "…"


def _frame(contents: MailContents, at: datetime) -> tuple[str, str]:
    count = len(contents.items)
    opening = (
        f"เรียน {one_line(contents.registry)}\n"
        f"ณ วันที่ {thai_long_date(bangkok_date(at))} มีรายการที่รอดำเนินการ "
        f"{thai_digits(str(count))} รายการ"
    )
    closing = "จดหมายนี้ระบบเวียนส่งโดยอัตโนมัติ โปรดอย่าตอบกลับ"
    if count > MOST_ITEMS:
        more = thai_digits(str(count - MOST_ITEMS))
        closing = f"และยังมีอีก {more} รายการ โปรดดูในระบบ\n{closing}"
    return opening, closing


def _paragraph(item: MailItem, letterhead: Letterhead) -> _Paragraph:
    link = f"{letterhead.public_url.rstrip('/')}/v1/hops/{item.hop_id}"
    steps = " / ".join(STEP_TH[one.step] for one in item.steps)
    if item.is_secret:
        return _Paragraph(title=steps, lines=[_WITHHELD], link=link)
    lines = [
        _letter_line(item),
        f"ผู้รับ: {one_line(item.recipient)}",
        *(deadline_line(one.step, one.deadline) for one in item.steps),
        *(days_line(one.facts) for one in item.steps),
    ]
    # Several steps of a hop are about one deadline, and it is said once.
    told = list(dict.fromkeys(filter(None, lines)))
    title = f"{URGENCY_TH[item.urgency]} {steps}".strip()
    return _Paragraph(title=title, lines=told, link=link)


def _plain(opening: str, paragraphs: Sequence[_Paragraph], closing: str) -> str:
    blocks = [opening]
    for number, one in enumerate(paragraphs, start=1):
        title = f"{thai_digits(str(number))}. {one.title}"
        blocks.append("\n   ".join([title, *one.lines, one.link]))
    return "\n\n".join([*blocks, closing]) + "\n"


def _html(opening: str, paragraphs: Sequence[_Paragraph], closing: str) -> str:
    items = "".join(
        f"<li><b>{escape(one.title)}</b><br>{_breaks(one.lines)}<br>"
        f'<a href="{escape(one.link)}">เปิดดูในระบบ</a></li>\n'
        for one in paragraphs
    )
    return (
        '<!doctype html>\n<html lang="th">\n<head><meta charset="utf-8"></head>\n<body>\n'
        f"<p>{_breaks(opening.splitlines())}</p>\n<ol>\n{items}</ol>\n"
        f"<p>{_breaks(closing.splitlines())}</p>\n</body>\n</html>\n"
    )


def _breaks(lines: Sequence[str]) -> str:
    return "<br>".join(escape(line) for line in lines)
