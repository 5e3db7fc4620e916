"""The bodies that a line of a list of recipients may mean, by province, district and kind."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from uuid import UUID

import geothai
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.vocabulary import OrganizationKind
from services.import_directory import BodyRow
from services.matching.kinds import bare_areas, bare_place
from services.matching.names import fold_name

_BODIES = text("""
SELECT id, code, kind, name, area_code FROM organization
WHERE valid_from <= :on AND (valid_until IS NULL OR valid_until >= :on)
ORDER BY code
""")

# What was said last of a spelling counts, even if that body has ended: then it says nothing.
_ALIASES = text("""
SELECT DISTINCT ON (a.kind, left(d.area_code, 4), a.folded)
    a.kind, left(d.area_code, 4) AS district_code, a.folded, o.code
FROM organization_alias a
JOIN organization o ON o.id = a.organization_id
LEFT JOIN organization d ON d.id = a.district_id
ORDER BY a.kind, left(d.area_code, 4), a.folded, a.id DESC
""")

_DIGITS = {OrganizationKind.PROVINCE: 2, OrganizationKind.DISTRICT: 4}


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A body as matching knows it; without an id it comes from a list and not from a ledger.

    A body of a whole province, such as an อบจ., has no district.
    """

    id: UUID | None
    code: str
    kind: OrganizationKind
    name: str
    place: str
    district_code: str | None
    district_name: str | None
    province_code: str | None
    province_name: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alias:
    """A spelling that a clerk confirmed for a body, in lines of that kind and district."""

    kind: OrganizationKind | None
    district_code: str | None
    folded: str
    organization_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A district or a province by its bare name."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CandidateDirectory:
    """Every body that exists on a day; `within` and `districts` are by codes of areas.

    `within` holds for a province its bodies, and for a district those that lines of the district
    may mean: its own, and those of the whole province. `letters` are the folded places of the
    candidates, in their order.
    """

    candidates: Sequence[Candidate]
    letters: Sequence[str]
    provinces: Sequence[Area]
    districts: Mapping[str, Sequence[Area]]
    within: Mapping[str, Sequence[Candidate]]
    _learned: Mapping[tuple[OrganizationKind | None, str | None, str], Candidate]

    def learned(
        self, kind: OrganizationKind | None, district_code: str | None, as_written: str
    ) -> Candidate | None:
        """Return whom a clerk confirmed that a spelling means."""
        return self._learned.get((kind, district_code, alias_key(as_written)))


def alias_key(as_written: str) -> str:
    """Return under what a spelling is learned and found again: its place, folded."""
    return fold_name(bare_place(as_written))


def build_directory(
    candidates: Sequence[Candidate], aliases: Iterable[Alias] = ()
) -> CandidateDirectory:
    """Return the directory of the given bodies, with what was learned about their names."""
    by_code = {one.code: one for one in candidates}
    areas = {
        (code, name)
        for one in candidates
        for code, name in (
            (one.province_code, one.province_name),
            (one.district_code, one.district_name),
        )
        if code is not None and name is not None
    }
    districts: defaultdict[str, list[Area]] = defaultdict(list)
    for code, name in sorted(areas):
        districts[code[:2] if len(code) == 4 else ""].append(Area(code=code, name=name))
    return CandidateDirectory(
        candidates=candidates,
        letters=[fold_name(one.place) for one in candidates],
        provinces=districts.pop("", []),
        districts=MappingProxyType(dict(districts)),
        within=MappingProxyType(_within(candidates)),
        _learned=MappingProxyType(
            {
                (one.kind, one.district_code, one.folded): by_code[one.organization_code]
                for one in aliases
                if one.organization_code in by_code
            }
        ),
    )


def candidates_of(bodies: Sequence[BodyRow], *, on: date | None = None) -> CandidateDirectory:
    """Return the directory of the rows of a list: those valid on a day, or that have no end."""
    valid = [
        (None, row.code, row.kind, row.name, row.area_code)
        for row in bodies
        if (row.valid_until is None if on is None else _is_valid(row, on))
    ]
    return build_directory(_candidates(valid))


async def load_candidates(session: AsyncSession, *, on: date) -> CandidateDirectory:
    """Return the directory of the ledger as it stands on a day, with what clerks taught."""
    bodies = (await session.execute(_BODIES, {"on": on})).all()
    aliases = (await session.execute(_ALIASES)).all()
    return build_directory(
        _candidates(
            [
                (row.id, row.code, OrganizationKind(row.kind), row.name, row.area_code)
                for row in bodies
            ]
        ),
        [
            Alias(
                kind=OrganizationKind(row.kind) if row.kind else None,
                district_code=row.district_code,
                folded=row.folded,
                organization_code=row.code,
            )
            for row in aliases
        ],
    )


def _is_valid(row: BodyRow, on: date) -> bool:
    return row.valid_from <= on and (row.valid_until is None or row.valid_until >= on)


def _candidates(
    rows: Sequence[tuple[UUID | None, str, OrganizationKind, str, str | None]],
) -> list[Candidate]:
    # The directory's own word for an area comes before the official one.
    own = {
        area: bare_place(name)
        for _, _, kind, name, area in rows
        if area and len(area) == _DIGITS.get(kind) and bare_place(name) != name
    }
    return [
        Candidate(
            id=id_,
            code=code,
            kind=kind,
            name=name,
            place=bare_place(name),
            district_code=area[:4] if area and len(area) >= 4 else None,
            district_name=_area_name(own, area[:4]) if area and len(area) >= 4 else None,
            province_code=area[:2] if area else None,
            province_name=_area_name(own, area[:2]) if area else None,
        )
        for id_, code, kind, name, area in rows
    ]


def _area_name(own: Mapping[str, str], code: str) -> str | None:
    return own.get(code) or _official_name(code)


@cache
def _official_name(code: str) -> str | None:
    area = geothai.province(code) if len(code) == 2 else geothai.district(code)
    return bare_areas(area.name_th)[0] if area else None


def _within(candidates: Iterable[Candidate]) -> dict[str, list[Candidate]]:
    within: defaultdict[str, list[Candidate]] = defaultdict(list)
    for one in candidates:
        for code in (one.province_code, one.district_code):
            if code is not None:
                within[code].append(one)
    for code in [code for code in within if len(code) == 4]:
        within[code] += [one for one in within[code[:2]] if one.district_code is None]
    return dict(within)
