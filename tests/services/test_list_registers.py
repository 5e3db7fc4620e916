from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFoundError
from domain.vocabulary import Book, EntryKind, Secrecy
from services.letter_draft import BackEntry
from services.list_registers import list_entries, list_registers, list_registries
from services.open_register import open_register
from services.take_number import Shelf
from services.void_number import void_number
from tests.support.directory import Desk, Directory
from tests.support.letters import HOUR, MORNING, book_of, issue, register, send


async def _keep_books(session: AsyncSession, desk: Desk) -> None:
    """A circular book with a paper number, one allocated and a voided one; and an older year."""
    for year, after in ((2020, 0), (2021, 20)):
        await open_register(
            session,
            by=desk.head,
            registry_id=desk.registry_id,
            book=Book.CIRCULAR,
            year=year,
            last_paper_number=after,
            at=MORNING,
        )
    paper = BackEntry(number="ทส 0017/ว 15", reason="กระดาษ")
    await issue(session, desk, subject="บนกระดาษ", back_entry=paper)
    await issue(session, desk, subject="ในระบบ")
    book = await book_of(session, desk, Book.CIRCULAR)
    await void_number(
        session, by=desk.head, register_id=book.id, number=21, reason="พิมพ์ผิด", at=MORNING + HOUR
    )


def _shelf(desk: Desk, book: Book) -> Shelf:
    return Shelf(registry_id=desk.registry_id, book=book, secrecy=Secrecy.NORMAL)


async def test_a_book_reads_in_the_order_in_which_it_was_chained(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    await _keep_books(session, hall)
    chosen: dict[str, Any] = {
        "by": hall.auditor,
        "shelf": _shelf(hall, Book.CIRCULAR),
        "year": 2021,
        "at": MORNING,
    }
    rows = await list_entries(session, **chosen, after=0, limit=9)
    assert [(one.position, one.number, one.kind, one.reason) for one in rows] == [
        (1, 15, EntryKind.BACK_ENTERED, "กระดาษ"),
        (2, 21, EntryKind.ALLOCATED, None),
        (3, 21, EntryKind.VOIDED, "พิมพ์ผิด"),
    ]
    assert [(one.letter_number, one.subject) for one in rows] == [
        ("ทส 0017/ว 15", "บนกระดาษ"),
        ("ทส 0017/ว 21", "ในระบบ"),
        ("ทส 0017/ว 21", "ในระบบ"),
    ]
    assert rows[-1].entry_hash == (await book_of(session, hall, Book.CIRCULAR)).head_hash
    page = await list_entries(session, **chosen, after=1, limit=1)
    assert page == [rows[1]]


async def test_an_incoming_line_names_the_letter_that_was_received(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    await register(session, await send(session, directory["agency"], hall), hall)
    (row,) = await list_entries(
        session,
        by=hall.clerk,
        shelf=_shelf(hall, Book.INCOMING),
        year=2021,
        at=MORNING,
        after=0,
        limit=9,
    )
    assert (row.number, row.letter_number, row.subject) == (1, "ทด 0017/ว 1", "ขอให้รายงานผล")
    assert (row.stamped_at, row.recorded_at, row.stamp_has_time) == (MORNING, MORNING, True)


@pytest.mark.parametrize(
    ("name", "role", "book", "year"),
    [
        pytest.param("hall", "clerk", Book.OUTGOING, 2021, id="no such book"),
        pytest.param("hall", "clerk", Book.CIRCULAR, 2019, id="no such year"),
        pytest.param("hall", "admin", Book.CIRCULAR, 2021, id="who manages does not read"),
        pytest.param("agency", "head", Book.CIRCULAR, 2021, id="the desk above"),
    ],
)
async def test_a_book_that_is_not_ones_own_is_not_there(
    session: AsyncSession, directory: Directory, name: str, role: str, book: Book, year: int
) -> None:
    hall = directory["hall"]
    await _keep_books(session, hall)
    with pytest.raises(NotFoundError):
        await list_entries(
            session,
            by=getattr(directory[name], role),
            shelf=_shelf(hall, book),
            year=year,
            at=MORNING,
            after=0,
            limit=9,
        )


async def test_an_officer_lists_the_books_of_the_own_desk_newest_first(
    session: AsyncSession, directory: Directory
) -> None:
    hall, agency = directory["hall"], directory["agency"]
    await _keep_books(session, hall)
    await issue(session, agency)
    books = await list_registers(session, by=hall.admin)
    assert [(one.registry_id, one.year) for one in books] == [
        (hall.registry_id, 2021),
        (hall.registry_id, 2020),
    ]
    assert await list_registers(session, by=hall.admin, registry_id=agency.registry_id) == []
    assert len(await list_registers(session, by=hall.admin, registry_id=hall.registry_id)) == 2
    desks: list[UUID] = [one.id for one in await list_registries(session, by=hall.admin)]
    assert desks == [hall.registry_id]
