from collections.abc import Callable
from functools import cache
from hashlib import sha256
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.merkle import (
    EMPTY_ROOT,
    STORED_HEIGHT,
    Frontier,
    Node,
    Subtree,
    consistency_path,
    inclusion_path,
    leaf_hash,
    leaf_hashes,
    needed_for_consistency,
    needed_for_frontier,
    needed_for_inclusion,
    node_hash,
    root_of,
    small_subtrees,
    verify_consistency,
    verify_inclusion,
    windows_of,
)

# The eight leaves that every implementation of RFC 6962 is tested with, and the roots over the
# first one, two, … of them.
LEAVES = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}

MANY = leaf_hashes([str(number).encode() for number in range(2500)])


@cache
def naive(low: int, high: int) -> bytes:
    """The recursion of RFC 9162, 2.1.1, over the leaves of `MANY`."""
    if high - low == 0:
        return sha256(b"").digest()
    if high - low == 1:
        return MANY[low]
    split = _split(high - low)
    return sha256(b"\x01" + naive(low, low + split) + naive(low + split, high)).digest()


def naive_path(index: int, low: int, high: int) -> list[bytes]:
    """The recursion of 2.1.3.1."""
    if high - low == 1:
        return []
    middle = low + _split(high - low)
    if index < middle:
        return [*naive_path(index, low, middle), naive(middle, high)]
    return [*naive_path(index, middle, high), naive(low, middle)]


def naive_proof(old: int, low: int, high: int, *, is_known: bool) -> list[bytes]:
    """The recursion of 2.1.4.1."""
    if old == high:
        return [] if is_known else [naive(low, high)]
    middle = low + _split(high - low)
    if old <= middle:
        return [*naive_proof(old, low, middle, is_known=is_known), naive(middle, high)]
    return [*naive_proof(old, middle, high, is_known=False), naive(low, middle)]


def _split(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def kept(needed: list[Subtree], size: int) -> dict[Subtree, bytes]:
    """What the ledger finds: stored nodes, and windows of leaf hashes for the small ones."""
    stored = {
        one: naive(one.position << one.height, (one.position + 1) << one.height)
        for one in needed
        if one.height >= STORED_HEIGHT
    }
    windows = {
        one: MANY[one << STORED_HEIGHT : min(size, (one + 1) << STORED_HEIGHT)]
        for one in windows_of(needed)
    }
    return stored | small_subtrees(needed, windows)


def inclusion(index: int, size: int) -> list[bytes]:
    return inclusion_path(index, size, kept(needed_for_inclusion(index, size), size))


def consistency(old: int, new: int) -> list[bytes]:
    return consistency_path(old, new, kept(needed_for_consistency(old, new), new))


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - the same choices in every run


def hexes(path: list[bytes]) -> list[str]:
    return [one.hex() for one in path]


def every_subtree(hashes: list[bytes]) -> dict[Subtree, bytes]:
    return {
        Subtree(height, position): root_of(hashes[position << height : (position + 1) << height])
        for height in range(4)
        for position in range(len(hashes) >> height)
    }


def test_the_hashes_tell_a_leaf_from_a_node() -> None:
    assert leaf_hash(b"") == sha256(b"\x00").digest()
    assert leaf_hashes(LEAVES) == [leaf_hash(one) for one in LEAVES]
    left, right = leaf_hash(b"l"), leaf_hash(b"r")
    assert node_hash(left, right) == sha256(b"\x01" + left + right).digest()
    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize("size", range(9))
def test_the_root_of_the_published_leaves_is_the_published_one(size: int) -> None:
    assert root_of(leaf_hashes(LEAVES[:size])).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_path_of_a_published_leaf_is_the_published_one(index: int, size: int) -> None:
    hashes = leaf_hashes(LEAVES[:size])
    path = inclusion_path(index, size, every_subtree(hashes))
    assert hexes(path) == INCLUSION[index, size]
    root = bytes.fromhex(ROOTS[size])
    assert verify_inclusion(index=index, size=size, leaf=hashes[index], path=path, root=root)


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_proof_between_published_trees_is_the_published_one(old: int, new: int) -> None:
    path = consistency_path(old, new, every_subtree(leaf_hashes(LEAVES[:new])))
    assert hexes(path) == CONSISTENCY[old, new]
    roots = {"old_root": bytes.fromhex(ROOTS[old]), "new_root": bytes.fromhex(ROOTS[new])}
    assert verify_consistency(old=old, new=new, path=path, **roots)


def test_a_tree_grown_leaf_by_leaf_equals_the_recursion_at_every_size() -> None:
    frontier = Frontier()
    for size in range(601):
        assert (frontier.size, frontier.root()) == (size, naive(0, size))
        assert root_of(MANY[:size]) == naive(0, size)
        frontier.extend(MANY[size : size + 1])


@pytest.mark.parametrize("seed", range(5))
def test_however_a_tree_grew_each_full_subtree_is_told_once(seed: int) -> None:
    random, frontier, completed = seeded(seed), Frontier(), list[Node]()
    cuts = sorted({0, len(MANY), *random.choices(range(len(MANY)), k=seed * 8)})
    for low, high in pairwise(cuts):
        completed += frontier.extend(MANY[low:high])
        assert frontier.root() == naive(0, high)
    assert sorted(completed) == [
        Node(height, at, naive(at << height, (at + 1) << height))
        for height in range(STORED_HEIGHT, 12)
        for at in range(len(MANY) >> height)
    ]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 1024, 1793, 2047, 2048])
