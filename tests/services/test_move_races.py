"""Clocks that are moved while desks work: nobody waits in a circle, and no move is lost."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.deadlines import Deadlines
from domain.errors import ConflictError
from domain.vocabulary import EventKind, HopState
from models import Dispatch
from services.acknowledge_hop import acknowledge_hop
from services.forward_letter import forward_letter
from services.lock_open_hops import MoveTarget
from services.register_hop import register_hop
from services.report_upward import report_upward
from tests.support.directory import Directory
from tests.support.letters import (
    StoredFiles,
    events,
    hop_after,
    hop_to,
    order,
    pass_on,
    register,
    send,
    size_of_ledger,
)
from tests.support.moves import (
    SENT,
    Tree,
    clocks,
    due_dates,
    extend,
    plan_of,
    resume,
    send_tree,
    suspend,
)
from tests.support.planning import bangkok, wall
from tests.support.waiting import until_blocked

Sessions = async_sessionmaker[AsyncSession]
AT = bangkok("2021-02-18 10:00")


async def pid_of(session: AsyncSession) -> int:
    return int((await session.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def test_a_desk_that_registers_meanwhile_waits_and_keeps_the_moved_deadline(
    sessions: Sessions, own_directory: Directory, superuser: psycopg.AsyncConnection
) -> None:
    direct = own_directory["direct"]
    async with sessions.begin() as session:
        tree = await send_tree(session, own_directory)

    async def stamp() -> None:
        async with sessions.begin() as session:
            await register_hop(session, by=direct.clerk, hop_id=tree.hops["direct"], at=AT)

    async with sessions() as moving:
        await extend(moving, tree, tree.dispatch("agency"), days=5, at=AT)
        stamping = asyncio.create_task(stamp())
        await until_blocked(superuser, by=await pid_of(moving))
        await moving.commit()
    await asyncio.wait_for(stamping, 30)
    async with sessions() as session:
        hop = await hop_after(session, tree.hops["direct"])
        assert hop.state is HopState.REGISTERED
        assert (await due_dates(session, tree))["direct"] == "2021-03-22 16:30"


async def test_a_clock_that_a_receipt_just_started_is_put_off_from_there(
    sessions: Sessions, own_directory: Directory, superuser: psycopg.AsyncConnection
) -> None:
    agency, hall = own_directory["agency"], own_directory["hall"]
    async with sessions.begin() as session:
        within = Deadlines(acknowledge_within=3)
        dispatch = await send(session, agency, hall, at=SENT, deadlines=within)
        hop_id = await hop_to(session, dispatch, hall)
    tree = Tree(desks=own_directory, dispatches={"agency": dispatch}, hops={"hall": hop_id})

    async def put_off() -> None:
        async with sessions.begin() as session:
            await extend(session, tree, tree.dispatch("agency"), days=5, at=AT)

    async with sessions() as stamping:
        await register_hop(stamping, by=hall.clerk, hop_id=hop_id, at=AT)
        assert wall((await plan_of(stamping, hop_id)).acknowledge_by) == "2021-02-23 16:30"
        moving = asyncio.create_task(put_off())
        await until_blocked(superuser, by=await pid_of(stamping))
        await stamping.commit()
    await asyncio.wait_for(moving, 30)
    async with sessions() as session:
        # Five working days after the 23rd, of which the 26th is none.
        assert await due_dates(session, tree) == {"hall": "2021-03-03 16:30"}


async def test_a_receipt_that_writes_a_plan_does_not_wait_for_who_waits_for_it(
    sessions: Sessions, own_directory: Directory, superuser: psycopg.AsyncConnection
) -> None:
    agency, hall = own_directory["agency"], own_directory["hall"]
    async with sessions.begin() as session:
        within = Deadlines(acknowledge_within=3)
        dispatch = await send(session, agency, hall, at=SENT, deadlines=within)
        hop_id = await hop_to(session, dispatch, hall)
    tree = Tree(desks=own_directory, dispatches={"agency": dispatch}, hops={"hall": hop_id})

    async def stop() -> None:
        async with sessions.begin() as session:
            await suspend(session, tree, tree.dispatch("agency"), at=AT)

    async with sessions() as stamping:
        await stamping.execute(text("SELECT FROM hop WHERE id = :id FOR UPDATE"), {"id": hop_id})
        stopping = asyncio.create_task(stop())
        await until_blocked(superuser, by=await pid_of(stamping))
        # The dispatch is locked by now, and the new plan refers to it.
        await register_hop(stamping, by=hall.clerk, hop_id=hop_id, at=AT)
        await stamping.commit()
    await asyncio.wait_for(stopping, 30)
    async with sessions() as session:
        hop = await hop_after(session, hop_id)
        assert (hop.state, hop.suspended_at) == (HopState.REGISTERED, AT)


async def test_a_hop_that_is_settled_meanwhile_does_not_move(
    sessions: Sessions, own_directory: Directory, superuser: psycopg.AsyncConnection
) -> None:
    direct = own_directory["direct"]
    async with sessions.begin() as session:
        tree = await send_tree(session, own_directory)
        await register(session, tree.dispatches["agency"], direct, at=SENT)
        before = await due_dates(session, tree)

    async def put_off(days: int, target: str) -> int:
        aim = tree.dispatch("agency") if target == "agency" else tree.hop(target)
        async with sessions.begin() as session:
            return (await extend(session, tree, aim, days=days, at=AT)).move.hops

    async with sessions() as settling:
        await acknowledge_hop(settling, by=direct.clerk, hop_id=tree.hops["direct"], at=AT)
        moving = [asyncio.create_task(put_off(*one)) for one in ((5, "agency"), (2, "direct"))]
        await until_blocked(superuser, by=await pid_of(settling))
        await settling.commit()
    whole, alone = await asyncio.wait_for(asyncio.gather(*moving, return_exceptions=True), 30)
    assert whole == 5
    assert isinstance(alone, ConflictError)
    assert alone.reason == "hop_settled"
    async with sessions() as session:
        after = await due_dates(session, tree)
        assert after["direct"] == before["direct"]
        assert {hop.hop_id for hop in await events(session, EventKind.EXTENDED)} == {
            hop_id for name, hop_id in tree.hops.items() if name != "direct"
        }


BELOW = Deadlines(acknowledge_by=bangkok("2021-03-12 16:30"))


async def forward(session: AsyncSession, tree: Tree) -> Dispatch:
    """Let `direct` send on to `stranger`; its hop is held until the transaction ends."""
    direct, stranger = tree.desks["direct"], tree.desks["stranger"]
    above = tree.dispatches["agency"]
    return await pass_on(session, above, direct, stranger, at=SENT, deadlines=BELOW)


def whole(tree: Tree) -> MoveTarget:
    return tree.dispatch("agency")


def alone(tree: Tree) -> MoveTarget:
    return tree.hop("direct")


@pytest.mark.parametrize(("aim", "hops"), [(whole, 7), (alone, 2)], ids=["dispatch", "hop"])
async def test_what_is_forwarded_meanwhile_is_put_off_too(
    sessions: Sessions,
    own_directory: Directory,
    superuser: psycopg.AsyncConnection,
    aim: Callable[[Tree], MoveTarget],
    hops: int,
) -> None:
    async with sessions.begin() as session:
        tree = await send_tree(session, own_directory)

    async def put_off() -> int:
        async with sessions.begin() as session:
            return (await extend(session, tree, aim(tree), days=5, at=AT)).move.hops

    async with sessions() as forwarding:
        below = await forward(forwarding, tree)
        moving = asyncio.create_task(put_off())
        await until_blocked(superuser, by=await pid_of(forwarding))
        await forwarding.commit()
    assert await asyncio.wait_for(moving, 30) == hops
    async with sessions() as session:
        hop_id = await hop_to(session, below, own_directory["stranger"])
        assert wall((await plan_of(session, hop_id)).acknowledge_by) == "2021-03-19 16:30"
        assert (await due_dates(session, tree))["direct"] == "2021-03-22 16:30"


async def test_the_clock_of_what_is_forwarded_meanwhile_stops_too(
    sessions: Sessions, own_directory: Directory, superuser: psycopg.AsyncConnection
) -> None:
    async with sessions.begin() as session:
        tree = await send_tree(session, own_directory)

    async def stop() -> None:
        async with sessions.begin() as session:
            await suspend(session, tree, tree.dispatch("agency"), at=AT)

    async with sessions() as forwarding:
        below = await forward(forwarding, tree)
        stopping = asyncio.create_task(stop())
        await until_blocked(superuser, by=await pid_of(forwarding))
        await forwarding.commit()
    await asyncio.wait_for(stopping, 30)
    async with sessions() as session:
        hop_id = await hop_to(session, below, own_directory["stranger"])
        assert (await hop_after(session, hop_id)).suspended_at == AT


async def test_a_move_that_cannot_follow_the_forwards_is_refused_and_holds_nothing(
    sessions: Sessions,
    own_directory: Directory,
    superuser: psycopg.AsyncConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.lock_open_hops._ROUNDS", 1)
    async with sessions.begin() as session:
        tree = await send_tree(session, own_directory)

    async with sessions() as forwarding, sessions() as moving:
        await forward(forwarding, tree)
        asked = extend(moving, tree, tree.dispatch("agency"), days=5, at=AT)
        task = asyncio.create_task(asked)
        await until_blocked(superuser, by=await pid_of(forwarding))
        before = await size_of_ledger(forwarding), await clocks(forwarding)
        await forwarding.commit()
        with pytest.raises(ConflictError) as refusal:
            await asyncio.wait_for(task, 30)
        assert refusal.value.reason == "being_forwarded"
        # Its transaction still lasts, but a desk that needs the hops does not wait for it.
        await forwarding.execute(text("SELECT FROM dispatch, hop FOR UPDATE NOWAIT"))
        assert (await size_of_ledger(forwarding), await clocks(forwarding)) == before


async def test_moves_receipts_answers_and_reports_at_once_never_wait_in_a_circle(
    sessions: Sessions, own_directory: Directory
) -> None:
    """Every error but a refusal of the rules is a fault: a deadlock is one."""
    async with sessions.begin() as session:
        tree = await send_tree(session, own_directory)
    at = AT

    async def move(target: str, days: int) -> None:
        aim = tree.dispatch(target) if target in tree.dispatches else tree.hop(target)
        async with sessions.begin() as session:
            await extend(session, tree, aim, days=days, at=at)

    async def stop_and_go_on() -> None:
        for act, when in ((suspend, at), (resume, at + timedelta(days=1))):
            async with sessions.begin() as session:
                await act(session, tree, tree.hop("hall"), at=when)

    async def send_on() -> None:
        desk, given = tree.desks["hall"], order(tree.desks["stranger"], deadlines=BELOW)
        async with sessions.begin() as session:
            await forward_letter(
                session,
                by=desk.clerk,
                hop_id=tree.hops["hall"],
                order=given,
                files=StoredFiles(),
                at=at,
            )

    async def work(name: str) -> None:
        desk = tree.desks[name]
        async with sessions.begin() as session:
            await register_hop(session, by=desk.clerk, hop_id=tree.hops[name], at=at)
        async with sessions.begin() as session:
            await acknowledge_hop(session, by=desk.clerk, hop_id=tree.hops[name], at=at)
        for dispatch in tree.dispatches.values():
            async with sessions.begin() as session:
                await report_upward(session, dispatch_id=dispatch.id, at=at)

    outcomes = await asyncio.wait_for(
        asyncio.gather(
            *(move("agency", 1) for _ in range(3)),
            *(work(name) for name in ("direct", "district_a", "district_b", "body_b1")),
            stop_and_go_on(),
            *(send_on() for _ in range(2)),
            move("office", 1),
            return_exceptions=True,
        ),
        60,
    )
    faults = [one for one in outcomes if isinstance(one, BaseException)]
    assert [one for one in faults if not isinstance(one, ConflictError)] == []
    async with sessions() as session:
        for name, hop_id in tree.hops.items():
            assert (await hop_after(session, hop_id)).suspended_at is None, name


async def test_the_limit_holds_when_many_ask_at_once(
    sessions: Sessions, own_directory: Directory
) -> None:
    async with sessions.begin() as session:
        tree = await send_tree(session, own_directory)

    async def put_off(_: int) -> None:
        async with sessions.begin() as session:
            await extend(session, tree, tree.hop("direct"), days=1, at=AT)

    asked = await asyncio.gather(*map(put_off, range(8)), return_exceptions=True)
    refusals = [one for one in asked if one is not None]
    assert {getattr(one, "reason", repr(one)) for one in refusals} == {"extension_limit"}
    assert len(refusals) == 5
    async with sessions() as session:
        assert (await due_dates(session, tree))["direct"] == "2021-03-18 16:30"
