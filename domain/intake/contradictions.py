"""What in a received text cannot be right. Nothing is repaired; a person looks."""

from collections.abc import Iterator, Sequence
from datetime import date

from domain.intake.contradiction.citations import Citation, find_citations
from domain.intake.contradiction.columns import wrong_columns
from domain.intake.contradiction.corrections import is_corrected
from domain.intake.contradiction.deadlines import impossible_deadlines
from domain.intake.contradiction.enclosures import faulty_enclosures
from domain.intake.contradiction.eras import confused_eras
from domain.intake.contradiction.facts import differing_facts
from domain.intake.contradiction.items import faulty_items
from domain.intake.contradiction.letters import (
    differing_citations,
    differing_issuers,
    differing_mentions,
    impossible_dates,
    rival_numbers,
)
from domain.intake.contradiction.lists import faulty_lists
from domain.intake.contradiction.missing_days import days_that_are_none
from domain.intake.contradiction.number_words import differing_number_words
from domain.intake.contradiction.occasions import impossible_occasions
from domain.intake.contradiction.offices import misspelt_offices
from domain.intake.contradiction.own_names import misspelt_names
from domain.intake.contradiction.percentages import wrong_percentages
from domain.intake.contradiction.phones import differing_phones
from domain.intake.contradiction.place_names import misspelt_places
from domain.intake.contradiction.products import wrong_products
from domain.intake.contradiction.rival_occasions import rival_occasions
from domain.intake.contradiction.scan_damage import is_damaged, is_scan_made
from domain.intake.contradiction.schedules import faulty_schedules
from domain.intake.contradiction.stretches import impossible_stretches_of_time
from domain.intake.contradiction.subjects import differing_subjects
from domain.intake.contradiction.sums import wrong_sums
from domain.intake.contradiction.text import CheckedText, check_text
from domain.intake.contradiction.weekdays import wrong_weekdays
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
    damaged = is_damaged(text)
    found = [
        one
        for one in found
        if not is_corrected(text, one) and not is_scan_made(one, damaged=damaged)
    ]
    return sorted(found, key=lambda one: (one.spans[0], one.kind.value))


def _findings(
    checked: CheckedText, citations: Sequence[Citation], facts: Sequence[Contradiction]
) -> Iterator[Contradiction]:
    years, words, days = (
        {span for one in facts if one.kind is kind for span in one.spans}
        for kind in (
            ContradictionKind.YEAR_DIFFERS,
            ContradictionKind.WORDING_DIFFERS,
            ContradictionKind.DATE_DIFFERS,
        )
    )
    yield from differing_citations(citations)
    yield from differing_issuers(checked, citations)
    yield from differing_subjects(checked, citations, words)
    yield from differing_mentions(checked)
    yield from impossible_dates(checked, citations)
    yield from rival_numbers(checked)
    yield from wrong_percentages(checked)
    yield from wrong_sums(checked)
    yield from wrong_columns(checked)
    yield from wrong_products(checked)
    yield from differing_number_words(checked)
    yield from confused_eras(checked, years)
    yield from impossible_deadlines(checked, citations, days)
    yield from impossible_stretches_of_time(checked)
    yield from impossible_occasions(checked)
    yield from rival_occasions(checked, citations, days)
    yield from faulty_schedules(checked)
    yield from wrong_weekdays(checked)
    yield from days_that_are_none(checked)
    yield from faulty_lists(checked)
    yield from faulty_items(checked)
    yield from faulty_enclosures(checked)
    yield from misspelt_offices(checked)
    yield from misspelt_names(checked)
    yield from misspelt_places(checked)
    yield from differing_phones(checked)
