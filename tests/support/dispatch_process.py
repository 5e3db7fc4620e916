"""The process of a dispatch on a real Temporal server, with activities that only remember."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from activities.dispatch import DueAlarm
from domain.alarms import Alarm
from domain.vocabulary import AlarmStep
from workflows.dispatch import DispatchWorkflow, HopEvents, Watch
from workflows.names import NEXT_DUE_AT, dispatch_workflow_id

DAY = timedelta(days=1)
PATIENCE_SECONDS = 30
"""Longer than anything here takes; a test that needs it has failed."""

Handle = WorkflowHandle[Any, None]


class RememberedActivities:
    """Activities with the names of the real ones; `on_alarm` and `on_report` may interfere."""

    def __init__(self) -> None:
        self.alarms: list[DueAlarm] = []
        self.reports: list[UUID] = []
        self.on_alarm: Callable[[DueAlarm], Awaitable[None]] | None = None
        self.on_report: Callable[[UUID], Awaitable[None]] | None = None

    @property
    def steps(self) -> list[AlarmStep]:
        return [due.alarm.step for due in self.alarms]

    @activity.defn
    async def raise_alarm(self, due: DueAlarm) -> int:
        self.alarms.append(due)
        if self.on_alarm is not None:
            await self.on_alarm(due)
        return 1

    @activity.defn
    async def report_upward(self, dispatch_id: UUID) -> bool:
        self.reports.append(dispatch_id)
        if self.on_report is not None:
            await self.on_report(dispatch_id)
        return True


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessBench:
    """A worker of one test's own, and how the test starts, hastens and reads its processes."""

    skipper: TimeSkipper
    task_queue: str
    done: RememberedActivities

    async def start(self, watch: Watch, *, at_once: bool = False) -> Handle:
        """Start a process whose time stands still until `pass_time`, or flies with `at_once`."""
        pairs = [SearchAttributePair(NEXT_DUE_AT, watch.alarms[0].due_at)] if watch.alarms else []

        async def start() -> Handle:
            return await self.skipper.client.start_workflow(
                DispatchWorkflow.run,
                watch,
                id=dispatch_workflow_id(watch.dispatch_id, watch.chunk),
                task_queue=self.task_queue,
                search_attributes=TypedSearchAttributes(pairs),
            )

        if at_once:
            return await start()
        with self.skipper.with_time_skipping_disabled():
            return await start()

    async def pass_time(self, handle: Handle, duration: timedelta) -> None:
        """Move the clock of one process; return when it stands there."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.skipper.fast_forward(handle, duration)

    async def settle(self, handle: Handle, *hops: UUID) -> None:
        await handle.signal(DispatchWorkflow.record_events, HopEvents(settled=list(hops)))


@asynccontextmanager
async def process_bench(client: Client) -> AsyncIterator[ProcessBench]:
    """Run a worker on a task queue of its own; any exception in a workflow fails it at once."""
    done = RememberedActivities()
    task_queue = f"test-{uuid4()}"
    async with Worker(
        client,
        task_queue=task_queue,
        workflows=[DispatchWorkflow],
        activities=[done.raise_alarm, done.report_upward],
        workflow_failure_exception_types=[Exception],
    ):
        yield ProcessBench(skipper=TimeSkipper(client), task_queue=task_queue, done=done)


def watch(
    hops: Sequence[UUID],
    alarms: Sequence[Alarm] = (),
    *,
    dispatch_id: UUID | None = None,
    chunk: int = 0,
    is_closed: bool = False,
) -> Watch:
    """Watch `hops`, of a new dispatch unless it is given."""
    return Watch(
        dispatch_id=dispatch_id or uuid4(),
        chunk=chunk,
        unsettled=list(hops),
        alarms=list(alarms),
        is_closed=is_closed,
    )


def hop_ids(count: int) -> list[UUID]:
    return [uuid4() for _ in range(count)]


def ladder(*days: float, since: datetime | None = None) -> list[Alarm]:
    """The steps of the ladder in their order, due so many days after `since`, or after now."""
    since = since or datetime.now(UTC)
    return [
        Alarm(step=step, due_at=since + day * DAY)
        for step, day in zip(AlarmStep, days, strict=False)
    ]


async def finish(handle: Handle) -> None:
    """Wait for the end of a process, and not for ever."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        await handle.result()


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Ask until `condition` holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():  # noqa: ASYNC110 - the other side is a server
            await asyncio.sleep(0.02)
