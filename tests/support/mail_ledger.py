"""Letters, hops and notices written straight into the tables, for what is told by mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from domain.alarms import MEANING
from domain.vocabulary import AlarmStep, Authority, Book, HopState, Role, Secrecy, Urgency
from models import DeadlinePlan, Hop, Letter, Mail, Notice
from services.take_number import Shelf, take_number
from tests.support.directory import Desk

MONDAY = date(2026, 6, 8)
"""A week without a holiday follows."""

SENT_AT = datetime.fromisoformat("2026-06-05T09:00+07:00")
DAY = timedelta(days=1)


def bangkok(day: int, clock: str) -> datetime:
    """Return an instant of June 2026, Bangkok time: the 8th is a Monday."""
    return datetime.fromisoformat(f"2026-06-{day:02}T{clock}+07:00")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A letter on its way to one recipient."""

    letter_id: UUID
    dispatch_id: UUID
    hop_id: UUID
    sender: Desk
    recipient: Desk
    number: str


async def send_out(
    session: AsyncSession,
    sender: Desk,
    recipient: Desk,
    *,
    register_by: datetime = SENT_AT + DAY,
    acknowledge_by: datetime = SENT_AT + 10 * DAY,
    alarms: list[dict[str, str]] | None = None,
    sent_at: datetime = SENT_AT,
    **letter: Any,  # noqa: ANN401 (columns of the letter)
) -> Sent:
    """Write a letter, its dispatch, its plan and its one hop."""
    letter_id, number = await _letter(session, sender, **letter)
    dispatch_id: UUID = (await session.execute(text("SELECT uuidv7()"))).scalar_one()
    await session.execute(
        text("""
        INSERT INTO dispatch (id, lineage, senders, letters, secrecy, letter_id, circular_id,
            sender_registry_id, state, register_by, acknowledge_by, sent_at, sent_by)
        SELECT :id, ARRAY[CAST(:id AS uuid)], ARRAY[registry_id], lineage, secrecy, id, id,
            registry_id, 'open', :register_by, :acknowledge_by, :at, :by
        FROM letter WHERE id = :letter
        """),
        {
            "id": dispatch_id,
            "letter": letter_id,
            "register_by": register_by,
            "acknowledge_by": acknowledge_by,
            "at": sent_at,
            "by": sender.clerk.id,
        },
    )
    plan = await _plan(session, dispatch_id, register_by, acknowledge_by, alarms or [])
    hop_id = await session.scalar(
        insert(Hop)
        .values(
            dispatch_id=dispatch_id,
            position=0,
            chunk=0,
            recipient_registry_id=recipient.registry_id,
            circular_id=letter_id,
            senders=[sender.registry_id],
            secrecy=letter.get("secrecy", Secrecy.NORMAL),
            state=HopState.SENT,
            plan_id=plan,
        )
        .returning(Hop.id)
    )
    assert isinstance(hop_id, UUID)
    return Sent(
        letter_id=letter_id,
        dispatch_id=dispatch_id,
        hop_id=hop_id,
        sender=sender,
        recipient=recipient,
        number=number,
    )


async def notify(
    session: AsyncSession,
    sent: Sent,
    step: AlarmStep,
    *,
    to: Desk | None = None,
    at: datetime = SENT_AT,
    post: Role = Role.CLERK,
    officer_id: UUID | None = None,
    facts: dict[str, Any] | None = None,
) -> UUID:
    """Write the notice of a step, to the recipient unless another desk is named."""
    notice_id = await session.scalar(
        insert(Notice)
        .values(
            hop_id=sent.hop_id,
            dispatch_id=sent.dispatch_id,
            circular_id=sent.letter_id,
            secrecy=select(Hop.secrecy).where(Hop.id == sent.hop_id).scalar_subquery(),
            step=step,
            kind=MEANING[step][2],
            registry_id=(to or sent.recipient).registry_id,
            post=post,
            officer_id=officer_id,
            facts=facts or {},
            due_at=at,
            created_at=at,
        )
        .returning(Notice.id)
    )
    assert isinstance(notice_id, UUID)
    return notice_id


async def settle(session: AsyncSession, sent: Sent, *, at: datetime = SENT_AT) -> None:
    """Let the sender take the letter back: nobody waits for the hop any more."""
    values = {"state": HopState.RECALLED, "settled_at": at, "settled_by": sent.sender.clerk.id}
    await session.execute(update(Hop).where(Hop.id == sent.hop_id).values(**values))


async def stamp(session: AsyncSession, sent: Sent, *, at: datetime = SENT_AT) -> None:
    """Let the recipient register the letter."""
    entry = await take_number(
        session,
        shelf=Shelf(
            registry_id=sent.recipient.registry_id, book=Book.INCOMING, secrecy=Secrecy.NORMAL
        ),
        letter_id=sent.letter_id,
        by=sent.recipient.clerk.id,
        at=at,
    )
    values = {
        "state": HopState.REGISTERED,
        "registered_at": at,
        "registered_by": sent.recipient.clerk.id,
        "receipt_entry_id": entry.entry_id,
    }
    await session.execute(update(Hop).where(Hop.id == sent.hop_id).values(**values))


