"""One whole evaluation: made texts at every level of noise, altered copies, cases, reference."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.letters.bodies import directory_rows
from benchmarks.letters.noise import LEVELS, scan
from benchmarks.letters.planted import plant
from benchmarks.letters.reference import evaluate_reference
from benchmarks.letters.samples import make_samples
from benchmarks.letters.score_cases import score_cases
from benchmarks.letters.score_contradictions import score_clean, score_damaged, score_planted
from benchmarks.letters.score_matching import Matching, score_matching
from benchmarks.letters.score_reading import score_reading
from benchmarks.letters.tally import Score
from benchmarks.letters.truth import Sample
from domain.intake.contradictions import find_contradictions
from domain.intake.read_text import read_text
from domain.intake.vocabulary import ContradictionKind
from services.candidate_directory import CandidateDirectory, candidates_of

# The altered copies come from other texts than those that are read clean.
_OTHER_TEXTS = 1_000_000
DAMAGED_COPIES = 0.05
"""How much of a copy with a contradiction is damaged, to see whether it is still found."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """How much to evaluate.

    Attributes:
        letters: How many letters to make, at least.
        seed: What they are drawn from.
        plants: How many altered copies of each kind.
        noise: Shares of damaged characters.
    """

    letters: int = 200
    seed: int = 2569
    plants: int = 12
    noise: Sequence[float] = LEVELS

    @property
    def name(self) -> str:
        """Under which the baseline keeps it."""
        return f"{self.letters} letters, seed {self.seed}, {self.plants} plants"


SMALL = Effort(letters=20, plants=1, noise=(0.0, 0.1))
"""What the tests run."""


@dataclass(kw_only=True, slots=True)
class Evaluation:
    """The figures of a run; `fields` and `matching` by level of noise in percent."""

    texts: int
    letters: int
    fields: dict[str, Score] = field(default_factory=dict)
    matching: dict[str, Matching] = field(default_factory=dict)
    contradictions: Score = field(default_factory=Score)
    damaged_contradictions: Score = field(default_factory=Score)
    cases: Score = field(default_factory=Score)
    reference: dict[str, Any] | None = None

    def figures(self) -> dict[str, Any]:
        """Return the figures as `build/eval.json` and the baseline hold them."""
        return {
            "texts": self.texts,
            "letters": self.letters,
            "fields": {level: _tallies(score) for level, score in self.fields.items()},
            "matching": {level: one.as_json() for level, one in self.matching.items()},
            "contradictions": _tallies(self.contradictions),
            "damaged_contradictions": _tallies(self.damaged_contradictions),
            "cases": _tallies(self.cases),
            "reference": self.reference,
        }


def _tallies(score: Score) -> dict[str, Any]:
    return {str(name): tally.as_json() for name, tally in score.tallies.items()}


def evaluate(effort: Effort) -> Evaluation:
    """Read, check and match everything; the same figures for the same code."""
    samples = make_samples(effort.letters, seed=effort.seed)
    directory = candidates_of(directory_rows())
    result = Evaluation(texts=len(samples), letters=sum(len(one.letters) for one in samples))
    for share in effort.noise:
        _read_all(result, samples, share, directory)
    _look_for_contradictions(result, effort)
    score_cases(result.cases, directory)
    result.reference = evaluate_reference()
    return result


def _read_all(
    result: Evaluation, samples: Sequence[Sample], share: float, directory: CandidateDirectory
) -> None:
    level = f"{share:.0%}"
    score = result.fields.setdefault(level, Score())
    matching = result.matching.setdefault(level, Matching())
    for sample in samples:
        damaged = scan(sample.text, share, seed=sample.name)
        reading = read_text(damaged.text)
        score_reading(score, sample, damaged, reading)
        score_matching(matching, sample, damaged, reading, directory)
        # As they were made, nothing in them contradicts itself.
        if share == 0:
            found = find_contradictions(sample.text, reading)
            score_clean(result.contradictions, sample, found)


def _look_for_contradictions(result: Evaluation, effort: Effort) -> None:
    for kind in ContradictionKind:
        for planted in plant(kind, count=effort.plants, seed=effort.seed + _OTHER_TEXTS):
            found = find_contradictions(planted.text, read_text(planted.text))
            score_planted(result.contradictions, planted, found)
            damaged = scan(planted.text, DAMAGED_COPIES, seed=planted.name)
            found = find_contradictions(damaged.text, read_text(damaged.text))
            score_damaged(result.damaged_contradictions, planted, damaged, found)
