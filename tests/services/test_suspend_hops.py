from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.alarms import Alarm
from domain.buddhist_era import BANGKOK
from domain.errors import WianError
from domain.vocabulary import AlarmStep, EventKind, HopState, MoveKind, OutboxKind
from models import Hop, Outbox
from services.acknowledge_hop import acknowledge_hop
from services.close_dispatch import close_dispatch
from services.raise_alarm import raise_alarm
from services.read_plan import read_plan
from services.recall_hop import recall_hop
from services.refuse_hop import refuse_hop
from services.register_hop import register_hop
from services.relay_outbox import pending_alarms
from services.report_upward import report_upward
from services.return_hop import return_hop
from tests.support.directory import Desk, Directory
from tests.support.letters import events, hop_after, register, size_of_ledger
from tests.support.moves import (
    REASON,
    SENT,
    Tree,
    clocks,
    due_dates,
    extend,
    headlines,
    plan_of,
    resume,
    send_tree,
    suspend,
)
from tests.support.planning import OFFICE, bangkok, due, wall

STOP = bangkok("2021-02-18 09:00")
# Ten working days: Friday 26 February is มาฆบูชา, and two weekends lie between.
GO_ON = bangkok("2021-03-05 09:00")
MOVED = {
    "hall": "2021-03-29 16:30",
    "direct": "2021-03-29 16:30",
    "office": "2021-03-26 16:30",
    "district_b": "2021-03-26 16:30",
    "district_a": "2021-03-24 16:30",
    "body_b1": "2021-03-24 16:30",
}


@pytest.fixture
async def tree(session: AsyncSession, directory: Directory) -> Tree:
    return await send_tree(session, directory)


async def settle(session: AsyncSession, tree: Tree, above: str, name: str) -> None:
    desk = tree.desks[name]
    await register(session, tree.dispatches[above], desk, at=SENT)
    await acknowledge_hop(session, by=desk.clerk, hop_id=tree.hops[name], at=SENT)


async def suspended(session: AsyncSession, tree: Tree) -> set[str]:
    return {
        name
        for name, hop_id in tree.hops.items()
        if (await hop_after(session, hop_id)).suspended_at is not None
    }


async def to_come(session: AsyncSession, dispatch_id: UUID) -> list[Alarm]:
    return list(await pending_alarms(session, dispatch_id=dispatch_id, chunk=0))


def walk(instant: datetime, days: int) -> datetime:
    """Go from working day to working day, one at a time."""
    while days > 0:
        instant += timedelta(days=1)
        days -= OFFICE.is_working(instant.astimezone(BANGKOK).date())
    return instant


async def test_ten_working_days_suspended_move_all_open_descendants_by_ten(
    session: AsyncSession, tree: Tree
) -> None:
    before = {one.id: await to_come(session, one.id) for one in tree.dispatches.values()}
    stopped = await suspend(session, tree, tree.dispatch("agency"), at=STOP)
    assert (stopped.move.kind, stopped.move.days, stopped.move.hops) == (
        MoveKind.SUSPENDED,
        None,
        6,
    )
    moved = await resume(session, tree, tree.dispatch("agency"), at=GO_ON)
    assert (moved.move.kind, moved.move.days, moved.move.hops) == (MoveKind.RESUMED, 10, 6)
    assert moved.capped == 0
    assert await due_dates(session, tree) == MOVED
    assert await headlines(session, tree) == {
        "agency": MOVED["hall"],
        "hall": MOVED["office"],
        "office": MOVED["district_a"],
    }
    assert await suspended(session, tree) == set()
    for dispatch_id, alarms in before.items():
        ahead = [alarm for alarm in alarms if alarm.due_at > STOP]
        past = [alarm for alarm in alarms if alarm.due_at <= STOP]
        assert len(ahead) >= 5
        assert await to_come(session, dispatch_id) == past + [
            Alarm(step=alarm.step, due_at=walk(alarm.due_at, 10)) for alarm in ahead
        ]


async def test_what_is_settled_or_closed_neither_stops_nor_moves(
    session: AsyncSession, tree: Tree
) -> None:
    await settle(session, tree, "hall", "district_b")
    await close_dispatch(
        session,
        by=tree.head("office"),
        dispatch_id=tree.dispatches["office"].id,
        reason="พอ",
        at=SENT,
    )
    before = await due_dates(session, tree)
    stopped = await suspend(session, tree, tree.dispatch("agency"), at=STOP)
    assert await suspended(session, tree) == {"hall", "direct", "office"}
    moved = await resume(session, tree, tree.dispatch("agency"), at=GO_ON)
    assert stopped.move.hops == moved.move.hops == 3
    stay = ("district_b", "district_a", "body_b1")
    assert await due_dates(session, tree) == MOVED | {name: before[name] for name in stay}


