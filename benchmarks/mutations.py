"""`python -m benchmarks.mutations`: what an insider changes, and what finds it.

Every class as a clever insider would do it: where recomputing the chain, the counters or the
seals (with the log's real key) hides the change from a simpler check, it is recomputed.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random
from uuid import UUID

from rich.console import Console
from rich.table import Table

from benchmarks.sealed_copy import (
    Row,
    SealedCopy,
    chain_finds,
    id_of,
    log_finds,
    rechain,
    reseal,
)
from benchmarks.sealed_ledger import make_sealed_ledger
from domain.entry_leaves import read_entry
from domain.leaf import ENTRY, ENTRY_COLUMNS, EVENT_COLUMNS, split
from services.seal_log import LogSigner

Mutation = Callable[[SealedCopy, Random, LogSigner], SealedCopy]

DAY = 86_400_000_000
_WORDS = {
    "kind": (b"allocated", b"voided", b"registered", b"sent"),
    "secrecy": (b"normal", b"secret"),
    "urgency": (b"normal", b"urgent"),
}


# A change of these shows in the numbers or is undone by hashing anew.
_CHAINED = ("register_id", "position", "number", "kind", "entry_hash")


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How many mutations of a class were found by the chain alone, and with checkpoints."""

    name: str
    tried: int
    by_chain: int
    by_checkpoints: int


def field_change(copy: SealedCopy, random: Random, _: LogSigner) -> SealedCopy:
    """Change one field of one row, and nothing else."""
    nth = random.randrange(len(copy.rows))
    return _with(copy, nth, _changed(copy.rows[nth], random, but=()))


def delete(copy: SealedCopy, random: Random, _: LogSigner) -> SealedCopy:
    """Take one row out."""
    nth = random.randrange(len(copy.rows))
    return replace(copy, rows=[*copy.rows[:nth], *copy.rows[nth + 1 :]])


def insert(copy: SealedCopy, random: Random, _: LogSigner) -> SealedCopy:
    """Add a row among those of long ago; an entry goes on its register's chain."""
    row = random.choice(copy.rows)
    leaf = _edited(row.leaf, 1, _new_id(copy, row, random))
    if row.table == ENTRY:
        head = copy.heads[read_entry(row.leaf).register_id]
        leaf = _edited(leaf, 3, _int4(head.positions + 1))
        leaf = _edited(leaf, 4, _int4(head.opened_after + head.allocated + 1))
    return _rechained(copy, [*copy.rows, row._replace(leaf=leaf, order=id_of(leaf))], row)


def reorder(copy: SealedCopy, random: Random, _: LogSigner) -> SealedCopy:
    """Exchange what two rows say, and leave each its place."""
    first = random.randrange(len(copy.rows))
    row = copy.rows[first]
    place = 5 if row.table == ENTRY else 2
    said = split(row.leaf)[place:]
    others = [
        nth
        for nth, one in enumerate(copy.rows)
        if one.table == row.table and split(one.leaf)[place:] != said
    ]
    second = random.choice(others)
    one, other = split(row.leaf), split(copy.rows[second].leaf)
    one[place:], other[place:] = other[place:], one[place:]
    return _with(_with(copy, first, _joined(one)), second, _joined(other))


def duplicate(copy: SealedCopy, random: Random, _: LogSigner) -> SealedCopy:
    """Let one row be there twice."""
    row = random.choice(copy.rows)
    leaf = _edited(row.leaf, 1, _new_id(copy, row, random))
    return replace(copy, rows=[*copy.rows, row._replace(leaf=leaf, order=id_of(leaf))])


def tail_cut(copy: SealedCopy, random: Random, _: LogSigner) -> SealedCopy:
    """Drop the newest seals with everything that they cover, and rewind the registers."""
    left = random.randrange(1, len(copy.seals))
    end, size = copy.seals[left - 1].until_txid, copy.seals[left - 1].size
    cut = replace(
        copy,
        seals=copy.seals[:left],
        rows=[row for row in copy.rows if row.txid < end],
        nodes={at: one for at, one in copy.nodes.items() if (at.position + 1) << at.height <= size},
    )
    for register_id in copy.heads:
        cut = rechain(cut, cut.rows, register_id)
    return cut


def whole_rewrite(copy: SealedCopy, random: Random, signer: LogSigner) -> SealedCopy:
    """Change one field, then recompute chain, counters and all seals, signed with the real key."""
    nth = random.randrange(len(copy.rows))
    row = copy.rows[nth]
    changed = _with(copy, nth, _changed(row, random, but=_CHAINED if row.table == ENTRY else ()))
    return reseal(_rechained(changed, changed.rows, row), signer)


def counter_rewind(copy: SealedCopy, random: Random, _: LogSigner) -> SealedCopy:
    """Let a register give numbers again: its newest entries are gone, or only its counter."""
    books = [one for one, head in copy.heads.items() if head.positions]
    register_id = random.choice(books)
    head = copy.heads[register_id]
    back = random.randrange(1, head.positions + 1)
    if random.random() < 0.5:
        rewound = replace(head, allocated=head.allocated - back)
        return replace(copy, heads={**copy.heads, register_id: rewound})
    kept = [
        row
        for row in copy.rows
        if row.table != ENTRY
        or (entry := read_entry(row.leaf)).register_id != register_id
        or entry.position <= head.positions - back
    ]
    return rechain(copy, kept, register_id)


