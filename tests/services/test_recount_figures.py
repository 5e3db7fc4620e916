"""A recount confirms figures that are whole, and names whatever was planted in them."""

from uuid import UUID

import pytest
from sqlalchemy import text

import services.recount_figures as recounting
from domain.figures import FigureDifference, Recount
from services.recount_figures import recount_figures
from tests.support.figures import Province, fold_anew, stored_counts, stored_hops

CHOSEN = {
    "hop_time": "WHERE hop_id = (SELECT hop_id FROM hop_time"
    " WHERE registered_late AND settle_minutes > 1 ORDER BY hop_id LIMIT 1)",
    "desk_count": "WHERE ctid = (SELECT min(ctid) FROM desk_count WHERE registered > 0)",
    "rolled_up": "WHERE true",
}
STRANGER = UUID(int=7)


async def recount(province: Province) -> Recount:
    async with province.sessions() as session:
        return await recount_figures(session)


async def test_figures_that_are_whole_are_confirmed(played: Province) -> None:
    found = await recount(played)
    async with played.sessions() as session:
        rows = len(await stored_hops(session)), len(await stored_counts(session))
    assert (found.hops, found.desks) == rows
    assert (found.differing, found.differences) == (0, [])


@pytest.mark.parametrize("size", [1, 4, 1000])
async def test_slices_leave_nothing_out(
    played: Province, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(recounting, "SLICE", size)
    told: list[tuple[int, int]] = []
    async with played.sessions() as session:
        found = await recount_figures(session, tell=lambda *done: told.append(done))
    assert found.differing == 0
    assert told[-1] == (found.hops, found.hops)
    assert len(told) == found.hops // size + 1


@pytest.mark.parametrize(
    ("table", "planted", "said"),
    [
        ("hop_time", "SET register_minutes = 0", "register_minutes is 0, counted"),
        ("hop_time", "SET settle_minutes = 1", "settle_minutes is 1, counted"),
        ("hop_time", "SET registered_late = NULL", "registered_late is None, counted True"),
        ("hop_time", "SET tier = 9", "tier is 9, counted 2"),
        ("hop_time", "SET secrecy = 'very_secret'", "secrecy is very_secret, counted"),
        ("hop_time", "SET sent_at = sent_at - interval '1 microsecond'", "sent_at is"),
        ("hop_time", "SET senders = '{}'", "senders is [], counted"),
        ("hop_time", f"SET hop_id = '{STRANGER}'", "no event speaks of it"),
        ("hop_time", "DELETE", "the row is missing"),
        ("desk_count", "SET received = received + 1", "received is"),
        ("desk_count", "SET settled_late = 99", "settled_late is 99"),
        ("desk_count", "SET year = 2600", "the row is missing"),
        ("desk_count", "DELETE", "the row is missing"),
        ("rolled_up", "SET until_txid = '99999999999'", "until_txid is 99999999999, counted"),
    ],
)
async def test_a_planted_difference_is_named(
    played: Province, table: str, planted: str, said: str
) -> None:
    act = f"DELETE FROM {table}" if planted == "DELETE" else f"UPDATE {table} {planted}"  # noqa: S608 (our own words)
    async with played.sessions.begin() as session:
        result = await session.execute(text(f"{act} {CHOSEN[table]}"))
        assert result.rowcount == 1  # type: ignore[attr-defined]  # a result of a change
    try:
        found = await recount(played)
    finally:
        await fold_anew(played)
    assert found.differing == len(found.differences) > 0
    first = found.differences[0]
    assert first.table == table
    assert said in str(first)
    assert (await recount(played)).differing == 0


async def test_all_that_differs_is_counted_though_little_is_named(
    played: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "MOST_NAMED", 2)
    async with played.sessions.begin() as session:
        await session.execute(text("UPDATE hop_time SET tier = tier + 1"))
        await session.execute(text("UPDATE desk_count SET received = received + 1"))
    try:
        found = await recount(played)
    finally:
        await fold_anew(played)
    assert found.differing == found.hops + found.desks
    assert [one.table for one in found.differences] == ["hop_time", "hop_time"]


def test_a_difference_says_only_what_differs() -> None:
    one = FigureDifference(
        table="desk_count",
        key="k",
        stored={"received": 3, "settled": 1},
        counted={"received": 4, "settled": 1},
    )
    assert str(one) == "desk_count k: received is 3, counted 4"