async def test_a_hop_stops_with_what_lies_below_it_and_nothing_beside(
    session: AsyncSession, tree: Tree
) -> None:
    before = await due_dates(session, tree)
    await suspend(session, tree, tree.hop("office"), at=STOP)
    assert await suspended(session, tree) == {"office", "district_a", "body_b1"}
    # Only the clocks below the agency's own hop ran on: they end with it.
    await resume(session, tree, tree.hop("office"), at=bangkok("2021-02-19 09:00"))
    assert await due_dates(session, tree) == before | {
        "office": "2021-03-15 16:30",
        "district_a": "2021-03-11 16:30",
        "body_b1": "2021-03-11 16:30",
    }


async def test_nobody_is_reminded_or_escalated_while_the_clock_stands_still(
    session: AsyncSession, tree: Tree
) -> None:
    dispatch_id = tree.dispatches["agency"].id
    await suspend(session, tree, tree.hop("hall"), at=STOP)
    late = bangkok("2021-04-01 09:00")
    for step in AlarmStep:
        alarm = Alarm(step=step, due_at=late)
        await raise_alarm(session, dispatch_id=dispatch_id, chunk=0, alarm=alarm, at=late)
    told = {
        event.hop_id
        for kind in (EventKind.REMINDED, EventKind.OVERDUE, EventKind.ESCALATED)
        for event in await events(session, kind)
    }
    assert told == {tree.hops["direct"]}
    await suspend(session, tree, tree.hop("direct"), at=late)
    assert await to_come(session, dispatch_id) == []


async def test_a_suspension_is_told_to_the_record_and_to_the_processes(
    session: AsyncSession, tree: Tree
) -> None:
    before = len((await session.scalars(select(Outbox.id))).all())
    moved = await suspend(session, tree, tree.dispatch("agency"), at=STOP)
    told = await events(session, EventKind.SUSPENDED)
    assert {event.hop_id for event in told} == set(tree.hops.values())
    (event,) = [one for one in told if one.hop_id == tree.hops["direct"]]
    plan = await plan_of(session, tree.hops["direct"])
    assert event.facts == {
        "move_id": str(moved.move.id),
        "reason": REASON,
        "old": {
            "register_by": plan.register_by.isoformat(),
            "forward_by": None,
            "acknowledge_by": plan.acknowledge_by.isoformat(),
        },
    }
    hop = await hop_after(session, tree.hops["direct"])
    assert (hop.suspended_at, hop.suspended_by) == (STOP, tree.head("agency").id)
    messages = (await session.scalars(select(Outbox).order_by(Outbox.id))).all()[before:]
    assert {one.kind for one in messages} == {OutboxKind.MOVED}
    assert {one.dispatch_id for one in messages} == {one.id for one in tree.dispatches.values()}
    await resume(session, tree, tree.dispatch("agency"), at=GO_ON)
    (event,) = [
        one for one in await events(session, EventKind.RESUMED) if one.hop_id == tree.hops["direct"]
    ]
    assert event.facts["days"] == 10
    assert event.facts["old"]["acknowledge_by"] == plan.acknowledge_by.isoformat()
    assert wall(datetime.fromisoformat(event.facts["new"]["acknowledge_by"])) == MOVED["direct"]


async def test_hours_count_too(session: AsyncSession, tree: Tree) -> None:
    await suspend(session, tree, tree.hop("direct"), at=STOP)
    await resume(session, tree, tree.hop("direct"), at=bangkok("2021-02-19 12:00"))
    # One day and three hours after closing time on Monday the 15th.
    assert (await due_dates(session, tree))["direct"] == "2021-03-17 11:30"


async def test_what_was_late_before_stays_late(session: AsyncSession, tree: Tree) -> None:
    late = bangkok("2021-03-17 09:00")
    await suspend(session, tree, tree.hop("direct"), at=late)
    await resume(session, tree, tree.hop("direct"), at=bangkok("2021-03-19 09:00"))
    assert (await due_dates(session, tree))["direct"] == "2021-03-15 16:30"
    alarms = due(read_plan(await plan_of(session, tree.hops["direct"])).alarms)
    assert alarms[AlarmStep.OVERDUE_ACKNOWLEDGE] == "2021-03-15 16:30"
    assert alarms[AlarmStep.ESCALATE_HEAD] == "2021-03-16 16:30"
    assert alarms[AlarmStep.ESCALATE_SUPERIOR] == "2021-03-19 16:30"
    assert alarms[AlarmStep.ESCALATE_ORIGIN] == "2021-03-23 16:30"


