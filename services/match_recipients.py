"""Which bodies the lines of a list of recipients mean: accepted, asked or rejected.

First the district inside the province, then the bare place among the bodies of the district. Only
what is clearly one body is accepted; the list as a whole helps, because nobody is named twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.intake.reading import RecipientRow
from domain.intake.vocabulary import MatchStatus
from services.candidate_directory import Area, Candidate, CandidateDirectory
from services.matching.districts import (
    AreaMatch,
    beside,
    districts_of,
    guess_province,
    understand_districts,
    understand_province,
)
from services.matching.glued import cut_glued_district
from services.matching.names import SAME_LETTERS
from services.matching.rows import RankedRow, rank_row

_FLOOR = 50
"""Below it nothing is proposed."""
_SURE = ((83, 8), (76, 16), (70, 32))
"""A line is accepted if it is so like one body and less like others; the less like, the wider."""
_EXACT, _EXACT_MARGIN = 97, 5
"""A line that is a name to the letter needs less, and what it takes is no rival of other lines."""
_FIRM = 10
"""A body that another line is so much more like is no rival any more."""
_AGAINST_FIRST = 15
"""A line that is so much more like a body that is taken does not mean the next one."""
_OTHERS, _CLEAN = 5, ((0.9, _EXACT), (0.75, 88))
"""Among so many other lines, such a share of them names to the letter, a line needs more."""
_LIKELY_AREA = 50
"""A damaged province that is so like the one of the districts is that one."""
_SHOWN = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A body that a line may mean, and how like it the line is, from 0 to 100."""

    candidate: Candidate
    score: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RowMatch:
    """What matching made of a line.

    Attributes:
        row: The line.
        status: Whether it is decided; an asked line waits for a clerk.
        organization: Whom it means, or as long as it is asked whom it most likely means.
        score: How like that body it is, from 0 to 100.
        margin: How much less like the next one it is.
        candidates: The most likely bodies, best first.
        district: What was understood of its district, None where it names none.
    """

    row: RecipientRow
    status: MatchStatus
    organization: Candidate | None
    score: int
    margin: int
    candidates: Sequence[Ranked]
    district: AreaMatch | None


@dataclass(kw_only=True, slots=True)
class _Claim:
    """What a line takes; `is_clear` tells that nothing but its score speaks against it."""

    row: RankedRow
    candidate: Candidate | None = None
    score: float = 0.0
    margin: float = 0.0
    lead: float = 0.0
    is_clear: bool = True

    @property
    def status(self) -> MatchStatus:
        if self.candidate is None or self.score < _FLOOR:
            return MatchStatus.REJECTED
        is_sure = any(
            self.score >= least and self.margin > margin
            for least, margin in ((_EXACT, _EXACT_MARGIN), *_SURE)
        )
        is_sure = is_sure and self.lead > _EXACT_MARGIN
        return MatchStatus.ACCEPTED if self.is_clear and is_sure else MatchStatus.ASKED


def match_rows(
    rows: Sequence[RecipientRow], *, province: str | None, directory: CandidateDirectory
) -> list[RowMatch]:
    """Return what each line of a list means, in the order of the list.

    Args:
        rows: The lines.
        province: The province that the list names; None looks everywhere.
        directory: The bodies of the day, and what clerks taught about their names.
    """
    named = understand_province(directory, province)
    guessed = guess_province(directory, _districts_in(rows))
    area = (named.area if named else None) or guessed
    whole = (
        [cut_glued_district(row, districts_of(directory, area)) for row in rows] if area else rows
    )
    districts = understand_districts(directory, province=area, written=_districts_in(whole))
    understood = beside([districts.get(row.district_as_written or "") for row in whole])
    ranked = [
        rank_row(
            row,
            received=received,
            district=district,
            province=area,
            directory=directory,
        )
        for row, received, district in zip(whole, rows, understood, strict=True)
    ]
    claims = _assign(ranked)
    _doubt_odd_ones(claims)
    if named is not None and named.area is None and not _is_meant(named, guessed):
        # Whoever names a province that nobody knows may mean bodies that nobody knows.
        for claim in claims:
            claim.is_clear = False
    return [_match(row, claim) for row, claim in zip(rows, claims, strict=True)]


def _is_meant(named: AreaMatch, guessed: Area | None) -> bool:
    """Tell whether the districts lead to the province that a damaged name is most like."""
    return guessed is not None and named.nearest == guessed and named.score >= _LIKELY_AREA


def _districts_in(rows: Iterable[RecipientRow]) -> list[str]:
    return [row.district_as_written for row in rows if row.district_as_written]


def _assign(rows: Sequence[RankedRow]) -> list[_Claim]:
    """Let the lines choose, the surest first: each takes what no surer line has taken."""
    claims = [_Claim(row=row) for row in rows]
    takers: dict[str, _Claim] = {}
    for claim in sorted(claims, key=lambda one: -one.row.best):
        _choose(claim, takers)
    for claim in claims:
        _measure(claim, takers)
    return claims


def _doubt_odd_ones(claims: Sequence[_Claim]) -> None:
    """Where nothing else is damaged, a line that is no name to the letter may be another body's.

    The directory may lack that body.
    """
    others = len(claims) - 1
    if others >= _OTHERS:
        exact = sum(claim.score >= SAME_LETTERS for claim in claims) / others
        least = next((least for share, least in _CLEAN if exact >= share), 0)
        odd = [claim for claim in claims if claim.score < least]
    elif not any(claim.row.is_damaged for claim in claims):
        odd = [one for one in claims if one.score < _EXACT and not one.row.is_lookalike]
    else:
        odd = []
    for claim in odd:
        claim.is_clear = False


def _choose(claim: _Claim, takers: dict[str, _Claim]) -> None:
    for candidate, score in claim.row.ranked:
        if claim.row.best - score >= _AGAINST_FIRST:
            break
        taker = takers.get(candidate.code)
        if taker is None:
            claim.candidate, claim.score = candidate, score
            claim.is_clear = claim.row.is_clear
            takers[candidate.code] = claim
            return
        if not _gives_way(score, taker):
            # Two lines for one body: neither is decided here.
            taker.is_clear = False
            break
    if claim.row.ranked:
        (claim.candidate, claim.score), claim.is_clear = claim.row.ranked[0], False


def _measure(claim: _Claim, takers: dict[str, _Claim]) -> None:
    others = [score for one, score in claim.row.ranked if one is not claim.candidate]
    rivals = [
        score
        for candidate, score in claim.row.ranked
        if candidate is not claim.candidate
        and not (
            (taker := takers.get(candidate.code))
            and taker is not claim
            and taker.score >= _EXACT > score
        )
    ]
    claim.margin = claim.score - max([*rivals, claim.row.missing])
    claim.lead = claim.score - max(others, default=0.0)


def _gives_way(score: float, taker: _Claim) -> bool:
    """Tell whether a line that is so much like a body leaves it to the line that took it."""
    return taker.score >= _EXACT > score or taker.score - score >= _FIRM


def _match(row: RecipientRow, claim: _Claim) -> RowMatch:
    status = claim.status
    return RowMatch(
        row=row,
        status=status,
        organization=None if status is MatchStatus.REJECTED else claim.candidate,
        score=round(claim.score),
        margin=round(max(0.0, claim.margin)),
        candidates=[
            Ranked(candidate=candidate, score=round(score))
            for candidate, score in claim.row.ranked[:_SHOWN]
        ],
        district=claim.row.district,
    )
