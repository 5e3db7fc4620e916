"""The reference circular as a person plays it: `wian demo` in an empty folder, once for all."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.processes import Child
from tests.support.left_over import users_of

DEMO_SECONDS = 110


def wian(folder: Path, *arguments: str, **settings: str) -> Child:
    """Start a `wian` command in `folder`, on embedded servers and with no setting of the caller."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("WIAN_")}
    return Child.start(
        [sys.executable, "-m", "cli.main", *arguments],
        log=folder / "output.log",
        cwd=folder,
        env=inherited | settings,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayedDemo:
    """What a `wian demo` has left behind."""

    folder: Path
    status: int
    output: str
    left_running: dict[int, str]

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.folder / "build" / "demo.json").read_text())
        return report


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> PlayedDemo:
    folder = tmp_path_factory.mktemp("demo")
    status = wian(folder, "demo").wait(DEMO_SECONDS)
    return PlayedDemo(
        folder=folder,
        status=status,
        output=(folder / "output.log").read_text(),
        left_running=users_of(folder),
    )


@pytest.fixture(scope="session")
def start_wian() -> Callable[..., Child]:
    return wian