async def test_each_clock_goes_on_from_where_it_stopped(session: AsyncSession, tree: Tree) -> None:
    await suspend(session, tree, tree.dispatch("hall"), by="hall", at=STOP)
    moved = await suspend(session, tree, tree.dispatch("agency"), at=bangkok("2021-02-22 09:00"))
    assert moved.move.hops == 2
    hop = await hop_after(session, tree.hops["office"])
    assert hop.suspended_at == STOP
    moved = await resume(session, tree, tree.dispatch("agency"), at=GO_ON)
    # Eight days above; of the ten of the tier below nine fit, and all ten of the last.
    assert moved.move.days == 10
    assert moved.capped == 2
    assert await due_dates(session, tree) == MOVED | {
        "hall": "2021-03-25 16:30",
        "direct": "2021-03-25 16:30",
        "office": "2021-03-25 16:30",
        "district_b": "2021-03-25 16:30",
    }


async def test_below_a_clock_that_ran_on_as_many_days_are_given_back_as_fit(
    session: AsyncSession, tree: Tree
) -> None:
    await suspend(session, tree, tree.dispatch("hall"), by="hall", at=STOP)
    moved = await resume(session, tree, tree.dispatch("hall"), by="hall", at=GO_ON)
    assert (moved.move.hops, moved.capped) == (4, 4)
    assert set((await due_dates(session, tree)).values()) == {"2021-03-15 16:30"}
    told = await events(session, EventKind.RESUMED)
    assert {event.facts["capped"] for event in told} == {True}
    assert {event.facts["days"] for event in told} == {1, 3}


async def test_what_was_stopped_from_above_goes_on_from_above(
    session: AsyncSession, tree: Tree
) -> None:
    await suspend(session, tree, tree.dispatch("agency"), at=STOP)
    for target in (tree.dispatch("hall"), tree.hop("office")):
        await refused(session, tree, resume, "suspended_above", target, by="hall", at=GO_ON)
    await resume(session, tree, tree.hop("hall"), at=GO_ON)
    assert await suspended(session, tree) == {"direct"}


async def close(session: AsyncSession, tree: Tree, name: str) -> None:
    dispatch_id = tree.dispatches[name].id
    by = tree.head(name)
    await close_dispatch(session, by=by, dispatch_id=dispatch_id, reason="พอ", at=STOP)


async def test_below_a_closed_dispatch_a_stopped_clock_goes_on(
    session: AsyncSession, tree: Tree
) -> None:
    await suspend(session, tree, tree.dispatch("agency"), at=STOP)
    await close(session, tree, "agency")
    # The hop of the office stands still in an open dispatch: that one is first.
    last = tree.dispatch("office")
    await refused(session, tree, resume, "suspended_above", last, by="office", at=GO_ON)
    moved = await resume(session, tree, tree.dispatch("hall"), by="hall", at=GO_ON)
    assert (moved.move.hops, moved.move.days, moved.capped) == (4, 10, 0)
    assert await suspended(session, tree) == {"hall", "direct"}
    stay = dict.fromkeys(("hall", "direct"), "2021-03-15 16:30")
    assert await due_dates(session, tree) == MOVED | stay


async def test_below_a_dispatch_closed_in_between_the_lower_clock_goes_on_alone(
    session: AsyncSession, tree: Tree
) -> None:
    await suspend(session, tree, tree.dispatch("agency"), at=STOP)
    await close(session, tree, "hall")
    await resume(session, tree, tree.dispatch("office"), by="office", at=GO_ON)
    assert await suspended(session, tree) == {"hall", "direct", "office", "district_b"}


async def test_a_long_stop_ends_by_who_may_allow_so_many_days(
    session: AsyncSession, tree: Tree
) -> None:
    await suspend(session, tree, tree.dispatch("agency"), at=STOP)
    await close(session, tree, "agency")
    eleven = walk(STOP, 11)
    below = tree.dispatch("hall")
    error = await refused(session, tree, resume, "approver_too_low", below, by="hall", at=eleven)
    assert error.facts == {"days": 11, "up_to_days": 10, "approvers": ["origin_head"]}
    assert await suspended(session, tree) == set(tree.hops)
    moved = await resume(session, tree, below, at=eleven)
    assert (moved.move.days, moved.capped) == (11, 0)


