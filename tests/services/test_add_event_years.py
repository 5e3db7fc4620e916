from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.vocabulary import EventKind
from models import Event
from services.add_event_years import add_event_years
from services.record_event import record_event
from tests.support.directory import Directory

NEW_YEAR = datetime(2049, 12, 31, 17, tzinfo=UTC)
"""The first instant of B.E. 2593 in Bangkok."""

_WHERE = text("SELECT tableoid::regclass::text FROM event WHERE at = :at")


async def _record(session: AsyncSession, directory: Directory, at: datetime) -> str:
    desk = directory["hall"]
    await record_event(
        session,
        EventKind.REGISTER_OPENED,
        at=at,
        by=desk.head.id,
        registry_id=desk.registry_id,
        facts={},
    )
    return str(await session.scalar(_WHERE, {"at": at}))


async def test_each_year_of_bangkok_has_a_partition_of_its_own(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    async with sessions.begin() as session:
        assert await add_event_years(session, at=NEW_YEAR) == 2
        assert await add_event_years(session, at=NEW_YEAR) == 0
        moment = timedelta(microseconds=1)
        assert await _record(session, own_directory, NEW_YEAR) == "event_2593"
        assert await _record(session, own_directory, NEW_YEAR - moment) == "event_other"
    async with sessions.begin() as session:
        # What came before its year had a partition stays where it is, and is not lost.
        assert await add_event_years(session, at=NEW_YEAR - moment) == 0
        assert len((await session.scalars(select(Event.id))).all()) == 2


async def test_a_new_year_cannot_be_emptied_either(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        await add_event_years(session, at=NEW_YEAR)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with sessions.begin() as session:
            await session.execute(text("TRUNCATE event_2593"))
