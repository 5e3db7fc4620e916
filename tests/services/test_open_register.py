import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import ConflictError, NotAllowedError, NotFoundError
from domain.register_chain import GENESIS
from domain.vocabulary import Book, EventKind
from models import Register
from services.open_register import open_register
from tests.support.directory import Desk, Directory
from tests.support.letters import MORNING, last_event, register, send, size_of_ledger


async def _open(session: AsyncSession, desk: Desk, *, role: str = "head") -> Register:
    return await open_register(
        session,
        by=getattr(desk, role),
        registry_id=desk.registry_id,
        book=Book.INCOMING,
        year=2021,
        last_paper_number=1096,
        at=MORNING,
    )


@pytest.mark.parametrize("role", ["head", "admin"])
async def test_a_book_begins_where_the_paper_stopped(
    session: AsyncSession, directory: Directory, role: str
) -> None:
    hall = directory["hall"]
    book = await _open(session, hall, role=role)
    assert (book.registry_id, book.book, book.year) == (hall.registry_id, Book.INCOMING, 2021)
    assert (book.opened_after, book.allocated, book.positions) == (1096, 0, 0)
    assert (book.head_hash, book.last_recorded_at) == (GENESIS, None)
    event = await last_event(session)
    assert (event.kind, event.registry_id) == (EventKind.REGISTER_OPENED, hall.registry_id)
    assert event.facts == {"book": "incoming", "year": 2021, "last_paper_number": 1096}
    receipt = await register(session, await send(session, directory["agency"], hall), hall)
    assert receipt.number == 1097


@pytest.mark.parametrize("how", ["by hand", "by the first letter"])
async def test_a_book_is_opened_once(session: AsyncSession, directory: Directory, how: str) -> None:
    hall = directory["hall"]
    if how == "by hand":
        await _open(session, hall)
    else:
        await register(session, await send(session, directory["agency"], hall), hall)
    before = await size_of_ledger(session)
    with pytest.raises(ConflictError) as refusal:
        await _open(session, hall)
    assert refusal.value.reason == "register_open"
    assert await size_of_ledger(session) == before


async def test_only_head_and_administrator_open_books(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    for role in ("clerk", "auditor"):
        with pytest.raises(NotAllowedError) as refusal:
            await _open(session, hall, role=role)
        assert refusal.value.reason == "role_missing"
    with pytest.raises(NotFoundError):
        await open_register(
            session,
            by=directory["agency"].head,
            registry_id=hall.registry_id,
            book=Book.INCOMING,
            year=2021,
            last_paper_number=0,
            at=MORNING,
        )
