"""What in a received text cannot be right. Nothing is repaired; a person looks."""

from collections.abc import Iterator, Sequence
from datetime import date

from domain.intake.contradiction_citations import Citation, find_citations
from domain.intake.contradiction_deadlines import impossible_deadlines
from domain.intake.contradiction_eras import confused_eras
from domain.intake.contradiction_facts import differing_facts
from domain.intake.contradiction_letters import (
    differing_citations,
    impossible_dates,
    rival_numbers,
)
from domain.intake.contradiction_lists import faulty_lists
from domain.intake.contradiction_offices import misspelt_offices
from domain.intake.contradiction_percentages import wrong_percentages
from domain.intake.contradiction_text import CheckedText, check_text
from domain.intake.contradiction_weekdays import wrong_weekdays
from domain.intake.reading import Contradiction, TextReading
from domain.intake.vocabulary import ContradictionKind


def find_contradictions(
    text: str, reading: TextReading, *, today: date | None = None
) -> list[Contradiction]:
    """Return what contradicts itself in a text, in the order of the first places.

    Args:
        text: The text as it was received.
        reading: What was read in it.
        today: The day on which it is looked at; without it no deadline has passed by now.
    """
    checked = check_text(text, reading, today)
    citations = find_citations(reading)
    facts = list(differing_facts(checked, citations))
    found = [*facts, *_findings(checked, citations, facts)]
    return sorted(found, key=lambda one: (one.spans[0], one.kind.value))


def _findings(
    checked: CheckedText, citations: Sequence[Citation], facts: Sequence[Contradiction]
) -> Iterator[Contradiction]:
    years = {
        span for one in facts if one.kind is ContradictionKind.YEAR_DIFFERS for span in one.spans
    }
    yield from differing_citations(citations)
    yield from impossible_dates(checked, citations)
    yield from rival_numbers(checked)
    yield from wrong_percentages(checked)
    yield from confused_eras(checked, years)
    yield from impossible_deadlines(checked)
    yield from wrong_weekdays(checked)
    yield from faulty_lists(checked)
    yield from misspelt_offices(checked)
