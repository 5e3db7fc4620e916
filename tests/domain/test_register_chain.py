from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.register_chain import GENESIS, ChainFault, Entry, entry_hash
from domain.vocabulary import EntryKind
from tests.support.entries import ENTRIES
from tests.support.register_chain import first_fault

Chain = list[tuple[Entry, bytes]]
MORNING = datetime(2021, 3, 2, 2, tzinfo=UTC)
FIRST = Entry(
    register_id=UUID(int=1),
    position=1,
    number=1,
    kind=EntryKind.ALLOCATED,
    letter_id=None,
    hop_id=UUID(int=2),
    stamped_at=MORNING,
    stamp_has_time=True,
    recorded_at=MORNING,
    recorded_by=UUID(int=3),
    reason=None,
)


def _chain(entries: list[Entry]) -> Chain:
    chain, previous = [], GENESIS
    for entry in entries:
        previous = entry_hash(previous, entry)
        chain.append((entry, previous))
    return chain


def _register() -> Chain:
    later = timedelta(minutes=1)
    return _chain(
        [
            replace(
                FIRST,
                position=n,
                number=n,
                hop_id=UUID(int=100 + n),
                recorded_at=MORNING + n * later,
            )
            for n in range(1, 7)
        ]
    )


def _judge(chain: Chain, whole: Chain) -> ChainFault | None:
    return first_fault(chain, head=whole[-1][1], last_position=len(whole))


def test_the_hash_is_over_the_previous_hash_and_the_written_out_entry() -> None:
    written = (
        b"36:00000000-0000-0000-0000-000000000001" + b"1:1" + b"1:1" + b"9:allocated" + b"-"
        b"36:00000000-0000-0000-0000-000000000002" + b"16:1614650400000000" + b"1:1"
        b"16:1614650400000000" + b"36:00000000-0000-0000-0000-000000000003" + b"-"
    )
    assert entry_hash(GENESIS, FIRST) == sha256(bytes(32) + written).digest()


def test_an_untouched_register_has_no_fault() -> None:
    whole = _register()
    assert _judge(whole, whole) is None


def test_an_empty_register_has_no_fault() -> None:
    assert first_fault([], head=GENESIS, last_position=0) is None


CHANGES: dict[str, Callable[[Entry], Entry]] = {
    "register_id": lambda entry: replace(entry, register_id=UUID(int=77)),
    "position": lambda entry: replace(entry, position=9),
    "number": lambda entry: replace(entry, number=99),
    "kind": lambda entry: replace(entry, kind=EntryKind.VOIDED),
    "letter_id": lambda entry: replace(entry, letter_id=UUID(int=77)),
    "hop_id": lambda entry: replace(entry, hop_id=None),
    "stamped_at": lambda entry: replace(entry, stamped_at=MORNING - timedelta(microseconds=1)),
    "stamp_has_time": lambda entry: replace(entry, stamp_has_time=False),
    "recorded_at": lambda entry: replace(
        entry, recorded_at=entry.recorded_at + timedelta(microseconds=1)
    ),
    "recorded_by": lambda entry: replace(entry, recorded_by=UUID(int=77)),
    "reason": lambda entry: replace(entry, reason="แก้ไข"),
}


def test_every_field_of_an_entry_is_changed_by_one_case() -> None:
    assert set(CHANGES) == {field.name for field in fields(Entry)}


@pytest.mark.parametrize("field", CHANGES)
@pytest.mark.parametrize("place", [0, 3, 5], ids=["first", "middle", "last"])
def test_a_changed_field_is_found_where_it_is(field: str, place: int) -> None:
    whole = _register()
    entry, stored = whole[place]
    changed = [*whole[:place], (CHANGES[field](entry), stored), *whole[place + 1 :]]
    fault = _judge(changed, whole)
    assert fault is not None
    assert fault.position == place + 1


def _flip_hash(chain: Chain) -> Chain:
    entry, stored = chain[2]
    return [*chain[:2], (entry, bytes([stored[0] ^ 1]) + stored[1:]), *chain[3:]]


def _delete(chain: Chain) -> Chain:
    return [*chain[:2], *chain[3:]]


