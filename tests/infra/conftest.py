"""What the tests of child processes share: a parent to be killed, and a look at a process id."""

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def is_running() -> Callable[[int], bool]:
    """A zombie has ended, even where the first process of a container never reaps it."""

    def look(pid: int) -> bool:
        if Path("/proc/self/stat").exists():
            with suppress(OSError):
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
                return state not in "ZX"
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True

    return look


class Parent:
    """A Python process that runs a script, says one line, and waits to be killed."""

    def __init__(self, script: str, *arguments: object) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", script, *map(str, arguments)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.said = self._process.stdout.readline().decode().strip()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def start_parent() -> Iterator[Callable[..., Parent]]:
    if platform.system() != "Linux":
        pytest.skip("only Linux can bind a child to the life of its parent")
    parents: list[Parent] = []

    def start(script: str, *arguments: object) -> Parent:
        parents.append(Parent(script, *arguments))
        return parents[-1]

    yield start
    for parent in parents:
        parent.kill()
