"""`page_http_vs_sql`: a page of the record over HTTP, against the same statements as raw SQL."""

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import urlencode

import psycopg

from benchmarks.measure import Row, alternate, ratios, until
from benchmarks.receipts import HttpClient
from benchmarks.record_keys import FULL_PAGE, events_key
from benchmarks.year_books import Statement, YearBooks
from cli.stack import Stack
from cli.token import issue_token, signing_key
from infra.processes import Child, free_port

_LOOKS = 40
_DESK = "SELECT id FROM registry WHERE code = %(code)s"


async def page_http_vs_sql(stack: Stack, books: YearBooks, *, pairs: int) -> Row:
    """Get a page of events over HTTP some times, then send its statements, and so on."""
    code = "year-p-00"
    ((registry,),) = books.query(_DESK, code=code)
    key = events_key(code, registry)
    found = len(await books.look(key.subject, key.look))
    statements = list(books.statements)
    token = issue_token(stack.settings, signing_key(stack.settings), key.subject, lifetime=3600)
    path = "/v1/audit/events?" + urlencode({"registry_id": registry, "limit": FULL_PAGE})
    port = free_port(None)
    api = _start_api(stack, books, port)
    try:
        await until(lambda: _answers(port), seconds=60)
        connection = await psycopg.AsyncConnection.connect(books.app_url.replace("+psycopg", ""))
        measured = await _measure(port, path, token, connection, statements, pairs)
        await connection.close()
    finally:
        api.stop()
    ratio, spread = ratios(measured)
    return Row(
        name="page_http_vs_sql",
        ratio=ratio,
        spread=spread,
        target="<= 4",
        check=f"page of {found} events, {len(statements)} statements each way",
        is_correct=found == FULL_PAGE,
        detail={"ms": [[round(1000 * one, 2) for one in pair] for pair in measured]},
    )


async def _measure(
    port: int,
    path: str,
    token: str,
    connection: psycopg.AsyncConnection,
    statements: Sequence[Statement],
    pairs: int,
) -> list[tuple[float, float]]:
    async def over_http() -> float:
        client = await HttpClient.connect(port)
        seconds = []
        for _ in range(_LOOKS):
            began = perf_counter()
            await client.get(path, token)
            seconds.append(perf_counter() - began)
        client.close()
        return median(seconds)

    async def as_sql() -> float:
        seconds = []
        for _ in range(_LOOKS):
            began = perf_counter()
            await _send(connection, statements)
            seconds.append(perf_counter() - began)
        return median(seconds)

    await alternate(over_http, as_sql, pairs=1)
    return await alternate(over_http, as_sql, pairs=pairs)


async def _send(connection: psycopg.AsyncConnection, statements: Sequence[Statement]) -> None:
    async with connection.transaction():
        for one in statements:
            cursor = await connection.execute(one.text, one.values)
            await cursor.fetchall()


def _start_api(stack: Stack, books: YearBooks, port: int) -> Child:
    """Start the API a second time, over a filled year."""
    return Child.start(
        [sys.executable, "-m", "cli.main", "api"],
        log=stack.settings.data_dir / "logs" / "year-api.log",
        cwd=Path.cwd(),
        env=stack.environment | {"WIAN_DATABASE_URL": books.app_url, "WIAN_API_PORT": str(port)},
    )


async def _answers(port: int) -> bool:
    try:
        client = await HttpClient.connect(port)
    except OSError:
        return False
    client.close()
    return True
