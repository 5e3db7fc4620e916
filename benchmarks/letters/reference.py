"""The reference circular, where its raw text lies beside the repository: only facts stand here."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.letters.plain import Plain, score_plain
from benchmarks.letters.tally import Score
from cli.directory_files import read_directory
from domain.intake.contradictions import find_contradictions
from domain.intake.read_text import read_text
from domain.intake.reading import Contradiction, TextReading
from domain.intake.vocabulary import ContradictionKind, MatchStatus
from services.candidate_directory import candidates_of
from services.match_recipients import RowMatch, match_rows

_REPOSITORY = Path(__file__).parents[2]
_SHARED = _REPOSITORY.parent / "shared"
_TEXT = _SHARED / "seed" / "circular-2564.txt"
_TRUTH = _SHARED / "data" / "bueng-kan-recipients.csv"
_DIRECTORY = _REPOSITORY / "data" / "bueng_kan"

# Whoever serves the whole province has its area, no district's.
_PROVINCE = "38"

# What disagrees, each with figures that a finding must show.
_DISAGREE: Sequence[tuple[ContradictionKind, tuple[str, ...]]] = (
    (ContradictionKind.NUMBER_DIFFERS, ("0013", "0017")),
    (ContradictionKind.DATE_DIFFERS, ("2021-02-15", "2021-02-18")),
    (ContradictionKind.COUNT_DIFFERS, ("813", "823")),
    (ContradictionKind.PERCENTAGE_WRONG, ("823", "10.35")),
    (ContradictionKind.YEAR_DIFFERS, ("2580", "2680")),
    (ContradictionKind.OFFICE_MISSPELT, ()),
)
_HELD = ("2021-03-19 09:00", "2021-03-19 12:00")
_LETTERS: Plain = {
    "letters": [
        {
            "numbers": ["บก 0023.4/ว 927"],
            "date": "2021-03-02",
            "issuer": "ศาลากลางจังหวัดบึงกาฬ",
            "references": [("ปช 0013/ว 0015", "2021-02-18")],
            "deadlines": [("register", "2021-03-15")],
            "occasions": [_HELD],
            "stamps": [],
            "authority": "performing_duties_for",
        },
        {
            "numbers": ["ปช 0017/ว 0015"],
            "date": "2021-02-15",
            "issuer": "สำนักงาน ป.ป.ช.",
            "addressees": ["ผู้ว่าราชการจังหวัดบึงกาฬ"],
            "references": [],
            "deadlines": [("register", "2021-03-15")],
            "occasions": [_HELD],
            "authority": "performing_duties_for",
        },
    ],
    "stated": [45],
}


def evaluate_reference() -> dict[str, Any] | None:
    """Read, check and match the reference circular; None where its text is not there."""
    if not _TEXT.exists():
        return None
    text = _TEXT.read_text()
    reading = read_text(text)
    found = find_contradictions(text, reading)
    return _fields(reading, found) | _contradictions(found) | _matching(reading)


def _fields(reading: TextReading, found: Sequence[Contradiction]) -> dict[str, Any]:
    score = Score()
    kinds = sorted({str(one.kind) for one in found})
    score_plain(score, "reference", dict(_LETTERS) | {"contradictions": kinds}, reading, found)
    tally = score.of("reference")
    return {
        "fields": tally.meant,
        "fields_right": tally.right,
        "misses": [f"{one.what}: {one.truth} / {one.read}" for one in score.misses],
    }


def _contradictions(found: Sequence[Contradiction]) -> dict[str, Any]:
    shown = [
        (kind, figures)
        for kind, figures in _DISAGREE
        if any(one.kind is kind and _shows(one, figures) for one in found)
    ]
    others = [
        f"{one.kind}: {' ≠ '.join(one.values)}"
        for one in found
        if not any(one.kind is kind and _shows(one, figures) for kind, figures in _DISAGREE)
    ]
    return {"disagree": len(_DISAGREE), "disagree_found": len(shown), "found_besides": others}


def _shows(one: Contradiction, figures: Sequence[str]) -> bool:
    return all(any(figure in value for value in one.values) for figure in figures)


def _matching(reading: TextReading) -> dict[str, Any]:
    bodies = read_directory(_DIRECTORY).bodies
    codes = {(one.name, (one.area_code or "")[:4]): one.code for one in bodies}
    with _TRUTH.open(newline="") as file:
        meant = [
            codes.get((row["name_th"], row["district_code"])) or codes[row["name_th"], _PROVINCE]
            for row in csv.DictReader(file)
        ]
    directory = candidates_of(bodies)
    matches = [
        match
        for one in reading.lists
        for match in match_rows(one.rows, province=one.province, directory=directory)
    ]
    return _counted(matches, meant)


def _counted(matches: Sequence[RowMatch], meant: Sequence[str]) -> dict[str, Any]:
    pairs = list(zip(matches, meant, strict=False))
    accepted = [pair for pair in pairs if pair[0].status is MatchStatus.ACCEPTED]
    asked = [pair for pair in pairs if pair[0].status is MatchStatus.ASKED]
    right = sum(_code(match) == code for match, code in accepted)
    offered = sum(code in _offers(match) for match, code in asked)
    return {
        "lines": len(meant),
        "lines_read": len(matches),
        "accepted": len(accepted),
        "accepted_right": right,
        "asked": len(asked),
        "right_after_confirming": right + offered,
    }


def _code(match: RowMatch) -> str | None:
    return match.organization.code if match.organization else None


def _offers(match: RowMatch) -> Mapping[str, int]:
    return {one.candidate.code: one.score for one in match.candidates}