def test_a_restored_edge_grows_as_the_one_it_was(size: int) -> None:
    known = Frontier()
    known.extend(MANY[:size])
    restored = Frontier.restore(size, kept(needed_for_frontier(size), size))
    assert restored.root() == known.root() == naive(0, size)
    assert restored.extend(MANY[size:2500]) == known.extend(MANY[size:2500])
    assert restored.root() == known.root() == naive(0, 2500)


def test_a_copy_grows_apart() -> None:
    frontier = Frontier()
    frontier.extend(MANY[:7])
    copy = frontier.copy()
    copy.extend(MANY[7:300])
    assert (frontier.size, frontier.root()) == (7, naive(0, 7))
    assert (copy.size, copy.root()) == (300, naive(0, 300))


def test_nothing_appended_changes_nothing() -> None:
    frontier = Frontier()
    assert frontier.extend([]) == []
    assert frontier.root() == EMPTY_ROOT


@pytest.mark.parametrize("size", [1, 2, 3, 7, 255, 256, 257, 700, 2048, 2500])
def test_a_path_from_what_is_kept_equals_the_recursion(size: int) -> None:
    for index in {0, size // 3, size // 2, size - 1, seeded(size).randrange(size)}:
        assert inclusion(index, size) == naive_path(index, 0, size)


@pytest.mark.parametrize("new", [1, 2, 3, 7, 255, 256, 257, 700, 2048, 2500])
def test_a_proof_of_growth_from_what_is_kept_equals_the_recursion(new: int) -> None:
    for old in {1, new // 3 or 1, new // 2 or 1, new, seeded(new).randint(1, new)}:
        assert consistency(old, new) == naive_proof(old, 0, new, is_known=True)


def test_a_proof_needs_few_hashes_of_few_windows() -> None:
    needed = needed_for_inclusion(70_000_001, 80_000_003)
    assert len(needed) < 2 * 27
    assert windows_of(needed) == [70_000_001 >> 8, 80_000_002 >> 8]


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 5), (5, 5), (9, 5)])
def test_there_is_no_path_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="has no leaf"):
        needed_for_inclusion(index, size)
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_path(index, size, {})
    assert not verify_inclusion(index=index, size=size, leaf=MANY[0], path=[], root=MANY[0])


@pytest.mark.parametrize(("old", "new"), [(2, 1), (-1, 5)])
def test_a_tree_does_not_shrink(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="did not grow"):
        needed_for_consistency(old, new)
    with pytest.raises(ValueError, match="did not grow"):
        consistency_path(old, new, {})
    assert not verify_consistency(old=old, new=new, old_root=MANY[0], new_root=MANY[0], path=[])


