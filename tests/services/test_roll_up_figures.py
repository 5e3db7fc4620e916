"""The follower against real transactions: the figures are what the events say, in any order."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from infra.embedded.postgres import PostgresServer
from services.register_hop import register_hop
from services.roll_up_figures import roll_up_figures
from tests.support.figures import (
    Province,
    counted_hops,
    counts_of,
    fold_anew,
    open_province,
    stored_counts,
    stored_hops,
)
from tests.support.letters import HOUR
from tests.support.planning import bangkok

NINE = bangkok("2021-03-02 09:00")
BODIES = ("hall", "office", "district_a", "district_b", "body_a1", "body_a2", "direct")


@pytest.fixture(scope="module")
async def province(postgres: PostgresServer) -> AsyncIterator[Province]:
    """A ledger that the tests of this module fill one after the other."""
    async with open_province(postgres) as province:
        yield province


async def watermark(session: AsyncSession) -> tuple[int, int]:
    """Return up to where events are folded in, and which transaction said so."""
    row = (
        await session.execute(
            text("SELECT CAST(until_txid AS text), CAST(xmin AS text) FROM rolled_up")
        )
    ).one()
    return int(row[0]), int(row[1])


async def check(province: Province) -> None:
    """Compare every row with what plain Python tells from the events."""
    async with province.sessions() as session:
        stored, counted = await stored_hops(session), await counted_hops(session)
        assert stored.keys() == counted.keys()
        differing = [
            (name, stored[hop][name], counted[hop][name])
            for hop in stored
            for name in stored[hop]
            if stored[hop][name] != counted[hop][name]
        ]
        assert differing == []
        assert await stored_counts(session) == counts_of(counted)


@pytest.mark.parametrize("batch", [1, 3, 1000])
async def test_what_is_folded_in_is_what_the_events_say(played: Province, batch: int) -> None:
    """Batches of one cut between any two transactions; nothing depends on where they end."""
    await fold_anew(played, batch=batch)
    await check(played)


async def test_the_story_holds_every_case_a_figure_knows(played: Province) -> None:
    async with played.sessions() as session:
        hops = (await stored_hops(session)).values()
    assert {hop["tier"] for hop in hops} == {1, 2, 3}
    assert {hop["registered_late"] for hop in hops} == {None, True, False}
    assert {hop["settled_late"] for hop in hops} == {None, True, False}
    assert {hop["secrecy"] for hop in hops} == {"normal", "secret", "very_secret"}
    minutes = {hop["register_minutes"] for hop in hops}
    # Friday 17:00 to Monday 17:00 is one working day; most urgent, to Sunday, two whole days.
    assert {None, 480, 2 * 24 * 60} <= minutes


async def test_hours_are_those_of_the_calendar_the_letter_was_sent_under(played: Province) -> None:
    async with played.sessions() as session:
        hops = await stored_hops(session)
    took = {hop["recipient_registry_id"]: hop["register_minutes"] for hop in hops.values()}
    # Thursday 30 December 14:00 to Wednesday 5 January 14:00. Of the days between, only Tuesday
    # is a working day; for what is sent later this province works from nine to twelve.
    assert took[played["body_a1"].registry_id] == 150 + 480 + 330
    assert took[played["body_a2"].registry_id] == 0 + 180 + 180


async def test_a_receipt_may_be_of_an_older_transaction_than_the_sending(
    province: Province,
) -> None:
    async with province.sessions.begin() as desk:
        await desk.execute(text("SELECT pg_current_xact_id()"))
        dispatch = await province.send("agency", "hall", at=NINE)
        hop_id = await province.hop(dispatch, "hall")
        await register_hop(desk, by=province["hall"].clerk, hop_id=hop_id, at=NINE + HOUR)
    async with province.sessions() as session:
        order = text("SELECT kind FROM event WHERE hop_id = :hop_id ORDER BY txid")
        kinds = await session.scalars(order, {"hop_id": hop_id})
        assert kinds.all() == ["registered", "sent"]
    await province.roll_up(batch=1)
    await check(province)


async def test_nobody_waits_for_the_follower_nor_it_for_anybody(province: Province) -> None:
    """What began after a desk that is still at work is folded in when that desk is done."""
    first = await province.send("agency", "hall", at=NINE)
    hop_id = await province.hop(first, "hall")
    async with province.sessions.begin() as desk:
        await register_hop(desk, by=province["hall"].clerk, hop_id=hop_id, at=NINE + HOUR)
        later = await province.hop(await province.send("agency", "office", at=NINE), "office")
        async with asyncio.timeout(5):
            await province.roll_up()
        async with province.sessions() as session:
            hops = await stored_hops(session)
        assert hops[hop_id]["registered_at"] is None
        assert later not in hops
    await province.roll_up()
    await check(province)


async def test_a_second_follower_leaves_at_once(province: Province) -> None:
    for _ in range(2):
        await province.send("agency", "hall", at=NINE)
    async with province.sessions.begin() as first, asyncio.timeout(5):
        assert await roll_up_figures(first, batch=1)
        async with province.sessions.begin() as second:
            before = await watermark(second)
            assert not await roll_up_figures(second)
            assert await watermark(second) == before
    await province.roll_up()
    await check(province)


async def test_what_fails_leaves_rows_and_watermark_as_they_were(province: Province) -> None:
    await province.send("agency", "hall", at=NINE)
    async with province.sessions() as session:
        before = await watermark(session), await stored_hops(session)
        await roll_up_figures(session)
        assert await watermark(session) != before[0]
        assert await stored_hops(session) != before[1]
        await session.rollback()
        assert (await watermark(session), await stored_hops(session)) == before
    await province.roll_up()
    await check(province)


async def test_where_nothing_happened_nothing_is_written(province: Province) -> None:
    await province.send("agency", "hall", at=NINE)
    await province.roll_up()
    async with province.sessions() as session:
        before = await watermark(session)
    # A transaction that writes no event moves nothing.
    await province.do(lambda session: session.execute(text("SELECT pg_current_xact_id()")))
    await province.roll_up()
    async with province.sessions() as session:
        assert await watermark(session) == before


async def test_figures_hold_while_desks_and_follower_work_at_the_same_time(
    province: Province,
) -> None:
    done = asyncio.Event()
    async with province.sessions() as session:
        before = len(await stored_hops(session))

    async def follow() -> None:
        while not done.is_set():
            await province.roll_up(batch=5)

    async def work(name: str) -> None:
        for turn in range(3):
            dispatch = await province.send("agency", name, at=NINE)
            await province.register(dispatch, name, at=NINE + (turn + 1) * HOUR)

    follower = asyncio.create_task(follow())
    await asyncio.gather(*(work(name) for name in BODIES))
    done.set()
    await follower
    await province.roll_up()
    await check(province)
    async with province.sessions() as session:
        assert len(await stored_hops(session)) == before + 3 * len(BODIES)
