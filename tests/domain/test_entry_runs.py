from dataclasses import replace
from hashlib import sha256
from random import Random

import pytest

from domain.entry_leaves import ReadEntry, RegisterHead
from domain.entry_runs import Runs
from domain.register_chain import GENESIS

BOOK = b"one"


def book(
    count: int, *, name: bytes = BOOK, opened_after: int = 0
) -> tuple[list[ReadEntry], RegisterHead]:
    """Return a whole register, every fifth entry of which voids a number."""
    entries, previous, allocated = list[ReadEntry](), GENESIS, 0
    for position in range(1, count + 1):
        is_allocated = position % 5 != 0
        allocated += is_allocated
        number = opened_after + allocated
        covered = b"%b %d" % (name, position)
        previous = sha256(previous + covered).digest()
        entries.append(ReadEntry(name, position, number, is_allocated, covered, previous))
    head = RegisterHead(
        opened_after=opened_after, allocated=allocated, positions=count, head_hash=previous
    )
    return entries, head


def runs_of(*parts: list[ReadEntry]) -> Runs:
    """Read each part by itself, and join them in the order given."""
    whole = Runs()
    for part in parts:
        one = Runs()
        one.add(part)
        whole.join(one)
    return whole


@pytest.mark.parametrize("seed", range(20))
def test_pieces_in_any_order_make_a_whole_register(seed: int) -> None:
    random = Random(seed)  # noqa: S311 (it must repeat itself)
    entries, head = book(60, opened_after=seed)
    other, other_head = book(7, name=b"other")
    mixed = [*entries, *other]
    if seed:
        random.shuffle(mixed)
    cuts = sorted(random.sample(range(len(mixed)), 5))
    runs = runs_of(*(mixed[a:b] for a, b in zip([0, *cuts], [*cuts, len(mixed)], strict=True)))
    assert runs.are_whole(BOOK, head)
    assert runs.are_whole(b"other", other_head)
    assert not runs.broken


def test_a_register_without_entries_is_whole_if_it_says_so() -> None:
    empty = RegisterHead(opened_after=9, allocated=0, positions=0, head_hash=GENESIS)
    assert Runs().are_whole(BOOK, empty)
    assert not Runs().are_whole(BOOK, replace(empty, positions=1))
    assert not Runs().are_whole(BOOK, replace(empty, head_hash=b"x" * 32))


@pytest.mark.parametrize("nth", [0, 1, 9, 18, 19])
@pytest.mark.parametrize("cut", [1, 10, 20])
def test_anything_that_is_unlike_a_whole_register_is_doubted(nth: int, cut: int) -> None:
    entries, head = book(20)
    one = entries[nth]
    for changed in (
        [],
        [one, one],
        [one._replace(covered=b"changed")],
        [one._replace(stored=b"x" * 32)],
        [one._replace(position=one.position + 1)],
        [one._replace(number=one.number + 1, is_allocated=True)],
    ):
        now = [*entries[:nth], *changed, *entries[nth + 1 :]]
        assert not runs_of(now[:cut], now[cut:]).are_whole(BOOK, head)


@pytest.mark.parametrize(
    "said",
    [
        {"allocated": 15},
        {"positions": 19},
        {"positions": 21},
        {"head_hash": GENESIS},
        {"opened_after": 1},
    ],
)
def test_a_head_that_says_something_else_is_doubted(said: dict[str, int]) -> None:
    entries, head = book(20)
    assert runs_of(entries).are_whole(BOOK, head)
    assert not runs_of(entries).are_whole(BOOK, replace(head, **said))  # type: ignore[arg-type]  # a field of each type
