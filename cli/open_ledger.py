"""The ledger that a command works on: the one that is named, or the embedded one of this folder."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from psycopg.errors import UndefinedColumn, UndefinedTable
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from cli.calendar_input import in_one_line
from cli.ledger import owner_url, prepare_schema
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.folder import FolderInUseError
from infra.embedded.postgres import PostgresServer
from infra.embedded.postgres_roles import APPLICATION, DATABASE, OWNER, WORKER, read_passwords
from infra.processes import LOOPBACK, ProcessError
from infra.settings import Settings

T = TypeVar("T")
Work = Callable[[AsyncSession], Awaitable[T]]


def read_ledger(work: Work[T]) -> T:
    """Do `work` with the rights of the processes, and change nothing.

    Raises:
        SystemExit: The ledger is not to be reached, or `work` was refused; with one line.
    """
    return _as_a_process(work, commit=False)


def act_on_ledger(work: Work[T]) -> T:
    """Do `work` in one transaction, with the rights of the processes.

    Raises:
        SystemExit: As `read_ledger`; nothing was changed.
    """
    return _as_a_process(work, commit=True)


def _as_a_process(work: Work[T], *, commit: bool) -> T:
    with _told_in_one_line(), _named(Settings()) as settings:
        url = settings.process_database_url or settings.owner_database_url
        if url is None:
            sys.exit(f"WIAN_DATABASE_URL is not set, and no ledger lies in {settings.data_dir}.")
        return asyncio.run(_work(url, WORKER_ROLE, work, commit=commit))


def change_ledger(work: Work[T]) -> T:
    """Do `work` in one transaction, as the owner of the ledger.

    Raises:
        SystemExit: As `read_ledger`; nothing was changed.
    """
    with _told_in_one_line(), _named(Settings()) as settings:
        return asyncio.run(_work(owner_url(settings), None, work, commit=True))


async def _work(url: SecretStr, role: str | None, work: Work[T], *, commit: bool) -> T:
    engine = create_engine(url, pool=1, role=role)
    try:
        async with create_sessions(engine)() as session:
            result = await work(session)
            if commit:
                await session.commit()
            return result
    finally:
        await engine.dispose()


@contextmanager
def _named(settings: Settings) -> Iterator[Settings]:
    """Name the embedded ledger where no other is, and let its server run as long as needed."""
    folder = settings.data_dir / "postgres"
    named = settings.database_url or settings.owner_database_url
    if named is not None or not (folder / "data").exists():
        yield settings
        return
    try:
        server = PostgresServer.start(folder)
    except FolderInUseError:
        yield _located(settings, folder)
        return
    with server:
        started = _located(settings, folder)
        prepare_schema(started)
        yield started


def _located(settings: Settings, folder: Path) -> Settings:
    passwords, port = read_passwords(folder), (folder / "port").read_text()

    def url(role: str) -> SecretStr:
        return SecretStr(
            f"postgresql+psycopg://{role}:{passwords[role]}@{LOOPBACK}:{port}/{DATABASE}"
        )

    found = {
        "database_url": url(APPLICATION),
        "worker_database_url": url(WORKER),
        "owner_database_url": url(OWNER),
    }
    return settings.model_copy(update=found)


@contextmanager
def _told_in_one_line() -> Iterator[None]:
    try:
        with in_one_line():
            yield
    except ProcessError as error:
        sys.exit(str(error))
    except OperationalError as error:
        if "permission denied to set role" in str(error.orig):
            sys.exit("This login may not see the whole ledger: set WIAN_WORKER_DATABASE_URL.")
        sys.exit(f"The ledger cannot be reached: {_first_line(error)}")
    except ProgrammingError as error:
        if isinstance(error.orig, UndefinedTable | UndefinedColumn):
            sys.exit("The ledger's schema is older than this version: run `wian db upgrade`.")
        sys.exit(f"The ledger refused: {_first_line(error)}")


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0]
