from typing import Any

import pytest

from domain.answer_totals import add_up


@pytest.mark.parametrize(
    ("answers", "totals"),
    [
        pytest.param([], {}, id="nobody answered"),
        pytest.param([{}], {}, id="an empty answer"),
        pytest.param(
            [{"done": True}, {"done": False}, {"done": True}],
            {"done": {"answered": 3, "true": 2}},
            id="booleans count their true",
        ),
        pytest.param(
            [{"people": 3}, {"people": 4.5}, {}],
            {"people": {"answered": 2, "sum": 7.5}},
            id="numbers are summed",
        ),
        pytest.param(
            [{"names": ["ก", "ข"]}, {"names": []}],
            {"names": {"answered": 2, "items": 2}},
            id="lists count their items",
        ),
        pytest.param(
            [{"note": "มี"}, {"note": "  "}, {"note": ""}],
            {"note": {"answered": 3, "given": 1}},
            id="blank texts are not given",
        ),
        pytest.param(
            [{"place": {"lat": 1}}, {"place": None}],
            {"place": {"answered": 2, "given": 1}},
            id="anything else is given or not",
        ),
        pytest.param(
            [{"x": 2}, {"x": "two"}, {"x": True}],
            {"x": {"answered": 3, "sum": 2, "given": 1, "true": 1}},
            id="a field of several types keeps them apart",
        ),
    ],
)
def test_answers_add_up(answers: list[dict[str, Any]], totals: dict[str, dict[str, float]]) -> None:
    assert add_up(answers) == totals
