"""How the embedded PostgreSQL is created, started, recovered and stopped."""

import os
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from infra.embedded.folder import EmbeddedServerError
from infra.embedded.postgres_binaries import find_installation, server_account
from infra.embedded.postgres_roles import (
    APPLICATION,
    DATABASE,
    OWNER,
    SUPERUSER,
    WORKER,
    new_passwords,
    provision,
    read_passwords,
)
from infra.embedded.server import START_SECONDS, EmbeddedServer
from infra.processes import LOOPBACK, Account, Child

_DEFAULT_OPTIONS: Final = {"max_connections": "200"}
# A program started with a bare environment is not steered by the caller's PG* variables.
_ENVIRONMENT: Final = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
# pg_trgm silently ignores Thai when lc_ctype is C, so it is C.UTF-8 beside the builtin provider.
_INITDB_OPTIONS: Final = (
    f"--username={SUPERUSER}",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--lc-collate=C",
    "--lc-ctype=C.UTF-8",
    "--auth=scram-sha-256",
)


class PostgresServer(EmbeddedServer):
    """A PostgreSQL server of our own; start it with `PostgresServer.start`."""

    name = "PostgreSQL"
    # A fast shutdown: open transactions are broken off, everything committed is kept.
    stop_signal = signal.SIGINT

    def __init__(self, folder: Path, *, options: Mapping[str, str], timeout: float) -> None:
        super().__init__(folder, timeout=timeout)
        self._data = self._folder.path / "data"
        self._options = {**_DEFAULT_OPTIONS, **options}
        self._passwords: dict[str, str] = {}

    @classmethod
    def start(
        cls,
        folder: Path,
        *,
        options: Mapping[str, str] | None = None,
        timeout: float = START_SECONDS,
    ) -> Self:
        """Start a server on `folder`, creating database and roles at the first time.

        Call it from the main thread (see `Child.start`). `options` are server settings.

        Raises:
            FolderInUseError: the folder already has a server.
            EmbeddedServerError: the server is not ready after `timeout` seconds.
        """
        server = cls(folder, options=options or {}, timeout=timeout)
        server._launch()
        return server

    @property
    def superuser_url(self) -> str:
        """For extensions and template databases; the application never gets it."""
        return self._url(SUPERUSER)

    @property
    def owner_url(self) -> str:
        """For migrations: the role owns the database."""
        return self._url(OWNER)

    @property
    def app_url(self) -> str:
        """For the application: the role may connect and has what the owner grants it."""
        return self._url(APPLICATION)

    @property
    def worker_url(self) -> str:
        """For the other processes: as the application, but no policy hides rows from it."""
        return self._url(WORKER)

    def _url(self, role: str) -> str:
        password = self._passwords[role]
        return f"postgresql+psycopg://{role}:{password}@{self.address}/{DATABASE}"

    def _run(self, lock: int) -> Child:
        account = server_account()
        programs = find_installation(account) / "bin"
        if not self._data.exists():
            self._create(programs, account, lock)
        # Reading comes first: a cluster that has lost its passwords must not be given new ones.
        read_passwords(self._folder.path)
        self._passwords = new_passwords(self._folder.path)
        self._remove_stale_pid_file()
        return self._run_server(programs, account, lock)

    def _create(self, programs: Path, account: Account | None, lock: int) -> None:
        passwords = new_passwords(self._folder.path)
        # Moved into place when complete, so an interrupted creation leaves no half cluster.
        draft = self._folder.path / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        (draft / "password").write_text(passwords[SUPERUSER])
        _give(account, draft, draft / "password")
        with _reachable(draft, account) as (place, descriptors):
            initdb = Child.start(
                [
                    *(programs / "initdb", *_INITDB_OPTIONS),
                    f"--pgdata={place}/data",
                    f"--pwfile={place}/password",
                    *(["--no-sync"] if self._options.get("fsync") == "off" else []),
                ],
                log=self._log,
                account=account,
                env=_ENVIRONMENT,
                keep_open=[lock, *descriptors],
            )
            if initdb.wait(self._timeout) != 0:
                raise EmbeddedServerError(f"initdb failed:\n{initdb.log_tail()}")
        (draft / "data").rename(self._data)
        shutil.rmtree(draft)

    def _remove_stale_pid_file(self) -> None:
        """Remove what a crash left, unless it belongs to a server somebody else has started."""
        pid_file = self._data / "postmaster.pid"
        with suppress(OSError, ValueError):
            pid = int(pid_file.read_text().split("\n", 1)[0])
            # PostgreSQL asks only whether the id exists, so a zombie or a newcomer misleads it.
            if sys.platform == "linux" and not _works_in(pid, self._data):
                pid_file.unlink()

    def _run_server(self, programs: Path, account: Account | None, lock: int) -> Child:
        settings = {
            **self._options,
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            # A socket's path is limited to about 100 characters; folders are not.
            "unix_socket_directories": "",
        }
        if any((programs.parent / "lib").glob("**/pg_stat_statements.*")):
            settings.setdefault("shared_preload_libraries", "pg_stat_statements")
        with _reachable(self._data, account) as (place, descriptors):
            return Child.start(
                [
                    *(programs / "postgres", "-D", place),
                    *(
                        part
                        for name, value in settings.items()
                        for part in ("-c", f"{name}={value}")
                    ),
                ],
                log=self._log,
                account=account,
                env=_ENVIRONMENT,
                keep_open=[lock, *descriptors],
                death_signal=signal.SIGINT,
            )

    def _is_ready(self, child: Child) -> bool:
        with suppress(OSError):
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            # The file of a crashed server says "ready" too, so the id must be ours.
            return len(lines) > 7 and lines[0] == str(child.pid) and lines[7].strip() == "ready"
        return False

    def _complete(self) -> None:
        provision(self.port, self._passwords)


@contextmanager
def _reachable(folder: Path, account: Account | None) -> Iterator[tuple[str, list[int]]]:
    """Name `folder` so that `account` can open it, with the descriptors the child must inherit.

    The account may not be allowed to pass the parents (a checkout in root's home). An open
    descriptor leads there without passing them, and nobody's permissions have to be changed.
    """
    if account is None or sys.platform != "linux":
        yield str(folder), []
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}", [descriptor]
    finally:
        os.close(descriptor)


def _give(account: Account | None, *paths: Path) -> None:
    if account is None:
        return
    for path in paths:
        shutil.chown(path, account.user, account.group)


def _works_in(pid: int, folder: Path) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    return False