async def replan(
    session: AsyncSession,
    sent: Sent,
    *,
    acknowledge_by: datetime,
    alarms: list[dict[str, str]] | None = None,
) -> None:
    """Put the deadline of the acknowledgment off."""
    plan = await _plan(session, sent.dispatch_id, SENT_AT + DAY, acknowledge_by, alarms or [])
    await session.execute(update(Hop).where(Hop.id == sent.hop_id).values(plan_id=plan))


async def suspend(session: AsyncSession, sent: Sent, *, is_on: bool = True) -> None:
    """Stop the clock of the hop, or let it run again."""
    values = (
        {"suspended_at": SENT_AT, "suspended_by": sent.sender.head.id}
        if is_on
        else {"suspended_at": None, "suspended_by": None}
    )
    await session.execute(update(Hop).where(Hop.id == sent.hop_id).values(**values))


async def close(session: AsyncSession, sent: Sent, *, at: datetime = SENT_AT) -> None:
    """Let the sender stop waiting."""
    await session.execute(
        text("""
        UPDATE dispatch SET state = 'closed', closed_at = :at, closed_by = :by,
            close_reason = 'เลิกติดตาม' WHERE id = :id
        """),
        {"id": sent.dispatch_id, "at": at, "by": sent.sender.head.id},
    )


async def give_mailboxes(owner: AsyncEngine, *, of: Mapping[UUID, str | None]) -> None:
    """Write the mailboxes of registries and officers, as the owner: the application may not."""
    async with owner.begin() as connection:
        for table in ("registry", "officer"):
            await connection.execute(
                text(f"UPDATE {table} SET mail = :mail WHERE id = :id"),  # noqa: S608 (our own)
                [{"mail": mail, "id": one} for one, mail in of.items()],
            )


async def mails(session: AsyncSession) -> list[Mail]:
    """Return every mail, oldest first, as the ledger has it now."""
    query = select(Mail).order_by(Mail.id).execution_options(populate_existing=True)
    return list(await session.scalars(query))


def alarm(step: AlarmStep, due_at: datetime) -> dict[str, str]:
    """Return an alarm as a plan stores it."""
    return {"step": step.value, "due_at": due_at.isoformat()}


async def _plan(
    session: AsyncSession,
    dispatch_id: UUID,
    register_by: datetime,
    acknowledge_by: datetime,
    alarms: list[dict[str, str]],
) -> UUID:
    versions = (
        await session.execute(
            text("""
            SELECT (SELECT max(number) FROM calendar_version) AS calendar,
                (SELECT max(number) FROM policy_version) AS policy
            """)
        )
    ).one()
    plan_id = await session.scalar(
        insert(DeadlinePlan)
        .values(
            dispatch_id=dispatch_id,
            calendar_scopes=["nation"],
            register_by=min(register_by, acknowledge_by),
            acknowledge_by=acknowledge_by,
            alarms=alarms,
            share_days=1,
            left_days=0,
            unannounced_years=[],
            calendar_version=versions.calendar,
            policy_version=versions.policy,
            holidays_release="test",
            made_at=SENT_AT,
        )
        .returning(DeadlinePlan.id)
    )
    assert isinstance(plan_id, UUID)
    return plan_id


async def _letter(
    session: AsyncSession,
    sender: Desk,
    *,
    subject: str = "ขอเชิญประชุมชี้แจงแนวทาง",
    urgency: Urgency = Urgency.NORMAL,
    secrecy: Secrecy = Secrecy.NORMAL,
    **columns: Any,  # noqa: ANN401 (columns of the letter)
) -> tuple[UUID, str]:
    letter_id: UUID = (await session.execute(text("SELECT uuidv7()"))).scalar_one()
    taken = await take_number(
        session,
        shelf=Shelf(registry_id=sender.registry_id, book=Book.CIRCULAR, secrecy=secrecy),
        letter_id=letter_id,
        by=sender.clerk.id,
        at=SENT_AT,
    )
    if urgency is Urgency.URGENT_WITHIN:
        columns.setdefault("deliver_by", SENT_AT + DAY)
    number = f"ทด 0017/ว {taken.number}"
    await session.execute(
        insert(Letter).values(
            id=letter_id,
            circular_id=letter_id,
            lineage=[letter_id],
            registry_id=sender.registry_id,
            register_entry_id=taken.entry_id,
            number=number,
            number_letters="ทด",
            number_owner="0017",
            number_is_circular=True,
            number_running=str(taken.number),
            dated=SENT_AT.date(),
            subject=subject,
            body="",
            urgency=urgency,
            secrecy=secrecy,
            authority=Authority.OWN,
            issued_at=SENT_AT,
            issued_by=sender.clerk.id,
            **columns,
        )
    )
    return letter_id, number
