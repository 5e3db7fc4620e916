"""Who may use the folder of an embedded server, and which port the server keeps."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from infra.processes import ProcessError, free_port, wait_until


class EmbeddedServerError(ProcessError):
    """An embedded server could not be started or used."""


class FolderInUseError(EmbeddedServerError):
    """Another process, or another part of this one, uses the folder."""


class ServerFolder:
    """A claimed folder.

    Two locks, because there are two questions. `owner.lock` is ours alone: a second claim is
    refused at once. `server.lock` is inherited by the server and everything it forks: whoever
    obtains it knows that no process of an earlier server is left. So neither stale process id
    files, nor zombies, nor ids that were given to other processes can mislead us.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._owner_lock: int | None = None

    def claim(self) -> None:
        """Become the only owner until `release`, or until this process ends.

        Raises:
            FolderInUseError: somebody else is the owner.
            EmbeddedServerError: the folder belongs to another user.
        """
        if self._owner_lock is not None:
            return
        # For us alone: letters lie in it, in the databases as well as in the logs.
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            lock = _try_lock(self.path / "owner.lock")
        except PermissionError as error:
            raise EmbeddedServerError(
                f"{self.path} belongs to another user ({error}): run as that user, or remove it"
            ) from error
        if lock is None:
            raise FolderInUseError(
                f"{self.path} is in use: a server was already started on it and not stopped"
            )
        self._owner_lock = lock

    def release(self) -> None:
        """Let others claim the folder; harmless when it is not claimed."""
        if self._owner_lock is not None:
            os.close(self._owner_lock)
            self._owner_lock = None

    @contextmanager
    def server_lock(self, timeout: float) -> Iterator[int]:
        """Hand out a file descriptor for the server to inherit, once the old server is gone.

        Raises:
            FolderInUseError: processes of an earlier server still run after `timeout` seconds.
        """
        locks: list[int] = []

        def obtain() -> bool:
            lock = _try_lock(self.path / "server.lock")
            locks.extend([] if lock is None else [lock])
            return bool(locks)

        if not wait_until(obtain, timeout):
            raise FolderInUseError(
                f"{self.path} is in use: an earlier server still runs after {timeout:g} s"
            )
        try:
            yield locks[0]
        finally:
            os.close(locks[0])

    def wait_until_unused(self, timeout: float) -> None:
        """Wait for what the server has forked; give up silently, the next start waits again."""
        with suppress(FolderInUseError), self.server_lock(timeout):
            pass

    def choose_port(self) -> int:
        """Return the port of the last time if it is free, otherwise a new one to remember."""
        remembered = self.path / "port"
        preferred = int(remembered.read_text()) if remembered.exists() else None
        port = free_port(preferred)
        if port != preferred:
            write_private(remembered, str(port))
        return port


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, so that a crash leaves the old one or the new."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _try_lock(path: Path) -> int | None:
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
