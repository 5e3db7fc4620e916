"""The time-stamp client against an authority of our own on loopback."""

from base64 import b64encode
from contextlib import suppress
from datetime import UTC, timedelta
from hashlib import sha256
from random import Random

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from infra.time_stamp import (
    TimeStampAwayError,
    TimeStampError,
    TimeStampRefusedError,
    TimeStampWrongError,
    read_certificates,
    read_token,
    time_stamp,
    verify_token,
)
from tests.support.loopback import Asked, Reply, open_loopback
from tests.support.tsa import (
    SHA512,
    STAMPED_AT,
    Authority,
    create_authority,
    granted,
    read_request,
    refused,
)

DIGEST = sha256("จุดตรวจสอบ".encode()).digest()


@pytest.fixture
def authority() -> Authority:
    return create_authority()


async def ask(reply: Reply, *, seconds: float = 5.0) -> bytes:
    async with open_loopback(reply) as url:
        return await time_stamp(url + "/tsa", DIGEST, seconds=seconds)


async def test_a_stamp_is_asked_for_and_believed(authority: Authority) -> None:
    asked = list[Asked]()

    def reply(question: Asked) -> tuple[int, bytes]:
        asked.append(question)
        return 200, authority.answer(question.body)

    token = await ask(reply)
    assert verify_token(token, DIGEST, [authority.root]) == STAMPED_AT
    assert read_token(token).digest == DIGEST
    assert read_token(token).at == STAMPED_AT
    assert read_token(token).at.tzinfo is UTC
    (question,) = asked
    assert (question.method, question.path) == ("POST", "/tsa")
    assert question.headers["content-type"] == "application/timestamp-query"
    assert read_request(question.body).digest == DIGEST


async def test_no_two_requests_have_the_same_nonce(authority: Authority) -> None:
    nonces = set[int]()

    def reply(question: Asked) -> tuple[int, bytes]:
        nonces.add(read_request(question.body).nonce)
        return 200, authority.answer(question.body)

    async with open_loopback(reply) as url:
        for _ in range(3):
            await time_stamp(url, DIGEST)
    assert len(nonces) == 3


async def test_a_password_goes_with_the_request_and_into_no_message() -> None:
    words = list[str]()

    def reply(question: Asked) -> tuple[int, bytes]:
        words.append(question.headers["authorization"])
        return 200, b""

    async with open_loopback(reply) as url:
        address = url.replace("://", "://me:p%40ss@")
        with pytest.raises(TimeStampWrongError) as wrong:
            await time_stamp(address, DIGEST)
    with pytest.raises(TimeStampAwayError) as away:
        await time_stamp(address, DIGEST)
    assert words == ["Basic " + b64encode(b"me:p@ss").decode()]
    assert "p%40ss" not in str(wrong.value) + str(away.value)
    assert "p@ss" not in str(wrong.value) + str(away.value)


@pytest.mark.parametrize("url", ["ftp://tsa.test", "file:///etc/passwd", "tsa.test", "http://", ""])
async def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="http or https address"):
        await time_stamp(url, DIGEST)


async def test_a_password_is_not_sent_in_the_open() -> None:
    with pytest.raises(ValueError, match="https address is needed"):
        await time_stamp("http://me:word@tsa.test", DIGEST)


@pytest.mark.parametrize("status", [301, 302, 401, 404, 429, 500, 503])
async def test_an_answer_that_is_none_means_away(status: int) -> None:
    with pytest.raises(TimeStampAwayError, match=f"answered {status}"):
        await ask(lambda _: (status, b"later"))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"220 mail.test ESMTP\r\n", id="no HTTP"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nshort", id="broken off"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nshort", id="broken chunk"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(300_000), id="far too long"),
    ],
)
async def test_a_line_that_breaks_means_away(answer: bytes) -> None:
    with pytest.raises(TimeStampAwayError):
        await ask(lambda _: answer)


async def test_an_authority_that_never_answers_is_away_in_time() -> None:
    with pytest.raises(TimeStampAwayError):
        await ask(lambda _: None, seconds=0.05)


async def test_a_refusal_says_why() -> None:
    with pytest.raises(TimeStampRefusedError, match="status 2 ไม่มีเวลา"):
        await ask(lambda _: (200, refused("ไม่มีเวลา")))


@pytest.mark.parametrize("body", [b"", b"<html>", b"\x30\x03\x02\x01\x00", granted(b"\x30\x00")])
async def test_an_answer_that_holds_no_token_is_wrong(body: bytes) -> None:
    with pytest.raises(TimeStampWrongError):
        await ask(lambda _: (200, body))


