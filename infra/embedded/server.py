"""How every embedded server is started, watched, stopped and restarted."""

import signal
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

from infra.embedded.folder import EmbeddedServerError, ServerFolder
from infra.processes import LOOPBACK, Child, wait_until

# Long, because recovery after a crash may take long; a server that ends early is noticed at once.
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0


class EmbeddedServer(ABC):
    """A server on the loopback whose data lie in one folder, and which ends when we end."""

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, folder: Path, *, timeout: float) -> None:
        self._folder = ServerFolder(folder)
        self._log = self._folder.path / "server.log"
        self._timeout = timeout
        self._child: Child | None = None
        self.port = 0

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether the server process runs."""
        return self._child is not None and self._child.alive

    @property
    def pid(self) -> int:
        """The id of the server process, of the last one if it has ended."""
        if self._child is None:
            raise EmbeddedServerError(f"{self.name} was never started")
        return self._child.pid

    def stop(self, timeout: float = STOP_SECONDS) -> None:
        """Stop the server in good order; harmless when it is stopped."""
        if self._child is not None:
            self._child.stop(self.stop_signal, timeout)
        self._leave()

    def kill(self) -> None:
        """End the server as a crash would; `restart` recovers it."""
        if self._child is not None:
            self._child.kill()
        self._leave()

    def restart(self) -> None:
        """Start again on the same port, after stopping if need be: addresses stay valid."""
        self.stop()
        self._launch()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @abstractmethod
    def _run(self, lock: int) -> Child:
        """Start the process on `self.port`; it must inherit the descriptor `lock`."""

    @abstractmethod
    def _is_ready(self, child: Child) -> bool:
        """Tell whether the server answers."""

    def _complete(self) -> None:  # noqa: B027 - most servers have nothing to add
        """Do what can only be done on the running server."""

    def _launch(self) -> None:
        self._folder.claim()
        try:
            with self._folder.server_lock(self._timeout) as lock:
                self.port = self.port or self._folder.choose_port()
                self._child = self._run(lock)
            self._await_ready(self._child)
            self._complete()
        except BaseException:
            self.kill()
            raise

    def _await_ready(self, child: Child) -> None:
        wait_until(lambda: self._is_ready(child) or not child.alive, self._timeout)
        if not child.alive:
            raise EmbeddedServerError(f"{self.name} ended at its start:\n{child.log_tail()}")
        if not self._is_ready(child):
            raise EmbeddedServerError(
                f"{self.name} was not ready after {self._timeout:g} s:\n{child.log_tail()}"
            )

    def _leave(self) -> None:
        # What the server forked notices its death a moment later; then the folder may be removed.
        if self._child is not None:
            self._folder.wait_until_unused(STOP_SECONDS)
        self._folder.release()
