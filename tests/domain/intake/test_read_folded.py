"""A text is folded for reading, and every place leads back to the text as it came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.intake.folded_text import fold_text

MARKS = st.text("กเแ\u0e4dา่้๑1 \t>\u00a0\u200b\r\n\u2013", max_size=30)


@pytest.mark.parametrize(
    ("received", "folded"),
    [
        ("๐๑๒๓๔๕๖๗๘๙", "0123456789"),
        ("เเก", "แก"),
        ("น\u0e4dา", "นำ"),
        ("น\u0e49\u0e4dา", "น้ำ"),
        ("น\u0e4d\u0e49า", "น้ำ"),
        ("ก\u200bข\ufeff", "กข"),
        ("ก\u00a0ข\u2013ค", "ก ข-ค"),
        ("ก\r\nข\rค\x0cง", "ก\nข\nค\nง"),
        ("ก  \n\t ข\r\n  \r\n ค", "ก\nข\n\nค"),
        ("> ก\n> > ข", "> ก\nข"),
        ("  ก  ข", "  ก  ข"),
        ("ที ่ ๑", "ที่ 1"),
        ("จ านวน น ้า", "จำนวน น้ำ"),
        ("จ านวน คำ", "จ านวน คำ"),
    ],
)
def test_look_alikes_become_one(received: str, folded: str) -> None:
    assert fold_text(received).text == folded


@given(MARKS, st.data())
def test_every_place_leads_back(received: str, data: st.DataObject) -> None:
    folded = fold_text(received)
    assert len(folded.text) <= len(received)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    first, last = folded.span(start, end)
    assert 0 <= first <= last <= len(received)
    # What stands there folds to what was read there, but for marks of no width beside it.
    said = folded.text[start:end]
    assert said.strip("\n") in fold_text(received[first:last]).text or "ำ" in folded.text


def test_what_is_written_is_what_was_received() -> None:
    folded = fold_text("ก เเดง ๑ ข")
    at = folded.text.index("แ")
    assert folded.written(at, at + 5) == "เเดง 1"
