"""What only the tests of the use cases need: the power that the application never has."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from infra.embedded.postgres import PostgresServer
from tests.conftest import Database
from tests.support.figures import Province, played_province


@pytest.fixture
async def superuser(
    postgres: PostgresServer, database: Database
) -> AsyncIterator[psycopg.AsyncConnection]:
    """The superuser in the database of one test; every statement is a transaction."""
    url = postgres.superuser_url.replace("+psycopg", "").rsplit("/", 1)[0]
    async with await psycopg.AsyncConnection.connect(
        f"{url}/{database.name}", autocommit=True
    ) as connection:
        yield connection


@pytest.fixture(scope="session")
async def played(postgres: PostgresServer) -> AsyncIterator[Province]:
    """A province in which everything has happened, and is folded into the figures."""
    async with played_province(postgres) as province:
        yield province
