"""How the answers of many bodies add up, whatever their form asked for."""

from collections.abc import Iterable, Mapping
from typing import Any


def add_up(answers: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return for each top-level field what can be counted over all answers.

    A boolean counts its `true`; a number is summed; a list counts its items; a text counts how
    often it was given and not blank. Every field says how many `answered` it.
    """
    totals: dict[str, dict[str, float]] = {}
    for answer in answers:
        for name, value in answer.items():
            field = totals.setdefault(name, {"answered": 0})
            field["answered"] += 1
            measure, amount = _measure(value)
            field[measure] = field.get(measure, 0) + amount
    return totals


def _measure(value: object) -> tuple[str, float]:
    match value:
        case bool():
            return "true", int(value)
        case int() | float():
            return "sum", value
        case list():
            return "items", len(value)
        case str():
            return "given", int(bool(value.strip()))
        case _:
            return "given", int(value is not None)
