import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.deadlines import Deadlines
from domain.vocabulary import Book
from models import Register, RegisterEntry
from services.verify_registers import verify_registers
from tests.support.directory import Directory
from tests.support.letters import DAY, book_of, issue, register, send

MIDNIGHT = datetime(2020, 12, 31, 17, tzinfo=UTC)
LAST_MOMENT = MIDNIGHT - timedelta(microseconds=1)
WEEKS = Deadlines(register_by=MIDNIGHT + 7 * DAY, acknowledge_by=MIDNIGHT + 14 * DAY)


async def test_the_last_letter_of_the_year_and_the_first_of_the_next(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    before = [await issue(session, agency, at=MIDNIGHT - DAY) for _ in range(2)]
    last = await issue(session, agency, at=LAST_MOMENT)
    first = await issue(session, agency, at=MIDNIGHT)
    assert [one.number_running for one in (*before, last, first)] == ["1", "2", "3", "1"]
    assert (last.dated.isoformat(), first.dated.isoformat()) == ("2020-12-31", "2021-01-01")
    assert (await book_of(session, agency, Book.CIRCULAR, 2020)).allocated == 3
    assert (await book_of(session, agency, Book.CIRCULAR, 2021)).allocated == 1


async def test_the_last_receipt_of_the_year_and_the_first_of_the_next(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    sent = [await send(session, agency, hall, at=MIDNIGHT - DAY, deadlines=WEEKS) for _ in range(3)]
    moments = [MIDNIGHT - DAY, LAST_MOMENT, MIDNIGHT]
    receipts = [
        await register(session, dispatch, hall, at=at)
        for dispatch, at in zip(sent, moments, strict=True)
    ]
    assert [receipt.number for receipt in receipts] == [1, 2, 1]
    assert (await book_of(session, hall, Book.INCOMING, 2020)).allocated == 2
    assert (await book_of(session, hall, Book.INCOMING, 2021)).allocated == 1


@pytest.mark.parametrize("clients", [24])
async def test_around_midnight_every_letter_lands_in_the_year_of_its_instant(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory, clients: int
) -> None:
    agency = own_directory["agency"]
    # Microseconds before and after, handed out in an order that has nothing to do with time.
    moments = [
        MIDNIGHT + timedelta(microseconds=(7 * nth) % clients - clients // 2)
        for nth in range(clients)
    ]

    async def issue_at(at: datetime) -> tuple[int, int]:
        async with sessions.begin() as session:
            letter = await issue(session, agency, at=at)
        return letter.dated.year, int(letter.number_running)

    numbers = await asyncio.gather(*map(issue_at, moments * 4))
    half = clients // 2 * 4
    assert sorted(numbers) == [(year, n) for year in (2020, 2021) for n in range(1, half + 1)]
    async with sessions() as session:
        query = select(Register.year, RegisterEntry.recorded_at).join(
            Register, Register.id == RegisterEntry.register_id
        )
        for year, recorded_at in await session.execute(query):
            assert (recorded_at >= MIDNIGHT) is (year == 2021)
        assert [one.fault async for one in verify_registers(session)] == [None, None]
