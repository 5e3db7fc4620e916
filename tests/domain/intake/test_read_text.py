"""Letters of many forms are read; what is not printed is not read."""

import pytest

from domain.intake.read_text import read_text
from domain.intake.reading import LetterReading
from domain.intake.reading_json import contract_json
from tests.domain.intake.read_cases import CASES, Truth


def said(letter: LetterReading, field: str) -> object:
    """What a letter says beyond the contract, in plain values."""
    match field:
        case "numbers":
            return [str(one.value) for one in letter.numbers]
        case "reference_issuers":
            return [one.issuer for one in letter.references]
        case "enclosures":
            return [(one.value.title, one.value.copies) for one in letter.enclosures]
        case "contacts":
            return [(one.value.kind.value, one.value.value) for one in letter.contacts]
        case "deadline_times":
            return [one.value.time and f"{one.value.time:%H:%M}" for one in letter.deadlines]
        case _:
            found = getattr(letter, field)
            return found and found.value


@pytest.mark.parametrize(
    ("text", "truths"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
def test_a_letter_is_read(text: str, truths: list[Truth]) -> None:
    reading = read_text(text)
    contract = contract_json(reading)["letters"]
    assert len(contract) == len(truths)
    for letter, printed, truth in zip(reading.letters, contract, truths, strict=True):
        read = {
            field: printed[field] if field in printed else said(letter, field) for field in truth
        }
        assert read == truth
