import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.vocabulary import Book, EventKind
from models import Register, RegisterEntry
from services.verify_registers import verify_registers
from tests.support.directory import Desk, Directory
from tests.support.letters import MORNING, events, hop_to, issue, messages, register, send

CLIENTS = 32
LETTERS_EACH = 7


class SpoiledError(Exception):
    """A transaction that breaks off after it has taken its number."""


class Client:
    """A desk that issues letters; some transactions break off, some lose their connection."""

    def __init__(
        self,
        seed: int,
        desks: Sequence[Desk],
        sessions: async_sessionmaker[AsyncSession],
        killer: psycopg.AsyncConnection,
    ) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a test must be able to repeat itself
        self._desks, self._sessions, self._killer = desks, sessions, killer
        self.committed: list[str] = []
        self.broken_off = 0
        self.killed = 0

    async def work(self) -> None:
        for _ in range(LETTERS_EACH):
            fate = self._random.choices(["commit", "raise", "kill"], [80, 12, 8])[0]
            try:
                self.committed.append(await self._issue(fate))
            except SpoiledError:
                self.broken_off += 1
            except DBAPIError as error:
                # Only who was killed may lose the connection.
                if fate != "kill" or not error.connection_invalidated:
                    raise
                self.killed += 1

    async def _issue(self, fate: str) -> str:
        # The clocks of the clients disagree by up to a minute.
        at = MORNING + timedelta(seconds=self._random.uniform(-60, 60))
        async with self._sessions.begin() as session:
            letter = await issue(session, self._random.choice(self._desks), at=at)
            if fate == "raise":
                raise SpoiledError
            if fate == "kill":
                await self._kill(session)
        return letter.number

    async def _kill(self, session: AsyncSession) -> None:
        pid = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        # Two arguments: the answer comes when the backend has ended.
        done = await self._killer.execute("SELECT pg_terminate_backend(%s, 30000)", (pid,))
        assert await done.fetchone() == (True,)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["agency"], id="one register"),
        pytest.param(["agency", "hall", "office", "district_a", "district_b"], id="many registers"),
    ],
)
async def test_numbers_have_no_gap_and_no_twin_whatever_breaks(
    sessions: async_sessionmaker[AsyncSession],
    own_directory: Directory,
    superuser: psycopg.AsyncConnection,
    names: list[str],
) -> None:
    desks = [own_directory[name] for name in names]
    clients = [Client(seed, desks, sessions, superuser) for seed in range(CLIENTS)]
    await asyncio.gather(*(client.work() for client in clients))

    numbers = [number for client in clients for number in client.committed]
    killed = sum(client.killed for client in clients)
    broken_off = sum(client.broken_off for client in clients)
    assert len(numbers) + killed + broken_off == CLIENTS * LETTERS_EACH
    assert killed > 5
    assert broken_off > 5
    assert len(set(numbers)) == len(numbers)
    async with sessions() as session:
        entries = await _check_registers(session)
        assert entries == len(numbers)
        assert len(await events(session, EventKind.LETTER_ISSUED)) == len(numbers)
        assert await session.scalar(text("SELECT count(*) FROM letter")) == len(numbers)


async def test_receipts_have_no_gap_and_no_twin_when_many_desks_stamp_at_once(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    hall, agency = own_directory["hall"], own_directory["agency"]
    async with sessions.begin() as session:
        dispatches = [await send(session, agency, hall) for _ in range(CLIENTS)]
        told = len(await messages(session))

    async def stamp(nth: int) -> int | None:
        async with sessions() as session:
            receipt = await register(session, dispatches[nth], hall)
            if nth % 5 == 0:
                await session.rollback()
                return None
            await session.commit()
            return receipt.number

    first = await asyncio.gather(*map(stamp, range(CLIENTS)))
    kept = [number for number in first if number is not None]
    assert sorted(kept) == list(range(1, len(kept) + 1))
    async with sessions() as session:
        assert await session.scalar(
            select(Register.allocated).where(Register.book == "incoming")
        ) == (len(kept))
        unstamped = [
            await hop_to(session, dispatch, hall)
            for dispatch, number in zip(dispatches, first, strict=True)
            if number is None
        ]
        registered = {one.hop_id for one in await events(session, EventKind.REGISTERED)}
        assert registered.isdisjoint(unstamped)
        assert len(registered) == len(kept)
        assert len(await messages(session)) == told
        await _check_registers(session)


async def _check_registers(session: AsyncSession) -> int:
    """Assert that every register is whole, and return how many entries there are."""
    verdicts = [verdict async for verdict in verify_registers(session)]
    assert [verdict.fault for verdict in verdicts] == [None] * len(verdicts)
    total = 0
    for book in (await session.scalars(select(Register))).all():
        query = (
            select(RegisterEntry)
            .where(RegisterEntry.register_id == book.id)
            .order_by(RegisterEntry.position)
        )
        entries = (await session.scalars(query)).all()
        whole = list(range(1, len(entries) + 1))
        assert [entry.number for entry in entries] == whole
        assert [entry.position for entry in entries] == whole
        assert (book.allocated, book.positions) == (len(entries), len(entries))
        recorded = [entry.recorded_at for entry in entries]
        assert recorded == sorted(recorded)
        assert book.last_recorded_at == recorded[-1]
        total += len(entries)
    return total


async def test_the_books_are_verified_while_desks_go_on_writing(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    agency = own_directory["agency"]
    async with sessions.begin() as session:
        await issue(session, agency)
    is_done = asyncio.Event()

    async def write() -> None:
        for _ in range(60):
            async with sessions.begin() as session:
                await issue(session, agency)
        is_done.set()

    async def verify() -> list[object]:
        faults: list[object] = []
        while not is_done.is_set():
            async with sessions() as session:
                faults += [one.fault async for one in verify_registers(session)]
        return faults

    faults, _ = await asyncio.gather(verify(), write())
    assert len(faults) > 1
    assert set(faults) == {None}
    async with sessions() as session:
        assert (await session.scalars(select(Register.book))).all() == [Book.CIRCULAR]
