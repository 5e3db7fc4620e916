"""Record the histories that `test_replay` replays: `.venv/bin/python -m tests.replay.record`.

A stored history is a promise to dispatches that are under way while a new version is installed.
Record again only together with a `workflow.patched` that keeps the old histories replayable, and
then *add* files under new names; the old ones stay for as long as such dispatches may be open.
"""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from temporalio.client import Client

from infra.embedded.temporal import TemporalServer
from tests.support.dispatch_process import (
    DAY,
    Handle,
    ProcessBench,
    eventually,
    finish,
    hop_ids,
    ladder,
    process_bench,
    watch,
)
from workflows.dispatch import DeadlineChange, DispatchWorkflow
from workflows.names import NEXT_DUE_AT, SEARCH_ATTRIBUTES

HISTORIES = Path(__file__).parent / "histories"
# Small enough that a history which is continued as new stays a small file.
CONTINUE_AFTER = 60
SECOND = timedelta(seconds=1) / DAY


async def settled(bench: ProcessBench) -> Handle:
    """Everybody answers in time, in two batches."""
    hops = hop_ids(3)
    handle = await bench.start(watch(hops, ladder(1, 2, 3)))
    await bench.settle(handle, hops[1])
    await bench.settle(handle, hops[0], hops[2])
    return handle


async def alarms(bench: ProcessBench) -> Handle:
    """Two alarms are overdue at the start, one falls due, one is put off; then all answer."""
    hops = hop_ids(2)
    handle = await bench.start(watch(hops, ladder(-2, -1, SECOND, 5)))

    async def raised() -> bool:
        return len((await handle.query(DispatchWorkflow.progress)).alarms) == 1

    await eventually(raised)
    put_off = ladder(9, since=datetime.now(UTC))
    await handle.execute_update(DispatchWorkflow.change_deadline, DeadlineChange(alarms=put_off))
    await bench.settle(handle, *hops)
    return handle


async def closed(bench: ProcessBench) -> Handle:
    """The sender stops waiting."""
    hops = hop_ids(2)
    handle = await bench.start(watch(hops, ladder(1)))
    await bench.settle(handle, hops[0])
    await handle.signal(DispatchWorkflow.close)
    return handle


async def continued(bench: ProcessBench) -> Handle:
    """The history grows too long while one alarm is past and one is to come."""
    hops = hop_ids(2)
    handle = await bench.start(watch(hops, ladder(-1, 1)))
    first = handle.first_execution_run_id

    async def is_continued() -> bool:
        await bench.settle(handle, *hop_ids(1))
        return (await handle.describe()).run_id != first

    await eventually(is_continued)
    await bench.settle(handle, *hops)
    return handle


async def ledger_away(bench: ProcessBench) -> Handle:
    """Everybody answers while the ledger is away: the report has to be made again, patiently."""

    async def fail_once(_: UUID) -> None:
        if len(bench.done.reports) == 1:
            raise ConnectionError("the ledger is away")

    bench.done.on_report = fail_once
    hops = hop_ids(1)
    handle = await bench.start(watch(hops, ladder(1)))
    await bench.settle(handle, *hops)
    return handle


SCENES: tuple[Callable[[ProcessBench], Awaitable[Handle]], ...] = (
    settled,
    alarms,
    closed,
    continued,
    ledger_away,
)


async def record(address: str) -> None:
    """Play every scene and write the history of its first run."""
    # Neither the name of a machine nor a process id belongs into a committed file.
    client = await Client.connect(address, identity="recorder")
    for scene in SCENES:
        async with process_bench(client) as bench:
            handle = await scene(bench)
            await finish(handle)
            first = client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id)
            history = await first.fetch_history()
        path = HISTORIES / f"{scene.__name__}.json"
        path.write_text(_without_traces(history.to_json()) + "\n")
        print(f"{path.name}: {len(history.events)} events")  # noqa: T201 - it talks to a person


def _without_traces(history: str) -> str:
    # A stack trace names folders of the machine that recorded it.
    return re.sub(r'("stackTrace": )"(?:[^"\\]|\\.)*"', r'\1""', history)


def main() -> None:
    """Record on a server of its own."""
    attributes = {
        key.name: "Datetime" if key == NEXT_DUE_AT else "Keyword" for key in SEARCH_ATTRIBUTES
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        TemporalServer.start(
            Path(folder),
            search_attributes=attributes,
            dynamic_config={"limit.historyCount.suggestContinueAsNew": str(CONTINUE_AFTER)},
        ) as server,
    ):
        asyncio.run(record(server.address))
    # The interpreter may crash at its end after a Temporal client was used.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
