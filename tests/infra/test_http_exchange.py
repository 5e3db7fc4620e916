"""One small HTTP request that ends in time."""

from http.client import HTTPResponse
from typing import cast

import pytest

from infra.http_exchange import MOST_BYTES, Answer, NoAnswerError, _read, exchange, shown
from tests.support.loopback import open_loopback


class Drop:
    """A body that comes drop by drop and never ends."""

    length = None

    def __init__(self) -> None:
        self.given = 0

    def read1(self, most: int) -> bytes:
        assert most == MOST_BYTES
        self.given += 1
        return bytes(MOST_BYTES // 3)


async def test_an_answer_is_passed_on_whatever_its_status() -> None:
    for status, body in ((200, b"good"), (204, b""), (302, b""), (404, b""), (503, b"")):
        async with open_loopback(lambda _, said=(status, body): said) as url:  # type: ignore[misc]
            answer = await exchange("GET", url, seconds=5)
        assert answer == Answer(status=status, body=body)


async def test_a_proxy_of_the_environment_is_not_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    async with open_loopback(lambda _: (200, b"directly")) as url:
        assert (await exchange("GET", url, seconds=5)).body == b"directly"
    with pytest.raises(NoAnswerError, match="refused"):
        await exchange("GET", "http://witness.test/", seconds=5)


def test_a_body_that_never_ends_is_given_up() -> None:
    drops = Drop()
    with pytest.raises(TimeoutError, match="takes too long"):
        _read(cast("HTTPResponse", drops), until=0.0)
    assert drops.given == 1
    with pytest.raises(ValueError, match="too long"):
        _read(cast("HTTPResponse", Drop()), until=float("inf"))


def test_an_address_is_shown_without_its_password() -> None:
    assert shown("https://me:p%40ss@a.test:8/x/") == "https://a.test:8/x/"
    assert shown("https://a.test") == "https://a.test"