def test_every_tree_grew_from_the_empty_one_and_from_itself() -> None:
    assert consistency(0, 5) == consistency(5, 5) == []
    five, other = naive(0, 5), naive(0, 6)
    assert verify_consistency(old=0, new=5, old_root=EMPTY_ROOT, new_root=five, path=[])
    assert not verify_consistency(old=0, new=5, old_root=five, new_root=five, path=[])
    assert not verify_consistency(old=0, new=5, old_root=EMPTY_ROOT, new_root=five, path=[five])
    assert verify_consistency(old=5, new=5, old_root=five, new_root=five, path=[])
    assert not verify_consistency(old=5, new=5, old_root=five, new_root=other, path=[])
    assert not verify_consistency(old=5, new=5, old_root=five, new_root=five, path=[five])
    assert not verify_consistency(old=3, new=5, old_root=naive(0, 3), new_root=five, path=[])


def test_a_window_that_is_too_short_is_an_error() -> None:
    needed = needed_for_inclusion(3, 10)
    with pytest.raises(ValueError, match="window 0 is too short"):
        small_subtrees(needed, {0: MANY[:9]})


@given(size=st.integers(1, 700), data=st.data())
def test_every_leaf_of_every_tree_can_be_proved(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proved = {"leaf": MANY[index], "path": inclusion(index, size), "root": naive(0, size)}
    assert verify_inclusion(index=index, size=size, **proved)  # type: ignore[arg-type]
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index) | st.just(size))
    assert not verify_inclusion(index=other, size=size, **proved)  # type: ignore[arg-type]


@given(new=st.integers(1, 700), data=st.data())
def test_the_growth_of_every_tree_can_be_proved(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    path, roots = consistency(old, new), {"old_root": naive(0, old), "new_root": naive(0, new)}
    assert verify_consistency(old=old, new=new, path=path, **roots)
    # Another history of the same length: the last old leaf was a different one.
    forged = root_of([*MANY[: old - 1], leaf_hash(b"forged")])
    assert not verify_consistency(
        old=old, new=new, path=path, old_root=forged, new_root=roots["new_root"]
    )


def _flip(one: bytes, random: Random) -> bytes:
    at = random.randrange(len(one))
    return one[:at] + bytes([one[at] ^ 1 << random.randrange(8)]) + one[at + 1 :]


def _flip_one(path: list[bytes], random: Random) -> list[bytes]:
    at = random.randrange(len(path))
    return [*path[:at], _flip(path[at], random), *path[at + 1 :]]


def _drop_one(path: list[bytes], random: Random) -> list[bytes]:
    at = random.randrange(len(path))
    return path[:at] + path[at + 1 :]


def _add_one(path: list[bytes], random: Random) -> list[bytes]:
    at = random.randrange(len(path) + 1)
    return [*path[:at], random.choice([*path, random.randbytes(32)]), *path[at:]]


def _swap_two(path: list[bytes], random: Random) -> list[bytes]:
    at = random.randrange(len(path) - 1)
    return [*path[:at], path[at + 1], path[at], *path[at + 2 :]]


def _shorten_one(path: list[bytes], random: Random) -> list[bytes]:
    at = random.randrange(len(path))
    return [*path[:at], path[at][:-1], *path[at + 1 :]]


TAMPERINGS: list[Callable[[list[bytes], Random], list[bytes]]] = [
    _flip_one,
    _drop_one,
    _add_one,
    _swap_two,
    _shorten_one,
]


def test_of_a_thousand_tampered_paths_none_proves_anything() -> None:
    random = seeded(6962)
    for number in range(1000):
        size = random.randint(3, 600)
        index = random.randrange(size // 2)
        path, leaf, root = inclusion(index, size), MANY[index], naive(0, size)
        match number % (len(TAMPERINGS) + 2):
            case 0:
                leaf = _flip(leaf, random)
            case 1:
                root = _flip(root, random)
            case kind:
                path = TAMPERINGS[kind - 2](path, random)
        assert not verify_inclusion(index=index, size=size, leaf=leaf, path=path, root=root)


def test_of_a_thousand_tampered_proofs_of_growth_none_proves_anything() -> None:
    random = seeded(9162)
    for number in range(1000):
        new = random.randint(5, 600)
        old = random.randrange(1, new - 1) | 1
        path, old_root, new_root = consistency(old, new), naive(0, old), naive(0, new)
        assert len(path) > 1
        match number % (len(TAMPERINGS) + 2):
            case 0:
                old_root = _flip(old_root, random)
            case 1:
                new_root = _flip(new_root, random)
            case kind:
                path = TAMPERINGS[kind - 2](path, random)
        assert not verify_consistency(
            old=old, new=new, old_root=old_root, new_root=new_root, path=path
        )
