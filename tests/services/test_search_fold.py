import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.fold import RUN, FoldedText, fold, fold_with_places, linked_runs, runs_of

THAI = st.text(st.sampled_from("กขณนศสาํำแเัิุ่้็์ๆฯ๐๙ 05.-\nAé\0\u200b"), max_size=60)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        pytest.param("ว ๙๒๗", "ว927", id="thai digits and blanks"),
        pytest.param("ป.ป.ช.", "ปปช", id="dots"),
        pytest.param("นํ้าท่วม", "น้ำท่วม", id="sara am in two signs"),
        pytest.param("เเม่น้ำ", "แม่น้ำ", id="sara ae in two signs"),
        pytest.param("กฏหมาย", "กฎหมาย", id="letters that sound alike"),
        pytest.param("ลายเซ็นต์", "ลายเซ็น", id="a silent letter too many"),
        pytest.param("Ｅ-Mail", "email", id="capitals and wide letters"),
        pytest.param("บึง\u200bกาฬ", "บึงกาฬ", id="a mark without width"),
        pytest.param("ใส่", "ไส่", id="mai muan and mai malai"),
    ],
)
def test_what_people_write_differently_is_folded_to_the_same(text: str, other: str) -> None:
    assert fold(text) == fold(other) != ""


@pytest.mark.parametrize(
    ("text", "other"),
    [
        pytest.param("5 927", "5927", id="two numbers are not one"),
        pytest.param("กรม", "กรรม", id="a doubled letter counts"),
        pytest.param("มา", "ม้า ม", id="another letter counts"),
    ],
)
def test_what_differs_stays_different(text: str, other: str) -> None:
    assert fold(text) != fold(other)


@pytest.mark.parametrize("text", ["", " \t\n", "!?*%_'\"\\", "\0", "่้๊", "\u200b"])
def test_signs_alone_fold_to_nothing(text: str) -> None:
    assert fold(text) == ""


@given(THAI | st.text(max_size=40))
def test_every_folded_sign_knows_where_it_came_from(text: str) -> None:
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert len(places) == len(folded)
    assert places == sorted(places)
    assert all(0 <= at < len(text) for at in places)


@given(THAI | st.text(max_size=40))
def test_a_text_that_is_folded_in_pieces_is_the_same(text: str) -> None:
    folded, places = fold_with_places(text)
    read = FoldedText(text)
    assert read.folded == folded
    assert [read.place(at) for at in range(len(folded))] == places


@given(THAI, THAI, THAI)
def test_the_runs_of_a_piece_are_runs_of_the_whole(before: str, piece: str, after: str) -> None:
    whole = fold(before) + fold(piece) + fold(after)
    linked = linked_runs(fold(piece))
    assert set(linked) <= runs_of(whole)
    assert bool(linked) == (len(fold(piece)) >= RUN)


def test_a_very_long_text_has_a_bounded_number_of_runs() -> None:
    text = "".join(chr(0x4E00 + nth % 20_000) for nth in range(100_000))
    assert len(runs_of(fold(text))) <= 40_000
