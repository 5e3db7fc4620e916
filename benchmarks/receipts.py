"""`receipt_api_vs_sql`: receipts over HTTP, against the same transaction as raw SQL."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import ClauseElement
from sqlalchemy.dialects import postgresql

from benchmarks.measure import Row, alternate, ratios
from benchmarks.nation import Body
from domain.buddhist_era import bangkok_date, register_year
from services import answer_once, find_officer, register_hop

CLIENTS = 16
_DIALECT = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
_ANSWER = b'{"number":1}'


@dataclass(frozen=True, kw_only=True)
class WaitingHop:
    """A hop to be registered, with the desk it waits at and the token of its clerk."""

    body: Body
    token: str
    hop_id: UUID


Queues = list[list[WaitingHop]]
"""Hops for each client; no two clients share a register."""


async def receipt_api_vs_sql(
    *, port: int, app_url: str, queues: Queues, seconds: float, pairs: int
) -> Row:
    """Take receipts for some seconds over HTTP, then as raw SQL, and so on."""
    taken = 0
    url = app_url.replace("+psycopg", "")
    connections = [await psycopg.AsyncConnection.connect(url) for _ in range(CLIENTS)]

    async def measure(step: Callable[[int], AsyncIterator[None]]) -> float:
        nonlocal taken
        began = time.perf_counter()
        done = await asyncio.gather(*(_run(step(nth), began + seconds) for nth in range(CLIENTS)))
        taken += sum(done)
        return sum(done) / (time.perf_counter() - began)

    async def over_http() -> float:
        # A server closes a connection that was idle while the other side was measured.
        clients = [await HttpClient.connect(port) for _ in range(CLIENTS)]
        rate = await measure(lambda nth: _over_http(clients[nth], queues[nth]))
        for client in clients:
            client.close()
        return rate

    async def as_sql() -> float:
        return await measure(lambda nth: _as_sql(connections[nth], queues[nth]))

    await alternate(over_http, as_sql, pairs=1)
    measured = await alternate(over_http, as_sql, pairs=pairs)
    for connection in connections:
        await connection.close()
    ratio, spread = ratios(measured)
    return Row(
        name="receipt_api_vs_sql",
        ratio=ratio,
        spread=spread,
        target=">= 0.35",
        check="",
        is_correct=False,
        detail={
            "receipts": taken,
            "http_per_second": [round(one) for one, _ in measured],
            "sql_per_second": [round(other) for _, other in measured],
        },
    )


async def _run(steps: AsyncIterator[None], until: float) -> int:
    done = 0
    async for _ in steps:
        done += 1
        if time.perf_counter() > until:
            break
    return done


class HttpClient(asyncio.Protocol):
    """One kept-alive connection that does as little as it can: the server is measured, not it."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._buffer = b""

    @classmethod
    async def connect(cls, port: int) -> "HttpClient":
        """Open a connection on loopback."""
        _, client = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Collect an answer until its announced length is there."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or self._answer is None:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(body) >= length:
            self._buffer = b""
            self._answer.set_result(head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits for an answer that none will come."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the server hung up"))

    async def post(self, path: str, token: str) -> None:
        """Post an empty stamp and wait for its receipt.

        Raises:
            RuntimeError: The answer was not 201.
        """
        await self._ask(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            f"Idempotency-Key: {uuid4()}\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\n\r\n{}",
            status=201,
        )

    async def get(self, path: str, token: str) -> None:
        """Get a page and wait for all of it.

        Raises:
            RuntimeError: The answer was not 200.
        """
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
        await self._ask(head, status=200)

    async def _ask(self, words: str, *, status: int) -> None:
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(words.encode())
        head = await self._answer
        if not head.startswith(f"HTTP/1.1 {status}".encode()):
            raise RuntimeError(head.decode())

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()


async def _over_http(client: HttpClient, queue: list[WaitingHop]) -> AsyncIterator[None]:
    while queue:
        hop = queue.pop()
        await client.post(f"/v1/hops/{hop.hop_id}/receipt", hop.token)
        yield


def _plain(statement: ClauseElement) -> bytes:
    return str(statement.compile(dialect=_DIALECT)).encode()


_OFFICER = _plain(find_officer.OFFICER_STATEMENT)
# What the statement says of itself: which roles read, and the order of the classes.
_OF_ITSELF = find_officer.OFFICER_STATEMENT.compile(dialect=_DIALECT).params
_CLAIM = _plain(answer_once.CLAIM_STATEMENT)
_REGISTER = _plain(register_hop.REGISTER_STATEMENT)
_STORE = _plain(answer_once.STORE_STATEMENT)


async def _as_sql(
    connection: psycopg.AsyncConnection, queue: list[WaitingHop]
) -> AsyncIterator[None]:
    # The statements of the use case, word for word, with nothing between them and the server.
    while queue:
        hop = queue.pop()
        now, key, by = datetime.now(UTC), str(uuid4()), hop.body.clerk.id
        async with connection.transaction():
            who = {"subject": hop.body.clerk.name, "on": bangkok_date(now)}
            await connection.execute(_OFFICER, {**_OF_ITSELF, **who})
            await connection.execute(
                _CLAIM, {"lock": uuid4().int >> 66, "officer_id": by, "key": key}
            )
            cursor = await connection.execute(_REGISTER, _stamp_values(hop, now))
            assert await cursor.fetchone() is not None
            await connection.execute(
                _STORE,
                {
                    "officer_id": by,
                    "key": key,
                    "fingerprint": b"0" * 32,
                    "status": 201,
                    "body": _ANSWER,
                    "at": now,
                },
            )
        yield


def _stamp_values(hop: WaitingHop, now: datetime) -> dict[str, Any]:
    return {
        "hop_id": hop.hop_id,
        "desks": [hop.body.registry_id],
        "classes": ["normal"],
        "number": None,
        "kind": "allocated",
        "stamped_at": None,
        "stamped_on": bangkok_date(now),
        "stamp_has_time": True,
        "at": now,
        "by": hop.body.clerk.id,
        "reason": None,
        "year": register_year(now),
    }