def _swap(chain: Chain) -> Chain:
    return [*chain[:2], chain[3], chain[2], *chain[4:]]


def _duplicate(chain: Chain) -> Chain:
    return [*chain[:3], chain[2], *chain[3:]]


def _change_and_rehash_one(chain: Chain) -> Chain:
    changed = replace(chain[2][0], number=99)
    return [*chain[:2], (changed, entry_hash(chain[1][1], changed)), *chain[3:]]


def _cut_tail(chain: Chain) -> Chain:
    return chain[:-1]


def _append(chain: Chain) -> Chain:
    extra = replace(chain[-1][0], position=7, number=7)
    return [*chain, (extra, entry_hash(chain[-1][1], extra))]


def _empty(chain: Chain) -> Chain:
    return chain[:0]


def _rewrite(chain: Chain) -> Chain:
    return _chain([replace(entry, recorded_by=UUID(int=66)) for entry, _ in chain])


@pytest.mark.parametrize(
    ("mutate", "position", "problem"),
    [
        pytest.param(_flip_hash, 3, "hash differs from the entry", id="flipped hash"),
        pytest.param(_delete, 3, "entry missing or out of place", id="deleted"),
        pytest.param(_swap, 3, "entry missing or out of place", id="swapped"),
        pytest.param(_duplicate, 4, "entry missing or out of place", id="duplicated"),
        pytest.param(
            _change_and_rehash_one, 4, "hash differs from the entry", id="changed and rehashed"
        ),
        pytest.param(_cut_tail, 6, "entry missing at the end", id="tail cut"),
        pytest.param(_empty, 1, "entry missing at the end", id="emptied"),
        pytest.param(_append, 8, "entry missing at the end", id="appended behind the register"),
        pytest.param(_rewrite, 6, "head differs from the newest entry", id="rewritten"),
    ],
)
def test_a_mutation_is_found(mutate: Callable[[Chain], Chain], position: int, problem: str) -> None:
    whole = _register()
    assert _judge(mutate(whole), whole) == ChainFault(position=position, problem=problem)


def test_a_cut_tail_shows_only_through_what_the_register_itself_holds() -> None:
    # Why the register row keeps its head, and why heads belong outside the database too.
    cut = _cut_tail(_register())
    assert first_fault(cut, head=cut[-1][1], last_position=len(cut)) is None


def test_a_tail_cut_with_the_counter_rewound_still_contradicts_the_head() -> None:
    whole = _register()
    fault = first_fault(_cut_tail(whole), head=whole[-1][1], last_position=5)
    assert fault == ChainFault(position=5, problem="head differs from the newest entry")


@given(one=ENTRIES, other=ENTRIES)
def test_differing_entries_have_differing_hashes(one: Entry, other: Entry) -> None:
    assume(one != other)
    assert entry_hash(GENESIS, one) != entry_hash(GENESIS, other)


@given(entry=ENTRIES, data=st.data())
def test_moving_text_between_neighbouring_fields_changes_the_hash(
    entry: Entry, data: st.DataObject
) -> None:
    # Digits that could be read as the end of one field or the beginning of the next.
    digits = f"{entry.position}{entry.number}"
    assume(len(digits) >= 3)
    cut = data.draw(st.integers(1, len(digits) - 1))
    moved = replace(entry, position=int(digits[:cut]), number=int(digits[cut:]))
    assume(moved != entry)
    assert entry_hash(GENESIS, moved) != entry_hash(GENESIS, entry)


@given(entry=ENTRIES)
def test_an_entry_hashes_the_same_in_every_time_zone(entry: Entry) -> None:
    in_utc = replace(
        entry,
        stamped_at=entry.stamped_at.astimezone(UTC),
        recorded_at=entry.recorded_at.astimezone(UTC),
    )
    assert entry_hash(GENESIS, in_utc) == entry_hash(GENESIS, entry)


@given(entry=ENTRIES)
def test_the_previous_hash_counts(entry: Entry) -> None:
    assert entry_hash(GENESIS, entry) != entry_hash(bytes([1]) + bytes(31), entry)
