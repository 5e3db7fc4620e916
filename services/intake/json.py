"""What was read in a text, as the ledger keeps it: it is never changed afterwards."""

from collections.abc import Sequence
from typing import Any

from domain.intake.contradiction_json import full_contradiction_json
from domain.intake.reading import Contradiction, TextReading
from domain.intake.reading_json import full_json


def reading_json(reading: TextReading, contradictions: Sequence[Contradiction]) -> dict[str, Any]:
    """Return a reading with what contradicts itself in it, each with its places in the text."""
    found = [full_contradiction_json(one) for one in contradictions]
    return full_json(reading) | {"contradictions": found}
