"""Letters that speak of one thing, side by side: a cover letter and what it passes on."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from domain.buddhist_era import arabic_digits
from domain.intake.contradiction.alignment import Passage, read_passage, shared_runs
from domain.intake.contradiction.citations import Citation
from domain.intake.contradiction.claims import differing_claims
from domain.intake.contradiction.clauses import differing_figures, figures_told_twice
from domain.intake.contradiction.text import CheckedText, sentences
from domain.intake.contradiction.wording import differing_words
from domain.intake.found import Found
from domain.intake.near_words import is_near
from domain.intake.reading import Contradiction, LetterReading

# What is compared in one text at most, in characters; longer ones come from no office.
_MOST_COMPARED = 1_000_000
# Letters of one subject whose subjects are shorter say too little to be one affair.
_SHORT_SUBJECT = 15
_SEASON = timedelta(days=120)


def differing_facts(checked: CheckedText, citations: Sequence[Citation]) -> Iterator[Contradiction]:
    """Yield facts that letters of one affair tell differently, and one letter with itself."""
    passages = {letter.start: _passage(checked, letter) for letter in checked.reading.letters}
    for passage in passages.values():
        yield from figures_told_twice(passage)
    yield from differing_claims(passages.values(), checked.reading.lists)
    compared = 0
    for first, second in _affairs(checked.reading.letters, citations):
        one, other = passages[first.start], passages[second.start]
        compared += len(one.symbols) + len(other.symbols)
        if compared > _MOST_COMPARED:
            return
        runs = shared_runs(one.symbols, other.symbols)
        yield from differing_figures(one, other, runs)
        yield from differing_words(one, other, runs)


def _passage(checked: CheckedText, letter: LetterReading) -> Passage:
    """Return what a letter says, its subject and its sentences."""
    said = [letter.subject.span] if letter.subject is not None else []
    if letter.body is not None:
        said.append(sentences(letter))
    return read_passage(checked.received, said)


def _affairs(
    letters: Sequence[LetterReading], citations: Sequence[Citation]
) -> Sequence[tuple[LetterReading, LetterReading]]:
    """Return the letters that speak of one thing; letters that only lie together do not."""
    pairs = {(one.citing.start, one.cited.start): (one.citing, one.cited) for one in citations}
    for one, other in pairwise(letters):
        is_cited = (other.start, one.start) in pairs
        if not is_cited and _same_time(one, other) and _same_subject(one.subject, other.subject):
            pairs.setdefault((one.start, other.start), (one, other))
    return list(pairs.values())


def _same_time(one: LetterReading, other: LetterReading) -> bool:
    """Tell whether the letters are of one season: what comes every year has one subject too."""
    if one.dated is None or other.dated is None:
        return True
    return abs(one.dated.value - other.dated.value) <= _SEASON


def _figures(subject: str) -> Sequence[str]:
    return re.findall("[0-9]+", arabic_digits(subject))


def _same_subject(one: Found[str] | None, other: Found[str] | None) -> bool:
    if one is None or other is None:
        return False
    first, second = ("".join(found.value.split())[:200] for found in (one, other))
    if min(len(first), len(second)) < _SHORT_SUBJECT or _figures(first) != _figures(second):
        return False
    return is_near(first, second, most=len(first) // 10)
