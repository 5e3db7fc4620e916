"""An HTTP server on loopback that answers as a test says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Reply = Callable[[Asked], tuple[int, bytes] | bytes | None]
"""Status and body; or raw bytes after which the line is cut; or None for no answer at all."""


@asynccontextmanager
async def open_loopback(reply: Reply) -> AsyncIterator[str]:
    """Serve until the end of the block; the value is the address."""
    open_lines = set[asyncio.StreamWriter]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_lines.add(writer)
        answered = reply(await _read(reader))
        if answered is None:
            return
        if isinstance(answered, tuple):
            status, body = answered
            answered = (
                b"HTTP/1.1 %d Said\r\nContent-Length: %d\r\nLocation: http://[::1]:9/\r\n\r\n%b"
                % (status, len(body), body)
            )
        writer.write(answered)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in open_lines:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method=method, path=path, headers=headers, body=body)