def back_dating(copy: SealedCopy, random: Random, _: LogSigner) -> SealedCopy:
    """Move what happened to earlier, with the chain recomputed."""
    nth = random.randrange(len(copy.rows))
    row = copy.rows[nth]
    leaf, earlier = row.leaf, random.randrange(1, 30 * DAY)
    for at, column in enumerate(_columns(row)):
        if column in {"at", "stamped_at", "recorded_at"}:
            instant = int.from_bytes(split(leaf)[at + 1] or b"", signed=True)
            leaf = _edited(leaf, at + 1, (instant - earlier).to_bytes(8, signed=True))
    changed = _with(copy, nth, leaf)
    return _rechained(changed, changed.rows, row)


MUTATIONS: dict[str, Mutation] = {
    one.__name__.replace("_", " "): one
    for one in (
        field_change,
        delete,
        insert,
        reorder,
        duplicate,
        tail_cut,
        whole_rewrite,
        counter_rewind,
        back_dating,
    )
}


def try_mutations(
    copy: SealedCopy, signer: LogSigner, *, each: int, seed: int = 2564
) -> Sequence[Rate]:
    """Try every class of mutation on a good ledger, and count what is found."""
    # Most checkpoints are untouched, and verified again and again.
    signer = replace(signer, verify=lru_cache(signer.verify))
    random, rates = Random(seed), []  # noqa: S311 (it must repeat itself)
    for name, mutate in MUTATIONS.items():
        by_chain = by_checkpoints = 0
        for _ in range(each):
            mutated = mutate(copy, random, signer)
            found = chain_finds(mutated)
            by_chain += found
            by_checkpoints += found or log_finds(mutated, signer)
        rates.append(Rate(name=name, tried=each, by_chain=by_chain, by_checkpoints=by_checkpoints))
    return rates


def _rechained(copy: SealedCopy, rows: Sequence[Row], row: Row) -> SealedCopy:
    if row.table != ENTRY:
        return replace(copy, rows=rows)
    return rechain(copy, rows, read_entry(row.leaf).register_id)


def _columns(row: Row) -> Sequence[str]:
    return ENTRY_COLUMNS if row.table == ENTRY else EVENT_COLUMNS


def _with(copy: SealedCopy, nth: int, leaf: bytes) -> SealedCopy:
    rows = list(copy.rows)
    rows[nth] = rows[nth]._replace(leaf=leaf, order=id_of(leaf))
    return replace(copy, rows=rows)


def _changed(row: Row, random: Random, *, but: Sequence[str]) -> bytes:
    columns = _columns(row)
    at = random.choice([nth for nth, one in enumerate(columns) if nth and one not in but])
    return _edited(row.leaf, at + 1, _other(row.leaf, columns[at], at, random))


def _edited(leaf: bytes, field: int, value: bytes | None) -> bytes:
    fields = split(leaf)
    fields[field] = value
    return _joined(fields)


def _joined(fields: Sequence[bytes | None]) -> bytes:
    sized = [
        (-1 if one is None else len(one)).to_bytes(4, signed=True) + (one or b"") for one in fields
    ]
    return len(fields).to_bytes(2) + b"".join(sized)


def _other(leaf: bytes, column: str, at: int, random: Random) -> bytes | None:
    """Return another value that the column could hold."""
    value = split(leaf)[at + 1]
    if column in _WORDS:
        return random.choice([word for word in _WORDS[column] if word != value])
    if column in {"facts", "reason"}:
        start = (b"\x01" if column == "facts" else b"") + b'{"changed": '
        return start + str(random.getrandbits(32)).encode() + b"}"
    if column in {"stamp_has_time", "is_unsealed", "is_late"}:
        return b"\x00" if value == b"\x01" else b"\x01"
    if value is None:
        return random.randbytes(16)
    place = random.randrange(len(value))
    return value[:place] + bytes([value[place] ^ random.randrange(1, 256)]) + value[place + 1 :]


def _new_id(copy: SealedCopy, row: Row, random: Random) -> bytes:
    if row.table == ENTRY:
        return UUID(int=random.getrandbits(128), version=4).bytes
    last = max(int.from_bytes(one.order) for one in copy.rows if one.table != ENTRY)
    return (last + 1).to_bytes(8)


def _int4(value: int) -> bytes:
    return value.to_bytes(4, signed=True)


def main() -> None:
    """Try so many mutations of each class on a small ledger and print what finds them."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--each", type=int, default=2_000)
    each = parser.parse_args().each
    with tempfile.TemporaryDirectory(prefix="wian-mutations-") as folder:
        copy, signer = make_sealed_ledger(Path(folder))
    assert not chain_finds(copy)
    assert not log_finds(copy, signer)
    rates = try_mutations(copy, signer, each=each)
    table = Table("mutation", "tried", "found by the chain alone", "found with checkpoints")
    for rate in rates:
        table.add_row(
            rate.name,
            str(rate.tried),
            f"{rate.by_chain / each:.1%}",
            f"{rate.by_checkpoints / each:.1%}",
        )
    Console().print(table)
    if any(rate.by_checkpoints != rate.tried for rate in rates):
        sys.exit("A mutation was not found.")


if __name__ == "__main__":
    main()
