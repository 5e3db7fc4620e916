from collections.abc import Sequence

import pytest

from domain.checkpoint import Checkpoint, sign_checkpoint
from domain.log_walk import (
    ADDED,
    CHANGED,
    MISSING,
    MOVED,
    Difference,
    LogWalk,
    SealedBatch,
    first_difference,
)
from domain.merkle import Frontier, Subtree, leaf_hash
from tests.support.log import SIGNER

A, B, C, D = (leaf_hash(bytes([one])) for one in range(4))


@pytest.mark.parametrize(
    ("now", "difference"),
    [
        pytest.param([A, B, C], None, id="the same"),
        pytest.param([A, D, C], (1, CHANGED), id="changed"),
        pytest.param([A, C], (1, MISSING), id="missing"),
        pytest.param([A, B], (2, MISSING), id="missing at the end"),
        pytest.param([], (0, MISSING), id="all missing"),
        pytest.param([A, D, B, C], (1, ADDED), id="added"),
        pytest.param([A, B, C, D], (3, ADDED), id="added at the end"),
        pytest.param([A, A, B, C], (1, ADDED), id="twice"),
        pytest.param([B, A, C], (0, MOVED), id="exchanged"),
    ],
)
def test_the_first_difference_is_named(
    now: Sequence[bytes], difference: tuple[int, str] | None
) -> None:
    expected = difference and Difference(nth=difference[0], problem=difference[1])
    assert first_difference(A + B + C, now) == expected


def walk_of(count: int, *, nodes: dict[Subtree, bytes]) -> str | None:
    """Walk a log of one seal."""
    hashes = [leaf_hash(one.to_bytes(4)) for one in range(count)]
    edge = Frontier()
    edge.extend(hashes)
    state = Checkpoint(origin=SIGNER.name, size=count, root=edge.root())
    seal = SealedBatch(
        first_index=0,
        size=count,
        from_txid=0,
        until_txid=9,
        root=state.root,
        leaves=b"".join(hashes),
        checkpoint=sign_checkpoint(state, public=SIGNER.public, sign=SIGNER.sign),
    )
    walk = LogWalk(key=SIGNER.key(1), verify=SIGNER.verify)
    return walk.step(seal, hashes, nodes=nodes)


def test_inner_nodes_are_compared() -> None:
    edge = Frontier()
    stored = {
        Subtree(node.height, node.position): node.hash
        for node in edge.extend([leaf_hash(one.to_bytes(4)) for one in range(520)])
    }
    assert len(stored) == 3
    assert walk_of(520, nodes=stored) is None
    assert walk_of(520, nodes={}) == "its inner node 8/0 is missing or wrong"
    assert walk_of(520, nodes=stored | {Subtree(9, 0): A}) == (
        "its inner node 9/0 is missing or wrong"
    )
