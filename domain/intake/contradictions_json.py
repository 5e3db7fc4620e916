"""Contradictions as scripts and the ledger get them."""

from typing import Any

from domain.intake.reading import Contradiction


def contradiction_json(one: Contradiction) -> dict[str, Any]:
    """Return a contradiction as `wian intake --json` prints it."""
    return {
        "kind": one.kind.value,
        "values": list(one.values),
        "spans": [list(span) for span in one.spans],
    }


def full_contradiction_json(one: Contradiction) -> dict[str, Any]:
    """Return a contradiction with the sentence that a clerk reads."""
    return {**contradiction_json(one), "message": one.message}
