import pytest

from services.thai_text import in_thai_order


@pytest.mark.parametrize(
    ("words", "ordered"),
    [
        pytest.param(
            ["บาท", "เกาะ"], ["เกาะ", "บาท"], id="a leading vowel waits for its consonant"
        ),
        pytest.param(["ข้าว", "ขาว", "ขา"], ["ขา", "ขาว", "ข้าว"], id="tones decide last"),
        pytest.param([], [], id="nothing"),
        pytest.param(["ก", "ก"], ["ก", "ก"], id="equal words are all kept"),
    ],
)
def test_words_are_sorted_as_in_a_dictionary(words: list[str], ordered: list[str]) -> None:
    assert in_thai_order(words, key=str) == ordered


def test_equal_keys_keep_their_order() -> None:
    items = [("ข", 1), ("ก", 2), ("ข", 3), ("ก", 4)]
    expected = [("ก", 2), ("ก", 4), ("ข", 1), ("ข", 3)]
    assert in_thai_order(items, key=lambda item: item[0]) == expected
