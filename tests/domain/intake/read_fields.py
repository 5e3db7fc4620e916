"""What a letter says, in plain values, for tables of cases."""

from collections.abc import Callable

from domain.intake.read_text import read_text
from domain.intake.reading import LetterReading, Term
from domain.intake.reading_json import contract_json
from tests.domain.intake.read_cases import Truth


def fields_read(text: str, truths: list[Truth]) -> list[Truth]:
    """Return of each letter in a text the fields that its truth names."""
    reading = read_text(text)
    printed = contract_json(reading)["letters"]
    assert len(printed) == len(truths)
    return [
        {field: one[field] if field in one else said(letter, field) for field in truth}
        for letter, one, truth in zip(reading.letters, printed, truths, strict=True)
    ]


def said(letter: LetterReading, field: str) -> object:
    """What a letter says beyond the contract."""
    if field in _FIELDS:
        return _FIELDS[field](letter)
    found = getattr(letter, field)
    return found and found.value


def _term(term: Term) -> tuple[str, int, str, str | None]:
    return term.kind.value, term.count, term.unit.value, term.since


def _words(letter: LetterReading) -> list[str]:
    return letter.body.value.split() if letter.body else [""]


_FIELDS: dict[str, Callable[[LetterReading], object]] = {
    "numbers": lambda one: [str(each.value) for each in one.numbers],
    "reference_issuers": lambda one: [each.issuer for each in one.references],
    "enclosures": lambda one: [(each.value.title, each.value.copies) for each in one.enclosures],
    "contacts": lambda one: [(each.value.kind.value, each.value.value) for each in one.contacts],
    "deadline_times": lambda one: [
        each.value.time and f"{each.value.time:%H:%M}" for each in one.deadlines
    ],
    "sure_deadlines": lambda one: [
        f"{each.value.day}" for each in one.deadlines if each.confidence >= 0.8
    ],
    "terms": lambda one: [_term(each.value) for each in one.terms],
    "body_begins": lambda one: _words(one)[0],
    "body_ends": lambda one: _words(one)[-1],
}
