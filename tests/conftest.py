"""Real servers for the tests, each started once: PostgreSQL with the schema, and Temporal."""

import os
import sys
import uuid
from collections.abc import AsyncIterator, Generator, Iterator

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from temporalio.client import Client

from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from infra.embedded.temporal import TemporalServer
from infra.migrate import upgrade_database
from tests.support.directory import Directory, create_directory
from workflows.names import NEXT_DUE_AT, SEARCH_ATTRIBUTES


def pytest_configure(config: pytest.Config) -> None:
    del config
    # The default folder of pythainlp's data is the home folder of whoever runs the tests.
    os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server whose database `wian` holds the migrated schema and is only ever cloned."""
    folder = tmp_path_factory.mktemp("postgres")
    # Durability is tested where servers are killed; here it would only cost time.
    with PostgresServer.start(folder, options={"fsync": "off"}) as server:
        upgrade_database(SecretStr(server.owner_url))
        yield server


class Database:
    """A clone of the migrated database, reached as its owner, as the API or as a process."""

    def __init__(self, server: PostgresServer) -> None:
        self.name = f"t_{uuid.uuid4().hex[:12]}"
        self.owner_url = SecretStr(server.owner_url.rsplit("/", 1)[0] + f"/{self.name}")
        self.worker_url = SecretStr(server.worker_url.rsplit("/", 1)[0] + f"/{self.name}")
        self.app_url = SecretStr(server.app_url.rsplit("/", 1)[0] + f"/{self.name}")
        self._maintenance = server.superuser_url.replace("+psycopg", "").rsplit("/", 1)[0]

    def create(self) -> None:
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE wian STRATEGY wal_log OWNER wian_owner"),
            sql.SQL("GRANT CONNECT ON DATABASE {} TO wian_app, wian_worker"),
        )

    def drop(self) -> None:
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)"))

    def _run(self, *statements: sql.SQL) -> None:
        with psycopg.connect(self._maintenance + "/postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.format(sql.Identifier(self.name)))


@pytest.fixture(scope="session")
def shared_database(postgres: PostgresServer) -> Iterator[Database]:
    """The database of all tests that roll back what they do."""
    database = Database(postgres)
    database.create()
    yield database
    database.drop()


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[Database]:
    """A database of one test's own, for what must really commit."""
    database = Database(postgres)
    database.create()
    yield database
    database.drop()


@pytest.fixture(scope="session")
async def shared_engine(shared_database: Database) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(shared_database.worker_url, pool=8, role=WORKER_ROLE)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def directory(shared_database: Database) -> Directory:
    """A small province that every rolled-back test shares."""
    return await create_directory(shared_database.owner_url)


@pytest.fixture
async def session(shared_engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A session of the worker's role whose commits stay inside a transaction rolled back."""
    async with shared_engine.connect() as connection:
        transaction = await connection.begin()
        async with AsyncSession(
            bind=connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as session:
            yield session
        await transaction.rollback()


@pytest.fixture
async def sessions(database: Database) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Committing sessions of the worker's role on a database of the test's own."""
    engine = create_engine(database.worker_url, pool=40, role=WORKER_ROLE)
    yield create_sessions(engine)
    await engine.dispose()


@pytest.fixture
async def own_directory(database: Database) -> Directory:
    """The same small province in the database of one test."""
    return await create_directory(database.owner_url)


@pytest.fixture(scope="session")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    """A server whose workflows may skip time, and continue as new sooner than real ones."""
    with TemporalServer.start(
        tmp_path_factory.mktemp("temporal"),
        search_attributes={
            key.name: "Datetime" if key == NEXT_DUE_AT else "Keyword" for key in SEARCH_ATTRIBUTES
        },
        dynamic_config={
            "frontend.WorkflowTimeSkippingEnabled": "true",
            "limit.historyCount.suggestContinueAsNew": "120",
        },
    ) as server:
        yield server


@pytest.fixture(scope="session")
async def temporal_client(temporal: TemporalServer) -> Client:
    return await Client.connect(temporal.address)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main() -> Generator[None, int | None, int | None]:
    """End at once after success: Temporal's client may crash an interpreter that says goodbye.

    Everything is printed, written and cleaned up by then (temporalio/sdk-python#300).
    """
    status = yield
    if status == pytest.ExitCode.OK:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    return status
