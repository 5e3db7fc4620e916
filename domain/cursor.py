"""Where a page of a list ends, in a form that only we can write."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from domain.errors import InvalidError

_VERSION: Final = b"\x01"
_KEY_BYTES: Final = 8
_QUERY_BYTES: Final = 16
_SIGNED_BYTES: Final = len(_VERSION) + _KEY_BYTES + _QUERY_BYTES
_MAC_BYTES: Final = sha256().digest_size
# 57 bytes are 76 signs without padding; whatever is longer is not even decoded.
_SIGNS: Final = 76


def fingerprint(query: Mapping[str, object]) -> bytes:
    """Return what tells one query from another: who asks, for what, in which order.

    Values may be texts, numbers, truth values, None, and lists of these.
    """
    text = json.dumps(query, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).digest()[:_QUERY_BYTES]


def write_cursor(secret: bytes, *, query: bytes, last: int) -> str:
    """Return a cursor that continues `query` after the row whose key is `last`.

    Args:
        secret: What all processes that read the cursor share.
        query: The fingerprint of the query.
        last: The key of the last row of the page, from 0 to 2^63 - 1.
    """
    signed = _VERSION + last.to_bytes(_KEY_BYTES, "big") + query
    return urlsafe_b64encode(signed + _mac(secret, signed)).decode()


def read_cursor(secret: bytes, text: str, *, query: bytes) -> int:
    """Return the key after which `query` goes on.

    Raises:
        InvalidError: `cursor_invalid`, nobody here wrote it so; `cursor_of_another_query`.
    """
    raw = _decode(text)
    signed, mac = raw[:_SIGNED_BYTES], raw[_SIGNED_BYTES:]
    if not hmac.compare_digest(mac, _mac(secret, signed)) or signed[:1] != _VERSION:
        raise _invalid()
    if signed[-_QUERY_BYTES:] != query:
        raise InvalidError(
            "ตัวชี้หน้า (cursor) นี้เป็นของการค้นอื่น ต้องใช้ตัวกรองชุดเดิมหรือเริ่มหน้าแรกใหม่",
            code="cursor_of_another_query",
            field="cursor",
        )
    return int.from_bytes(signed[len(_VERSION) : -_QUERY_BYTES], "big")


def _decode(text: str) -> bytes:
    if len(text) != _SIGNS or not text.isascii():
        raise _invalid()
    try:
        raw = urlsafe_b64decode(text)
    except NotBase64Error:
        raise _invalid() from None
    # Signs outside the alphabet are skipped by the decoder, and then others would read the same.
    if urlsafe_b64encode(raw) != text.encode():
        raise _invalid()
    return raw


def _mac(secret: bytes, signed: bytes) -> bytes:
    return hmac.digest(secret, b"wian cursor\n" + signed, "sha256")


def _invalid() -> InvalidError:
    return InvalidError(
        "ตัวชี้หน้า (cursor) ไม่ถูกต้องหรือถูกแก้ไข โปรดเริ่มหน้าแรกใหม่",
        code="cursor_invalid",
        field="cursor",
    )
