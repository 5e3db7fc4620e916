"""One small HTTP request that ends in time: to a witness, or to a time-stamping authority."""

import asyncio
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

MOST_BYTES = 262_144
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class NoAnswerError(Exception):
    """The other side cannot be reached, or did not answer in time, or answered no HTTP."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the other side said."""

    status: int
    body: bytes


def shown(url: str) -> str:
    """Return an address without the name and password that it may hold."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def check_address(url: str, *, must_be_private: bool) -> None:
    """Check an address before it is used.

    Args:
        url: The address.
        must_be_private: Whether nobody on the way may read or change what is sent. A password
            always has to be.

    Raises:
        ValueError: It is none, or plain http to another machine where that must not be; the
            message does not repeat a password.
    """
    parts = urlsplit(url)
    if not url.isascii() or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("an http or https address with a host is needed")
    if parts.query or parts.fragment:
        raise ValueError("the address must end with its path")
    is_private = parts.scheme == "https" or _is_this_machine(url)
    if not is_private and (must_be_private or parts.username is not None):
        raise ValueError("an https address is needed; plain http is for this machine alone")


async def exchange(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float,
) -> Answer:
    """Send a request and return the answer, whatever its status; redirects are not followed.

    Raises:
        NoAnswerError: There is none, or not within `seconds`.
    """
    request = Request(shown(url), data=body, method=method, headers=dict(headers or {}))  # noqa: S310 (the address was checked)
    parts = urlsplit(url)
    if parts.username is not None:
        word = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        request.add_header("Authorization", f"Basic {b64encode(word.encode()).decode()}")
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.to_thread(_exchange, request, seconds)
    except TimeoutError as error:
        raise NoAnswerError(f"no answer from {shown(url)} in time") from error


class _NoRedirect(HTTPRedirectHandler):
    """An address that was checked must not lead to one that was not."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        del req, fp, code, msg, headers, newurl


def _is_this_machine(url: str) -> bool:
    return urlsplit(url).hostname in _LOOPBACK


def _opener(request: Request) -> OpenerDirector:
    # A proxy of the environment is for others: to this machine there is a way without.
    ours = [ProxyHandler({})] if _is_this_machine(request.full_url) else []
    return build_opener(_NoRedirect, *ours)


def _exchange(request: Request, seconds: float) -> Answer:
    until = time.monotonic() + seconds
    try:
        with _opener(request).open(request, timeout=seconds) as response:
            return Answer(status=response.status, body=_read(response, until))
    except HTTPError as refusal:
        # It is an answer as well; what it says beside its status is of no use here.
        with refusal:
            return Answer(status=refusal.code, body=b"")
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswerError(f"{request.full_url}: {type(error).__name__}: {error}") from error


def _read(response: HTTPResponse, until: float) -> bytes:
    # The time-out of a socket begins anew with each byte; this one does not.
    body = bytearray()
    while chunk := response.read1(MOST_BYTES):
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("the answer is too long")
        if time.monotonic() > until:
            raise TimeoutError("the answer takes too long")
    if response.length:
        raise ValueError("the answer broke off")
    return bytes(body)
