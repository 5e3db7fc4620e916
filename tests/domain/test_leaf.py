from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidError
from domain.leaf import (
    COPY_HEADER,
    COPY_TRAILER,
    ENTRY_COLUMNS,
    EVENT_COLUMNS,
    read_leaf,
    split,
)

# What PostgreSQL 18 sent for one row of each kind, the header included.
ENTRY_PIECE = bytes.fromhex(
    "5047434f50590aff0d0a000000000000000000"
    "000f00000005656e747279000000100189000000007000800000000000000100000010018900000000700080"
    "000000000000020000000400000449000000040000044900000009616c6c6f6361746564ffffffff00000010"
    "018900000000700080000000000000030000000800025ee39abbb00000000001010000000800025ee39e6dbb"
    "83000000100189000000007000800000000000000400000012e0b980e0b8abe0b895e0b8b8e0b89ce0b8a500"
    "00000100000000202d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
)
EVENT_PIECE = bytes.fromhex(
    "5047434f50590aff0d0a000000000000000000"
    "000e000000056576656e7400000008000000000000000700000008ffffffffffffffff0000000a7265676973"
    "7465726564000000100189000000007000800000000000000100000010018900000000700080000000000000"
    "020000001001890000000070008000000000000003ffffffffffffffff000000100189000000007000800000"
    "0000000005000000066e6f726d616cffffffff000000010100000055017b226e6f7465223a2022e0b980e0b8"
    "a7e0b8b5e0b8a2e0b899222c20226166746572223a202272656769737465726564222c20226265666f726522"
    "3a202273656e74222c20226e756d626572223a20313039377d"
)
ENTRY_LEAF = ENTRY_PIECE.removeprefix(COPY_HEADER)
EVENT_LEAF = EVENT_PIECE.removeprefix(COPY_HEADER)


def written(fields: Sequence[bytes | None]) -> bytes:
    """A row as the binary COPY writes it, from its description alone."""
    sizes = [b"\xff\xff\xff\xff" if one is None else len(one).to_bytes(4) + one for one in fields]
    return len(fields).to_bytes(2) + b"".join(sizes)


def problem(leaf: bytes) -> object:
    with pytest.raises(InvalidError) as caught:
        read_leaf(leaf)
    assert caught.value.reason == "leaf_malformed"
    return caught.value.facts["problem"]


def word_or_refusal(leaf: bytes) -> object:
    try:
        return read_leaf(leaf)["record"]
    except InvalidError as error:
        return error.reason


def replaced(leaf: bytes, column: str, value: bytes | None) -> bytes:
    columns = ENTRY_COLUMNS if leaf is ENTRY_LEAF else EVENT_COLUMNS
    fields = split(leaf)
    fields[1 + columns.index(column)] = value
    return written(fields)


def test_a_copy_begins_with_its_header_and_ends_with_its_trailer() -> None:
    assert len(COPY_HEADER) == 19
    assert ENTRY_PIECE.startswith(COPY_HEADER)
    assert EVENT_PIECE.startswith(COPY_HEADER)
    # As a number of fields it is -1, so no row can be taken for it.
    assert int.from_bytes(COPY_TRAILER, signed=True) == -1


def test_an_entry_is_read_by_name() -> None:
    assert read_leaf(ENTRY_LEAF) == {
        "record": "entry",
        "id": "01890000-0000-7000-8000-000000000001",
        "register_id": "01890000-0000-7000-8000-000000000002",
        "position": 1097,
        "number": 1097,
        "kind": "allocated",
        "letter_id": None,
        "hop_id": "01890000-0000-7000-8000-000000000003",
        "stamped_at": "2021-02-22T04:00:00.000000Z",
        "stamp_has_time": True,
        "recorded_at": "2021-02-22T04:01:02.000003Z",
        "recorded_by": "01890000-0000-7000-8000-000000000004",
        "reason": "เหตุผล",
        "is_unsealed": False,
        "entry_hash": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    }


def test_an_event_is_read_by_name() -> None:
    assert read_leaf(EVENT_LEAF) == {
        "record": "event",
        "id": 7,
        "at": "1999-12-31T23:59:59.999999Z",
        "kind": "registered",
        "registry_id": "01890000-0000-7000-8000-000000000001",
        "officer_id": "01890000-0000-7000-8000-000000000002",
        "circular_id": "01890000-0000-7000-8000-000000000003",
        "letter_id": None,
        "dispatch_id": None,
        "hop_id": "01890000-0000-7000-8000-000000000005",
        "secrecy": "normal",
        "urgency": None,
        "is_late": True,
        "facts": {"number": 1097, "before": "sent", "after": "registered", "note": "เวียน"},
    }


@given(fields=st.lists(st.none() | st.binary(max_size=40), min_size=1, max_size=30))
def test_what_is_written_is_what_is_split(fields: list[bytes | None]) -> None:
    assert split(written(fields)) == fields


