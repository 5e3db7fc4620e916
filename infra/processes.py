"""How a child process is tied to ours: it cannot outlive us, and it is stopped by its own id."""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final, Self

LOOPBACK: Final = "127.0.0.1"
_PR_SET_PDEATHSIG: Final = 1
# Below the range systems take for outgoing connections: a client that keeps trying to reach a
# stopped server could otherwise be given the server's own port, and the server could not return.
_OWN_PORTS: Final = range(20_000, 32_000)
_PORT_DRAWS: Final = 100
_POLL_SECONDS: Final = 0.02
_LOG_TAIL_BYTES: Final = 8192


class ProcessError(RuntimeError):
    """A child process could not be started or did not do what it was started for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The system account a child runs as, with no supplementary groups."""

    user: int
    group: int


class Child:
    """A running child process with its own process group and its own log file."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.name = name
        self._process = process
        self._log = log

    @classmethod
    def start(
        cls,
        command: Sequence[str | Path],
        *,
        log: Path,
        name: str | None = None,
        cwd: Path = Path("/"),
        account: Account | None = None,
        env: Mapping[str, str] | None = None,
        keep_open: Sequence[int] = (),
        death_signal: signal.Signals = signal.SIGTERM,
    ) -> Self:
        """Start `command`, its output appended to `log`.

        Call it from the main thread: on Linux the kernel sends `death_signal` to the child when
        the *thread* that started it ends, not only when the whole process does.

        Raises:
            ProcessError: it was called from another thread, or the command cannot be executed.
        """
        _require_main_thread()
        label = name or Path(command[0]).name
        with log.open("ab") as output:
            try:
                process = subprocess.Popen(  # noqa: S603 - an argument list, never a shell
                    [str(part) for part in command],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=cwd,
                    env=env,
                    pass_fds=keep_open,
                    process_group=0,
                    preexec_fn=_bind_to_parent(death_signal),  # noqa: PLW1509 - takes no lock
                    user=account.user if account else None,
                    group=account.group if account else None,
                    extra_groups=[] if account else None,
                )
            except (OSError, subprocess.SubprocessError) as error:
                raise ProcessError(f"cannot start {label}: {error}") from error
        return cls(label, process, log)

    @property
    def pid(self) -> int:
        """The process id, which stays ours until the child is reaped."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the child still runs; a finished child is reaped by asking."""
        return self._process.poll() is None

    def wait(self, timeout: float) -> int:
        """Wait for the child to finish by itself and return its exit code.

        Raises:
            ProcessError: it still runs after `timeout` seconds; it is killed.
        """
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ProcessError(f"{self.name} did not finish in {timeout:g} s") from None

    def stop(self, with_signal: signal.Signals = signal.SIGTERM, timeout: float = 10.0) -> None:
        """Ask the child to end, and kill its process group if it does not in time."""
        self.tell(with_signal)
        self.end_within(timeout)

    def tell(self, with_signal: signal.Signals) -> None:
        """Send a signal to the child alone, unless it has ended."""
        if self.alive:
            self._process.send_signal(with_signal)

    def end_within(self, seconds: float) -> None:
        """Wait for a child that was asked to end, and kill its process group if it does not."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Send SIGKILL to the child's process group and reap the child."""
        # Until it is reaped the id cannot be given to another process; afterwards it may be.
        if not self.alive:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines of the log, for an error message."""
        with suppress(OSError), self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - _LOG_TAIL_BYTES))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
        return "(no log)"


def stop_together(children: Iterable[Child], timeout: float = 10.0) -> None:
    """Ask all children to end at once: the slowest says how long it takes, not their sum."""
    asked = list(children)
    for child in asked:
        child.tell(signal.SIGTERM)
    until = time.monotonic() + timeout
    for child in asked:
        child.end_within(max(0.0, until - time.monotonic()))


def free_port(preferred: int | None = None) -> int:
    """Return `preferred` if nobody uses it on the loopback, otherwise another free port.

    Raises:
        ProcessError: no free port was found.
    """
    drawn = (secrets.choice(_OWN_PORTS) for _ in range(_PORT_DRAWS))
    for port in drawn if preferred is None else chain([preferred], drawn):
        if _is_free(port):
            return port
    raise ProcessError("no free port on the loopback")


def wait_until(condition: Callable[[], bool], timeout: float) -> bool:
    """Ask again and again until `condition` holds; tell whether it did within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _is_free(port: int) -> bool:
    with suppress(OSError), socket.socket() as probe:
        # As servers do, so that old connections of a stopped server do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, port))
        probe.listen(1)
        return True
    return False


def _require_main_thread() -> None:
    if threading.current_thread() is not threading.main_thread():
        raise ProcessError("a child is tied to the thread that starts it: use the main thread")


def _bind_to_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    # Looked up before the fork: after it the child should do as little as possible.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def bind() -> None:
        # Python changes the user before this runs; a change afterwards would undo the request.
        if prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
        # The parent may have died before the request, and then no signal will ever come.
        if os.getppid() != parent:
            os._exit(1)

    return bind
