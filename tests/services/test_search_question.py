import pytest

from domain.errors import InvalidError
from services.search.question import MOST_SIGNS, read_question


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("", "search_too_short", id="nothing"),
        pytest.param("ก", "search_too_short", id="one sign"),
        pytest.param("ก่", "search_too_short", id="one sign with its tone"),
        pytest.param("%%__**??", "search_too_short", id="wildcards"),
        pytest.param("\0\0\0", "search_too_short", id="NUL"),
        pytest.param(" " * 200, "search_too_short", id="blanks"),
        pytest.param("ก" * 20_000, "search_too_long", id="one sign 20,000 times"),
        pytest.param("ประชุม " * 1_500, "search_too_long", id="10 kB"),
        pytest.param("ก" * (MOST_SIGNS + 1), "search_too_long", id="one sign too many"),
    ],
)
def test_what_is_no_question_is_told_so(text: str, code: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        read_question(text)
    assert refusal.value.reason == code
    assert refusal.value.facts["field"] == "q"


@pytest.mark.parametrize(
    ("text", "wordings"),
    [
        pytest.param("ประชุม", {"ประชุม"}, id="nothing to write out"),
        pytest.param("อบต.หนองหิน", {"อบตหนองหิน", "องการบริหารสวนตําบลหนองหิน"}, id="written out"),
        pytest.param(
            "องค์การบริหารส่วนตำบลหนองหิน", {"องการบริหารสวนตําบลหนองหิน", "อบตหนองหิน"}, id="put in"
        ),
    ],
)
def test_abbreviations_are_asked_for_both_ways(text: str, wordings: set[str]) -> None:
    assert {one.folded for one in read_question(text).wordings} == wordings


def test_the_longest_question_has_a_bounded_answer() -> None:
    question = read_question(("กขคงจฉชซ" * 25)[:MOST_SIGNS])
    assert all(one is None or len(one) < 20_000 for one in question.grades)
    assert question.alike is None


def test_quotes_and_backslashes_do_not_leave_their_word() -> None:
    grades = read_question("a'b\\c 'd").grades
    assert all(one is None or one.count("'") % 2 == 0 for one in grades)
