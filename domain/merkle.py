"""The Merkle tree of the log: RFC 6962 hashes, RFC 9162 proofs, and what each needs to be made.

A proof is made in two steps, so that whoever keeps the tree can fetch all of it at once:
`needed_for_…` names full subtrees, `…_path` combines their hashes. Subtrees of `STORED_HEIGHT`
and above are kept with the seals; smaller ones are hashed anew from the leaf hashes of their
window, which is the stored subtree (or the ragged end of the tree) that they lie in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

STORED_HEIGHT: Final = 8
"""Full subtrees from this height on (256 leaves) are kept; below, the leaf hashes are."""

EMPTY_ROOT: Final = sha256().digest()


class Subtree(NamedTuple):
    """A full subtree: the leaves from `position << height` to before `position + 1 << height`."""

    height: int
    position: int


class Node(NamedTuple):
    """The hash of a full subtree."""

    height: int
    position: int
    hash: bytes


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + leaf).digest()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """Return the hashes of many leaves; one loop, because it is what verification consists of."""
    return [sha256(b"\x00" + leaf).digest() for leaf in leaves]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbouring subtrees."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    frontier = Frontier()
    frontier.extend(hashes)
    return frontier.root()


class Frontier:
    """The right edge of a growing tree: all that is needed to append to it.

    Attributes:
        size: Number of leaves so far.
    """

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self.size = 0
        # By height; set where the bit of the size is.
        self._peaks: list[bytes] = []

    @classmethod
    def restore(cls, size: int, hashes: Mapping[Subtree, bytes]) -> "Frontier":
        """Return the edge of a tree of `size`.

        Args:
            size: Number of leaves.
            hashes: At least those of `needed_for_frontier(size)`.
        """
        frontier = cls()
        frontier.size = size
        frontier._peaks = [b""] * size.bit_length()
        for subtree in needed_for_frontier(size):
            frontier._peaks[subtree.height] = hashes[subtree]
        return frontier

    def copy(self) -> "Frontier":
        """Return an edge that grows apart from this one."""
        other = Frontier()
        other.size = self.size
        other._peaks = self._peaks.copy()
        return other

    def extend(self, hashes: Sequence[bytes]) -> list[Node]:
        """Append leaf hashes; return the subtrees this completed, from `STORED_HEIGHT` on.

        The whole batch is hashed level by level: a level is the row of subtrees of one height.
        """
        level, start, completed = list(hashes), self.size, list[Node]()
        self.size += len(level)
        peaks = self._peaks
        peaks.extend([b""] * (self.size.bit_length() - len(peaks)))
        height = 0
        while level:
            if height >= STORED_HEIGHT:
                completed.extend(Node(height, at, one) for at, one in enumerate(level, start))
            if start & 1:
                level.insert(0, peaks[height])
            peaks[height] = level[-1] if len(level) & 1 else b""
            pairs = iter(level)
            # An odd one out stays behind as the peak of its height.
            level = [
                sha256(b"\x01" + left + right).digest()
                for left, right in zip(pairs, pairs, strict=False)
            ]
            start >>= 1
            height += 1
        return completed

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        if not self.size:
            return EMPTY_ROOT
        return _fold([peak for peak in reversed(self._peaks) if peak])


def needed_for_frontier(size: int) -> list[Subtree]:
    """Return the full subtrees, largest first, that a tree of `size` consists of."""
    return list(_cover(0, size))


def needed_for_inclusion(index: int, size: int) -> list[Subtree]:
    """Return the full subtrees whose hashes `inclusion_path` combines."""
    return _covers(_inclusion_ranges(index, size))


def needed_for_consistency(old: int, new: int) -> list[Subtree]:
    """Return the full subtrees whose hashes `consistency_path` combines."""
    return _covers(_consistency_ranges(old, new))


def inclusion_path(index: int, size: int, hashes: Mapping[Subtree, bytes]) -> list[bytes]:
    """Return the audit path of a leaf (RFC 9162, 2.1.3.1).

    Raises:
        ValueError: The tree has no such leaf.
        KeyError: A needed hash is missing.
    """
    return [_range_hash(*one, hashes) for one in _inclusion_ranges(index, size)]


def consistency_path(old: int, new: int, hashes: Mapping[Subtree, bytes]) -> list[bytes]:
    """Return the proof that the tree of `new` leaves grew from that of `old` (2.1.4.1).

    Raises:
        ValueError: The tree did not grow.
        KeyError: A needed hash is missing.
    """
    return [_range_hash(*one, hashes) for one in _consistency_ranges(old, new)]


def windows_of(needed: Iterable[Subtree]) -> list[int]:
    """Return the windows whose leaf hashes are needed: 256 leaves each, numbered from 0."""
    small = (one for one in needed if one.height < STORED_HEIGHT)
    return sorted({one.position >> (STORED_HEIGHT - one.height) for one in small})


def small_subtrees(
    needed: Iterable[Subtree], windows: Mapping[int, Sequence[bytes]]
) -> dict[Subtree, bytes]:
    """Return the hashes of the needed subtrees below `STORED_HEIGHT`.

    Args:
        needed: Subtrees of any height; stored ones are passed over.
        windows: The leaf hashes of each window of `windows_of(needed)`, from its first leaf on.

    Raises:
        ValueError: A window holds too few leaf hashes.
    """
    found = {}
    for one in needed:
        if one.height < STORED_HEIGHT:
            window, first = divmod(one.position << one.height, 1 << STORED_HEIGHT)
            leaves = windows[window][first : first + (1 << one.height)]
            if len(leaves) != 1 << one.height:
                raise ValueError(f"window {window} is too short")
            found[one] = root_of(leaves)
    return found


def verify_inclusion(*, index: int, size: int, leaf: bytes, path: list[bytes], root: bytes) -> bool:
    """Tell whether `path` proves a leaf hash at `index` of the tree with `root` (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    climbed = _climb(index, size - 1, leaf, path)
    return climbed is not None and climbed[1] == root


def verify_consistency(
    *, old: int, new: int, old_root: bytes, new_root: bytes, path: list[bytes]
) -> bool:
    """Tell whether `path` proves that the tree with `new_root` grew from the other (2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old in {0, new}:
        return not path and old_root == (EMPTY_ROOT if old == 0 else new_root)
    # A full old tree is a node of the new one, so its root need not be sent.
    known = [old_root, *path] if old & (old - 1) == 0 else path
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    return bool(known) and _climb(at, last, known[0], known[1:]) == (old_root, new_root)


def _climb(at: int, last: int, start: bytes, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """Return the roots of the tree that ends at `at` and of the whole; None if ill-fitting."""
    before = after = start
    for one in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            before, after = node_hash(one, before), node_hash(one, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, one)
        at, last = at >> 1, last >> 1
    return (before, after) if last == 0 else None


Range = tuple[int, int]
"""Leaves from the first to before the second."""


def _inclusion_ranges(index: int, size: int) -> list[Range]:
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    low, high, ranges = 0, size, list[Range]()
    while high - low > 1:
        middle = _middle(low, high)
        if index < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return ranges[::-1]


def _consistency_ranges(old: int, new: int) -> list[Range]:
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves did not grow to {new}")
    if old in {0, new}:
        return []
    low, high, ranges = 0, new, list[Range]()
    while old != high:
        middle = _middle(low, high)
        if old <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    # Where it begins at the first leaf it is the whole old tree, whose root the reader has.
    return ([(low, high)] if low else []) + ranges[::-1]


def _middle(low: int, high: int) -> int:
    # The largest power of two that is smaller than the number of leaves.
    return low + (1 << ((high - low - 1).bit_length() - 1))


def _covers(ranges: Iterable[Range]) -> list[Subtree]:
    return [subtree for one in ranges for subtree in _cover(*one)]


def _cover(low: int, high: int) -> Iterator[Subtree]:
    """Yield the full subtrees of a range whose beginning is aligned to its length."""
    while low < high:
        height = (high - low).bit_length() - 1
        yield Subtree(height, low >> height)
        low += 1 << height


def _range_hash(low: int, high: int, hashes: Mapping[Subtree, bytes]) -> bytes:
    return _fold([hashes[one] for one in _cover(low, high)])


def _fold(peaks: list[bytes]) -> bytes:
    """Return the root over full subtrees, largest first."""
    root = peaks[-1]
    for peak in peaks[-2::-1]:
        root = node_hash(peak, root)
    return root
