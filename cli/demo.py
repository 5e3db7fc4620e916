"""`wian demo`: the reference circular from end to end, on real processes of this machine."""

import asyncio
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from pydantic import SecretStr
from rich.console import Console

from cli.demo_budget import print_reference, print_tiers, reference_budget
from cli.demo_desk import DemoError, Desk
from cli.demo_proof import prove_hop
from cli.demo_report import DemoReport, collect_report, print_route
from cli.demo_story import Story
from cli.ledger import import_folder
from cli.stack import Stack, running_stack
from cli.token import issue_token, signing_key
from cli.up import DIRECTORY, stop_on_sigterm
from cli.verify import report_findings, verify_everything
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.processes import ProcessError
from infra.settings import Settings

TOKEN_SECONDS = 600.0
OUTPUT = Path("build/demo.json")

# Without a terminal there is no width to fit into, and the longest line of the route is 150.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)


def demo() -> None:
    """Play the reference circular on this machine; print its route and write build/demo.json."""
    stop_on_sigterm()
    started = time.monotonic()
    settings = Settings()
    settings = settings.model_copy(
        update={"data_dir": _empty_folder(settings.data_dir / "demo"), "api_port": 0}
    )
    console.print("Starting PostgreSQL, Temporal, relay, worker, sealer and API …")
    try:
        with running_stack(settings) as stack:
            console.print(f"Ready after {time.monotonic() - started:.0f} s at {stack.url}")
            report = asyncio.run(_play(stack, started))
            _write(report)
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
    except (DemoError, ProcessError, RuntimeError) as error:
        sys.exit(f"The demo failed. {error}")
    if not report.is_complete:
        sys.exit("The circular did not come back whole; see build/demo.json.")


async def _play(stack: Stack, started: float) -> DemoReport:
    await import_folder(stack.owner_url, DIRECTORY)
    key = signing_key(stack.settings)
    async with httpx2.AsyncClient(base_url=stack.url, timeout=30.0) as client:

        def desk(subject: str) -> Desk:
            token = issue_token(stack.settings, key, subject, lifetime=TOKEN_SECONDS)
            return Desk(client=client, token=token)

        def say(line: str) -> None:
            console.print(f"[dim]{time.monotonic() - started:5.1f} s[/dim]  {line}")

        circular_id = await Story(desk=desk, say=say).play()
        report = await collect_report(desk("clerk.nacc"), stack.settings, circular_id)
        await print_route(console, desk, circular_id)
        report.tiers = await print_tiers(console, desk("clerk.nacc"), circular_id)
        route = await desk("clerk.nacc").get(f"/v1/circulars/{circular_id}/route")
        first = route["route"][0]["hops"][0]["id"]
        proof = await prove_hop(console, desk("clerk.nacc"), first, stack.settings)
        report.evidence_accepted = proof.is_accepted
    url = stack.settings.process_database_url
    if url is not None:
        report.budget_of_2564 = await _show_reference(url)
        report.registers_verified = await _verify(url, stack.settings) == 0
    report.seconds = round(time.monotonic() - started, 1)
    return report


async def _show_reference(url: SecretStr) -> dict[str, Any]:
    engine = create_engine(url, pool=1, role=WORKER_ROLE)
    async with create_sessions(engine)() as session:
        budget = await reference_budget(session)
    await engine.dispose()
    print_reference(console, budget)
    return budget.as_json()


async def _verify(url: SecretStr, settings: Settings) -> int:
    engine = create_engine(url, pool=1, role=WORKER_ROLE)
    async with create_sessions(engine)() as session:
        findings = await verify_everything(session, settings)
    await engine.dispose()
    return report_findings(findings, console)


def _empty_folder(folder: Path) -> Path:
    # A demo always starts from nothing. Servers of one that was killed a moment ago may still
    # write: they keep their folder under another name until they are gone.
    if folder.exists():
        old = folder.with_name(f"{folder.name}-{uuid4().hex}")
        folder.rename(old)
        shutil.rmtree(old, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _write(report: DemoReport) -> None:
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=2) + os.linesep)
    console.print(report.summary(), f"Written to {OUTPUT}.", sep="\n")
