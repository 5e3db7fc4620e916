"""`wian up` ends cleanly however it is ended, and the next one finds everything again."""

import json
import os
import platform
import re
import signal
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from infra.processes import Child, wait_until
from tests.support.left_over import users_of

START_SECONDS = 60
END_SECONDS = 30
PARTS = 6
"""`wian up` itself, PostgreSQL (and its own processes), Temporal, relay, worker and API."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningUp:
    """A `wian up`, and what it has told the person who started it."""

    child: Child
    url: str
    token: str

    def call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "Idempotency-Key": str(uuid4()),
            },
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
        return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up")


@pytest.fixture(scope="module")
def issued() -> list[str]:
    """The letters that were issued so far, whichever `wian up` it was."""
    return []


def start_up(start_wian: Callable[..., Child], folder: Path) -> RunningUp:
    output = folder / "output.log"
    output.unlink(missing_ok=True)
    child = start_wian(folder, "up", WIAN_API_PORT="0")

    def is_up() -> bool:
        return "stops everything" in output.read_text() or not child.alive

    assert wait_until(is_up, START_SECONDS), child.log_tail()
    assert child.alive, child.log_tail()
    said = output.read_text()
    url = re.search(r"^API +(\S+)$", said, re.MULTILINE)
    token = re.search(r"clerk\.nacc, good for a day:\n(\S+)$", said, re.MULTILINE)
    assert url is not None, said
    assert token is not None, said
    return RunningUp(child=child, url=url[1], token=token[1])


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_however_it_ends_nothing_is_left_running_and_nothing_is_lost(
    start_wian: Callable[..., Child], folder: Path, issued: list[str], end: signal.Signals
) -> None:
    up = start_up(start_wian, folder)
    try:
        for letter in issued:
            assert up.call(f"/letters/{letter}")["id"] == letter
        desk = up.call("/me")["registries"][0]["id"]
        draft = {"registry_id": desk, "subject": "ทดสอบ", "body": "ทดสอบ"}
        issued.append(str(up.call("/letters", draft)["id"]))
        assert platform.system() != "Linux" or len(users_of(folder)) >= PARTS
        os.kill(up.child.pid, end)
        status = up.child.wait(END_SECONDS)
    finally:
        up.child.stop()
    if end is signal.SIGKILL:
        assert status == -signal.SIGKILL
        # The kernel tells the children, and they take a moment to end.
        assert wait_until(lambda: not users_of(folder), END_SECONDS), users_of(folder)
    else:
        assert status == 0, up.child.log_tail()
        assert users_of(folder) == {}
        assert "Stopped." in up.child.log_tail()
