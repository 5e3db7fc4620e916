import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError

from activities.dispatch import DueAlarm
from domain.alarms import Alarm
from domain.vocabulary import AlarmStep
from tests.support.dispatch_process import (
    DAY,
    Handle,
    ProcessBench,
    eventually,
    finish,
    hop_ids,
    ladder,
    watch,
)
from workflows.dispatch import DeadlineChange, DispatchWorkflow, Progress
from workflows.names import NEXT_DUE_AT

SOON = timedelta(minutes=1)


async def progress(handle: Handle) -> Progress:
    return await handle.query(DispatchWorkflow.progress)


async def next_due(handle: Handle) -> datetime | None:
    return (await handle.describe()).typed_search_attributes.get(NEXT_DUE_AT)


async def refusal(handle: Handle, *alarms: Alarm) -> str:
    """Return why a change of deadline is refused."""
    with pytest.raises(WorkflowUpdateFailedError) as error:
        await handle.execute_update(
            DispatchWorkflow.change_deadline, DeadlineChange(alarms=list(alarms))
        )
    return str(error.value.cause)


async def events_of(handle: Handle) -> list[str]:
    history = await handle.fetch_history()
    return [EventType.Name(event.event_type) for event in history.events]


async def test_it_ends_and_reports_when_every_hop_is_settled(bench: ProcessBench) -> None:
    hops = hop_ids(3)
    started = watch(hops, ladder(1, 2))
    handle = await bench.start(started)
    await bench.settle(handle, hops[0])
    assert (await progress(handle)).unsettled == 2
    await bench.settle(handle, *hops[1:])
    await finish(handle)
    assert bench.done.reports == [started.dispatch_id]
    assert bench.done.alarms == []


async def test_a_report_that_the_ledger_did_not_take_is_made_again(bench: ProcessBench) -> None:
    started = watch(hop_ids(1))

    async def fail_twice(_: UUID) -> None:
        if len(bench.done.reports) < 3:
            raise ConnectionError("the ledger is away")

    bench.done.on_report = fail_twice
    handle = await bench.start(started)
    await handle.signal(DispatchWorkflow.close)
    await finish(handle)
    assert bench.done.reports == [started.dispatch_id] * 3


async def test_messages_twice_unknown_late_or_in_any_order_change_nothing_wrong(
    bench: ProcessBench,
) -> None:
    hops = hop_ids(4)
    handle = await bench.start(watch(hops))
    await bench.settle(handle, hops[3], hops[3], *hop_ids(2))
    await bench.settle(handle)
    await bench.settle(handle, hops[1])
    await bench.settle(handle, hops[3], hops[1])
    assert (await progress(handle)).unsettled == 2
    await bench.settle(handle, hops[2], hops[0])
    await finish(handle)
    assert len(bench.done.reports) == 1


async def test_nobody_to_wait_for_ends_at_once(bench: ProcessBench) -> None:
    handle = await bench.start(watch([], ladder(1)))
    await finish(handle)
    assert (len(bench.done.reports), bench.done.alarms) == (1, [])


async def test_every_alarm_is_raised_once_in_the_order_in_which_it_is_due(
    bench: ProcessBench,
) -> None:
    hops = hop_ids(2)
    alarms = ladder(0.75, 1, 6, 8, 10, 12)
    started = watch(hops, alarms, chunk=3)
    handle = await bench.start(started, at_once=True)

    async def all_raised() -> bool:
        return len(bench.done.alarms) >= len(alarms)

    await eventually(all_raised)
    await bench.settle(handle, *hops)
    await finish(handle)
    assert bench.done.alarms == [
        DueAlarm(dispatch_id=started.dispatch_id, chunk=3, alarm=alarm) for alarm in alarms
    ]
    assert bench.done.steps == [alarm.step for alarm in alarms]
    raised_at = [
        event.event_time.ToDatetime(UTC)
        for event in (await handle.fetch_history()).events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]
    for alarm, at in zip(alarms, raised_at, strict=False):
        assert alarm.due_at <= at < alarm.due_at + SOON


