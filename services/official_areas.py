"""Provinces, districts and subdistricts as GeoThai tells them: the one door to it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import geothai
from geothai.abolished import abolished_areas
from rapidfuzz import fuzz, process
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models import AreaKind

AREAS_VERSION = geothai.DATA_VERSION
"""Which release of the data this version of the code brings along."""

_KINDS = {2: AreaKind.PROVINCE, 4: AreaKind.DISTRICT, 6: AreaKind.SUBDISTRICT}
_FIRST_WORDS = {
    AreaKind.PROVINCE: re.compile(r"\s*(?:จังหวัด|จ\.)"),
    AreaKind.DISTRICT: re.compile(r"\s*(?:กิ่งอำเภอ|กิ่ง\s*อ\.|อำเภอ|อ\.|เขต)"),
    AreaKind.SUBDISTRICT: re.compile(r"\s*(?:ตำบล|ต\.|แขวง)"),
}
_MARKS = re.compile(r"[\s\u200b-\u200d\ufeff.()'-]")
_IN_BRACKETS = re.compile(r"\(.*\)")
# What people write for a province; the list is short because others are not understood everywhere.
_PROVINCE_ALIASES = {"กทม": "10", "กรุงเทพ": "10", "กรุงเทพฯ": "10", "อยุธยา": "14"}
_BANGKOK = "10"
_LEAST_LIKENESS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficialArea:
    """An area under its official code, its name without the first word."""

    code: str
    name_th: str
    name_en: str | None
    abolished_on: date | None = None
    successors: Sequence[str] = ()

    @property
    def kind(self) -> AreaKind:
        """How large it is, which the length of the code tells."""
        return _KINDS[len(self.code)]

    @property
    def parent_code(self) -> str | None:
        """The code of the area around it."""
        return self.code[:-2] or None


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficialAreas:
    """All areas in memory, found by code, or by name within what surrounds them."""

    by_code: Mapping[str, OfficialArea] = field(repr=False)
    _names: Mapping[tuple[AreaKind, str], Mapping[str, str]] = field(repr=False)
    _old_names: Mapping[tuple[AreaKind, str], Mapping[str, str]] = field(repr=False)

    def named(self, name: str, kind: AreaKind, within: str = "") -> OfficialArea | None:
        """Return the area in force of that name, with or without its first word.

        Args:
            name: Such as `อำเภอเซกา`, `อ.เซกา` or `เซกา`; `เมือง` is the capital district.
            kind: How large it is.
            within: The code of the area around it; a district's or subdistrict's name alone says
                nothing, because many share it.
        """
        names = self._names.get((kind, within), {})
        code = _look_up(names, name, kind) or _other_name(name, kind, within)
        return None if code is None else self.by_code.get(code)

    def named_anywhere(self, name: str, kind: AreaKind) -> list[OfficialArea]:
        """Return every area in force of that name, wherever it lies."""
        codes = [
            _look_up(names, name, kind) for (one, _), names in self._names.items() if one is kind
        ]
        return [self.by_code[code] for code in codes if code is not None]

    def title(self, code: str) -> str:
        """Return what an area is called with what surrounds it, such as `อำเภอเซกา จังหวัดบึงกาฬ`."""
        codes = [code[:length] for length in range(len(code), 0, -2)]
        return " ".join(_first_word(each) + self.by_code[each].name_th for each in codes)

    def abolished(self, name: str, kind: AreaKind, within: str) -> OfficialArea | None:
        """Return the area of that name which is no more."""
        code = _look_up(self._old_names.get((kind, within), {}), name, kind)
        return None if code is None else self.by_code[code]

    def nearest(self, name: str, kind: AreaKind, within: str = "") -> list[str]:
        """Return up to three official names that resemble `name` most, the likest first."""
        names = self._names.get((kind, within), {})
        wanted = _folded(_FIRST_WORDS[kind].sub("", name, count=1))
        found = process.extract(
            wanted, list(names), scorer=fuzz.ratio, limit=3, score_cutoff=_LEAST_LIKENESS
        )
        return list(dict.fromkeys(self.by_code[names[folded]].name_th for folded, _, _ in found))


@cache
def official_areas() -> OfficialAreas:
    """Return the areas of the whole country; reading them takes a moment once."""
    every = {area.code: area for area in (*_in_force(), *_abolished())}
    return OfficialAreas(
        by_code=every,
        _names=_by_name(area for area in every.values() if area.abolished_on is None),
        _old_names=_by_name(area for area in every.values() if area.abolished_on is not None),
    )


_PRESENT = text("SELECT source_version FROM area LIMIT 1")
_LOCK = text("LOCK TABLE area IN SHARE ROW EXCLUSIVE MODE")
_MERGE = text("""
MERGE INTO area USING jsonb_to_recordset(CAST(:areas AS jsonb)) AS told (
    code text, parent_code text, kind text, name_th text, name_en text, abolished_on date,
    successors text[])
