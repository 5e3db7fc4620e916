"""Rows in PostgreSQL's binary COPY form, written to several tables at once."""

import json
from collections.abc import Iterable
from contextlib import ExitStack
from struct import Struct
from typing import Final

import psycopg

from domain.leaf import COPY_HEADER, COPY_TRAILER

UNIX_TO_POSTGRES: Final = 946_684_800_000_000
"""Microseconds from the epoch of Unix to that of PostgreSQL."""

NULL: Final = b"\xff\xff\xff\xff"
TRUE: Final = b"\x00\x00\x00\x01\x01"
FALSE: Final = b"\x00\x00\x00\x01\x00"
_BLOCK: Final = 20_000
_UUID, _TEXT, _INT4 = 2950, 25, 23

_int4 = Struct(">ii")
_int8 = Struct(">iq")
_uuid = Struct(">iQQ")
_array = Struct(">iiiiii")


def text(value: str) -> bytes:
    """Return a field of text."""
    raw = value.encode()
    return len(raw).to_bytes(4) + raw


def raw(value: bytes) -> bytes:
    """Return a field of bytes."""
    return len(value).to_bytes(4) + value


def int4(value: int) -> bytes:
    """Return a field of a 4-byte number."""
    return _int4.pack(4, value)


def int8(value: int) -> bytes:
    """Return a field of an 8-byte number, an instant (microseconds since 2000) or an xid8."""
    return _int8.pack(8, value)


def uuid_of(at: int, bits: int) -> bytes:
    """Return a field of a version 7 uuid that was made at an instant, from 62 random bits."""
    millis, micros = divmod(at + UNIX_TO_POSTGRES, 1000)
    high = millis << 16 | 0x7000 | micros << 2
    return _uuid.pack(16, high, 0x8000000000000000 | bits & 0x3FFFFFFFFFFFFFFF)


def uuid_text(field: bytes) -> str:
    """Return a field of a uuid as it is written."""
    digits = field[4:].hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def facts(value: object) -> bytes:
    """Return a field of jsonb from what JSON can hold."""
    return json_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def json_text(value: str) -> bytes:
    """Return a field of jsonb from JSON that is already written."""
    return raw(b"\x01" + value.encode())


def uuids(fields: Iterable[bytes]) -> bytes:
    """Return a field of uuid[]."""
    return _of(_UUID, list(fields))


def texts(fields: Iterable[bytes]) -> bytes:
    """Return a field of text[]."""
    return _of(_TEXT, list(fields))


def int4s(fields: Iterable[bytes]) -> bytes:
    """Return a field of integer[]."""
    return _of(_INT4, list(fields))


def _of(kind: int, fields: list[bytes]) -> bytes:
    body = b"".join(fields)
    if not fields:
        return _array.pack(12, 0, 0, kind, 0, 0)[:16]
    return _array.pack(20 + len(body), 1, 0, kind, len(fields), 1) + body


class _Words(dict[str, bytes]):
    def __missing__(self, word: str) -> bytes:
        self[word] = text(word)
        return self[word]


WORDS: Final = _Words()
"""Fields of words that are written again and again."""


class TableCopy:
    """One COPY into one table under way; rows go out in blocks."""

    def __init__(self, stack: ExitStack, url: str, table: str, columns: str) -> None:
        connection = stack.enter_context(psycopg.connect(url))
        statement = f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)"
        self._open = stack.enter_context(ExitStack())
        self._copy = self._open.enter_context(connection.cursor().copy(statement.encode()))
        self._head = (columns.count(",") + 1).to_bytes(2)
        self._parts = [COPY_HEADER]
        self.rows = 0

    def add(self, *fields: bytes) -> None:
        """Add a row; several fields may be joined in one already."""
        parts = self._parts
        parts.append(self._head)
        parts += fields
        self.rows += 1
        if len(parts) > _BLOCK:
            self._copy.write(b"".join(parts))
            parts.clear()

    def end(self) -> None:
        """Write what is left and hear of errors; the rows are kept when the stack is closed."""
        self._parts.append(COPY_TRAILER)
        self._copy.write(b"".join(self._parts))
        self._open.close()