async def test_no_alarm_is_raised_before_it_is_due_nor_after_the_last_hop_is_settled(
    bench: ProcessBench,
) -> None:
    hops = hop_ids(2)
    alarms = ladder(1, 2, 3, 4)
    handle = await bench.start(watch(hops, alarms))
    await bench.pass_time(handle, 0.9 * DAY)
    assert bench.done.alarms == []
    await bench.pass_time(handle, 1.6 * DAY)
    assert [due.alarm for due in bench.done.alarms] == alarms[:2]
    await bench.settle(handle, *hops)
    await finish(handle)
    assert len(bench.done.alarms) == 2


async def test_alarms_that_are_overdue_at_the_start_are_raised_at_once(bench: ProcessBench) -> None:
    hops = hop_ids(1)
    alarms = ladder(-3, -2, -1, 5)
    handle = await bench.start(watch(hops, alarms))

    async def overdue_raised() -> bool:
        return (await progress(handle)).alarms == alarms[3:]

    await eventually(overdue_raised)
    await bench.settle(handle, *hops)
    await finish(handle)
    assert [due.alarm for due in bench.done.alarms] == alarms[:3]


async def test_hops_settled_while_an_alarm_is_raised_are_not_lost(bench: ProcessBench) -> None:
    hops = hop_ids(2)
    started = watch(hops, ladder(-2, -1, 1))
    handle: Handle

    async def settle_all(_: DueAlarm) -> None:
        await bench.settle(handle, *hops)

    bench.done.on_alarm = settle_all
    # The worker may be quicker than the answer to the start.
    handle = bench.skipper.client.get_workflow_handle(f"dispatch-{started.dispatch_id}/chunk-1")
    await bench.start(watch(hops, started.alarms, dispatch_id=started.dispatch_id, chunk=1))
    await finish(handle)
    assert [due.alarm for due in bench.done.alarms] == started.alarms[:1]
    assert bench.done.reports == [started.dispatch_id]


async def test_closing_ends_the_waiting(bench: ProcessBench) -> None:
    started = watch(hop_ids(2), ladder(1))
    handle = await bench.start(started)
    await handle.signal(DispatchWorkflow.close)
    await finish(handle)
    assert (bench.done.reports, bench.done.alarms) == ([started.dispatch_id], [])


async def test_a_dispatch_closed_before_its_process_began_ends_at_once(bench: ProcessBench) -> None:
    handle = await bench.start(watch(hop_ids(2), ladder(-1), is_closed=True))
    await finish(handle)
    assert (len(bench.done.reports), bench.done.alarms) == (1, [])


async def test_a_changed_deadline_moves_the_timer(bench: ProcessBench) -> None:
    hops = hop_ids(1)
    handle = await bench.start(watch(hops, ladder(1, 2)))
    late, later = ladder(10, 11)
    told = await handle.execute_update(
        DispatchWorkflow.change_deadline, DeadlineChange(alarms=[later, late])
    )
    assert told == Progress(unsettled=1, alarms=[late, later], is_closed=False)
    assert await next_due(handle) == late.due_at
    await bench.pass_time(handle, 9 * DAY)
    assert bench.done.alarms == []
    await bench.pass_time(handle, 1.5 * DAY)
    assert [due.alarm for due in bench.done.alarms] == [late]
    # Sooner, too: the process is not asleep until the old instant.
    sooner = Alarm(step=AlarmStep.ESCALATE_ORIGIN, due_at=late.due_at + DAY * 0.6)
    await handle.execute_update(DispatchWorkflow.change_deadline, DeadlineChange(alarms=[sooner]))
    await bench.pass_time(handle, 0.2 * DAY)
    assert [due.alarm for due in bench.done.alarms] == [late, sooner]
    await bench.settle(handle, *hops)
    await finish(handle)
    assert len(bench.done.alarms) == 2


async def test_a_changed_alarm_that_is_due_already_is_raised_at_once(bench: ProcessBench) -> None:
    alarms = ladder(6)
    handle = await bench.start(watch(hop_ids(1), alarms))
    await bench.pass_time(handle, 5 * DAY)
    # Nobody was there to raise it, or the ledger has a step that was never told.
    late, later = ladder(3, 8)
    await handle.execute_update(
        DispatchWorkflow.change_deadline, DeadlineChange(alarms=[later, late])
    )

    async def is_raised() -> bool:
        return [due.alarm for due in bench.done.alarms] == [late]

    await eventually(is_raised)
    assert (await progress(handle)).alarms == [later]
    assert await next_due(handle) == later.due_at
    await handle.signal(DispatchWorkflow.close)
    await finish(handle)


