"""Scratch databases: empty ones to migrate, and hands of every rank to reach into a full one."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, create_engine

from infra.embedded.postgres import PostgresServer
from tests.conftest import Database


@pytest.fixture
def empty_database(postgres: PostgresServer) -> Iterator[Callable[[], Engine]]:
    """Create empty databases, reached as their owner; all are dropped afterwards."""
    base = postgres.superuser_url.replace("+psycopg", "").rsplit("/", 1)[0]

    def run(statement: str, name: str) -> None:
        with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))

    with ExitStack() as undo:

        def create() -> Engine:
            name = f"e_{uuid.uuid4().hex[:12]}"
            run("CREATE DATABASE {} OWNER wian_owner", name)
            undo.callback(run, "DROP DATABASE {} WITH (FORCE)", name)
            engine = create_engine(postgres.owner_url.rsplit("/", 1)[0] + f"/{name}")
            undo.callback(engine.dispose)
            return engine

        yield create


@pytest.fixture
def as_owner(shared_database: Database) -> Iterator[psycopg.Connection]:
    """The owner of the shared database; whatever it does is rolled back."""
    yield from _rolled_back(shared_database.owner_url.get_secret_value())


@pytest.fixture
def as_application(shared_database: Database) -> Iterator[psycopg.Connection]:
    """The application on the shared database; whatever it does is rolled back."""
    yield from _rolled_back(shared_database.app_url.get_secret_value())


def _rolled_back(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        yield connection
        connection.rollback()
