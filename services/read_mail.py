"""What a mail has to say at the moment it is sent: the ledger is read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.alarms import MEANING
from domain.mailbox import is_mailbox
from domain.notice_times import NoticeFacts, is_still_true
from domain.vocabulary import AlarmStep, DispatchState, Duty, HopState, MailKind, Urgency
from models import Mail

# What a secret letter is about does not leave the database, so that nothing after this line can
# let it slip.
_NOTICES = text("""
SELECT n.step, n.facts, n.due_at, n.read_at, h.id AS hop_id, h.state, h.suspended_at,
    d.state AS dispatch_state, p.register_by, p.forward_by, p.acknowledge_by,
    l.id AS letter_id, l.urgency, l.secrecy <> 'normal' AS is_secret,
    open.number, open.subject, open.event_starts_at, open.event_ends_at, open.event_place,
    CASE WHEN open.id IS NOT NULL THEN recipient.name END AS recipient, o.mail
FROM notice n
JOIN hop h ON h.id = n.hop_id
JOIN deadline_plan p ON p.id = h.plan_id
JOIN dispatch d ON d.id = h.dispatch_id
JOIN letter l ON l.id = d.letter_id
JOIN registry recipient ON recipient.id = h.recipient_registry_id
LEFT JOIN letter open ON open.id = l.id AND open.secrecy = 'normal'
LEFT JOIN officer o ON o.id = n.officer_id AND o.closed_at IS NULL
WHERE n.mail_id = :mail_id
ORDER BY n.due_at, n.id
""")

_REGISTRY = text("""
SELECT name, CASE WHEN closed_at IS NULL THEN mail END AS mail FROM registry WHERE id = :id
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Meeting:
    """The event that a letter invites to."""

    letter_id: UUID
    starts_at: datetime
    ends_at: datetime
    place: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MailItem:
    """One notice that is still true; of a secret letter only that it is waited for."""

    step: AlarmStep
    hop_id: UUID
    deadline: datetime
    facts: Mapping[str, Any]
    urgency: Urgency
    is_secret: bool
    number: str | None
    subject: str | None
    recipient: str | None
    meeting: Meeting | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MailContents:
    """A mail before it has words; without items or mailboxes it must not be sent."""

    mail_id: UUID
    kind: MailKind
    registry: str
    mailboxes: Sequence[str]
    items: Sequence[MailItem]


async def read_mail(session: AsyncSession, mail: Mail, *, at: datetime) -> MailContents:
    """Return what a mail has to say at `at`, and to which mailboxes.

    It goes to the mailbox of the registry, and to the officers whom its notices name.
    """
    desk = (await session.execute(_REGISTRY, {"id": mail.registry_id})).one()
    rows = (await session.execute(_NOTICES, {"mail_id": mail.id})).all()
    # A step is told once, though a deadline that was moved has raised it anew.
    newest = {(row.hop_id, row.step): row for row in rows}
    told = [row for row in newest.values() if is_still_true(_facts(row), at)]
    named = dict.fromkeys(filter(None, [desk.mail, *(row.mail for row in told)]))
    return MailContents(
        mail_id=mail.id,
        kind=mail.kind,
        registry=desk.name,
        mailboxes=[one for one in named if is_mailbox(one)],
        items=[_item(row) for row in told],
    )


def _facts(row: Row[Any]) -> NoticeFacts:
    return NoticeFacts(
        step=AlarmStep(row.step),
        hop_state=HopState(row.state),
        deadline=_deadline(row),
        is_open=row.dispatch_state == DispatchState.OPEN,
        is_suspended=row.suspended_at is not None,
        is_read=row.read_at is not None,
    )


def _deadline(row: Row[Any]) -> datetime:
    by: dict[Duty, datetime] = {
        Duty.REGISTER: row.register_by,
        Duty.FORWARD: row.forward_by or row.due_at,
        Duty.ACKNOWLEDGE: row.acknowledge_by,
    }
    return by[MEANING[AlarmStep(row.step)][0]]


def _item(row: Row[Any]) -> MailItem:
    meeting = None
    if row.event_starts_at is not None:
        meeting = Meeting(
            letter_id=row.letter_id,
            starts_at=row.event_starts_at,
            ends_at=row.event_ends_at,
            place=row.event_place,
        )
    return MailItem(
        step=AlarmStep(row.step),
        hop_id=row.hop_id,
        deadline=_deadline(row),
        facts=row.facts,
        urgency=Urgency(row.urgency),
        is_secret=row.is_secret,
        number=row.number,
        subject=row.subject,
        recipient=row.recipient,
        meeting=meeting,
    )
