from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.register_chain import ChainFault
from domain.vocabulary import Book
from infra.database import create_engine
from infra.embedded.postgres import PostgresServer
from services.verify_registers import RegisterVerdict, verify_registers
from services.void_number import void_number
from tests.conftest import Database
from tests.support.directory import Desk, Directory
from tests.support.letters import MORNING, book_of, issue, register, send

ENTRY = """
(SELECT e.id FROM register_entry e JOIN register b ON b.id = e.register_id
WHERE b.book = 'circular' AND e.position = {position})
"""
WRONG_HASH = "hash differs from the entry"
MISPLACED = "entry missing or out of place"
TAIL = "entry missing at the end"


@pytest.fixture
async def powerful(
    postgres: PostgresServer, shared_database: Database, directory: Directory
) -> AsyncIterator[AsyncSession]:
    """The superuser, against whom triggers do not help, beside five letters; all rolled back."""
    url = postgres.superuser_url.rsplit("/", 1)[0] + f"/{shared_database.name}"
    engine = create_engine(SecretStr(url), pool=1, role=None)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        await _issue_five(session, directory["agency"], directory["hall"])
        yield session
        await session.rollback()
    await engine.dispose()


async def _issue_five(session: AsyncSession, agency: Desk, hall: Desk) -> None:
    for _ in range(4):
        await issue(session, agency)
    await register(session, await send(session, agency, hall), hall)
    book = await book_of(session, agency, Book.CIRCULAR)
    await void_number(
        session, by=agency.head, register_id=book.id, number=2, reason="ผิด", at=MORNING
    )


async def _verify(session: AsyncSession) -> dict[Book, RegisterVerdict]:
    return {verdict.book: verdict async for verdict in verify_registers(session)}


async def test_untouched_books_are_whole(powerful: AsyncSession, directory: Directory) -> None:
    verdicts = await _verify(powerful)
    assert verdicts == {
        Book.CIRCULAR: RegisterVerdict(
            registry=directory["agency"].name,
            book=Book.CIRCULAR,
            year=2021,
            entries=6,
            fault=None,
        ),
        Book.INCOMING: RegisterVerdict(
            registry=directory["hall"].name,
            book=Book.INCOMING,
            year=2021,
            entries=1,
            fault=None,
        ),
    }


@pytest.mark.parametrize(
    ("tampering", "position", "problem"),
    [
        pytest.param(
            "UPDATE register_entry SET number = 99 WHERE id = {third}", 3, WRONG_HASH, id="number"
        ),
        pytest.param(
            "UPDATE register_entry SET stamped_at = stamped_at - interval '1 us'"
            " WHERE id = {third}",
            3,
            WRONG_HASH,
            id="back-dated by a microsecond",
        ),
        pytest.param(
            "UPDATE register_entry SET recorded_by = gen_random_uuid() WHERE id = {third}",
            3,
            WRONG_HASH,
            id="officer",
        ),
        pytest.param(
            "UPDATE register_entry SET letter_id = gen_random_uuid() WHERE id = {third}",
            3,
            WRONG_HASH,
            id="letter",
        ),
        pytest.param(
            "UPDATE register_entry SET reason = 'แต่งเติม' WHERE id = {third}",
            3,
            WRONG_HASH,
            id="reason",
        ),
        pytest.param(
            "UPDATE register_entry SET entry_hash = sha256('') WHERE id = {third}",
            3,
            WRONG_HASH,
            id="hash",
        ),
        pytest.param("DELETE FROM register_entry WHERE id = {third}", 3, MISPLACED, id="deleted"),
        pytest.param("DELETE FROM register_entry WHERE id = {last}", 6, TAIL, id="tail cut"),
        pytest.param(
            "DELETE FROM register_entry WHERE id = {last};"
            "UPDATE register SET positions = positions - 1 WHERE book = 'circular'",
            5,
            "head differs from the newest entry",
            id="tail cut and counter rewound",
        ),
        pytest.param(
            "UPDATE register SET head_hash = sha256('') WHERE book = 'circular'",
            6,
            "head differs from the newest entry",
            id="head",
        ),
        pytest.param(
            "UPDATE register SET allocated = allocated + 1 WHERE book = 'circular'",
            6,
            "count differs from the register",
            id="count",
        ),
        pytest.param(
            "UPDATE register SET opened_after = 1 WHERE book = 'circular'",
            1,
            "number 2 is missing",
            id="beginning",
        ),
        pytest.param(
            "UPDATE register SET positions = 5, allocated = 5, head_hash = (SELECT entry_hash"
            " FROM register_entry e WHERE e.register_id = register.id AND e.position = 5)"
            " WHERE book = 'circular'",
            6,
            "entry beyond the last one",
            id="counter rewound",
        ),
    ],
)
async def test_a_planted_change_is_found(
    powerful: AsyncSession,
    tampering: str,
    position: int,
    problem: str,
) -> None:
    await powerful.execute(text("SET LOCAL session_replication_role = replica"))
    places = {"third": ENTRY.format(position=3), "last": ENTRY.format(position=6)}
    for statement in tampering.format(**places).split(";"):
        done = await powerful.execute(text(statement))
        assert isinstance(done, CursorResult)
        assert done.rowcount == 1
    verdicts = await _verify(powerful)
    assert verdicts[Book.CIRCULAR].fault == ChainFault(position=position, problem=problem)
    assert verdicts[Book.INCOMING].fault is None


async def test_only_touched_registers_are_looked_at_when_asked(
    powerful: AsyncSession, directory: Directory
) -> None:
    present = await powerful.scalar(text("SELECT CAST(pg_current_xact_id() AS text)"))
    txid = int(present or 0)
    touched = [verdict async for verdict in verify_registers(powerful, since_txid=txid)]
    assert {verdict.book for verdict in touched} == {Book.CIRCULAR, Book.INCOMING}
    assert [one async for one in verify_registers(powerful, since_txid=txid + 1)] == []


async def test_a_register_that_was_opened_and_not_used_is_whole(
    powerful: AsyncSession, directory: Directory
) -> None:
    await powerful.execute(
        text(
            "INSERT INTO register (registry_id, book, year, opened_at, opened_by)"
            " SELECT registry_id, 'outgoing', year, opened_at, opened_by FROM register"
            " WHERE book = 'circular'"
        )
    )
    verdict = (await _verify(powerful))[Book.OUTGOING]
    assert (verdict.entries, verdict.fault) == (0, None)
