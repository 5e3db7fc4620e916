"""The texts written by hand, against their truth in plain words."""

from textwrap import dedent

from benchmarks.letters.cases import CASES
from benchmarks.letters.plain import Plain, check, score_plain
from benchmarks.letters.tally import Score
from domain.intake.contradictions import find_contradictions
from domain.intake.read_text import read_text
from domain.intake.reading import TextReading
from domain.intake.vocabulary import MatchStatus
from services.candidate_directory import CandidateDirectory
from services.match_recipients import match_rows


def score_cases(score: Score, directory: CandidateDirectory) -> None:
    """Read and check every case."""
    for name, indented, truth in CASES:
        text = dedent(indented)
        reading = read_text(text)
        score_plain(score, name, truth, reading, find_contradictions(text, reading))
        if "undecided" in truth:
            _check_undecided(score, name, truth, reading, directory)


def _check_undecided(
    score: Score, name: str, truth: Plain, reading: TextReading, directory: CandidateDirectory
) -> None:
    statuses = [
        match.status
        for one in reading.lists
        for match in match_rows(one.rows, province=one.province, directory=directory)
    ]
    decided = [nth for nth, one in enumerate(statuses) if one is MatchStatus.ACCEPTED]
    undecided = [nth for nth in truth["undecided"] if nth not in decided and nth < len(statuses)]
    check(score, name, "undecided", truth["undecided"], undecided)
