"""Whether a log still says what was sealed: judged seal by seal, knowing neither rows nor places.

The same judgement serves the ledger, where rows come from the database, and the tests of what
it finds, where they lie in memory.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.checkpoint import Checkpoint, VerifierKey, Verify, open_checkpoint
from domain.errors import InvalidError
from domain.merkle import EMPTY_ROOT, Frontier, Node, Subtree

HASH_BYTES: Final = 32

CHANGED: Final = "differs from what was sealed"
ADDED: Final = "was not there when its place was sealed"
MISSING: Final = "a row that was sealed is missing"
MOVED: Final = "is out of its place"


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedBatch:
    """A seal as it is stored: the rows of some transactions, and the checkpoint after them."""

    first_index: int
    size: int
    from_txid: int
    until_txid: int
    root: bytes
    leaves: bytes
    checkpoint: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """The first row of a seal that is not as it was sealed.

    `nth` counts the rows of the seal as they are now. For a missing row it is the one that stands
    where the missing one was.
    """

    nth: int
    problem: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Witnessed:
    """A checkpoint that is kept outside the database."""

    witness: str
    note: str


def first_difference(sealed: bytes, hashes: Sequence[bytes]) -> Difference | None:
    """Compare the leaf hashes of a seal with those of its rows as they are now."""
    if b"".join(hashes) == sealed:
        return None
    stored = [sealed[at : at + HASH_BYTES] for at in range(0, len(sealed), HASH_BYTES)]
    most = max(len(stored), len(hashes))
    nth = next(
        (at for at, (one, other) in enumerate(zip(stored, hashes, strict=False)) if one != other),
        min(len(stored), len(hashes)),
    )
    if nth == most:
        raise ValueError("the hashes do not differ")
    return Difference(nth=nth, problem=_problem(stored[nth:], hashes[nth:]))


def _problem(stored: Sequence[bytes], hashes: Sequence[bytes]) -> str:
    if not hashes:
        return MISSING
    if not stored:
        return ADDED
    is_kept, is_sealed = stored[0] in set(hashes), hashes[0] in set(stored)
    if is_kept and is_sealed:
        return MOVED
    # A row put in once more has a hash that was sealed, but before.
    if is_kept:
        return ADDED
    return MISSING if is_sealed else CHANGED


class LogWalk:
    """Walks the seals of a log from the first, or from one that was found good before."""

    def __init__(
        self, *, key: VerifierKey, verify: Verify, edge: Frontier | None = None, txid: int = 0
    ) -> None:
        self._key, self._verify = key, verify
        self._edge = edge or Frontier()
        self._txid = txid

    @property
    def size(self) -> int:
        """How many leaves were walked."""
        return self._edge.size

    @property
    def txid(self) -> int:
        """Before which transaction everything was walked."""
        return self._txid

    def root(self) -> bytes:
        """Return the root over them."""
        return self._edge.root()

    def step(
        self,
        batch: SealedBatch,
        hashes: Sequence[bytes],
        *,
        nodes: Mapping[Subtree, bytes] | None = None,
        witnessed: Iterable[Witnessed] = (),
    ) -> str | None:
        """Add a seal's leaves; return what is wrong with it, or None.

        Args:
            batch: The seal that is stored after the one before.
            hashes: The leaf hashes of its rows as they are now.
            nodes: The inner nodes that are stored and that these leaves may complete; None
                where they are not looked at.
            witnessed: Checkpoints of this seal's sizes that are kept elsewhere.
        """
        return (
            self._misplaced(batch)
            or self._unlike_witnesses(
                hashes, (one for one in witnessed if one.note != batch.checkpoint)
            )
            or self._grow(hashes, nodes)
            or self._unsealed(batch)
        )

    def _misplaced(self, batch: SealedBatch) -> str | None:
        if batch.first_index != self.size:
            return f"begins at leaf {batch.first_index}, but {self.size} were sealed before it"
        if batch.from_txid != self._txid:
            return f"begins at transaction {batch.from_txid}, the one before ends {self._txid}"
        self._txid = batch.until_txid
        return None

    def _grow(self, hashes: Sequence[bytes], nodes: Mapping[Subtree, bytes] | None) -> str | None:
        for node in self._edge.extend(hashes):
            if nodes is not None and nodes.get(Subtree(node.height, node.position)) != node.hash:
                return _wrong_node(node)
        return None

    def _unsealed(self, batch: SealedBatch) -> str | None:
        root = self.root()
        if batch.size != self.size:
            return f"says that it ends at leaf {batch.size}, but ends at {self.size}"
        if batch.root != root:
            return "its root is not the root over its rows"
        try:
            checkpoint = open_checkpoint(batch.checkpoint, key=self._key, verify=self._verify)
        except InvalidError as error:
            return f"its checkpoint is refused: {error.reason}"
        if checkpoint != Checkpoint(origin=self._key.name, size=self.size, root=root):
            return "its checkpoint is of another state of the log"
        return None

    def _unlike_witnesses(
        self, hashes: Sequence[bytes], witnessed: Iterable[Witnessed]
    ) -> str | None:
        roots: dict[int, bytes] = {}
        for one in witnessed:
            try:
                kept = open_checkpoint(one.note, key=self._key, verify=self._verify)
            except InvalidError as error:
                return f"{one.witness} keeps a checkpoint that is refused: {error.reason}"
            if not self.size <= kept.size <= self.size + len(hashes):
                return f"{one.witness} keeps a checkpoint of {kept.size} leaves, out of its place"
            if kept.size not in roots:
                roots[kept.size] = self._root_at(kept.size, hashes)
            if roots[kept.size] != kept.root:
                return f"{one.witness} keeps another root of the first {kept.size} leaves"
        return None

    def _root_at(self, size: int, hashes: Sequence[bytes]) -> bytes:
        edge = self._edge.copy()
        edge.extend(hashes[: size - self.size])
        return edge.root() if size else EMPTY_ROOT


def _wrong_node(node: Node) -> str:
    return f"its inner node {node.height}/{node.position} is missing or wrong"
