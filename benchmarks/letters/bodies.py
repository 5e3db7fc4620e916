"""The bodies that the made lists name: every subdistrict of the country, kinds by a seeded draw."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random
from zlib import crc32

import geothai
from geothai import types

from domain.vocabulary import EdgeKind, OrganizationKind
from services.import_directory import BodyRow

_FOUNDED = date(2000, 1, 1)
_BANGKOK = "10"
# Of a hundred subdistricts; the rest has both, one outside the town and one in it.
_SAO, _MUNICIPALITY = 66, 28
_TOWN_EVERY = 6
_STRANGER_EVERY = 30

FIRST_WORDS: Mapping[OrganizationKind, tuple[str, str]] = {
    OrganizationKind.SAO: ("องค์การบริหารส่วนตำบล", "อบต."),
    OrganizationKind.SUBDISTRICT_MUNICIPALITY: ("เทศบาลตำบล", "ทต."),
    OrganizationKind.TOWN_MUNICIPALITY: ("เทศบาลเมือง", "ทม."),
    OrganizationKind.CITY_MUNICIPALITY: ("เทศบาลนคร", "ทน."),
    OrganizationKind.PAO: ("องค์การบริหารส่วนจังหวัด", "อบจ."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """A local organization of the made directory."""

    code: str
    kind: OrganizationKind
    place: str
    district: str
    district_code: str

    @property
    def name(self) -> str:
        """The name in full."""
        return FIRST_WORDS[self.kind][0] + self.place


@dataclass(frozen=True, kw_only=True, slots=True)
class Province:
    """A province with its local organizations in the order of the official codes."""

    code: str
    name: str
    bodies: Sequence[Body]


@cache
def all_provinces() -> Mapping[str, Province]:
    """Return the provinces but Bangkok by name; the same in every run."""
    return {
        one.name_th: Province(code=one.code, name=one.name_th, bodies=list(_bodies(one)))
        for one in geothai.provinces()
        if one.code != _BANGKOK
    }


def _bodies(province: types.Province) -> Iterator[Body]:
    draw = Random(int(province.code))  # noqa: S311 (the same in every run)
    districts = geothai.districts(province.code)
    capital = districts[0]
    yield _body(OrganizationKind.PAO, province.name_th, capital, province.code)
    town = draw.choice([OrganizationKind.TOWN_MUNICIPALITY, OrganizationKind.CITY_MUNICIPALITY])
    yield _body(town, province.name_th, capital, capital.code + "01")
    for district in districts:
        for subdistrict in geothai.subdistricts(district.code):
            for kind in _kinds(draw):
                yield _body(kind, subdistrict.name_th, district, subdistrict.code)
        if district is not capital and draw.randrange(_TOWN_EVERY) == 0:
            town = OrganizationKind.TOWN_MUNICIPALITY
            yield _body(town, district.name_th, district, district.code + "01")


def _kinds(draw: Random) -> list[OrganizationKind]:
    drawn = draw.randrange(100)
    if drawn < _SAO:
        return [OrganizationKind.SAO]
    if drawn < _SAO + _MUNICIPALITY:
        return [OrganizationKind.SUBDISTRICT_MUNICIPALITY]
    return [OrganizationKind.SAO, OrganizationKind.SUBDISTRICT_MUNICIPALITY]


def _body(kind: OrganizationKind, place: str, district: types.District, code: str) -> Body:
    return Body(
        code=f"{kind}-{code}",
        kind=kind,
        place=place,
        district=district.name_th,
        district_code=district.code,
    )


def is_stranger(code: str) -> bool:
    """Tell whether lists name a body that the directory lacks, as every directory lacks some.

    Whatever is like it in the directory, such as the อบต. of a new เทศบาลตำบล, is not meant.
    """
    return crc32(code.encode()) % _STRANGER_EVERY == 0


def directory_rows() -> list[BodyRow]:
    """Return the made directory, without the strangers, as a list that could be imported."""
    return [row for one in all_provinces().values() for row in _rows(one)]


def _rows(province: Province) -> Iterator[BodyRow]:
    above = f"province-{province.code}"
    yield _row(above, OrganizationKind.PROVINCE, f"จังหวัด{province.name}", province.code)
    districts = {body.district_code: body.district for body in province.bodies}
    for code, name in districts.items():
        yield _row(
            f"district-{code}",
            OrganizationKind.DISTRICT,
            f"อำเภอ{name}",
            code,
            (EdgeKind.COMMAND, above),
        )
    for body in province.bodies:
        if is_stranger(body.code):
            continue
        area = body.code.rpartition("-")[2]
        supervisor = (EdgeKind.SUPERVISION, f"district-{body.district_code}")
        yield _row(body.code, body.kind, body.name, area, supervisor)


def _row(
    code: str, kind: OrganizationKind, name: str, area: str, *above: tuple[EdgeKind, str]
) -> BodyRow:
    return BodyRow(
        code=code,
        kind=kind,
        name=name,
        area_code=area,
        valid_from=_FOUNDED,
        valid_until=None,
        above=above,
    )
