from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.time_span import BEYOND, time_span
from tests.support.directory import Directory

FIRST = datetime(2021, 1, 1, 2, 0, tzinfo=UTC)
DAYS = 60

# Two a day; the second began twenty hours before it got its number.
_WRITE = text("""
INSERT INTO event (kind, at, officer_id, registry_id)
SELECT 'register_opened', :first + day * interval '1 day' - late * interval '20 hours', :officer,
    :registry
FROM generate_series(0, :days - 1) AS day, generate_series(0, 1) AS late
ORDER BY day, late
RETURNING id, at
""")
_ABOUT = text("SELECT before, after FROM events_about(:moment)")


async def _write(session: AsyncSession, directory: Directory) -> list[tuple[int, datetime]]:
    desk = directory["hall"]
    values = {
        "first": FIRST,
        "days": DAYS,
        "officer": desk.clerk.id,
        "registry": desk.registry_id,
    }
    return [(row.id, row.at) for row in await session.execute(_WRITE, values)]


async def test_every_event_of_a_time_lies_within_its_span(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    async with sessions() as session:
        written = await _write(session, own_directory)
        for nth in range(-2, DAYS + 3):
            since = FIRST + timedelta(days=nth)
            until = since + timedelta(days=7)
            first, end = await time_span(session, since=since, until=until)
            inside = [number for number, at in written if since <= at < until]
            assert all(first <= number < end for number in inside), since
            # And not much else: two events a day, a day of slack on either side.
            assert sum(first <= number < end for number, _ in written) <= len(inside) + 8, since


async def test_a_time_that_is_open_at_an_end_leaves_the_numbers_open_there(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    middle = FIRST + timedelta(days=DAYS // 2)
    async with sessions() as session:
        await _write(session, own_directory)
        assert await time_span(session, since=None, until=None) == (0, BEYOND)
        first, end = await time_span(session, since=middle, until=None)
        assert 0 < first < end == BEYOND
        first, end = await time_span(session, since=None, until=middle)
        assert 0 == first < end < BEYOND


async def test_an_empty_record_has_nothing_before_or_after(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions() as session:
        about = (await session.execute(_ABOUT, {"moment": FIRST})).one()
        assert tuple(about) == (None, None)
