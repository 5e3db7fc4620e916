"""What a mail has to say at the moment it is sent: the ledger is read again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from domain.alarms import MEANING
from domain.buddhist_era import bangkok_date
from domain.mailbox import is_mailbox
from domain.notice_times import NoticeFacts, is_still_true
from domain.vocabulary import AlarmStep, DispatchState, Duty, HopState, MailKind, Role, Urgency
from models import Mail
from services.post_holders import HOLDERS

# What a secret letter is about does not leave the database, so that nothing after this line can
# let it slip.
_NOTICES = text("""
SELECT n.step, n.facts, n.due_at, n.read_at, h.id AS hop_id, h.state, h.suspended_at,
    d.state AS dispatch_state, p.register_by, p.forward_by, p.acknowledge_by,
    l.id AS letter_id, l.urgency, l.secrecy <> 'normal' AS is_secret,
    open.number, open.subject, open.event_starts_at, open.event_ends_at, open.event_place,
    CASE WHEN open.id IS NOT NULL THEN recipient.name END AS recipient, n.post
FROM notice n
JOIN hop h ON h.id = n.hop_id
JOIN deadline_plan p ON p.id = h.plan_id
JOIN dispatch d ON d.id = h.dispatch_id
JOIN letter l ON l.id = d.letter_id
JOIN registry recipient ON recipient.id = h.recipient_registry_id
LEFT JOIN letter open ON open.id = l.id AND open.secrecy = 'normal'
WHERE n.mail_id = :mail_id
ORDER BY n.due_at, n.id
""")

_REGISTRY = text("""
SELECT name, CASE WHEN closed_at IS NULL THEN mail END AS mail FROM registry WHERE id = :id
""")

# Who holds the posts today: whoever held them when the notice was raised may have left since.
_HOLDERS = text(f"""
WITH desks AS (SELECT CAST(:registry_id AS uuid) AS registry_id), {HOLDERS}
SELECT DISTINCT o.mail FROM holders h JOIN officer o ON o.id = h.officer_id
WHERE h.post = ANY(:posts) AND o.mail IS NOT NULL ORDER BY o.mail
""").bindparams(bindparam("posts", type_=ARRAY(Text())))  # noqa: S608 (nothing but our own words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Meeting:
    """The event that a letter invites to."""

    letter_id: UUID
    starts_at: datetime
    ends_at: datetime
    place: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldStep:
    """One notice that is still true."""

    step: AlarmStep
    deadline: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class MailItem:
    """A hop and what is true of it, oldest first; of a secret letter only that it is waited for."""

    hop_id: UUID
    steps: Sequence[ToldStep]
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

    It goes to the mailbox of the registry, and to those who hold the posts that its notices
    address; to the clerks only where the registry has no mailbox of its own.
    """
    desk = (await session.execute(_REGISTRY, {"id": mail.registry_id})).one()
    rows = (await session.execute(_NOTICES, {"mail_id": mail.id})).all()
    # A step is told once, though a deadline that was moved has raised it anew.
    newest = {(row.hop_id, row.step): row for row in rows}
    told = [row for row in newest.values() if is_still_true(_facts(row), at)]
    told.sort(key=lambda row: row.due_at)
    central = [desk.mail] if desk.mail and is_mailbox(desk.mail) else []
    posts = {row.post for row in told} - ({Role.CLERK.value} if central else set())
    own = await _mailboxes(session, mail.registry_id, posts, at) if posts else []
    return MailContents(
        mail_id=mail.id,
        kind=mail.kind,
        registry=desk.name,
        mailboxes=list(dict.fromkeys([*central, *own])),
        items=[_item(rows) for rows in _by_hop(told)],
    )


async def _mailboxes(
    session: AsyncSession, registry_id: UUID, posts: Collection[str], at: datetime
) -> list[str]:
    values = {"registry_id": registry_id, "posts": sorted(posts), "today": bangkok_date(at)}
    return [one for one in await session.scalars(_HOLDERS, values) if is_mailbox(one)]


def _by_hop(told: Sequence[Row[Any]]) -> Collection[Sequence[Row[Any]]]:
    hops: dict[UUID, list[Row[Any]]] = {}
    for row in told:
        hops.setdefault(row.hop_id, []).append(row)
    return hops.values()


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


def _step(row: Row[Any]) -> ToldStep:
    return ToldStep(step=AlarmStep(row.step), deadline=_deadline(row), facts=row.facts)


def _item(rows: Sequence[Row[Any]]) -> MailItem:
    row, meeting = rows[0], None
    if row.event_starts_at is not None:
        meeting = Meeting(
            letter_id=row.letter_id,
            starts_at=row.event_starts_at,
            ends_at=row.event_ends_at,
            place=row.event_place,
        )
    return MailItem(
        hop_id=row.hop_id,
        steps=[_step(row) for row in rows],
        urgency=Urgency(row.urgency),
        is_secret=row.is_secret,
        number=row.number,
        subject=row.subject,
        recipient=row.recipient,
        meeting=meeting,
    )
