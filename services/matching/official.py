"""The official names of areas: what exists may be meant, even if the directory lacks it."""

from functools import cache

import geothai

from services.matching.names import FoldedName, fold_name, folded

_DISTRICT_DIGITS = 4


@cache
def official_areas() -> frozenset[str]:
    """Return the folded names of all provinces and districts."""
    provinces = geothai.provinces()
    names = [province.name_th for province in provinces]
    for province in provinces:
        names += [district.name_th for district in geothai.districts(province.code)]
    return frozenset(map(fold_name, names))


@cache
def subdistricts_of(code: str) -> tuple[FoldedName, ...]:
    """Return the names of the subdistricts of a district, none of a wider area."""
    if len(code) != _DISTRICT_DIGITS:
        return ()
    return tuple(folded(one.name_th) for one in geothai.subdistricts(code))