@pytest.mark.parametrize("leaf", [ENTRY_LEAF, EVENT_LEAF], ids=["entry", "event"])
def test_a_leaf_that_is_cut_or_longer_is_refused(leaf: bytes) -> None:
    for length in range(len(leaf)):
        assert problem(leaf[:length]) == "length"
    assert problem(leaf + b"\x00") == "length"
    assert problem(leaf + COPY_TRAILER) == "length"


@pytest.mark.parametrize(
    "leaf",
    [
        pytest.param(COPY_TRAILER, id="trailer"),
        pytest.param(ENTRY_PIECE, id="header in front"),
        pytest.param(bytes(2), id="no field"),
        pytest.param(b"\x00\x01\xff\xff\xff\xfe", id="length of minus two"),
        pytest.param(b"\x00\x01\x80\x00\x00\x00", id="least length"),
        pytest.param(b"\x00\x01\x7f\xff\xff\xff", id="greatest length"),
        pytest.param(b"\x7f\xff" + b"\xff" * 8, id="too many fields"),
    ],
)
def test_what_is_no_row_is_refused(leaf: bytes) -> None:
    assert problem(leaf) == "length"


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param([None], id="no word"),
        pytest.param([b"event"], id="no columns"),
        pytest.param([b"letter", *split(EVENT_LEAF)[1:]], id="another word"),
        pytest.param([*split(EVENT_LEAF), None], id="a column more"),
        pytest.param([b"entry", *split(EVENT_LEAF)[1:]], id="the other's word"),
    ],
)
def test_a_row_of_something_else_is_refused(fields: list[bytes | None]) -> None:
    assert problem(written(fields)) == "fields"


@pytest.mark.parametrize(
    ("leaf", "column", "value"),
    [
        pytest.param(ENTRY_LEAF, "register_id", bytes(15), id="short uuid"),
        pytest.param(ENTRY_LEAF, "register_id", bytes(17), id="long uuid"),
        pytest.param(ENTRY_LEAF, "id", bytes(5), id="neither uuid nor number"),
        pytest.param(ENTRY_LEAF, "number", b"", id="empty number"),
        pytest.param(ENTRY_LEAF, "number", bytes(3), id="short number"),
        pytest.param(ENTRY_LEAF, "kind", b"\xff", id="no UTF-8"),
        pytest.param(ENTRY_LEAF, "stamp_has_time", b"\x02", id="no bool"),
        pytest.param(ENTRY_LEAF, "stamp_has_time", b"", id="empty bool"),
        pytest.param(ENTRY_LEAF, "stamped_at", bytes(4), id="short instant"),
        pytest.param(ENTRY_LEAF, "stamped_at", b"\x7f" + b"\xff" * 7, id="infinity"),
        pytest.param(ENTRY_LEAF, "stamped_at", b"\x80" + bytes(7), id="minus infinity"),
        pytest.param(EVENT_LEAF, "facts", b"", id="empty facts"),
        pytest.param(EVENT_LEAF, "facts", b'\x02{"a": 1}', id="another version of jsonb"),
        pytest.param(EVENT_LEAF, "facts", b"\x01[]", id="facts are a list"),
        pytest.param(EVENT_LEAF, "facts", b"\x01{", id="no JSON"),
        pytest.param(EVENT_LEAF, "facts", b'\x01{"a": "\xff"}', id="facts no UTF-8"),
        pytest.param(EVENT_LEAF, "facts", b"\x01" + b"[" * 100_000, id="facts too deep"),
    ],
)
def test_a_field_of_another_type_is_named(leaf: bytes, column: str, value: bytes) -> None:
    assert problem(replaced(leaf, column, value)) == column


def test_a_number_below_zero_is_read_as_such() -> None:
    """The table refuses one; whoever verifies must see what was written past it."""
    assert read_leaf(replaced(ENTRY_LEAF, "number", b"\xff" * 4))["number"] == -1
    assert read_leaf(replaced(EVENT_LEAF, "id", b"\xff" * 8))["id"] == -1


def test_any_column_may_be_null() -> None:
    for leaf, columns in ((ENTRY_LEAF, ENTRY_COLUMNS), (EVENT_LEAF, EVENT_COLUMNS)):
        for column in columns:
            assert read_leaf(replaced(leaf, column, None))[column] is None


@given(noise=st.binary(), at=st.integers(0, len(EVENT_LEAF)), gone=st.integers(0, 20))
def test_whatever_the_bytes_only_the_named_error_comes(noise: bytes, at: int, gone: int) -> None:
    for leaf in (noise, EVENT_LEAF[:at] + noise + EVENT_LEAF[at + gone :]):
        assert word_or_refusal(leaf) in {"entry", "event", "leaf_malformed"}