async def test_the_days_that_deadlines_move_count_and_not_those_of_the_stop(
    session: AsyncSession, tree: Tree
) -> None:
    await suspend(session, tree, tree.dispatch("hall"), by="hall", at=STOP)
    # Forty days, of which one and three fit below the clock that ran on.
    moved = await resume(session, tree, tree.dispatch("hall"), by="hall", at=walk(STOP, 40))
    assert (moved.move.days, moved.capped) == (3, 4)


async def test_a_stop_of_as_many_days_as_the_policy_allows_is_given_back_whole(
    session: AsyncSession, tree: Tree
) -> None:
    await suspend(session, tree, tree.dispatch("agency"), at=STOP)
    moved = await resume(session, tree, tree.dispatch("agency"), at=walk(STOP, 30))
    assert (moved.move.days, moved.capped) == (30, 0)


@pytest.mark.parametrize("more", [timedelta(minutes=1), timedelta(days=60)], ids=["minute", "days"])
async def test_after_a_longer_stop_deadlines_move_by_the_days_of_the_policy_only(
    session: AsyncSession, tree: Tree, more: timedelta
) -> None:
    before = {name: await plan_of(session, hop_id) for name, hop_id in tree.hops.items()}
    await suspend(session, tree, tree.dispatch("agency"), at=STOP)
    moved = await resume(session, tree, tree.dispatch("agency"), at=walk(STOP, 30) + more)
    assert (moved.move.days, moved.move.hops, moved.capped) == (30, 6, 6)
    assert await suspended(session, tree) == set()
    for name, old in before.items():
        new = await plan_of(session, tree.hops[name])
        assert new.acknowledge_by == walk(old.acknowledge_by, 30)
    told = await events(session, EventKind.RESUMED)
    assert {(event.facts["days"], event.facts["capped"]) for event in told} == {(30, True)}


async def test_a_stop_under_a_minute_moves_nothing(session: AsyncSession, tree: Tree) -> None:
    before = {name: read_plan(await plan_of(session, one)) for name, one in tree.hops.items()}
    await suspend(session, tree, tree.dispatch("agency"), at=STOP)
    at = STOP + timedelta(milliseconds=38)
    moved = await resume(session, tree, tree.dispatch("agency"), at=at)
    assert (moved.move.days, moved.capped) == (0, 0)
    for name, hop_id in tree.hops.items():
        assert read_plan(await plan_of(session, hop_id)) == before[name]


async def test_an_extension_of_a_stopped_clock_adds_to_the_time_it_stood(
    session: AsyncSession, tree: Tree
) -> None:
    await suspend(session, tree, tree.dispatch("agency"), at=STOP)
    # Old deadlines pass meanwhile, but not for a clock that stands still.
    at = bangkok("2021-03-17 09:00")
    forward_by = (await plan_of(session, tree.hops["hall"])).forward_by
    assert forward_by is not None
    assert STOP < forward_by < at
    await extend(session, tree, tree.dispatch("agency"), days=3, at=at)
    assert await suspended(session, tree) == set(tree.hops)
    await resume(session, tree, tree.dispatch("agency"), at=at)
    after = await plan_of(session, tree.hops["hall"])
    assert after.acknowledge_by == walk(bangkok("2021-03-15 16:30"), 3 + 18)
    assert after.forward_by == walk(forward_by, 3 + 18)


async def test_a_clock_stops_and_goes_on_more_than_once(session: AsyncSession, tree: Tree) -> None:
    for stop, go_on in (("2021-02-18", "2021-02-19"), ("2021-02-22", "2021-02-24")):
        await suspend(session, tree, tree.dispatch("agency"), at=bangkok(f"{stop} 09:00"))
        await resume(session, tree, tree.dispatch("agency"), at=bangkok(f"{go_on} 09:00"))
    assert (await due_dates(session, tree))["direct"] == "2021-03-18 16:30"


async def refuse(session: AsyncSession, desk: Desk, agency: Desk, hop_id: UUID) -> Hop:
    return await refuse_hop(session, by=desk.clerk, hop_id=hop_id, at=GO_ON, reason="ผิด")


async def recall(session: AsyncSession, desk: Desk, agency: Desk, hop_id: UUID) -> Hop:
    return await recall_hop(session, by=agency.clerk, hop_id=hop_id, at=GO_ON, reason="ผิด")


async def acknowledge(session: AsyncSession, desk: Desk, agency: Desk, hop_id: UUID) -> Hop:
    await register_hop(session, by=desk.clerk, hop_id=hop_id, at=GO_ON)
    return await acknowledge_hop(session, by=desk.clerk, hop_id=hop_id, at=GO_ON)


