"""What a leaf of the log is: a row as PostgreSQL's binary COPY writes it, and how to read one."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from domain.errors import InvalidError

COPY_HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
"""What a binary COPY begins with; it comes in one piece with the first row, or the trailer."""

COPY_TRAILER: Final = b"\xff\xff"
"""What a binary COPY ends with; it comes as a piece of its own unless there is no row."""

ENTRY: Final = "entry"
EVENT: Final = "event"

ENTRY_COLUMNS: Final = (
    "id",
    "register_id",
    "position",
    "number",
    "kind",
    "letter_id",
    "hop_id",
    "stamped_at",
    "stamp_has_time",
    "recorded_at",
    "recorded_by",
    "reason",
    "is_unsealed",
    "entry_hash",
)
"""Columns of `register_entry` that the log covers, in the order of the leaf after its word."""

EVENT_COLUMNS: Final = (
    "id",
    "at",
    "kind",
    "registry_id",
    "officer_id",
    "circular_id",
    "letter_id",
    "dispatch_id",
    "hop_id",
    "secrecy",
    "urgency",
    "is_late",
    "facts",
)
"""Columns of `event` that the log covers, in the order of the leaf after its word."""

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_NULL = -1


def split(leaf: bytes) -> list[bytes | None]:
    """Return the fields of a leaf; None is NULL.

    Raises:
        InvalidError: `leaf_malformed`: It is not exactly one row of a binary COPY.
    """
    fields = list[bytes | None]()
    at = 2
    for _ in range(int.from_bytes(leaf[:2], signed=True)):
        start = at + 4
        length = int.from_bytes(leaf[at:start], signed=True)
        at = start + max(length, 0)
        if length < _NULL or at > len(leaf):
            raise _malformed("length")
        fields.append(None if length == _NULL else leaf[start:at])
    if at != len(leaf) or not fields:
        raise _malformed("length")
    return fields


def read_leaf(leaf: bytes) -> dict[str, Any]:
    """Return the fields of a leaf by name, as JSON can hold them.

    `record` is the leaf's word, `entry` or `event`. A uuid, a hash (hex) and an instant (UTC,
    always with microseconds) are texts; `facts` is the event's object.

    Raises:
        InvalidError: `leaf_malformed`.
    """
    word, *fields = split(leaf)
    columns = {ENTRY.encode(): ENTRY_COLUMNS, EVENT.encode(): EVENT_COLUMNS}.get(word or b"")
    if columns is None or len(fields) != len(columns):
        raise _malformed("fields")
    read: dict[str, Any] = {"record": ENTRY if columns is ENTRY_COLUMNS else EVENT}
    for column, raw in zip(columns, fields, strict=True):
        try:
            read[column] = None if raw is None else _READERS.get(column, _text)(raw)
        except (ValueError, OverflowError, RecursionError) as error:
            raise _malformed(column) from error
    return read


def _text(raw: bytes) -> str:
    return raw.decode()


def _uuid(raw: bytes) -> str:
    return str(UUID(bytes=raw))


def _integer(raw: bytes) -> int:
    if len(raw) not in {4, 8}:
        raise ValueError("neither int4 nor int8")
    return int.from_bytes(raw, signed=True)


def _id(raw: bytes) -> str | int:
    # A register entry is known by a uuid, an event by its place in the record.
    return _uuid(raw) if len(raw) == 16 else _integer(raw)


def _boolean(raw: bytes) -> bool:
    if raw not in {b"\x00", b"\x01"}:
        raise ValueError("no bool")
    return raw == b"\x01"


def _instant(raw: bytes) -> str:
    if len(raw) != 8:
        raise ValueError("no timestamptz")
    at = _EPOCH + timedelta(microseconds=int.from_bytes(raw, signed=True))
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _object(raw: bytes) -> dict[str, Any]:
    # The first byte is the version of the binary jsonb.
    facts = json.loads(raw[1:].decode())
    if raw[:1] != b"\x01" or not isinstance(facts, dict):
        raise ValueError("no object")
    return facts


_READERS: Final[dict[str, Callable[[bytes], Any]]] = {
    **dict.fromkeys(("position", "number"), _integer),
    **dict.fromkeys(
        (
            "register_id",
            "letter_id",
            "hop_id",
            "recorded_by",
            "registry_id",
            "officer_id",
            "circular_id",
            "dispatch_id",
        ),
        _uuid,
    ),
    **dict.fromkeys(("stamped_at", "recorded_at", "at"), _instant),
    **dict.fromkeys(("stamp_has_time", "is_unsealed", "is_late"), _boolean),
    "id": _id,
    "entry_hash": bytes.hex,
    "facts": _object,
}
"""How a column is read; the others are texts."""


def _malformed(problem: str) -> InvalidError:
    return InvalidError("แถวในบันทึกมีรูปแบบไม่ถูกต้อง", code="leaf_malformed", problem=problem)
