import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.processes import (
    LOOPBACK,
    Account,
    Child,
    ProcessError,
    free_port,
    stop_together,
    wait_until,
)

SLEEPS = "import time; print('up', flush=True); time.sleep(600)"
IGNORES_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPS
HAS_A_CHILD = (
    "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'input()'],"
    " stdin=subprocess.PIPE); print(p.pid, flush=True); p.wait()"
)
STARTS_A_CHILD = """
import sys
from pathlib import Path
from infra.processes import Child
child = Child.start([sys.executable, "-c", "import time; time.sleep(600)"], log=Path(sys.argv[1]))
print(child.pid, flush=True)
sys.stdin.read()
"""

_WAITS_FOR = """
import pathlib, signal, sys, time
def end(*_):
    pathlib.Path("{mine}").touch()
    while not pathlib.Path("{other}").exists():
        time.sleep(0.01)
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
signal.pause()
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "child.log"


def start_python(script: str, log: Path) -> Child:
    child = Child.start([sys.executable, "-c", script], log=log, name="sleeper")
    assert wait_until(lambda: log.read_bytes().endswith(b"\n"), timeout=20)
    return child


def test_a_child_is_stopped_and_stopping_again_is_harmless(log: Path) -> None:
    child = start_python(SLEEPS, log)
    child.stop()
    child.stop()
    child.kill()
    assert not child.alive
    assert child.wait(1) == -signal.SIGTERM


def test_a_child_that_ignores_the_signal_is_killed(log: Path) -> None:
    child = start_python(IGNORES_SIGTERM, log)
    child.stop(timeout=0.1)
    assert child.wait(1) == -signal.SIGKILL


def test_children_are_asked_to_end_all_at_once(tmp_path: Path) -> None:
    # Each ends only when the other was asked as well.
    logs = [tmp_path / name for name in ("one", "other")]
    children = [
        start_python(_WAITS_FOR.format(mine=f"{mine}.asked", other=f"{other}.asked"), mine)
        for mine, other in (logs, reversed(logs))
    ]
    stop_together(children)
    assert [child.wait(1) for child in children] == [0, 0]


def test_killing_reaches_what_the_child_has_started(
    log: Path, is_running: Callable[[int], bool]
) -> None:
    child = start_python(HAS_A_CHILD, log)
    grandchild = int(child.log_tail())
    assert is_running(grandchild)
    child.kill()
    assert wait_until(lambda: not is_running(grandchild), timeout=10)


def test_a_child_does_not_outlive_a_killed_parent(
    log: Path, is_running: Callable[[int], bool], start_parent: Callable[..., Any]
) -> None:
    parent = start_parent(STARTS_A_CHILD, log)
    child = int(parent.said)
    assert is_running(child)
    parent.kill()
    assert wait_until(lambda: not is_running(child), timeout=10)


def test_a_child_runs_as_the_account_or_not_at_all(log: Path) -> None:
    command = [shutil.which("sh") or "sh", "-c", "id -u; id -g; id -G"]
    account = Account(user=54321, group=54322)
    if os.geteuid() == 0:
        assert Child.start(command, log=log, account=account).wait(10) == 0
        assert log.read_text().split() == ["54321", "54322", "54322"]
    else:
        with pytest.raises(ProcessError, match="cannot start sh"):
            Child.start(command, log=log, account=account)


def test_a_missing_program_is_named(log: Path) -> None:
    with pytest.raises(ProcessError, match="cannot start no-such-program"):
        Child.start(["/no-such-program"], log=log)


def test_another_thread_may_not_start_a_child(log: Path) -> None:
    errors: list[Exception] = []

    def start() -> None:
        try:
            Child.start(["/no-such-program"], log=log)
        except ProcessError as error:
            errors.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(errors[0])


def test_waiting_is_bounded_and_ends_the_child(log: Path) -> None:
    child = start_python(SLEEPS, log)
    with pytest.raises(ProcessError, match=r"sleeper did not finish in 0\.1 s"):
        child.wait(0.1)
    assert not child.alive


def test_the_log_is_appended_and_its_last_lines_are_shown(log: Path) -> None:
    log.write_text("before\n")
    child = Child.start(
        [sys.executable, "-c", "import sys; print(1); print(2, file=sys.stderr)"], log=log
    )
    assert child.wait(20) == 0
    assert log.read_text().startswith("before\n")
    assert sorted(child.log_tail(2).split()) == ["1", "2"]


def test_the_preferred_port_is_kept_unless_it_is_taken() -> None:
    port = free_port()
    assert free_port(port) == port
    with socket.create_server((LOOPBACK, port)):
        assert free_port(port) != port
    assert free_port(port) == port
