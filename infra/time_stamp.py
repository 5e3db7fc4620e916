"""Time-stamps of an authority that everybody trusts (RFC 3161): that a digest existed by then."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final

from cryptography.x509 import Certificate, ObjectIdentifier, load_pem_x509_certificates
from rfc3161_client import (
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from infra.http_exchange import NoAnswerError, check_address, exchange

SECONDS: Final = 10.0

_SHA256: Final = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
# The same, as a request writes it.
_SHA256_DER: Final = bytes.fromhex("300d06096086480165030402010500")
_NONCE_BYTES: Final = 8
_GRANTED: Final = {0, 1}
# Where the certificates are among the fields of a signed message.
_CERTIFICATES: Final = 0xA0


class TimeStampError(Exception):
    """There is no good time-stamp; `code` says why."""

    code: ClassVar[str] = "time_stamp_error"


class TimeStampAwayError(TimeStampError):
    """The authority cannot be reached, or did not answer in time."""

    code = "time_stamp_away"


class TimeStampRefusedError(TimeStampError):
    """The authority answered that it gives none."""

    code = "time_stamp_refused"


class TimeStampWrongError(TimeStampError):
    """It is none, or is for something else, or nobody who is trusted signed it."""

    code = "time_stamp_wrong"


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeStamp:
    """What a token says, whether or not it is believed."""

    digest: bytes
    at: datetime


async def time_stamp(url: str, digest: bytes, *, seconds: float = SECONDS) -> bytes:
    """Return an authority's token (DER) over a sha256 digest.

    The answer is only compared with the question: who signed it is for `verify_token`.

    Raises:
        TimeStampAwayError: No answer.
        TimeStampRefusedError: A refusal.
        TimeStampWrongError: Something else, or a token for another digest or request.
        ValueError: The address is none, or would send a password in the open.
    """
    # Plain http is what most authorities offer, and enough: a token is signed.
    check_address(url, must_be_private=False)
    nonce = _nonce()
    headers = {"Content-Type": "application/timestamp-query"}
    try:
        answer = await exchange(
            "POST", url, body=_request(digest, nonce), headers=headers, seconds=seconds
        )
    except NoAnswerError as error:
        raise TimeStampAwayError(str(error)) from error
    if answer.status != 200:
        raise TimeStampAwayError(f"the authority answered {answer.status}")
    return _token(answer.body, digest, nonce)


def read_token(token: bytes) -> TimeStamp:
    """Read a token without believing it.

    Raises:
        TimeStampWrongError: It is none, or not over a sha256 digest.
    """
    return _read(_as_answer(token))


def verify_token(token: bytes, digest: bytes, certificates: Sequence[Certificate]) -> datetime:
    """Return the instant (UTC) before which a digest existed.

    Args:
        token: What `time_stamp` returned.
        digest: The sha256 digest that it must be over.
        certificates: Whom we trust: roots, and what lies between them and the authority's own
            certificate unless the token encloses it. They need to have been valid at that
            instant, not today.

    Raises:
        TimeStampWrongError: It is none, is over something else, or is by nobody we trust.
    """
    answer = _as_answer(token)
    stamp = _read(answer)
    try:
        VerifierBuilder(roots=list(certificates)).build().verify(answer, digest)
    except (VerificationError, ValueError) as error:
        raise TimeStampWrongError(str(error)) from error
    return stamp.at


def read_certificates(pem: bytes) -> list[Certificate]:
    """Return the certificates of a PEM file.

    Raises:
        ValueError: It holds none.
    """
    return load_pem_x509_certificates(pem)


def _nonce() -> int:
    # The first bit is set, so every request has the same length.
    return int.from_bytes(os.urandom(_NONCE_BYTES)) | 1 << 8 * _NONCE_BYTES - 1


def _request(digest: bytes, nonce: int) -> bytes:
    """Return the request over a digest; the library would hash what it is given once more."""
    imprint = _der(0x30, _SHA256_DER + _der(0x04, digest))
    number = _der(0x02, nonce.to_bytes(_NONCE_BYTES + 1))
    certificate_wanted = _der(0x01, b"\xff")
    return _der(0x30, _der(0x02, b"\x01") + imprint + number + certificate_wanted)


def _token(body: bytes, digest: bytes, nonce: int) -> bytes:
    answer = _decode(body)
    if answer.status not in _GRANTED:
        said = "; ".join(answer.status_string)
        raise TimeStampRefusedError(f"status {answer.status} {said}".strip())
    if _read(answer).digest != digest or answer.tst_info.nonce != nonce:
        raise TimeStampWrongError("the token answers another request")
    return answer.time_stamp_token()


def _as_answer(token: bytes) -> TimeStampResponse:
    """Wrap a token into the answer it came in: the library reads nothing else."""
    granted = _der(0x30, _der(0x02, b"\x00"))
    return _decode(_der(0x30, granted + token))


def _decode(body: bytes) -> TimeStampResponse:
    try:
        try:
            return decode_timestamp_response(body)
        except ValueError:
            return decode_timestamp_response(_sorted(body))
    except ValueError as error:
        raise TimeStampWrongError("this is no time-stamp") from error


def _sorted(body: bytes) -> bytes:
    """Return an answer with its certificates in the order of DER, which the library insists on.

    Many authorities send them as a chain. The certificates are not under the signature, and
    nothing that is changes here.

    Raises:
        ValueError: It is no answer with a token.
    """
    ((_, answer),) = _parts(body)
    status, (_, token) = _parts(answer)
    kind, (_, wrapped) = _parts(token)
    ((_, signed),) = _parts(wrapped)
    fields = [
        _der(tag, b"".join(sorted(_der(*one) for one in _parts(content))))
        if tag == _CERTIFICATES
        else _der(tag, content)
        for tag, content in _parts(signed)
    ]
    token = _der(0x30, _der(*kind) + _der(0xA0, _der(0x30, b"".join(fields))))
    return _der(0x30, _der(*status) + token)


def _parts(content: bytes) -> list[tuple[int, bytes]]:
    """Return the tag and content of each value that `content` consists of."""
    parts, at = [], 0
    while at < len(content):
        tag, length, at = content[at], int.from_bytes(content[at + 1 : at + 2]), at + 2
        if length & 0x80:
            digits = length & 0x7F
            length, at = int.from_bytes(content[at : at + digits]), at + digits
        if at + length > len(content):
            raise ValueError("a value is cut off")
        parts.append((tag, content[at : at + length]))
        at += length
    return parts


def _read(answer: TimeStampResponse) -> TimeStamp:
    try:
        imprint = answer.tst_info.message_imprint
        at = answer.tst_info.gen_time
    except ValueError as error:
        raise TimeStampWrongError("this is no time-stamp") from error
    if imprint.hash_algorithm != _SHA256:
        raise TimeStampWrongError("the token is not over a sha256 digest")
    return TimeStamp(digest=imprint.message, at=at.astimezone(UTC))


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(digits))) + digits + content
