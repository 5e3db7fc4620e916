"""How like a line of a list of recipients is to each body that it may mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

from domain.intake.reading import RecipientRow
from domain.vocabulary import OrganizationKind
from services.candidate_directory import Area, Candidate, CandidateDirectory
from services.matching.districts import AreaMatch
from services.matching.kinds import LONGEST, NameParts, take_apart
from services.matching.names import SAME_LETTERS, folded, likeness, likeness_with_sound
from services.matching.official import subdistricts_of

_OTHER_KIND = 20.0
_NO_KIND = 8.0
_DAMAGED_KIND, _LESS_LIKELY_KIND = 0.05, 0.6
"""What it costs that a line names another kind or none, for each point of damage to the kind, and
for each point by which another kind was read more certainly."""
_UNSEEN = 70.0
"""How certain a kind is that was read where the first words do not look like it."""
_KNOWN, _ALONE = 76, 16
"""A district that is not clear, a place like none of another one: together they may be."""
_WHOLE = 100.0
_KEPT = 12
_MANY, _FLOOR = 1_000, 40
"""Among more bodies than these only those whose letters are like the line's are compared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RankedRow:
    """A line with the bodies that it may mean, the most likely first.

    `is_clear` is false where a clerk has to look whatever the scores are. `missing` is how like
    the line is to a place of the district that has no body of its name in the directory.
    `is_damaged` tells that its kind or district is not written as it should be, `is_lookalike` that
    its place is that of the first body but for letters that look alike.
    """

    district: AreaMatch | None
    ranked: Sequence[tuple[Candidate, float]]
    is_clear: bool
    missing: float
    is_damaged: bool
    is_lookalike: bool

    @property
    def best(self) -> float:
        """The score of the most likely."""
        return self.ranked[0][1] if self.ranked else 0.0


def rank_row(
    row: RecipientRow,
    *,
    received: RecipientRow,
    district: AreaMatch | None,
    province: Area | None,
    directory: CandidateDirectory,
) -> RankedRow:
    """Return the bodies that a line may mean.

    Args:
        row: The line, with a district that was glued to its name cut off.
        received: The line as it was read, which is how a clerk confirmed it.
        district: What was understood of its district, None where it names none.
        province: The province of the list, None where it is not known.
        directory: The bodies of the day.
    """
    area = district.area if district else None
    parts = _parts(row)
    pool = _pool(directory, area or province, parts)
    ranked = _rank(parts, pool)
    is_located = area is not None or (
        _is_exact(ranked) if district is None else _agrees(district, ranked)
    )
    learned = (
        directory.learned(received.kind, area.code if area else None, received.as_written)
        if area or district is None
        else None
    )
    if learned is not None and any(one is learned for one in pool):
        ranked = [(learned, 100.0), *((one, score) for one, score in ranked if one is not learned)]
    else:
        learned = None
    return RankedRow(
        district=district,
        ranked=ranked,
        is_clear=learned is not None or (is_located and not _kind_is_open(parts, ranked)),
        missing=_missing(parts, area, pool) if area and learned is None else 0.0,
        is_damaged=_is_damaged(parts, district),
        is_lookalike=learned is not None or _is_lookalike(parts, ranked),
    )


def _is_exact(ranked: Sequence[tuple[Candidate, float]]) -> bool:
    """Tell whether a line without a district is a name to the letter, of the kind that it tells.

    That it is the only one is a matter of its rivals.
    """
    return bool(ranked) and ranked[0][1] == _WHOLE


def _agrees(district: AreaMatch, ranked: Sequence[tuple[Candidate, float]]) -> bool:
    """Tell whether the place alone leads into the district that an unclear name is most like."""
    if district.likely is None or not ranked or ranked[0][1] < _KNOWN:
        return False
    elsewhere = (score for one, score in ranked if one.district_code != district.likely.code)
    return ranked[0][1] - max(elsewhere, default=0.0) >= _ALONE


def _parts(row: RecipientRow) -> list[NameParts]:
    """Return the ways to take a line apart: as it was read, and as its damage allows."""
    own, place = take_apart(row.as_written), row.place[:LONGEST]
    if row.kind is None:
        return [NameParts(None, place, 0.0), *own]
    if own[0].certainty == 100.0 and own[0].kind is row.kind:
        return [NameParts(row.kind, place, 100.0)]
    # Where its first words are damaged, so may be the kind that was read and the border after them.
    certainty = max((part.certainty for part in own if part.kind is row.kind), default=_UNSEEN)
    return [NameParts(row.kind, place, certainty), *own]


def _pool(
    directory: CandidateDirectory, area: Area | None, parts: Sequence[NameParts]
) -> Sequence[Candidate]:
    if area is not None:
        return directory.within.get(area.code, ())
    if len(directory.candidates) <= _MANY:
        return directory.candidates
    found = {
        place
        for name in {folded(part.place).letters for part in parts[:3]}
        for _, _, place in extract(
            name, directory.letters, scorer=ratio, limit=4 * _KEPT, score_cutoff=_FLOOR
        )
    }
    return [directory.candidates[place] for place in sorted(found)]


def _rank(parts: Sequence[NameParts], pool: Iterable[Candidate]) -> list[tuple[Candidate, float]]:
    names = [(part, folded(part.place)) for part in parts]
    most = max(part.certainty for part in parts)
    scored = []
    for one in pool:
        name = folded(one.place)
        scored.append(
            (one, max(likeness(own, name) - _cost(part, one.kind, most) for part, own in names))
        )
    scored.sort(key=lambda pair: (-pair[1], pair[0].code))
    first = [
        (
            one,
            max(
                likeness_with_sound(own, folded(one.place)) - _cost(part, one.kind, most)
                for part, own in names
            ),
        )
        for one, _ in scored[:_KEPT]
    ]
    first.sort(key=lambda pair: (-pair[1], pair[0].code))
    return first


def _is_damaged(parts: Sequence[NameParts], district: AreaMatch | None) -> bool:
    return max(part.certainty for part in parts) < _WHOLE or (
        district is not None and district.score < SAME_LETTERS
    )


def _is_lookalike(parts: Sequence[NameParts], ranked: Sequence[tuple[Candidate, float]]) -> bool:
    shapes = {folded(part.place).shapes for part in parts}
    return bool(ranked) and folded(ranked[0][0].place).shapes in shapes


def _missing(parts: Sequence[NameParts], area: Area, pool: Iterable[Candidate]) -> float:
    held = {folded(one.place).letters for one in pool}
    most = max(part.certainty for part in parts)
    return max(
        (
            likeness(folded(part.place), name) - _cost(part, part.kind, most)
            for name in subdistricts_of(area.code)
            if name.letters not in held
            for part in parts
        ),
        default=0.0,
    )


def _cost(part: NameParts, kind: OrganizationKind | None, most: float) -> float:
    if part.kind is None:
        return _NO_KIND
    if part.kind is not kind:
        return _OTHER_KIND
    damage = _DAMAGED_KIND * (100.0 - part.certainty)
    return min(_OTHER_KIND, damage + _LESS_LIKELY_KIND * (most - part.certainty))


def _kind_is_open(parts: Sequence[NameParts], ranked: Sequence[tuple[Candidate, float]]) -> bool:
    """Tell whether the most likely body is not of a kind that the line may name."""
    if not ranked:
        return False
    best, score = ranked[0]
    kinds = {part.kind for part in parts} - {None}
    # Where no kind was read, what stands before the place may be what is left of another.
    return best.kind not in kinds if kinds else score < SAME_LETTERS - _NO_KIND