async def test_without_alarms_a_process_waits_until_it_is_given_some(bench: ProcessBench) -> None:
    handle = await bench.start(watch(hop_ids(1), ladder(1)))
    await handle.execute_update(DispatchWorkflow.change_deadline, DeadlineChange(alarms=[]))
    assert await next_due(handle) is None
    await bench.pass_time(handle, 30 * DAY)
    assert bench.done.alarms == []
    (again,) = ladder(31)
    await handle.execute_update(DispatchWorkflow.change_deadline, DeadlineChange(alarms=[again]))
    await bench.pass_time(handle, 2 * DAY)
    assert [due.alarm for due in bench.done.alarms] == [again]
    await handle.signal(DispatchWorkflow.close)
    await finish(handle)


async def test_the_deadline_of_a_finished_dispatch_is_not_changed(bench: ProcessBench) -> None:
    reporting, leave = asyncio.Event(), asyncio.Event()

    async def hold(_: UUID) -> None:
        # The first report holds a workflow task, in which no update is looked at.
        if len(bench.done.reports) == 1:
            raise ConnectionError("the ledger is away")
        reporting.set()
        await leave.wait()

    bench.done.on_report = hold
    handle = await bench.start(watch(hop_ids(1)))
    await handle.signal(DispatchWorkflow.close)
    await asyncio.wait_for(reporting.wait(), 30)
    assert "nobody is waited for" in await refusal(handle, *ladder(5))
    leave.set()
    await finish(handle)


async def test_the_next_due_instant_is_shown_to_operators_until_there_is_none(
    bench: ProcessBench,
) -> None:
    hops = hop_ids(1)
    alarms = ladder(1, 2)
    handle = await bench.start(watch(hops, alarms))
    assert await next_due(handle) == alarms[0].due_at
    await bench.pass_time(handle, 1.5 * DAY)
    assert await next_due(handle) == alarms[1].due_at
    assert await progress(handle) == Progress(unsettled=1, alarms=alarms[1:], is_closed=False)
    await bench.pass_time(handle, DAY)
    assert await next_due(handle) is None
    await bench.settle(handle, *hops)
    await finish(handle)


async def test_a_long_history_is_continued_with_everything_that_is_known(
    bench: ProcessBench,
) -> None:
    hops, alarms = hop_ids(3), ladder(1, 2)
    handle = await bench.start(watch(hops, alarms))
    first_run = handle.result_run_id
    await bench.settle(handle, hops[0])
    await bench.pass_time(handle, 1.5 * DAY)

    async def continued() -> bool:
        await asyncio.gather(*(bench.settle(handle, *hop_ids(1)) for _ in range(20)))
        return (await handle.describe()).run_id != first_run

    await eventually(continued)
    assert await progress(handle) == Progress(unsettled=2, alarms=alarms[1:], is_closed=False)
    assert await next_due(handle) == alarms[1].due_at
    await bench.pass_time(handle, 3 * DAY)
    await bench.settle(handle, *hops[1:])
    await finish(handle)
    assert [due.alarm for due in bench.done.alarms] == alarms
    assert len(bench.done.reports) == 1


async def test_no_message_is_lost_while_a_history_is_continued(bench: ProcessBench) -> None:
    hops = hop_ids(600)
    handle = await bench.start(watch(hops, ladder(30)))
    first_run, left = handle.result_run_id, list(hops)

    async def continued() -> bool:
        await asyncio.gather(*(bench.settle(handle, left.pop()) for _ in range(10)))
        return (await handle.describe()).run_id != first_run

    await eventually(continued)
    await asyncio.gather(*(bench.settle(handle, hop) for hop in left))
    await finish(handle)
    described = await handle.describe()
    assert described.status is WorkflowExecutionStatus.COMPLETED
    assert len(bench.done.reports) == 1


async def test_a_batch_of_messages_costs_one_signal(bench: ProcessBench) -> None:
    hops = hop_ids(400)
    handle = await bench.start(watch(hops, ladder(1)))
    await bench.settle(handle, *hops)
    await finish(handle)
    names = await events_of(handle)
    assert names.count("EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED") == 1
    assert len(names) < 20
