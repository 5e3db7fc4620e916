import asyncio
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.access import ActingOfficer
from domain.errors import ConflictError, NotAllowedError, NotFoundError, WianError
from domain.vocabulary import Book, EntryKind, EventKind
from models import Register, RegisterEntry
from services.open_register import open_register
from services.take_number import TakenNumber, number_refused
from services.void_number import _VOID, void_number
from tests.support.directory import Desk, Directory
from tests.support.letters import (
    HOUR,
    MORNING,
    book_of,
    events,
    issue,
    messages,
    register,
    send,
    size_of_ledger,
)


async def _void(session: AsyncSession, desk: Desk, book: Register, number: int) -> TakenNumber:
    return await void_number(
        session,
        by=desk.head,
        register_id=book.id,
        number=number,
        reason="พิมพ์ผิด",
        at=MORNING + HOUR,
    )


async def _paper_book(session: AsyncSession, desk: Desk, *, after: int) -> Register:
    return await open_register(
        session,
        by=desk.head,
        registry_id=desk.registry_id,
        book=Book.INCOMING,
        year=2021,
        last_paper_number=after,
        at=MORNING,
    )


async def test_a_letter_that_was_never_sent_is_voided_and_its_number_stays_used(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    letter = await issue(session, agency)
    book = await book_of(session, agency, Book.CIRCULAR)
    voided = await _void(session, agency, book, 1)
    assert (voided.number, voided.recorded_at) == (1, MORNING + HOUR)
    entry = await session.get_one(RegisterEntry, voided.entry_id)
    assert (entry.kind, entry.position, entry.letter_id) == (EntryKind.VOIDED, 2, letter.id)
    assert (entry.reason, entry.recorded_by) == ("พิมพ์ผิด", agency.head.id)
    (event,) = await events(session, EventKind.NUMBER_VOIDED)
    assert (event.letter_id, event.registry_id) == (letter.id, agency.registry_id)
    assert event.facts == {"book": "circular", "year": 2021, "number": 1, "reason": "พิมพ์ผิด"}
    assert await messages(session) == []
    assert (await issue(session, agency)).number == "ทด 0017/ว 2"


async def test_a_sheet_spoiled_on_paper_is_voided_without_a_letter(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    book = await _paper_book(session, hall, after=10)
    voided = await _void(session, hall, book, 7)
    entry = await session.get_one(RegisterEntry, voided.entry_id)
    assert (entry.number, entry.position, entry.letter_id) == (7, 1, None)
    assert (await book_of(session, hall, Book.INCOMING)).allocated == 0


async def test_a_number_is_voided_once(session: AsyncSession, directory: Directory) -> None:
    agency = directory["agency"]
    await issue(session, agency)
    book = await book_of(session, agency, Book.CIRCULAR)
    await _void(session, agency, book, 1)
    before = await size_of_ledger(session)
    with pytest.raises(ConflictError) as refusal:
        async with session.begin_nested():
            await _void(session, agency, book, 1)
    assert refusal.value.reason == "number_taken"
    assert await size_of_ledger(session) == before


async def test_a_number_on_a_letter_that_was_sent_is_in_use(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    await send(session, agency, directory["hall"])
    with pytest.raises(ConflictError) as refusal:
        await _void(session, agency, await book_of(session, agency, Book.CIRCULAR), 1)
    assert refusal.value.reason == "number_in_use"


async def test_a_number_on_a_receipt_is_in_use(session: AsyncSession, directory: Directory) -> None:
    hall = directory["hall"]
    await register(session, await send(session, directory["agency"], hall), hall)
    with pytest.raises(ConflictError) as refusal:
        await _void(session, hall, await book_of(session, hall, Book.INCOMING), 1)
    assert refusal.value.reason == "number_in_use"


@pytest.mark.parametrize("number", [11, 12, 500])
async def test_a_number_that_was_never_given_is_not_voided(
    session: AsyncSession, directory: Directory, number: int
) -> None:
    book = await _paper_book(session, directory["hall"], after=10)
    with pytest.raises(ConflictError) as refusal:
        async with session.begin_nested():
            await _void(session, directory["hall"], book, number)
    assert refusal.value.reason == "number_not_on_paper"


async def test_only_the_head_voids(session: AsyncSession, directory: Directory) -> None:
    hall = directory["hall"]
    book = await _paper_book(session, hall, after=10)
    cases: list[tuple[ActingOfficer, UUID, type[WianError], str]] = [
        (hall.clerk, book.id, NotAllowedError, "role_missing"),
        (hall.auditor, book.id, NotAllowedError, "role_missing"),
        (directory["agency"].head, book.id, NotFoundError, "not_found"),
        (hall.head, UUID(int=404), NotFoundError, "not_found"),
    ]
    for by, register_id, error, code in cases:
        with pytest.raises(error) as refusal:
            await void_number(
                session, by=by, register_id=register_id, number=1, reason="ผิด", at=MORNING
            )
        assert refusal.value.reason == code


async def test_of_voiding_and_sending_at_once_exactly_one_happens(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    agency = own_directory["agency"]
    async with sessions.begin() as session:
        letters = [await issue(session, agency) for _ in range(12)]
        book = await book_of(session, agency, Book.CIRCULAR)

    async def void(number: int) -> bool:
        async with sessions.begin() as session:
            await _void(session, agency, book, number)
        return True

    async def dispatch(number: int) -> bool:
        async with sessions.begin() as session:
            await send(session, agency, own_directory["hall"], letter=letters[number - 1])
        return True

    both = [act(number) for number in range(1, 13) for act in (void, dispatch)]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    codes = {True: 0, "number_in_use": 0, "letter_voided": 0}
    for voided, sent in zip(outcomes[::2], outcomes[1::2], strict=True):
        assert (voided is True) != (sent is True)
        loser = sent if voided is True else voided
        assert isinstance(loser, ConflictError)
        codes[loser.reason] += 1
    assert codes["number_in_use"] + codes["letter_voided"] == 12


async def test_even_a_race_cannot_void_the_number_of_a_receipt(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    # What the use case checks before, the trigger checks again under the register's lock.
    hall = own_directory["hall"]
    async with sessions.begin() as session:
        await register(session, await send(session, own_directory["agency"], hall), hall)
        book = await book_of(session, hall, Book.INCOMING)
    values = {
        "register_id": book.id,
        "number": 1,
        "letter_id": None,
        "at": MORNING,
        "by": hall.head.id,
        "reason": "ผิด",
    }
    async with sessions() as session:
        with pytest.raises(DBAPIError) as refusal:
            await session.execute(_VOID, values)
    rule = number_refused(refusal.value)
    assert isinstance(rule, ConflictError)
    assert rule.reason == "number_in_use"
