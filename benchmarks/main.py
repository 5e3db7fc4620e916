"""`make bench`: the performance ratios of this version, each with a correctness check."""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client

from benchmarks.dispatch_vs_copy import dispatch_vs_copy
from benchmarks.effort import FULL, QUICK, Effort
from benchmarks.inboxes import fill_inboxes
from benchmarks.measure import Row, machine, ratios, resident_megabytes, until
from benchmarks.nation import Body, analyze, found_nation
from benchmarks.plan_nation import found_tiers, plan_national_seconds
from benchmarks.receipts import CLIENTS, receipt_api_vs_sql
from benchmarks.record_screens import ScreenEffort, screen_rows
from benchmarks.route import (
    DISTRICTS,
    HOPS,
    Walk,
    count_events,
    divide,
    wake_baseline,
    wake_ours,
    walk_ours,
    walk_per_hop,
)
from benchmarks.sealing import sealing_on_vs_off
from benchmarks.search_letters import search_rows
from benchmarks.verifying import verify_vs_sha256
from benchmarks.working_time import working_time_rows
from benchmarks.year_books import open_years
from cli.ledger import verify_ledger
from cli.stack import Stack, running_stack
from cli.token import issue_token, signing_key
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from infra.processes import Child
from infra.settings import Settings

OUTPUT = Path("build/bench.json")
RECIPIENTS = 7_852
DESKS_PER_CLIENT = 4
BASELINE_QUEUE = "per-hop-baseline"

console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def main() -> None:
    """Measure, print and write `build/bench.json`; exit 1 when a row's check fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    effort = QUICK if parser.parse_args().quick else FULL
    with tempfile.TemporaryDirectory(prefix="wian-bench-") as folder:
        settings = Settings(data_dir=Path(folder), api_port=0, database_url=None)
        with running_stack(settings) as stack:
            facts = machine(_server(stack).superuser_url)
            console.print("  ".join(f"{name} {value}" for name, value in facts.items()))
            rows = asyncio.run(_measure(stack, effort))
            memory = {name: resident_megabytes(child.pid) for name, child in stack.children.items()}
        rows += asyncio.run(search_rows(effort.search))
    _show(rows, memory)
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(
        json.dumps(
            {
                "machine": facts,
                "quick": effort is QUICK,
                "memory_mib": memory,
                "rows": {row.name: row.as_json() for row in rows},
            },
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    )
    console.print(f"Written to {OUTPUT}.")
    if not all(row.is_correct for row in rows):
        sys.exit("A check failed: the figure beside it does not count.")


async def _measure(stack: Stack, effort: Effort) -> list[Row]:
    url = stack.settings.process_database_url
    assert url is not None
    engine = create_engine(url, pool=16, role=WORKER_ROLE)
    sessions = create_sessions(engine)
    rows = [
        await _routes(stack, sessions, effort),
        await _receipts(stack, url, effort),
        await _dispatches(stack, sessions, effort),
        await _plans(stack, sessions),
        working_time_rows(),
        await _screens(stack, effort.screens),
    ]
    await engine.dispose()
    return [row for group in rows for row in group]


async def _dispatches(
    stack: Stack, sessions: async_sessionmaker[AsyncSession], effort: Effort
) -> list[Row]:
    nation = await found_nation(stack.owner_url, prefix="d", bodies=RECIPIENTS + 1)
    analyze(_server(stack).superuser_url)
    owner_url = _server(stack).owner_url
    return [await dispatch_vs_copy(sessions, owner_url, nation, pairs=effort.dispatch_pairs)]


async def _plans(stack: Stack, sessions: async_sessionmaker[AsyncSession]) -> list[Row]:
    (sender,) = await found_nation(stack.owner_url, prefix="n", bodies=1)
    provinces = await found_tiers(stack.owner_url)
    analyze(_server(stack).superuser_url)
    return [await plan_national_seconds(sessions, sender=sender, provinces=provinces)]


async def _screens(stack: Stack, effort: ScreenEffort) -> list[Row]:
    async with open_years(_server(stack), effort.small, effort.large) as (small, large):
        for books in (small, large):
            console.print(str(books.filled))
        return await screen_rows(stack, small, large, effort)


async def _receipts(stack: Stack, url: SecretStr, effort: Effort) -> list[Row]:
    desks = await found_nation(stack.owner_url, prefix="r", bodies=CLIENTS * DESKS_PER_CLIENT)
    queues = fill_inboxes(
        _server(stack).owner_url,
        desks,
        tokens=_tokens(stack, desks),
        # More than both sides can take: 1,500 a second on each for every second measured.
        # The same again is taken with and without the sealer.
        letters=int(6_000 * effort.receipt_seconds * (effort.receipt_pairs + 1) / len(desks)) + 1,
    )
    analyze(_server(stack).superuser_url)
    row = await receipt_api_vs_sql(
        port=stack.settings.api_port,
        app_url=url.get_secret_value(),
        queues=queues,
        seconds=effort.receipt_seconds,
        pairs=effort.receipt_pairs,
    )
    with console.capture() as verdict:
        faults = await verify_ledger(url, console)
    row.check = verdict.get().strip()
    row.is_correct = faults == 0
    sealing = await sealing_on_vs_off(
        stack, queues=queues, seconds=effort.receipt_seconds, pairs=effort.receipt_pairs
    )
    return [row, sealing, await _verifying(stack, url, effort)]


async def _verifying(stack: Stack, url: SecretStr, effort: Effort) -> Row:
    stack.children["sealer"].stop()
    row = await verify_vs_sha256(url, stack.settings, pairs=effort.receipt_pairs)
    stack.start("sealer")
    return row


def _tokens(stack: Stack, desks: list[Body]) -> list[str]:
    key = signing_key(stack.settings)
    return [issue_token(stack.settings, key, body.clerk.name, lifetime=3600) for body in desks]


async def _routes(
    stack: Stack, sessions: async_sessionmaker[AsyncSession], effort: Effort
) -> list[Row]:
    client = await Client.connect(stack.settings.temporal_address or "")
    walls: list[tuple[float, float]] = []
    for nth in range(effort.route_pairs + 1):
        await wake_ours(sessions, await found_nation(stack.owner_url, prefix=f"w{nth}", bodies=2))
        people = await found_nation(stack.owner_url, prefix=f"p{nth}a", bodies=HOPS + 1)
        ours = await walk_ours(Walk(sessions, divide(people)))
        people = await found_nation(stack.owner_url, prefix=f"p{nth}b", bodies=HOPS + 1)
        with _baseline_instead(stack):
            await wake_baseline(client, task_queue=BASELINE_QUEUE)
            theirs = await walk_per_hop(
                Walk(sessions, divide(people)), client, task_queue=BASELINE_QUEUE
            )
        walls.append((theirs, ours))
    # The first pair warms both sides up.
    return [await _events_row(client, len(walls)), _wall_row(walls[1:])]


@contextmanager
def _baseline_instead(stack: Stack) -> Iterator[None]:
    """Run the baseline's worker instead of our relay and worker: one design at a time."""
    for name in ("relay", "worker"):
        stack.children[name].stop()
    baseline = Child.start(
        [sys.executable, "-m", "benchmarks.baseline_worker"],
        log=stack.settings.data_dir / "logs" / "baseline.log",
        cwd=Path.cwd(),
        env=stack.environment | {"WIAN_TASK_QUEUE": BASELINE_QUEUE},
    )
    yield
    baseline.stop()
    with psycopg.connect(_server(stack).owner_url.replace("+psycopg", "")) as connection:
        connection.execute("UPDATE outbox SET sent_at = now() WHERE sent_at IS NULL")
    for name in ("worker", "relay"):
        stack.start(name)


