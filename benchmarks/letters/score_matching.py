"""Whom the lines of a list are taken to mean, against whom they mean."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.letters.bodies import is_stranger
from benchmarks.letters.noise import Scan
from benchmarks.letters.score_reading import paired_rows
from benchmarks.letters.tally import Miss
from benchmarks.letters.truth import RowTruth, Sample
from domain.intake.reading import TextReading
from domain.intake.vocabulary import MatchStatus
from services.candidate_directory import CandidateDirectory
from services.match_recipients import RowMatch, match_rows


@dataclass(kw_only=True, slots=True)
class Matching:
    """What became of the lines of all lists.

    Attributes:
        lines: Lines of the made lists.
        lost: Of these, lines that reading did not hand over.
        strangers: Lines handed over whose body the directory does not have; it is wrong to accept
            one, and right to ask about it or to reject it.
        accepted: Decided without a person, lines that reading made up included.
        right: Of these, those that mean that body.
        asked: Left to a person, with candidates.
        offered: Of these, those where the right body is among the candidates.
        rejected: Left to a person, without.
    """

    lines: int = 0
    lost: int = 0
    strangers: int = 0
    accepted: int = 0
    right: int = 0
    asked: int = 0
    offered: int = 0
    rejected: int = 0
    misses: list[Miss] = field(default_factory=list)

    @property
    def accepted_right(self) -> float:
        """Share of the accepted lines that mean that body."""
        return self.right / self.accepted if self.accepted else 1.0

    @property
    def asked_share(self) -> float:
        """Share of the lines handed over, strangers apart, that a person is asked about."""
        return self.asked / self._handed

    @property
    def rejected_share(self) -> float:
        """Share of the lines handed over, strangers apart, for which nothing is proposed."""
        return self.rejected / self._handed

    @property
    def _handed(self) -> int:
        return max(1, self.lines - self.lost - self.strangers)

    def as_json(self) -> dict[str, Any]:
        """Return the figures as the baseline keeps them."""
        counts = {name: value for name, value in asdict(self).items() if name != "misses"}
        return counts | {
            "accepted_right": round(self.accepted_right, 4),
            "asked_share": round(self.asked_share, 4),
            "rejected_share": round(self.rejected_share, 4),
        }


def score_matching(
    matching: Matching,
    sample: Sample,
    scan: Scan,
    reading: TextReading,
    directory: CandidateDirectory,
) -> None:
    """Match the lists of a text as they were read, and count."""
    matched = [
        match
        for one in reading.lists
        for match in match_rows(one.rows, province=one.province, directory=directory)
    ]
    truths = [row for one in sample.lists for row in one.rows]
    meant = {id(row): truth for truth, row in paired_rows(truths, reading.rows, scan).items()}
    matching.lines += len(truths)
    matching.lost += len(truths) - len(meant)
    matching.strangers += sum(is_stranger(truth.code) for truth in meant.values())
    for match in matched:
        _count(matching, sample, match, meant)


def _count(
    matching: Matching, sample: Sample, match: RowMatch, meant: Mapping[int, RowTruth]
) -> None:
    truth = meant.get(id(match.row))
    if match.status is MatchStatus.ACCEPTED:
        _count_accepted(matching, sample, match, truth)
    elif truth is not None and not is_stranger(truth.code):
        # A line that reading made up, or a stranger, is rightly left to a person.
        _count_left(matching, sample, match, truth.code)


def _count_accepted(
    matching: Matching, sample: Sample, match: RowMatch, truth: RowTruth | None
) -> None:
    code = truth.code if truth else "nobody"
    is_right = match.organization is not None and match.organization.code == code
    matching.accepted += 1
    matching.right += is_right
    if not is_right:
        what = "accepted, a stranger" if is_stranger(code) else "accepted"
        _miss(matching, what, sample, match, code)


def _count_left(matching: Matching, sample: Sample, match: RowMatch, code: str) -> None:
    is_offered = any(one.candidate.code == code for one in match.candidates)
    if match.status is MatchStatus.ASKED:
        matching.asked += 1
        matching.offered += is_offered
        _miss(matching, "asked" if is_offered else "asked, not offered", sample, match, code)
    else:
        matching.rejected += 1
        _miss(matching, "rejected", sample, match, code)


def _miss(matching: Matching, what: str, sample: Sample, match: RowMatch, code: str) -> None:
    row = match.row
    read = f"{row.as_written} · {row.district_as_written} ({row.kind})"
    best = ", ".join(f"{one.candidate.name} {one.score}" for one in match.candidates[:3])
    truth = f"{code} · {best}"
    matching.misses.append(Miss(what=what, sample=sample.name, truth=truth, read=read))