async def send_back(session: AsyncSession, desk: Desk, agency: Desk, hop_id: UUID) -> Hop:
    await register_hop(session, by=desk.clerk, hop_id=hop_id, at=GO_ON)
    return await return_hop(session, by=desk.clerk, hop_id=hop_id, at=GO_ON, reason="ผิด")


@pytest.mark.parametrize(
    ("act", "state"),
    [
        (refuse, HopState.REFUSED),
        (recall, HopState.RECALLED),
        (acknowledge, HopState.ACKNOWLEDGED),
        (send_back, HopState.RETURNED),
    ],
)
async def test_desks_go_on_while_the_clock_stands_still(
    session: AsyncSession, tree: Tree, act: Callable[..., Awaitable[Hop]], state: HopState
) -> None:
    await suspend(session, tree, tree.dispatch("agency"), at=STOP)
    await act(session, tree.desks["direct"], tree.desks["agency"], tree.hops["direct"])
    hop = await hop_after(session, tree.hops["direct"])
    assert (hop.state, hop.suspended_at, hop.suspended_by) == (state, None, None)
    before = await plan_of(session, hop.id)
    await resume(session, tree, tree.dispatch("agency"), at=GO_ON)
    assert (await plan_of(session, hop.id)).id == before.id


async def test_a_report_climbs_past_a_stopped_clock(session: AsyncSession, tree: Tree) -> None:
    await suspend(session, tree, tree.dispatch("agency"), at=STOP)
    for name in ("district_a", "body_b1"):
        desk = tree.desks[name]
        await acknowledge(session, desk, tree.desks["agency"], tree.hops[name])
    assert await report_upward(session, dispatch_id=tree.dispatches["office"].id, at=GO_ON)
    hop = await hop_after(session, tree.hops["office"])
    assert (hop.state, hop.suspended_at) == (HopState.ACKNOWLEDGED, None)


async def refused(
    session: AsyncSession,
    tree: Tree,
    act: Callable[..., Awaitable[object]],
    code: str,
    target: object,
    *,
    by: str = "agency",
    at: datetime = STOP,
) -> WianError:
    before = await size_of_ledger(session), await clocks(session)
    with pytest.raises(WianError) as refusal:
        async with session.begin_nested():
            await act(session, tree, target, by=by, at=at)
    assert refusal.value.reason == code
    assert (await size_of_ledger(session), await clocks(session)) == before
    return refusal.value


async def test_only_the_head_of_the_sender_or_the_origin_stops_a_clock(
    session: AsyncSession, tree: Tree
) -> None:
    for act in (suspend, resume):
        await refused(session, tree, act, "not_found", tree.dispatch("agency"), by="hall")
        await refused(session, tree, act, "role_missing", tree.hop("hall"), by="hall")
        await refused(session, tree, act, "role_missing", tree.hop("district_a"), by="hall")
        await refused(session, tree, act, "not_found", tree.hop("hall"), by="stranger")


@pytest.mark.parametrize("act", [suspend, resume])
async def test_the_clock_of_what_is_done_does_not_stop(
    session: AsyncSession, tree: Tree, act: Callable[..., Awaitable[object]]
) -> None:
    await settle(session, tree, "agency", "direct")
    error = await refused(session, tree, act, "hop_settled", tree.hop("direct"))
    assert error.facts == {"state": "acknowledged"}
    for name in ("district_a", "body_b1"):
        await settle(session, tree, "office", name)
    await refused(session, tree, act, "nothing_to_move", tree.dispatch("office"))
    await report_upward(session, dispatch_id=tree.dispatches["office"].id, at=SENT)
    await refused(session, tree, act, "dispatch_not_open", tree.dispatch("office"))


async def test_a_clock_is_stopped_once_and_goes_on_once(session: AsyncSession, tree: Tree) -> None:
    await refused(session, tree, resume, "not_suspended", tree.dispatch("agency"))
    await suspend(session, tree, tree.hop("hall"), at=STOP)
    await refused(session, tree, suspend, "already_suspended", tree.hop("hall"))
    await refused(session, tree, suspend, "already_suspended", tree.dispatch("office"))
    await refused(session, tree, resume, "not_suspended", tree.hop("direct"))
    await suspend(session, tree, tree.dispatch("agency"), at=GO_ON)
    await refused(session, tree, suspend, "already_suspended", tree.dispatch("agency"))
    await resume(session, tree, tree.dispatch("agency"), at=GO_ON)
    await refused(session, tree, resume, "not_suspended", tree.dispatch("agency"), at=GO_ON)
