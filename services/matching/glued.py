"""A line whose district stands behind the name without a border that a reader could see."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz.fuzz import partial_ratio_alignment

from domain.intake.reading import RecipientRow
from services.candidate_directory import Area
from services.matching.districts import understand_area
from services.matching.kinds import LONGEST, take_apart
from services.matching.names import FoldedName, folded

_DISTRICT = "อำเภอ"
_SEEN, _SLACK = 80.0, 2
"""So alike must the end of a line be to a district with its first word, but for so many letters."""
_SHORT = re.compile(r"(.{4,}?)(?:\s[อฮ]|\s?[อฮ]\s?[.,])\s?([^\s.,]{2,})\s*")
_LEAST_NAME = 4


def cut_glued_district(row: RecipientRow, districts: Sequence[Area]) -> RecipientRow:
    """Return a line that names no district with the district that its end names, if it names one.

    A place that is called like its district is no district: the word อำเภอ must be there, or what
    is left of it.
    """
    if row.district_as_written or len(row.as_written) > LONGEST:
        return row
    cut = _in_full(folded(row.as_written), districts) or _in_short(row.as_written)
    if cut is None or understand_area(cut[1], districts).area is None:
        return row
    name, district = cut
    first = take_apart(name)[0]
    if first.kind is None:
        # Such as the office of the district itself.
        return row
    return replace(
        row, as_written=name, district_as_written=district, kind=first.kind, place=first.place
    )


def _in_full(written: FoldedName, districts: Sequence[Area]) -> tuple[str, str] | None:
    best, start = 0.0, 0
    for one in districts:
        named = folded(_DISTRICT + one.name).shapes
        end = partial_ratio_alignment(named, written.shapes, score_cutoff=_SEEN)
        if end and end.score > best and end.dest_end >= len(written.shapes) - _SLACK:
            best, start = end.score, end.dest_start
    if start < _LEAST_NAME:
        return None
    return written.letters[:start], written.letters[start:]


def _in_short(written: str) -> tuple[str, str] | None:
    found = _SHORT.fullmatch(written)
    return (found[1].rstrip(), _DISTRICT + found[2]) if found else None
