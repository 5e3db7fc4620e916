"""How many planted contradictions are found, and how often one is seen where none is."""

from collections.abc import Sequence

from benchmarks.letters.noise import Scan
from benchmarks.letters.planted import Planted
from benchmarks.letters.tally import Score
from benchmarks.letters.truth import Sample, Span
from domain.intake.reading import Contradiction

_NEAR = 150
"""So many characters away a finding of the same kind still tells of the same thing: where a number
is repeated, another one is left out before the next line."""


def score_planted(score: Score, planted: Planted, found: Sequence[Contradiction]) -> None:
    """Count what was found in an altered text."""
    tally = score.of(planted.kind)
    tally.meant += 1
    if any(one.kind is planted.kind and _touches(one, planted.places) for one in found):
        tally.right += 1
        tally.read += 1
    else:
        start, end = planted.places[0]
        truth = planted.text[max(0, start - 30) : end + 30].replace("\n", "⏎")
        score.miss(planted.kind, planted.name, truth=truth)
    expected = planted.also | {planted.kind}
    _count_false(
        score,
        planted.name,
        [
            one
            for one in found
            if not (one.kind in expected and _touches(one, planted.places, _NEAR))
        ],
    )


def score_damaged(
    score: Score, planted: Planted, scan: Scan, found: Sequence[Contradiction]
) -> None:
    """Count whether it is still found in a damaged copy, where there is more that disagrees."""
    places = [scan.moved(place) for place in planted.places]
    is_found = any(one.kind is planted.kind and _touches(one, places) for one in found)
    tally = score.of(planted.kind)
    tally.meant += 1
    tally.read += is_found
    tally.right += is_found
    if not is_found:
        start, end = places[0]
        truth = scan.text[max(0, start - 30) : end + 30].replace("\n", "⏎")
        score.miss(planted.kind, planted.name, truth=truth)


def score_clean(score: Score, sample: Sample, found: Sequence[Contradiction]) -> None:
    """Count what was found in a text that has nothing wrong."""
    tally = score.of("clean texts")
    tally.meant += 1
    tally.read += 1
    tally.right += not found
    _count_false(score, sample.name, found)


def _count_false(score: Score, name: str, found: Sequence[Contradiction]) -> None:
    for one in found:
        score.of(one.kind).read += 1
        score.miss(one.kind, name, read=" ≠ ".join(one.values))


def _touches(one: Contradiction, places: Sequence[Span], near: int = 0) -> bool:
    return any(
        start - near < end_of_place and start_of_place < end + near
        for start, end in one.spans
        for start_of_place, end_of_place in places
    )