ON area.code = told.code
WHEN MATCHED THEN UPDATE SET
    name_th = told.name_th, name_en = told.name_en, abolished_on = told.abolished_on,
    successors = told.successors, source_version = :version
WHEN NOT MATCHED THEN INSERT VALUES (told.code, told.parent_code, told.kind, told.name_th,
    told.name_en, told.abolished_on, told.successors, :version)
WHEN NOT MATCHED BY SOURCE THEN DELETE
""")


async def refresh_areas(session: AsyncSession) -> bool:
    """Bring the ledger's areas to this release, in one statement; return whether they were not.

    The session must have the rights of the database's owner.
    """
    if await session.scalar(_PRESENT) == AREAS_VERSION:
        return False
    await session.execute(_LOCK)
    # Another upgrade may have been first.
    if await session.scalar(_PRESENT) == AREAS_VERSION:
        return False
    areas = [_row(area) for area in official_areas().by_code.values()]
    await session.execute(_MERGE, {"areas": json.dumps(areas), "version": AREAS_VERSION})
    return True


def _row(area: OfficialArea) -> dict[str, object]:
    return {
        "code": area.code,
        "parent_code": area.parent_code,
        "kind": area.kind,
        "name_th": area.name_th,
        "name_en": area.name_en,
        "abolished_on": None if area.abolished_on is None else area.abolished_on.isoformat(),
        "successors": list(area.successors),
    }


def _in_force() -> Iterator[OfficialArea]:
    for province in geothai.provinces():
        yield _official(province)
        for district in geothai.districts(province.code):
            yield _official(district)
            yield from map(_official, geothai.subdistricts(district.code))


def _official(
    area: geothai.types.Province | geothai.types.District | geothai.types.Subdistrict,
) -> OfficialArea:
    # The source writes Bangkok's districts with their first word, and no others.
    name = area.name_th.removeprefix("เขต") if len(area.code) == 4 else area.name_th
    return OfficialArea(code=area.code, name_th=name, name_en=area.name_en)


def _abolished() -> Iterator[OfficialArea]:
    for area in abolished_areas():
        yield OfficialArea(
            code=area.code,
            name_th=area.name_th,
            name_en=area.name_en,
            abolished_on=date.fromisoformat(area.abolished_on),
            successors=area.successors,
        )


def _first_word(code: str) -> str:
    if code.startswith(_BANGKOK):
        return {2: "", 4: "เขต", 6: "แขวง"}[len(code)]
    return {2: "จังหวัด", 4: "อำเภอ", 6: "ตำบล"}[len(code)]


def _by_name(areas: Iterator[OfficialArea]) -> dict[tuple[AreaKind, str], dict[str, str]]:
    names: dict[tuple[AreaKind, str], dict[str, str]] = {}
    for area in areas:
        here = names.setdefault((area.kind, area.parent_code or ""), {})
        here[_folded(area.name_th)] = area.code
        # A few official names carry another spelling in brackets.
        here.setdefault(_folded(_IN_BRACKETS.sub("", area.name_th)), area.code)
    return names


def _look_up(names: Mapping[str, str], name: str, kind: AreaKind) -> str | None:
    # As it stands first: a name may itself begin like a first word.
    return names.get(_folded(name)) or names.get(_folded(_FIRST_WORDS[kind].sub("", name, count=1)))


def _other_name(name: str, kind: AreaKind, within: str) -> str | None:
    bare = _folded(_FIRST_WORDS[kind].sub("", name, count=1))
    if kind is AreaKind.PROVINCE:
        return _PROVINCE_ALIASES.get(bare)
    if kind is AreaKind.DISTRICT and bare == "เมือง" and within != _BANGKOK:
        return f"{within}01"
    return None


def _folded(name: str) -> str:
    """Return a name as it is compared: what looks alike, or is only put between, is one."""
    return _MARKS.sub("", name).replace("เเ", "แ").replace("ํา", "ำ")
