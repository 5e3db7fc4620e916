"""A register walked entry by entry, as an auditor with paper would."""

from collections.abc import Iterable

from domain.register_chain import GENESIS, ChainFault, Entry, entry_hash


def first_fault(
    entries: Iterable[tuple[Entry, bytes]], *, head: bytes, last_position: int
) -> ChainFault | None:
    """Walk a register's entries by position and return the first fault, or None.

    Args:
        entries: Each entry with its stored hash, by position.
        head: The hash that the register holds for its newest entry.
        last_position: The position that the register holds for its newest entry.
    """
    previous, position = GENESIS, 0
    for entry, stored in entries:
        position += 1
        if entry.position != position:
            return ChainFault(position=position, problem="entry missing or out of place")
        previous = entry_hash(previous, entry)
        if previous != stored:
            return ChainFault(position=position, problem="hash differs from the entry")
    if position != last_position:
        return ChainFault(position=position + 1, problem="entry missing at the end")
    if previous != head:
        return ChainFault(position=position, problem="head differs from the newest entry")
    return None
