"""How a ratio is taken: both sides in turn in one run, the median of the pairs."""

import asyncio
import os
import platform
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psycopg


@dataclass(kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        name: What is compared.
        ratio: Median over the pairs.
        spread: Least and greatest ratio of a pair.
        target: What is to be reached, such as `<= 2.0`.
        check: What was verified beside it; a row without a passed check does not count.
        detail: Figures of this run behind the ratio.
    """

    name: str
    ratio: float
    spread: tuple[float, float]
    target: str
    check: str
    is_correct: bool
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def is_reached(self) -> bool:
        """Whether the target is met and the check has passed."""
        sign, _, bound = self.target.partition(" ")
        met = self.ratio <= float(bound) if sign == "<=" else self.ratio >= float(bound)
        return met and self.is_correct

    def as_json(self) -> dict[str, Any]:
        """Return the row as `build/bench.json` holds it."""
        return asdict(self) | {"is_reached": self.is_reached}


async def alternate(
    first: Callable[[], Awaitable[float]], second: Callable[[], Awaitable[float]], *, pairs: int
) -> list[tuple[float, float]]:
    """Run both sides in turn and return what each pair measured."""
    return [(await first(), await second()) for _ in range(pairs)]


def ratios(measured: list[tuple[float, float]]) -> tuple[float, tuple[float, float]]:
    """Return the median ratio first / second, and the least and greatest of a pair."""
    each = [one / other for one, other in measured]
    return median(each), (min(each), max(each))


def flushes_per_second(seconds: float = 1.0) -> float:
    """Return how often this disk makes a block durable in a second: the limit of one register."""
    done, until = 0, time.perf_counter() + seconds
    with tempfile.TemporaryFile(dir=Path.cwd()) as file:
        while time.perf_counter() < until:
            os.pwrite(file.fileno(), b"x" * 8192, 0)
            os.fdatasync(file.fileno())
            done += 1
    return done / seconds


def machine(superuser_url: str) -> dict[str, Any]:
    """Return what the figures depend on; refuse a server that does not keep what it promised.

    Raises:
        SystemExit: fsync, full_page_writes or synchronous_commit is off.
    """
    with psycopg.connect(superuser_url.replace("+psycopg", "")) as connection:
        durable = {name: _setting(connection, name) for name in _DURABLE}
        version = _setting(connection, "server_version")
    if set(durable.values()) != {"on"}:
        raise SystemExit(f"the server is not durable, no figure would count: {durable}")
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "postgresql": version,
        "flushes_per_second": round(flushes_per_second()),
    } | durable


_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def _setting(connection: psycopg.Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    assert row is not None
    return str(row[0])


def resident_megabytes(pid: int) -> float:
    """Return the memory that a process holds now, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float) -> None:
    """Wait until `condition` holds.

    Raises:
        TimeoutError: It did not in time.
    """
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 (the state is in another process)
            await asyncio.sleep(0.05)
