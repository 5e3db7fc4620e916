"""Letters of many forms are read; what is not printed is not read."""

import pytest

from tests.domain.intake.read_cases import CASES, Truth
from tests.domain.intake.read_fields import fields_read


@pytest.mark.parametrize(
    ("text", "truths"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
def test_a_letter_is_read(text: str, truths: list[Truth]) -> None:
    assert fields_read(text, truths) == truths