async def test_a_token_for_another_digest_or_question_is_wrong(authority: Authority) -> None:
    other = sha256(b"other").digest()
    makers = [
        lambda asked: authority.token(other, nonce=asked.nonce),
        lambda asked: authority.token(asked.digest, nonce=asked.nonce ^ 1),
        lambda asked: authority.token(asked.digest),
        lambda asked: authority.token(asked.digest, nonce=asked.nonce, imprint_algorithm=SHA512),
    ]
    for make in makers:
        with pytest.raises(TimeStampWrongError):
            await ask(lambda question, make=make: (200, granted(make(read_request(question.body)))))  # type: ignore[misc]


def test_a_token_is_believed_only_with_its_root(authority: Authority) -> None:
    token, stranger = authority.token(DIGEST), create_authority("อีกแห่ง")
    assert verify_token(token, DIGEST, [stranger.root, authority.root]) == STAMPED_AT
    for trusted in ([], [stranger.root], [stranger.certificate]):
        with pytest.raises(TimeStampWrongError):
            verify_token(token, DIGEST, trusted)


def test_a_token_over_something_else_is_not_believed(authority: Authority) -> None:
    other = sha256(b"other").digest()
    tokens = [authority.token(other), authority.token(DIGEST, imprint_algorithm=SHA512)]
    for token in tokens:
        with pytest.raises(TimeStampWrongError):
            verify_token(token, DIGEST, [authority.root])


def test_a_certificate_has_to_be_one_for_stamping_at_that_time(authority: Authority) -> None:
    server = create_authority("เครื่องแม่ข่าย", may_stamp=False)
    with pytest.raises(TimeStampWrongError):
        verify_token(server.token(DIGEST), DIGEST, [server.root])
    for days in (-40, 40):
        token = authority.token(DIGEST, at=STAMPED_AT + timedelta(days=days))
        with pytest.raises(TimeStampWrongError):
            verify_token(token, DIGEST, [authority.root])


def test_a_token_without_its_certificate_is_not_believed(authority: Authority) -> None:
    token = authority.token(DIGEST, encloses=[])
    with pytest.raises(TimeStampWrongError):
        verify_token(token, DIGEST, [authority.root, authority.certificate])


@pytest.mark.parametrize("backwards", [False, True])
async def test_a_token_may_enclose_its_chain_in_any_order(
    authority: Authority, *, backwards: bool
) -> None:
    chain = [authority.root, authority.certificate][:: -1 if backwards else 1]

    def reply(question: Asked) -> tuple[int, bytes]:
        asked = read_request(question.body)
        return 200, granted(authority.token(asked.digest, nonce=asked.nonce, encloses=chain))

    token = await ask(reply)
    for one in (token, authority.token(DIGEST, encloses=chain)):
        assert verify_token(one, DIGEST, [authority.root]) == STAMPED_AT
        with pytest.raises(TimeStampWrongError):
            # That a token brings a root along is no reason to trust it.
            verify_token(one, DIGEST, [create_authority("อีกแห่ง").root])


def test_a_changed_token_says_the_same_or_is_not_believed(authority: Authority) -> None:
    token = authority.token(DIGEST)
    random, refusals = Random(3161), 0  # noqa: S311 - the same choices in every run
    places = range(0, len(token), 4)
    for at in places:
        changed = token[:at] + bytes([token[at] ^ 1 << random.randrange(8)]) + token[at + 1 :]
        try:
            # The version of the envelope and the name of the algorithm are not signed.
            assert verify_token(changed, DIGEST, [authority.root]) == STAMPED_AT
        except TimeStampWrongError:
            refusals += 1
    assert refusals > 0.95 * len(places)


def test_whatever_the_bytes_only_a_named_error_comes(authority: Authority) -> None:
    token, random = authority.token(DIGEST), Random(77)  # noqa: S311 - the same in every run
    for _ in range(300):
        low, high = sorted(random.choices(range(len(token) + 1), k=2))
        with suppress(TimeStampError):
            read_token(token[:low] + random.randbytes(random.randrange(9)) + token[high:])


def test_certificates_are_read_from_pem(authority: Authority) -> None:
    pem = b"".join(
        one.public_bytes(Encoding.PEM) for one in (authority.root, authority.certificate)
    )
    assert read_certificates(pem) == [authority.root, authority.certificate]
    with pytest.raises(ValueError, match="PEM"):
        read_certificates(b"nothing")
