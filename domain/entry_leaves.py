"""The chain of a register, recomputed from its entries as leaves of the log.

It says what `domain.register_chain` says, in the form in which entries leave the database by the
million: `wian verify` spends its time here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from struct import Struct
from typing import Final, NamedTuple

from domain.leaf import ENTRY
from domain.register_chain import GENESIS, ChainFault

# Where the last byte of the length of `kind` is, and the kind itself.
_KIND_LENGTH: Final = 70
_KIND_AT: Final = 71
# Microseconds from the Unix epoch, from which hashes count, to that of PostgreSQL.
_EPOCH: Final = 946_684_800_000_000
_ALLOCATED: Final = b"allocated"
_WORD: Final = ENTRY.encode()


class ReadEntry(NamedTuple):
    """What the chain needs of an entry; `covered` is what its hash covers after the last one."""

    register_id: bytes
    position: int
    number: int
    is_allocated: bool
    covered: bytes
    stored: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterHead:
    """What the register itself says of its entries."""

    opened_after: int
    allocated: int
    positions: int
    head_hash: bytes


def is_entry(leaf: bytes) -> bool:
    """Tell whether a leaf is a register entry."""
    return leaf[6:11] == _WORD


def read_entry(leaf: bytes) -> ReadEntry:
    """Return the parts of an entry's leaf."""
    at = _KIND_AT + leaf[_KIND_LENGTH]
    # A length begins with 0, that of NULL with 0xff.
    has_letter = 0 if leaf[at] else 16
    has_hop = 0 if leaf[at + 4 + has_letter] else 16
    layout = _layout(leaf[_KIND_LENGTH], has_letter, has_hop)
    register_id, position, number, kind, letter, hop, stamped, has_time, recorded, by, length = (
        layout.unpack_from(leaf)
    )
    place, stamp = b"%d" % position, b"%d" % (stamped + _EPOCH)
    given = place if number == position else b"%d" % number
    record = stamp if recorded == stamped else b"%d" % (recorded + _EPOCH)
    reason = b"-" if length < 0 else b"%d:%b" % (length, leaf[layout.size : layout.size + length])
    covered = b"%b%d:%b%d:%b%d:%b%b%b%d:%b1:%d%d:%b%b%b" % (
        _known(register_id),
        *(len(place), place, len(given), given, len(kind), kind),
        *(_uuid(letter), _uuid(hop), len(stamp), stamp, has_time, len(record), record),
        *(_known(by), reason),
    )
    return ReadEntry(register_id, position, number, kind == _ALLOCATED, covered, leaf[-32:])


def register_fault(entries: Sequence[ReadEntry], head: RegisterHead) -> ChainFault | None:
    """Return the first fault of a register, or None.

    Args:
        entries: Everything in it, by position.
        head: What the register says.
    """
    return _chain_fault(entries, head) or _number_fault(entries, head)


def _chain_fault(entries: Sequence[ReadEntry], head: RegisterHead) -> ChainFault | None:
    previous, position = GENESIS, 0
    for _, place, _, _, covered, stored in entries:
        position += 1
        if place != position:
            return ChainFault(position=position, problem="entry missing or out of place")
        previous = sha256(previous + covered).digest()
        if previous != stored:
            return ChainFault(position=position, problem="hash differs from the entry")
    if position != head.positions:
        return ChainFault(position=position + 1, problem="entry missing at the end")
    if previous != head.head_hash:
        return ChainFault(position=position, problem="head differs from the newest entry")
    return None


def _number_fault(entries: Sequence[ReadEntry], head: RegisterHead) -> ChainFault | None:
    given = sorted(one.number for one in entries if one.is_allocated)
    first = head.opened_after + 1
    for expected, number in enumerate(given, start=first):
        if number != expected:
            return ChainFault(position=number, problem=f"number {expected} is missing")
    if len(given) != head.allocated:
        return ChainFault(position=len(entries), problem="count differs from the register")
    return None


@lru_cache(maxsize=64)
def _layout(kind: int, letter: int, hop: int) -> Struct:
    """Return how an entry lies in its leaf, by the lengths of what has no fixed one."""
    return Struct(f">35x16s4xi4xi4x{kind}s4x{letter}s4x{hop}s4xq4x?4xq4x16si")


def _uuid(raw: bytes) -> bytes:
    if not raw:
        return b"-"
    text = raw.hex()
    return f"36:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}".encode()


# The same registers and the same officers come again and again.
_known = lru_cache(maxsize=10_000)(_uuid)
