"""Every part is killed in the middle of the circular, and it arrives as if nothing had been."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from rich.console import Console

from cli.demo_report import collect_report
from cli.demo_story import hops_of
from cli.ledger import import_folder, verify_ledger
from cli.stack import Stack, running_stack
from cli.token import issue_token, signing_key
from cli.up import DIRECTORY
from infra.processes import wait_until
from infra.settings import Settings
from tests.e2e.conftest import PlayedDemo
from tests.support.left_over import users_of
from tests.support.stubborn_desk import Pace, StubbornDesk, UnhurriedStory

ACTS = 4 + 4 + (3 + 3) + 55 + 54
"""Registers opened; the agency's text taken in, its addressee named, confirmed, sent; the cover
likewise with three doubtful lines; 55 receipts; a forward or acknowledgment for the others."""

STEP_SECONDS = 60
SAME = (
    "letters",
    "receipts",
    "hops",
    "registered",
    "acknowledged",
    "answers",
    "names",
    "workflows",
)

GAPS = """
SELECT count(*) FROM register r
WHERE r.allocated <> (SELECT count(*) FROM register_entry e WHERE e.register_id = r.id)
    OR EXISTS (SELECT FROM generate_series(r.opened_after + 1, r.opened_after + r.allocated) n
        WHERE NOT EXISTS (SELECT FROM register_entry e
            WHERE e.register_id = r.id AND e.number = n))
"""
TWICE = """
SELECT count(*) FROM (SELECT hop_id, kind FROM event
    WHERE kind IN ('sent', 'registered', 'forwarded', 'acknowledged', 'reported')
    GROUP BY hop_id, kind HAVING count(*) > 1) again
"""
WAITING = "SELECT count(*) FROM outbox WHERE sent_at IS NULL AND parked_at IS NULL"


@dataclass(kw_only=True)
class Play:
    """The story in a thread of its own, because only the main thread may revive what has died."""

    stack: Stack
    pace: Pace = field(default_factory=Pace)
    circular_id: str = ""
    error: BaseException | None = None

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        return thread

    def desk(self, client: httpx2.AsyncClient, subject: str) -> StubbornDesk:
        settings = self.stack.settings
        key = signing_key(settings)
        token = issue_token(settings, key, subject, lifetime=600)
        return StubbornDesk(client=client, token=token, pace=self.pace)

    def _run(self) -> None:
        try:
            self.circular_id = asyncio.run(self._play())
        except BaseException as error:  # noqa: BLE001 - the main thread raises it
            self.error = error
        self.pace.is_over = True

    async def _play(self) -> str:
        async with httpx2.AsyncClient(base_url=self.stack.url, timeout=10.0) as client:
            story = UnhurriedStory(
                desk=lambda subject: self.desk(client, subject), say=lambda _: None
            )
            return await story.play()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for the story; its error, if it has one, is the error of the test."""
        came = wait_until(lambda: self.pace.is_over or condition(), STEP_SECONDS)
        if self.error is not None:
            raise self.error
        assert came, what

    def go_to(self, acts: int) -> None:
        """Let the story go so far, and wait until it is there."""
        self.pace.allowed = acts
        self.until(lambda: self.pace.done >= acts, f"the story stopped before act {acts}")

    def notice_trouble(self) -> None:
        """Let the story go on until somebody has to try again."""
        before = self.pace.repeated
        self.pace.allowed += 4
        self.until(lambda: self.pace.repeated > before, "nobody noticed")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    settings = Settings(
        data_dir=tmp_path / "data",
        api_port=0,
        # Whatever the environment of the tests names.
        database_url=None,
        owner_database_url=None,
        temporal_address=None,
        jwks_file=None,
        jwks_url=None,
    )
    with running_stack(settings) as stack:
        yield stack
    assert users_of(tmp_path) == {}


def kill(stack: Stack, *names: str) -> None:
    """End processes as a kernel that is out of memory would: nothing is finished, nothing said."""
    for name in names:
        server = {"postgres": stack.postgres, "temporal": stack.temporal}.get(name)
        pid = server.pid if server is not None else stack.children[name].pid
        os.kill(pid, signal.SIGKILL)


def revive(stack: Stack, *names: str) -> None:
    def is_dead(name: str) -> bool:
        server = {"postgres": stack.postgres, "temporal": stack.temporal}.get(name)
        return not (server.alive if server is not None else stack.children[name].alive)

    assert wait_until(lambda: all(is_dead(name) for name in names), STEP_SECONDS)
    assert sorted(stack.revive()) == sorted(names)


# Every part is started twice, on a machine whose other core runs other tests: each step has a limit
# of its own, and all of them together come near the usual one.
@pytest.mark.timeout(240)
def test_every_part_is_killed_in_the_middle_and_the_final_state_is_the_same(
    stack: Stack, demo: PlayedDemo
) -> None:
    asyncio.run(import_folder(stack.owner_url, DIRECTORY))
    play = Play(stack=stack)
    thread = play.start()
    # Without the process the desks go on.
    play.go_to(9)
    for name, acts in (("relay", 20), ("worker", 35), ("temporal", 50)):
        kill(stack, name)
        play.go_to(acts)
        revive(stack, name)
    # Without API or ledger they try again, and what was under way happens once.
    for names in (["api"], ["postgres"], ["api", "postgres", "temporal", "relay", "worker"]):
        play.pace.allowed += 10
        play.until(lambda: play.pace.done >= play.pace.allowed - 8, "the story did not go on")
        kill(stack, *names)
        play.notice_trouble()
        revive(stack, *names)
    assert play.pace.done < ACTS - 10
    play.pace.allowed = ACTS
    play.until(lambda: False, "the story did not end")
    thread.join()
    assert play.pace.done == ACTS
    assert play.pace.statuses <= {200, 201, 409, 503}
    report, route = asyncio.run(outcome(play))
    assert {key: report[key] for key in SAME} == {key: demo.report[key] for key in SAME}
    assert {hop["state"] for hop in hops_of(route)} == {"acknowledged"}
    assert (report["reminders"], report["overdue"], report["escalations"]) == (0, 0, 0)
    check_ledger(stack)


async def outcome(play: Play) -> tuple[dict[str, Any], dict[str, Any]]:
    """Wait for the acknowledgment at the top, and report as the demo does."""
    async with httpx2.AsyncClient(base_url=play.stack.url, timeout=10.0) as client:
        desk = play.desk(client, "clerk.nacc")
        async with asyncio.timeout(STEP_SECONDS):
            while True:
                route = await desk.get(f"/v1/circulars/{play.circular_id}/route")
                if all(dispatch["state"] == "completed" for dispatch in route["route"]):
                    break
                await asyncio.sleep(0.2)
        report = await collect_report(desk, play.stack.settings, play.circular_id)
    return report.as_json(), route


def check_ledger(stack: Stack) -> None:
    url = stack.settings.process_database_url
    assert url is not None
    assert asyncio.run(verify_ledger(url, Console())) == 0
    with psycopg.connect(stack.owner_url.get_secret_value().replace("+psycopg", "")) as ledger:
        for query in (GAPS, TWICE, WAITING):
            row = ledger.execute(query).fetchone()
            assert row == (0,), query
