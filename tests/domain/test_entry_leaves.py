from hashlib import sha256
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from domain.entry_leaves import read_entry
from domain.register_chain import Entry, entry_hash
from tests.support.entries import ENTRIES
from tests.support.evidence import instant, number, row, truth


def leaf_of(entry: Entry, stored: bytes, *, is_unsealed: bool) -> bytes:
    """Return an entry as a leaf, written by hand."""

    def optional(one: UUID | None) -> bytes | None:
        return None if one is None else one.bytes

    return row(
        b"entry",
        uuid4().bytes,
        entry.register_id.bytes,
        number(entry.position, 4),
        number(entry.number, 4),
        entry.kind.encode(),
        optional(entry.letter_id),
        optional(entry.hop_id),
        instant(entry.stamped_at),
        truth(entry.stamp_has_time),
        instant(entry.recorded_at),
        entry.recorded_by.bytes,
        None if entry.reason is None else entry.reason.encode(),
        truth(is_unsealed),
        stored,
    )


@given(ENTRIES, st.binary(min_size=32, max_size=32), st.booleans())
def test_a_leaf_covers_what_the_chain_covers(
    entry: Entry, previous: bytes, is_unsealed: bool
) -> None:
    stored = entry_hash(previous, entry)
    read = read_entry(leaf_of(entry, stored, is_unsealed=is_unsealed))
    assert sha256(previous + read.covered).digest() == stored == read.stored
    assert (read.register_id, read.position, read.number, read.is_allocated) == (
        entry.register_id.bytes,
        entry.position,
        entry.number,
        entry.kind == "allocated",
    )
