from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.errors import ConflictError, InvalidError
from services.answer_once import Request, StoredAnswer, recall_answer, store_answer
from tests.support.directory import Directory
from tests.support.letters import MORNING

ANSWER = StoredAnswer(status=201, body='{"number": "ทด 0017/ว 1"}'.encode())


@pytest.fixture
async def request_(own_directory: Directory) -> Request:
    return Request(officer_id=own_directory["agency"].clerk.id, key="a-key", fingerprint=bytes(32))


@pytest.fixture
async def running(
    sessions: async_sessionmaker[AsyncSession], request_: Request
) -> AsyncIterator[AsyncSession]:
    """A first request that has claimed its key and not yet answered."""
    async with sessions() as session:
        assert await recall_answer(session, request_) is None
        yield session


async def test_a_repeat_gets_the_stored_answer(
    sessions: async_sessionmaker[AsyncSession], running: AsyncSession, request_: Request
) -> None:
    await store_answer(running, request_, ANSWER, at=MORNING)
    await running.commit()
    for _ in range(2):
        async with sessions() as session:
            assert await recall_answer(session, request_) == ANSWER


async def test_the_same_key_with_another_request_is_refused(
    sessions: async_sessionmaker[AsyncSession], running: AsyncSession, request_: Request
) -> None:
    await store_answer(running, request_, ANSWER, at=MORNING)
    await running.commit()
    async with sessions() as session:
        with pytest.raises(InvalidError) as refusal:
            await recall_answer(session, replace(request_, fingerprint=bytes([1]) * 32))
    assert refusal.value.reason == "idempotency_key_reused"


@pytest.mark.parametrize("is_stored", [False, True], ids=["working", "answered, not committed"])
async def test_while_the_first_is_running_the_second_is_told_so(
    sessions: async_sessionmaker[AsyncSession],
    running: AsyncSession,
    request_: Request,
    is_stored: bool,
) -> None:
    if is_stored:
        await store_answer(running, request_, ANSWER, at=MORNING)
    async with sessions() as second:
        with pytest.raises(ConflictError) as refusal:
            await recall_answer(second, request_)
    assert refusal.value.reason == "idempotency_key_in_use"


async def test_after_a_rollback_the_key_is_free(
    sessions: async_sessionmaker[AsyncSession], running: AsyncSession, request_: Request
) -> None:
    await store_answer(running, request_, ANSWER, at=MORNING)
    await running.rollback()
    async with sessions.begin() as session:
        assert await recall_answer(session, request_) is None
        other = StoredAnswer(status=409, body=b"{}")
        await store_answer(session, request_, other, at=MORNING)
    async with sessions() as session:
        assert await recall_answer(session, request_) == other


async def test_keys_of_different_officers_and_different_keys_do_not_meet(
    sessions: async_sessionmaker[AsyncSession],
    running: AsyncSession,
    request_: Request,
    own_directory: Directory,
) -> None:
    other_officer: UUID = own_directory["hall"].clerk.id
    async with sessions() as session:
        assert await recall_answer(session, replace(request_, key="another-key")) is None
        assert await recall_answer(session, replace(request_, officer_id=other_officer)) is None
    await running.rollback()


async def test_an_answer_committed_after_the_claim_began_is_still_found(
    sessions: async_sessionmaker[AsyncSession], request_: Request
) -> None:
    # The same transaction asks again: what matters is the moment after the lock.
    async with sessions() as twin, sessions() as late:
        assert await recall_answer(twin, request_) is None
        await store_answer(twin, request_, ANSWER, at=MORNING)
        with pytest.raises(ConflictError) as refusal:
            await recall_answer(late, request_)
        assert refusal.value.reason == "idempotency_key_in_use"
        await twin.commit()
        assert await recall_answer(late, request_) == ANSWER
