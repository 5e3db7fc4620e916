"""Pieces of registers' chains, checked where they are read and joined afterwards.

Entries leave the database in the order of the log, in which the entries of a register come in
pieces. A piece is checked within itself; what is left of it is its two ends. Whether all pieces
make a whole register is then a question of a few hashes. Where anything is unlike a whole
register the answer is only "no": `domain.entry_leaves` says what is wrong with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from operator import attrgetter

from domain.entry_leaves import ReadEntry, RegisterHead
from domain.register_chain import GENESIS


@dataclass(frozen=True, slots=True)
class Run:
    """Entries of one register whose positions, numbers and hashes follow from each other.

    Attributes:
        first: Position of the first entry.
        last: Position of the last.
        covered: What the hash of the first covers beside the hash before it.
        opens: The stored hash of the first.
        closes: The stored hash of the last.
        allocated: How many numbers were given by the system.
        lowest: The first of them; 0 where there is none.
    """

    first: int
    last: int
    covered: bytes
    opens: bytes
    closes: bytes
    allocated: int
    lowest: int


class Runs:
    """The runs of many registers, joined where they meet.

    Attributes:
        parts: The runs of each register that have not met, by position.
        broken: Registers of which a run contradicts itself.
    """

    def __init__(self) -> None:
        self.parts: dict[bytes, list[Run]] = defaultdict(list)
        self.broken: set[bytes] = set()

    def add(self, entries: Iterable[ReadEntry]) -> None:
        """Add entries in whatever order they were read."""
        books: dict[bytes, list[ReadEntry]] = defaultdict(list)
        for entry in entries:
            books[entry.register_id].append(entry)
        for register_id, own in books.items():
            own.sort(key=attrgetter("position"))
            self._add(register_id, list(_parts(own)))

    def join(self, other: "Runs") -> None:
        """Add the runs of entries that were read elsewhere."""
        self.broken |= other.broken
        for register_id, runs in other.parts.items():
            self._add(register_id, runs)

    def are_whole(self, register_id: bytes, head: RegisterHead) -> bool:
        """Tell whether the runs of a register are one, and the register says so too."""
        runs = self.parts.get(register_id, [])
        if register_id in self.broken or len(runs) > 1:
            return False
        if not runs:
            return (head.positions, head.allocated, head.head_hash) == (0, 0, GENESIS)
        (run,) = runs
        return (
            (run.first, run.last, run.closes) == (1, head.positions, head.head_hash)
            and sha256(GENESIS + run.covered).digest() == run.opens
            and run.allocated == head.allocated
            and run.lowest in {0, head.opened_after + 1}
        )

    def _add(self, register_id: bytes, added: Sequence[Run | None]) -> None:
        joined: list[Run] = []
        runs = [run for run in added if run is not None]
        for run in sorted([*self.parts[register_id], *runs], key=attrgetter("first")):
            both = _joined(joined[-1], run) if joined and joined[-1].last + 1 == run.first else None
            if both is None:
                joined.append(run)
            else:
                joined[-1] = both
        self.parts[register_id] = joined
        if len(runs) < len(added):
            self.broken.add(register_id)


def _parts(entries: Sequence[ReadEntry]) -> Iterable[Run | None]:
    """Part entries by position into runs; None stands for one that is broken within itself."""
    start = 0
    for nth in range(1, len(entries) + 1):
        if nth == len(entries) or entries[nth].position != entries[nth - 1].position + 1:
            yield _run(entries[start:nth])
            start = nth


def _run(entries: Sequence[ReadEntry]) -> Run | None:
    previous = entries[0].stored
    for entry in entries[1:]:
        if sha256(previous + entry.covered).digest() != entry.stored:
            return None
        previous = entry.stored
    given = [entry.number for entry in entries if entry.is_allocated]
    if given and given != list(range(given[0], given[0] + len(given))):
        return None
    return Run(
        first=entries[0].position,
        last=entries[-1].position,
        covered=entries[0].covered,
        opens=entries[0].stored,
        closes=previous,
        allocated=len(given),
        lowest=given[0] if given else 0,
    )


def _joined(one: Run, other: Run) -> Run | None:
    if sha256(one.closes + other.covered).digest() != other.opens:
        return None
    if one.lowest and other.lowest and one.lowest + one.allocated != other.lowest:
        return None
    return replace(
        one,
        last=other.last,
        closes=other.closes,
        allocated=one.allocated + other.allocated,
        lowest=one.lowest or other.lowest,
    )
