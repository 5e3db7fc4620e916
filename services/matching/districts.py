"""Which province and district a list means, where the names may be damaged."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

from services.candidate_directory import Area, CandidateDirectory
from services.matching.kinds import bare_areas
from services.matching.names import SAME_LETTERS, FoldedName, fold_name, folded, likeness
from services.matching.official import official_areas

_FLOOR, _MARGIN = 70, 12
"""A damaged name of an area is understood if it is this like one, and so much less like others."""
_NEAR, _NEAR_BESIDE = 65, 55
"""One that is not clear may be the one that it is this like: less where the next line names it."""
_SHARE = 0.8
"""So many of the districts that a list names must lie in one province to be all meant there."""
_MANY, _NEAREST = 60, 12


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaMatch:
    """What a line wrote as its district or province, and which it is if that is clear.

    `nearest` is the one that it is most like, clear or not. `is_beside` tells that the line above
    or below it clearly names that one.
    """

    as_written: str
    area: Area | None
    nearest: Area | None
    score: int
    is_beside: bool = False

    @property
    def likely(self) -> Area | None:
        """The one that it may be even if it is not clear."""
        least = _NEAR_BESIDE if self.is_beside else _NEAR
        return self.nearest if self.score >= least else None


def understand_province(directory: CandidateDirectory, written: str | None) -> AreaMatch | None:
    """Return which province a list names, None where it names none."""
    return understand_area(written, directory.provinces) if written else None


def guess_province(directory: CandidateDirectory, written: Iterable[str]) -> Area | None:
    """Return the one province whose districts a list names; damaged names do not count."""
    names = {fold_name(bare_areas(name)[0]) for name in written}
    known = {
        code: names & {fold_name(district.name) for district in districts}
        for code, districts in directory.districts.items()
    }
    counts = Counter({code: len(found) for code, found in known.items()})
    (first, most), (_, second) = (*counts.most_common(2), ("", 0), ("", 0))[:2]
    if most == second or most < _SHARE * len(set().union(*known.values())):
        return None
    return next((one for one in directory.provinces if one.code == first), None)


def understand_districts(
    directory: CandidateDirectory, *, province: Area | None, written: Iterable[str]
) -> dict[str, AreaMatch]:
    """Return which district of the province, or of all provinces, each of the names means."""
    districts = districts_of(directory, province)
    return {name: understand_area(name, districts) for name in set(written)}


def beside(matches: Sequence[AreaMatch | None]) -> list[AreaMatch | None]:
    """Return the districts of a list in its order, with what the lines next to each tell."""
    areas = [None, *(one.area if one else None for one in matches), None]
    return [
        replace(one, is_beside=one.nearest in {areas[nth], areas[nth + 2]})
        if one and one.nearest
        else one
        for nth, one in enumerate(matches)
    ]


def districts_of(directory: CandidateDirectory, province: Area | None) -> list[Area]:
    """Return the districts of a province, or of all."""
    codes = directory.districts if province is None else [province.code]
    return [one for code in codes for one in directory.districts.get(code, ())]


def understand_area(written: str, areas: Sequence[Area]) -> AreaMatch:
    """Return which of the areas a perhaps damaged name means."""
    names = [folded(name) for name in bare_areas(written)]
    if len(areas) > _MANY:
        areas = _nearest(names, areas)
    ranked = sorted(
        (
            (max(likeness(name, folded(area.name)) for name in names), area.code, area)
            for area in areas
        ),
        key=lambda one: (-one[0], one[1]),
    )
    if not ranked or _is_elsewhere(names, ranked[0][0]):
        return AreaMatch(as_written=written, area=None, nearest=None, score=0)
    best, _, area = ranked[0]
    rival = ranked[1][0] if len(ranked) > 1 else 0.0
    is_clear = best >= _FLOOR and (best - rival >= _MARGIN or best == 100.0 > rival)
    return AreaMatch(
        as_written=written, area=area if is_clear else None, nearest=area, score=round(best)
    )


def _is_elsewhere(names: Iterable[FoldedName], best: float) -> bool:
    """Tell whether a name is that of another area, which only resembles one of these."""
    return best < SAME_LETTERS and any(name.letters in official_areas() for name in names)


def _nearest(names: Iterable[FoldedName], areas: Sequence[Area]) -> list[Area]:
    letters = [folded(area.name).letters for area in areas]
    found = {
        place
        for name in names
        for _, _, place in extract(name.letters, letters, scorer=ratio, limit=_NEAREST)
    }
    return [areas[place] for place in sorted(found)]
