"""How a register entry is hashed, so that a changed, missing or reordered entry shows."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from domain.vocabulary import EntryKind

GENESIS = bytes(32)
"""What the first entry of a register is chained to."""

MICROSECONDS = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What the hash of a register entry covers, in the order in which it is hashed."""

    register_id: UUID
    position: int
    number: int
    kind: EntryKind
    letter_id: UUID | None
    hop_id: UUID | None
    stamped_at: datetime
    stamp_has_time: bool
    recorded_at: datetime
    recorded_by: UUID
    reason: str | None


def entry_hash(previous: bytes, entry: Entry) -> bytes:
    """Return sha256 over the previous hash and the canonical entry.

    Each field is written as its length in bytes, a colon and its UTF-8 text, or `-` when it is
    absent, so no two entries share a text. Instants are whole microseconds since the Unix epoch:
    PostgreSQL keeps no finer time, and a hash must be over what the database gives back.
    """
    fields = (
        str(entry.register_id),
        str(entry.position),
        str(entry.number),
        entry.kind.value,
        _optional(entry.letter_id),
        _optional(entry.hop_id),
        str(_epoch_microseconds(entry.stamped_at)),
        "1" if entry.stamp_has_time else "0",
        str(_epoch_microseconds(entry.recorded_at)),
        str(entry.recorded_by),
        entry.reason,
    )
    return sha256(previous + b"".join(map(_canonical, fields))).digest()


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainFault:
    """The first entry of a register that does not follow from the one before it."""

    position: int
    problem: str


def _optional(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _canonical(field: str | None) -> bytes:
    if field is None:
        return b"-"
    raw = field.encode()
    return b"%d:%b" % (len(raw), raw)


def _epoch_microseconds(at: datetime) -> int:
    # Integer arithmetic: a float timestamp loses the last microsecond.
    whole = at.replace(microsecond=0)
    return int(whole.timestamp()) * MICROSECONDS + at.microsecond
