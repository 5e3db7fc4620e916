"""Moved deadlines on their way from the ledger to the timers of a real Temporal server."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowUpdateInput,
    WorkflowUpdateHandle,
)
from temporalio.worker import Worker

from activities.dispatch import DispatchActivities
from domain.alarms import Alarm
from domain.buddhist_era import BANGKOK
from domain.deadlines import Deadlines
from domain.vocabulary import AlarmStep, EventKind
from models import Dispatch, Notice
from services.close_dispatch import close_dispatch
from services.relay_outbox import pending_alarms
from tests.support.directory import Directory
from tests.support.dispatch_process import ProcessBench, eventually, finish
from tests.support.letters import events, hop_to, send
from tests.support.moves import Tree, extend, resume, send_tree, suspend
from tests.support.planning import OFFICE
from tests.support.relay_desk import TODAY, Gate, Sessions, answer, fates, process_of
from worker.relay import LATE, NothingDeliveredError, Relay
from workflows.dispatch import DispatchWorkflow
from workflows.names import NEXT_DUE_AT

Relays = Callable[..., Relay]
DAY = timedelta(days=1)
# A year ahead: Chakri Day and Songkran lie between, whatever year it is now.
APRIL = datetime(TODAY.year + 1, 4, 1, 9, tzinfo=BANGKOK).astimezone(UTC)


def walk(instant: datetime, days: int) -> datetime:
    """Go from working day to working day, one at a time."""
    while days > 0:
        instant += DAY
        days -= OFFICE.is_working(instant.astimezone(BANGKOK).date())
    return instant


async def in_ledger(sessions: Sessions, dispatch: Dispatch) -> list[Alarm]:
    async with sessions() as session:
        return list(await pending_alarms(session, dispatch_id=dispatch.id, chunk=0))


async def in_timers(client: Client, dispatch: Dispatch) -> list[Alarm]:
    told = await process_of(client, dispatch).query(DispatchWorkflow.progress)
    return list(told.alarms)


async def next_due(client: Client, dispatch: Dispatch) -> datetime | None:
    described = await process_of(client, dispatch).describe()
    return described.typed_search_attributes.get(NEXT_DUE_AT)


async def put_off(sessions: Sessions, tree: Tree, days: int) -> None:
    async with sessions.begin() as session:
        await extend(session, tree, tree.dispatch("agency"), days=days, at=TODAY)


async def test_ten_working_days_suspended_move_the_timers_of_all_tiers_by_ten(
    sessions: Sessions, own_directory: Directory, make_relay: Relays, bench: ProcessBench
) -> None:
    client = bench.skipper.client
    relay = make_relay(client)
    stop = walk(APRIL, 1)
    days = {"agency": 16, "hall": 14, "office": 12}
    async with sessions.begin() as session:
        tree = await send_tree(
            session,
            own_directory,
            at=TODAY,
            until={name: walk(APRIL, count) for name, count in days.items()},
        )
        await close_dispatch(
            session,
            by=tree.head("office"),
            dispatch_id=tree.dispatches["office"].id,
            reason="พอ",
            at=TODAY,
        )
    still_open = [tree.dispatches["agency"], tree.dispatches["hall"]]
    with bench.skipper.with_time_skipping_disabled():
        assert await relay.deliver_batch() == 4
    await finish(process_of(client, tree.dispatches["office"]))
    before = {one.id: await in_timers(client, one) for one in still_open}
    async with sessions.begin() as session:
        assert (await suspend(session, tree, tree.dispatch("agency"), at=stop)).move.hops == 4
    assert await relay.deliver_moves() == 2
    for one in still_open:
        assert await in_timers(client, one) == []
        assert await next_due(client, one) is None
    async with sessions.begin() as session:
        moved = await resume(session, tree, tree.dispatch("agency"), at=walk(stop, 10))
    assert (moved.move.days, moved.move.hops, moved.capped) == (10, 4, 0)
    assert await relay.deliver_moves() == 2
    for one in still_open:
        ahead = [alarm for alarm in before[one.id] if alarm.due_at > stop]
        assert len(ahead) >= 5
        after = await in_timers(client, one)
        assert after == await in_ledger(sessions, one)
        assert [alarm for alarm in after if alarm.due_at > stop] == [
            Alarm(step=alarm.step, due_at=walk(alarm.due_at, 10)) for alarm in ahead
        ]
        assert await next_due(client, one) == after[0].due_at
    assert await fates(sessions) == ["sent"] * 8
    # The timer itself was moved: nothing at the old instant, the step at the new one.
    await passes_only_at(bench, still_open[0], AlarmStep.OVERDUE_ACKNOWLEDGE, walk(APRIL, 26))
    for one in still_open:
        await process_of(client, one).signal(DispatchWorkflow.close)
        await finish(process_of(client, one))


async def passes_only_at(
    bench: ProcessBench, dispatch: Dispatch, step: AlarmStep, due_at: datetime
) -> None:
    handle = process_of(bench.skipper.client, dispatch)
    await bench.pass_time(handle, due_at - datetime.now(UTC) - timedelta(hours=1))
    assert step not in bench.done.steps
    await bench.pass_time(handle, timedelta(hours=2))

    async def is_raised() -> bool:
        return step in bench.done.steps

    await eventually(is_raised)
    (raised,) = [due for due in bench.done.alarms if due.alarm.step is step]
    assert (raised.alarm.due_at, raised.dispatch_id) == (due_at, dispatch.id)


class UpdateListener(Interceptor):
    """Asks a hook before each update; the hook may wait."""

    def __init__(self, hook: Callable[[str], Awaitable[None]]) -> None:
        super().__init__()
        self._hook = hook

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _Outbound(next, self._hook)


class _Outbound(OutboundInterceptor):
    def __init__(
        self, following: OutboundInterceptor, hook: Callable[[str], Awaitable[None]]
    ) -> None:
        super().__init__(following)
        self._hook = hook

    async def start_workflow_update(
        self,
        input: StartWorkflowUpdateInput,  # noqa: A002
    ) -> WorkflowUpdateHandle[Any]:
        await self._hook(input.id)
        return await super().start_workflow_update(input)


def held(client: Client, gate: Gate) -> Client:
    config = client.config()
    config["interceptors"] = [*config["interceptors"], UpdateListener(gate.hold)]
    return Client(**config)


async def sent_today(
    sessions: Sessions,
    directory: Directory,
    at: datetime = TODAY,
    register_by: datetime | None = None,
) -> Tree:
    desks = {name: directory[name] for name in ("hall", "direct")}
    deadlines = Deadlines(acknowledge_by=at + 8 * DAY, register_by=register_by)
    async with sessions.begin() as session:
        dispatch = await send(
            session, directory["agency"], *desks.values(), at=at, deadlines=deadlines
        )
        hops = {name: await hop_to(session, dispatch, desk) for name, desk in desks.items()}
    return Tree(desks=directory, dispatches={"agency": dispatch}, hops=hops)


async def test_of_two_relays_that_move_at_once_the_newer_plan_stays(
    sessions: Sessions, own_directory: Directory, make_relay: Relays, temporal_client: Client
) -> None:
    gate = Gate()
    tree = await sent_today(sessions, own_directory)
    dispatch = tree.dispatches["agency"]
    slow, quick = make_relay(held(temporal_client, gate)), make_relay()
    await quick.deliver_batch()
    await put_off(sessions, tree, 2)
    older = await in_ledger(sessions, dispatch)
    under_way = asyncio.create_task(slow.deliver_moves())
    await asyncio.wait_for(gate.reached.wait(), 30)
    await put_off(sessions, tree, 3)
    newer = await in_ledger(sessions, dispatch)
    assert newer != older
    # It could overtake the older plan, which would then be told last.
    assert await quick.deliver_moves() == 0
    gate.opened.set()
    assert await under_way == 1
    assert await in_timers(temporal_client, dispatch) == older
    assert await quick.deliver_moves() == 1
    assert await in_timers(temporal_client, dispatch) == newer
    assert await next_due(temporal_client, dispatch) == newer[0].due_at
    assert await fates(sessions) == ["sent"] * 3


async def test_many_moves_told_by_many_relays_end_with_the_newest_plan(
    sessions: Sessions, own_directory: Directory, make_relay: Relays, temporal_client: Client
) -> None:
    tree = await sent_today(sessions, own_directory)
    dispatch = tree.dispatches["agency"]
    relays = [make_relay() for _ in range(3)]
    await relays[0].deliver_batch()

    async def work(relay: Relay) -> None:
        while "waiting" in await fates(sessions):
            await relay.deliver_moves()

    await put_off(sessions, tree, 1)
    await asyncio.wait_for(
        asyncio.gather(*map(work, relays), put_off(sessions, tree, 2), put_off(sessions, tree, 3)),
        30,
    )
    await work(relays[0])
    assert await in_timers(temporal_client, dispatch) == await in_ledger(sessions, dispatch)


async def test_a_crash_between_move_and_mark_is_made_good_with_the_newest_plan(
    sessions: Sessions, own_directory: Directory, make_relay: Relays, temporal_client: Client
) -> None:
    tree = await sent_today(sessions, own_directory)
    dispatch = tree.dispatches["agency"]
    await make_relay().deliver_batch()
    await put_off(sessions, tree, 2)
    with pytest.raises(OperationalError):
        await make_relay(own=forgetful(sessions)).deliver_moves()
    assert await fates(sessions) == ["sent", "waiting"]
    assert await in_timers(temporal_client, dispatch) == await in_ledger(sessions, dispatch)
    await put_off(sessions, tree, 3)
    assert await make_relay().deliver_moves() == 2
    assert await in_timers(temporal_client, dispatch) == await in_ledger(sessions, dispatch)
    assert await make_relay().deliver_moves() == 0


def forgetful(sessions: Sessions) -> Sessions:
    class Dying(Session):
        pass

    def die(_: Session) -> None:
        raise OperationalError("COMMIT", None, Exception("the process was killed"))

    event.listen(Dying, "before_commit", die)
    return Sessions(sessions.kw["bind"], sync_session_class=Dying, expire_on_commit=False)


async def test_a_move_waits_for_the_start_of_its_process_and_is_late_after_its_end(
    sessions: Sessions, own_directory: Directory, relay: Relay, temporal_client: Client
) -> None:
    tree = await sent_today(sessions, own_directory)
    dispatch = tree.dispatches["agency"]
    await put_off(sessions, tree, 2)
    assert await relay.deliver_moves() == 0
    assert await fates(sessions) == ["waiting", "waiting"]
    assert await relay.deliver_batch() == 1
    assert await relay.deliver_moves() == 1
    assert await in_timers(temporal_client, dispatch) == await in_ledger(sessions, dispatch)
    await put_off(sessions, tree, 1)
    await answer(sessions, dispatch, own_directory["hall"], own_directory["direct"])
    assert await relay.deliver_batch() == 2
    await finish(process_of(temporal_client, dispatch))
    assert await relay.deliver_moves() == 1
    assert await fates(sessions) == ["sent", "sent", LATE, "sent", "sent"]


async def notices(sessions: Sessions, tree: Tree, name: str) -> Sequence[AlarmStep]:
    async with sessions() as session:
        query = select(Notice.step).where(Notice.hop_id == tree.hops[name])
        return (await session.scalars(query)).all()


def real_worker(client: Client, sessions: Sessions, task_queue: str) -> Worker:
    """A worker that writes what it raises into the ledger."""
    activities = DispatchActivities(sessions, clock=lambda: datetime.now(UTC))
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[DispatchWorkflow],
        activities=[activities.raise_alarm, activities.report_upward],
        workflow_failure_exception_types=[Exception],
    )


async def test_moves_while_every_worker_is_away_are_made_when_one_comes_back(
    sessions: Sessions,
    own_directory: Directory,
    temporal_client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("worker.relay.CALL_TIMEOUT", timedelta(milliseconds=500))
    task_queue = f"test-{uuid4()}"
    relay = Relay(sessions, temporal_client, task_queue=task_queue, clock=lambda: datetime.now(UTC))
    async with real_worker(temporal_client, sessions, task_queue):
        # Long enough for the worker to take the process in hand and leave.
        now = datetime.now(UTC)
        due_soon = now + timedelta(seconds=4)
        tree = await sent_today(sessions, own_directory, now, due_soon)
        dispatch = tree.dispatches["agency"]
        await relay.deliver_batch()
        assert await in_timers(temporal_client, dispatch) != []
    # Everybody is away; the hall gets more time twice, the other falls due meanwhile.
    for days in (2, 3):
        async with sessions.begin() as session:
            await extend(session, tree, tree.hop("hall"), days=days, at=now)
        with pytest.raises(NothingDeliveredError):
            await relay.deliver_moves()

    async def is_past() -> bool:
        return datetime.now(UTC) > due_soon

    await eventually(is_past)
    assert await fates(sessions) == ["sent", "waiting", "waiting"]
    assert AlarmStep.OVERDUE_REGISTER not in await notices(sessions, tree, "direct")
    async with real_worker(temporal_client, sessions, task_queue):
        await until_delivered(relay, sessions)

        async def is_told() -> bool:
            told = await in_timers(temporal_client, dispatch)
            return told == await in_ledger(sessions, dispatch)

        await eventually(is_told)
        timers = await in_timers(temporal_client, dispatch)
        assert all(alarm.due_at > due_soon for alarm in timers)

        # An alarm leaves the list before it is raised, and is shown as the next until it was.
        async def is_raised() -> bool:
            return await next_due(temporal_client, dispatch) == timers[0].due_at

        await eventually(is_raised)
        steps = await notices(sessions, tree, "direct")
        assert list(steps).count(AlarmStep.OVERDUE_REGISTER) == 1
        assert AlarmStep.OVERDUE_REGISTER not in await notices(sessions, tree, "hall")
        async with sessions() as session:
            (overdue,) = await events(session, EventKind.OVERDUE)
            assert overdue.hop_id == tree.hops["direct"]
        await process_of(temporal_client, dispatch).signal(DispatchWorkflow.close)
        await finish(process_of(temporal_client, dispatch))


async def until_delivered(relay: Relay, sessions: Sessions) -> None:
    async def is_delivered() -> bool:
        try:
            await relay.deliver_moves()
        except NothingDeliveredError:
            return False
        return "waiting" not in await fates(sessions)

    await eventually(is_delivered)
