import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cursor import fingerprint, read_cursor, write_cursor
from domain.errors import InvalidError

SECRET = b"s" * 32
QUERY = fingerprint({"path": "/v1/audit/events", "kind": ["sent"], "late": None})
KEYS = st.integers(0, 2**63 - 1)
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _refusal(text: str, *, query: bytes = QUERY, secret: bytes = SECRET) -> str:
    with pytest.raises(InvalidError) as refusal:
        read_cursor(secret, text, query=query)
    assert refusal.value.facts == {"field": "cursor"}
    return refusal.value.reason


@given(last=KEYS, secret=st.binary(min_size=1))
def test_what_was_written_is_read_back(last: int, secret: bytes) -> None:
    text = write_cursor(secret, query=QUERY, last=last)
    assert read_cursor(secret, text, query=QUERY) == last
    assert text.isascii()
    assert "=" not in text


def test_every_changed_sign_is_found() -> None:
    text = write_cursor(SECRET, query=QUERY, last=927)
    tried = 0
    for place, old in enumerate(text):
        for new in SIGNS:
            if new != old:
                assert _refusal(text[:place] + new + text[place + 1 :]) == "cursor_invalid"
                tried += 1
    assert tried == 76 * 63


@given(text=st.text(max_size=120))
def test_nothing_that_was_made_up_is_believed(text: str) -> None:
    assert _refusal(text) == "cursor_invalid"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text[:-1], id="one sign less"),
        pytest.param(lambda text: text + "A", id="one sign more"),
        pytest.param(lambda text: text + "=", id="padding"),
        pytest.param(lambda text: text[:10] + "\n" + text[11:], id="line break inside"),
        pytest.param(lambda text: text[:10] + "๙" + text[11:], id="Thai digit inside"),
        pytest.param(lambda _: "", id="empty"),
    ],
)
def test_another_length_or_sign_is_refused(change: object) -> None:
    assert callable(change)
    assert _refusal(change(write_cursor(SECRET, query=QUERY, last=1))) == "cursor_invalid"


def test_a_cursor_goes_on_with_its_own_query_only() -> None:
    text = write_cursor(SECRET, query=QUERY, last=1)
    other = fingerprint({"path": "/v1/audit/events", "kind": ["sent"], "late": True})
    assert _refusal(text, query=other) == "cursor_of_another_query"


def test_another_secret_did_not_write_it() -> None:
    text = write_cursor(SECRET, query=QUERY, last=1)
    assert _refusal(text, secret=b"t" * 32) == "cursor_invalid"


def test_a_query_is_the_same_in_whatever_order_it_is_written() -> None:
    assert fingerprint({"a": 1, "b": ["ก"]}) == fingerprint({"b": ["ก"], "a": 1})
    assert len({fingerprint({"a": value}) for value in (None, 0, "0", [], ["0"], "ก")}) == 6