async def _events_row(client: Client, walks: int) -> Row:
    query = "WorkflowType = 'DispatchWorkflow'"
    # Each walk was preceded by a dispatch of one hop that woke the worker.
    expected = walks * (1 + DISTRICTS + 1)

    async def all_listed() -> bool:
        return (
            await client.count_workflows(f"{query} AND ExecutionStatus = 'Completed'")
        ).count == (expected)

    await until(all_listed, seconds=30)
    executions, events = await count_events(client, query)
    hops = walks * (HOPS + 1)
    ratio = events / hops
    return Row(
        name="engine_events_per_hop",
        ratio=ratio,
        spread=(ratio, ratio),
        target="<= 2.0",
        check=f"{executions} executions for {hops} hops, all completed",
        is_correct=executions == expected,
        detail={"events": events, "hops": hops, "executions": executions},
    )


def _wall_row(walls: list[tuple[float, float]]) -> Row:
    ratio, spread = ratios(walls)
    return Row(
        name="per_hop_workflow_vs_ours",
        ratio=ratio,
        spread=spread,
        target=">= 4",
        check=f"{HOPS} hops acknowledged and the top completed, both ways",
        # Either walk raises when it does not come back whole.
        is_correct=True,
        detail={
            "per_hop_seconds": [round(theirs, 2) for theirs, _ in walls],
            "ours_seconds": [round(ours, 2) for _, ours in walls],
        },
    )


def _server(stack: Stack) -> PostgresServer:
    if stack.postgres is None:
        raise SystemExit("the figures are taken on the embedded server: unset WIAN_DATABASE_URL")
    return stack.postgres


def _show(rows: list[Row], memory: dict[str, float]) -> None:
    table = Table("row", "ratio", "least to greatest", "target", "", "check")
    for row in rows:
        table.add_row(
            row.name,
            f"{row.ratio:.2f}",
            f"{row.spread[0]:.2f} to {row.spread[1]:.2f}",
            row.target,
            "reached" if row.is_reached else "MISSED",
            row.check,
        )
    console.print(table)
    console.print("memory  " + "  ".join(f"{name} {size} MiB" for name, size in memory.items()))


if __name__ == "__main__":
    main()
