"""The application in-process: on a database of one test's own, or on one that all share."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from fastapi import FastAPI
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from api.main import create_app
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from infra.settings import Settings
from tests.conftest import Database
from tests.support.bad_input import Scene
from tests.support.directory import Directory, create_directory
from tests.support.guarded_desk import Guarded, guarded_desk
from tests.support.http_desk import FORM, Api, running_api


class DatabaseCopy(Database):
    """A clone of a database that already holds a directory."""

    def __init__(self, server: PostgresServer, source: Database) -> None:
        super().__init__(server)
        self._source = source

    def create(self) -> None:
        names = {"copy": sql.Identifier(self.name), "source": sql.Identifier(self._source.name)}
        with psycopg.connect(self._maintenance + "/postgres", autocommit=True) as connection:
            for statement in (
                "CREATE DATABASE {copy} TEMPLATE {source} STRATEGY wal_log OWNER wian_owner",
                "GRANT CONNECT ON DATABASE {copy} TO wian_app, wian_worker",
            ):
                connection.execute(sql.SQL(statement).format(**names))


@pytest.fixture(scope="session")
async def province(postgres: PostgresServer) -> AsyncIterator[tuple[Database, Directory]]:
    """A database with a directory that is only ever cloned."""
    database = Database(postgres)
    database.create()
    yield database, await create_directory(database.owner_url)
    database.drop()


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """The application; each test gives it other parts."""
    return create_app(Settings())


@pytest.fixture
def copy(postgres: PostgresServer, province: tuple[Database, Directory]) -> Iterator[Database]:
    """A database of one test's own, with the directory."""
    database = DatabaseCopy(postgres, province[0])
    database.create()
    yield database
    database.drop()


@asynccontextmanager
async def owner_of(database: Database) -> AsyncIterator[AsyncSession]:
    """The owner in the database of a test: nobody else changes a clearance."""
    engine = create_engine(database.owner_url, pool=1, role=None)
    async with AsyncSession(engine) as session, session.begin():
        yield session
    await engine.dispose()


@pytest.fixture
async def engine(copy: Database) -> AsyncIterator[AsyncEngine]:
    """The connections of the application to the database of one test."""
    engine = create_engine(copy.app_url, pool=24)
    yield engine
    await engine.dispose()


@pytest.fixture
async def inside(copy: Database) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Sessions of the worker on the database of one test, for what no officer may see."""
    engine = create_engine(copy.worker_url, pool=4, role=WORKER_ROLE)
    yield create_sessions(engine)
    await engine.dispose()


@pytest.fixture
async def api(
    app: FastAPI,
    engine: AsyncEngine,
    inside: async_sessionmaker[AsyncSession],
    province: tuple[Database, Directory],
    tmp_path: Path,
) -> AsyncIterator[Api]:
    """The application on a ledger of one test's own."""
    async with running_api(
        app,
        sessions=create_sessions(engine),
        inside=inside,
        desks=province[1],
        folder=tmp_path,
    ) as running:
        yield running


@asynccontextmanager
async def api_on_a_copy(
    postgres: PostgresServer, province: tuple[Database, Directory], folder: Path
) -> AsyncIterator[Api]:
    """Run the application on a ledger that several tests share."""
    database = DatabaseCopy(postgres, province[0])
    database.create()
    engine = create_engine(database.app_url, pool=8)
    worker = create_engine(database.worker_url, pool=4, role=WORKER_ROLE)
    async with running_api(
        create_app(Settings()),
        sessions=create_sessions(engine),
        inside=create_sessions(worker),
        desks=province[1],
        folder=folder,
    ) as running:
        yield running
    await engine.dispose()
    await worker.dispose()
    database.drop()


@pytest.fixture(scope="session")
async def shared_api(
    postgres: PostgresServer,
    province: tuple[Database, Directory],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Api]:
    """The application on a ledger that tests share, for what writes nothing."""
    async with api_on_a_copy(postgres, province, tmp_path_factory.mktemp("shared")) as running:
        yield running


@pytest.fixture(scope="session")
async def scene(shared_api: Api) -> Scene:
    """A letter of the agency, sent to desks that stand in different states."""
    agency, hall, office = (shared_api.officer(name) for name in ("agency", "hall", "office"))
    letter = await agency.issue()
    dispatch = await agency.send("hall", "office", letter=letter, answer_form=FORM)
    return Scene(
        api=shared_api,
        letter=letter,
        fresh=await agency.issue(),
        dispatch=dispatch,
        sent=await hall.hop(dispatch),
        registered=await office.register(dispatch),
        unasked=await office.register(await agency.send("office")),
    )


@pytest.fixture(scope="session")
async def guarded(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Guarded]:
    """The application on a ledger full of secrets, for what writes nothing but who read."""
    async with guarded_desk(postgres, tmp_path_factory.mktemp("guarded")) as found:
        yield found
