"""Letters on their way, built through the use cases with defaults that a test may override."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.deadlines import Deadlines
from domain.vocabulary import Book, EventKind, Secrecy
from models import Base, Dispatch, Event, Hop, Letter, Outbox, Register
from services.create_dispatch import SendOrder
from services.dispatch_letter import dispatch_letter
from services.forward_letter import forward_letter
from services.issue_letter import issue_letter
from services.letter_draft import LetterDraft
from services.open_register import open_register
from services.register_hop import Receipt, register_hop
from tests.support.directory import Desk

MORNING = datetime(2021, 3, 2, 2, tzinfo=UTC)
"""Nine o'clock in Bangkok, the day of the reference circular."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
REGISTER_BY = MORNING + DAY
ACKNOWLEDGE_BY = MORNING + 8 * DAY


class StoredFiles:
    """A file store that holds what it is told to."""

    def __init__(self, sizes: Mapping[bytes, int] | None = None) -> None:
        self._sizes = sizes or {}

    async def size(self, sha256: bytes, *, depositor: UUID) -> int | None:
        return self._sizes.get(sha256)


def order(
    *recipients: Desk | UUID,
    deadlines: Deadlines | None = None,
    answer_form: dict[str, Any] | None = None,
) -> SendOrder:
    """Send to `recipients` within a day to register and eight to acknowledge."""
    return SendOrder(
        recipients=[one if isinstance(one, UUID) else one.organization_id for one in recipients],
        deadlines=deadlines or Deadlines(register_by=REGISTER_BY, acknowledge_by=ACKNOWLEDGE_BY),
        answer_form=answer_form,
    )


def cleared(officer: ActingOfficer, secrecy: Secrecy) -> ActingOfficer:
    """Return the officer with the clearance that a class of secrecy needs."""
    return replace(officer, clearance=secrecy)


async def issue(
    session: AsyncSession,
    desk: Desk,
    *,
    at: datetime = MORNING,
    **draft: Any,  # noqa: ANN401 (the fields of a draft, each of its own type)
) -> Letter:
    """Issue a circular of `desk` about nothing in particular."""
    return await issue_letter(
        session,
        by=cleared(desk.clerk, draft.get("secrecy", Secrecy.NORMAL)),
        registry_id=desk.registry_id,
        draft=LetterDraft(**{"subject": "ขอให้รายงานผล", **draft}),
        files=StoredFiles(),
        at=at,
    )


async def send(
    session: AsyncSession,
    desk: Desk,
    *recipients: Desk,
    at: datetime = MORNING,
    letter: Letter | None = None,
    deadlines: Deadlines | None = None,
    answer_form: dict[str, Any] | None = None,
) -> Dispatch:
    """Send a letter of `desk`, a new one unless it is given."""
    letter = letter or await issue(session, desk, at=at)
    return await dispatch_letter(
        session,
        by=cleared(desk.clerk, letter.secrecy),
        letter_id=letter.id,
        order=order(*recipients, deadlines=deadlines, answer_form=answer_form),
        at=at,
    )


async def open_incoming(session: AsyncSession, desk: Desk, *, after: int, year: int = 2021) -> None:
    """Open the book of incoming letters after the last number on paper."""
    await open_register(
        session,
        by=desk.head,
        registry_id=desk.registry_id,
        book=Book.INCOMING,
        year=year,
        last_paper_number=after,
        at=MORNING,
    )


async def hop_to(session: AsyncSession, dispatch: Dispatch, desk: Desk) -> UUID:
    """Return the hop of a dispatch that goes to `desk`."""
    query = select(Hop.id).where(
        Hop.dispatch_id == dispatch.id, Hop.recipient_registry_id == desk.registry_id
    )
    return (await session.scalars(query)).one()


async def hop_after(session: AsyncSession, hop_id: UUID) -> Hop:
    """Return a hop as the ledger has it now."""
    return await session.get_one(Hop, hop_id, populate_existing=True)


async def register(
    session: AsyncSession, dispatch: Dispatch, desk: Desk, *, at: datetime = MORNING
) -> Receipt:
    """Let `desk` register what the dispatch brought it."""
    hop_id = await hop_to(session, dispatch, desk)
    return await register_hop(session, by=desk.clerk, hop_id=hop_id, at=at)


async def pass_on(
    session: AsyncSession,
    above: Dispatch,
    desk: Desk,
    *recipients: Desk,
    at: datetime = MORNING,
    cover: LetterDraft | None = None,
    answer_form: dict[str, Any] | None = None,
    deadlines: Deadlines | None = None,
) -> Dispatch:
    """Let `desk` register what the dispatch brought it and send it on."""
    hop_id = (await register(session, above, desk, at=at)).hop_id
    return await forward_letter(
        session,
        by=desk.clerk,
        hop_id=hop_id,
        order=order(*recipients, answer_form=answer_form, deadlines=deadlines),
        files=StoredFiles(),
        at=at,
        cover=cover,
    )


async def book_of(
    session: AsyncSession, desk: Desk, book: Book, year: int = MORNING.year
) -> Register:
    """Return a book of `desk` as the ledger has it now."""
    query = select(Register).where(
        Register.registry_id == desk.registry_id, Register.book == book, Register.year == year
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def events(session: AsyncSession, kind: EventKind | None = None) -> Sequence[Event]:
    """Return what was recorded so far, oldest first."""
    query = select(Event).order_by(Event.id)
    if kind is not None:
        query = query.where(Event.kind == kind)
    return (await session.scalars(query)).all()


async def last_event(session: AsyncSession) -> Event:
    """Return what was recorded last."""
    return (await events(session))[-1]


async def messages(session: AsyncSession) -> Sequence[Outbox]:
    """Return what the process is told, oldest first."""
    return (await session.scalars(select(Outbox).order_by(Outbox.id))).all()


async def size_of_ledger(session: AsyncSession) -> dict[str, int]:
    """Return how many rows every table has, and how many numbers were given."""
    sizes = {
        table.name: await session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }
    given = await session.scalar(text("SELECT coalesce(sum(allocated), 0) FROM register"))
    return sizes | {"numbers": int(given or 0)}
