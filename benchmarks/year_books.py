"""Two filled years side by side on one server, read as the API reads them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import psycopg
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from benchmarks.national_year import FilledYear, fill_year
from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_date
from infra.database import create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from infra.migrate import upgrade_database
from services.find_officer import find_officer

Look = Callable[[AsyncSession, ActingOfficer, datetime], Awaitable[Sequence[object]]]
"""What a signed-in officer looks at; returns the rows of a page."""


@dataclass(kw_only=True)
class Statement:
    """What was sent to the server, as the driver takes it."""

    text: bytes
    values: Mapping[str, Any]


@dataclass(kw_only=True)
class YearBooks:
    """A database with a year in it, reached as `wian_app`: its policies are in force.

    Attributes:
        url: The database as its owner reaches it.
        app_url: The same as the API does.
        filled: What was written.
        engine: One connection of the API's role.
        statements: What the last look sent to the server, from the signing in.
        seconds: How long the server and the driver took for that.
    """

    url: str
    app_url: str
    filled: FilledYear
    engine: AsyncEngine
    statements: list[Statement] = field(default_factory=list)
    seconds: float = 0.0

    async def look(self, subject: str, look: Look) -> Sequence[object]:
        """Sign an officer in and look; `seconds` then says what the look itself took."""
        at = datetime.now(UTC)
        async with create_sessions(self.engine)() as session:
            self.statements.clear()
            by = await find_officer(session, subject=subject, on=bangkok_date(at))
            assert by is not None, subject
            self.seconds = 0.0
            rows = await look(session, by, at)
            # As the API ends a read: after a rollback the driver forgets what it prepared.
            await session.commit()
        return rows

    def query(self, words: str, **values: object) -> list[tuple[Any, ...]]:
        """Return rows that no policy hides, to choose what to look at."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(words.encode(), values).fetchall()


def _fill_books(server: PostgresServer, name: str, *, hops: int) -> YearBooks:
    """Create a database, fill it with a year, and open it."""
    _run_on(
        server,
        sql.SQL("CREATE DATABASE {} OWNER wian_owner"),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO wian_app, wian_worker"),
        name=name,
    )
    owner, app = (f"{url.rsplit('/', 1)[0]}/{name}" for url in (server.owner_url, server.app_url))
    upgrade_database(SecretStr(owner))
    return open_books(owner, app, fill_year(SecretStr(owner), hops=hops))


def open_books(owner_url: str, app_url: str, filled: FilledYear) -> YearBooks:
    """Open a database that is filled."""
    engine = create_engine(SecretStr(app_url), pool=1)
    url = owner_url.replace("+psycopg", "")
    books = YearBooks(url=url, app_url=app_url, filled=filled, engine=engine)
    began = 0.0

    def begin(*given: Any) -> None:  # noqa: ANN401 (the library's hook)
        nonlocal began
        books.statements.append(Statement(text=given[2].encode(), values=given[3]))
        began = perf_counter()

    def end(*_: object) -> None:
        books.seconds += perf_counter() - began

    event.listen(engine.sync_engine, "before_cursor_execute", begin)
    event.listen(engine.sync_engine, "after_cursor_execute", end)
    return books


@asynccontextmanager
async def open_years(
    server: PostgresServer, small: int, large: int
) -> AsyncIterator[tuple[YearBooks, YearBooks]]:
    """Fill two databases with a year of so many hops each; they are gone afterwards."""
    names = ("year_small", "year_large")
    both = (
        _fill_books(server, names[0], hops=small),
        _fill_books(server, names[1], hops=large),
    )
    try:
        yield both
    finally:
        for name, books in zip(names, both, strict=True):
            await books.engine.dispose()
            _run_on(server, sql.SQL("DROP DATABASE {} WITH (FORCE)"), name=name)


def _run_on(server: PostgresServer, *statements: sql.SQL, name: str) -> None:
    url = server.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.format(sql.Identifier(name)))
