"""What was read in a text, as the ledger keeps it: it is never changed afterwards."""

from collections.abc import Sequence
from typing import Any, Final

from domain.intake.contradictions_json import full_contradiction_json
from domain.intake.reading import Contradiction, TextReading
from domain.intake.reading_json import full_json

_RECOGNIZED: Final = 0.75
"""How sure at most what a machine saw in a picture is: it takes digits for others and says nothing;
a person has to look (below 0.8 it is asked)."""


def reading_json(
    reading: TextReading,
    contradictions: Sequence[Contradiction],
    *,
    recognized: Sequence[tuple[int, int]] = (),
) -> dict[str, Any]:
    """Return a reading with what contradicts itself in it, each with its places in the text.

    Args:
        reading: What the rules read.
        contradictions: What cannot be right in it.
        recognized: Parts of the text that come from text recognition (OCR).
    """
    found = [full_contradiction_json(one) for one in contradictions]
    read = full_json(reading) | {"contradictions": found}
    if recognized:
        _doubt(read, recognized)
    return read


def _doubt(part: Any, recognized: Sequence[tuple[int, int]]) -> None:  # noqa: ANN401 (JSON)
    if isinstance(part, list):
        for one in part:
            _doubt(one, recognized)
    elif isinstance(part, dict):
        if "confidence" in part and _lies_in(part["span"], recognized):
            part["confidence"] = min(part["confidence"], _RECOGNIZED)
        for one in part.values():
            _doubt(one, recognized)


def _lies_in(span: Sequence[int], recognized: Sequence[tuple[int, int]]) -> bool:
    begins, ends = span
    return any(start < ends and begins < end for start, end in recognized)
