"""What one line of a list of local bodies says, checked against the official areas."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

from domain.buddhist_era import arabic_digits
from domain.vocabulary import OrganizationKind
from models import AreaKind
from services.bodies.areas import find_area
from services.bodies.dates import DayError, read_body_day
from services.bodies.file import BodyLine
from services.bodies.problems import BodyProblem
from services.bodies.words import (
    CHANGES,
    FULL_WORDS,
    BodyChange,
    compared,
    read_kind,
    split_name,
)
from services.official_areas import OfficialArea, OfficialAreas

Key: TypeAlias = tuple[OrganizationKind, str, str]
"""What tells local bodies apart: kind, code of the district (or province), name as compared."""

_BANGKOK: Final = "10"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BETWEEN = re.compile(r"[;,|]")
_MOST_REPLACED: Final = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyClaim:
    """One body as a line of the list says it is.

    Attributes:
        name: With its first words.
        district_code: None for the body of a whole province.
        area_code: Of the subdistrict where that is said or bears its name, else of the district.
        is_area_said: Whether the line names the subdistrict.
        replaces: Codes or names of those that it follows.
        on: The day of the change.
    """

    line: int
    kind: OrganizationKind
    name: str
    place: str
    province_code: str
    district_code: str | None
    area_code: str
    is_area_said: bool
    code: str | None
    valid_from: date | None
    change: BodyChange | None
    replaces: Sequence[str]
    on: date | None

    @property
    def home(self) -> str:
        """The code of the area within which its name is its own."""
        return self.district_code or self.province_code

    @property
    def key(self) -> Key:
        """What tells it from every other body."""
        return self.kind, self.home, compared(self.name)


def read_claim(line: BodyLine, areas: OfficialAreas) -> BodyClaim | list[BodyProblem]:
    """Return what a line says, or everything that is wrong with it."""
    reader = _Reader(line=line, areas=areas)
    kind = reader.kind()
    province, district, subdistrict = reader.areas_named(kind)
    place = reader.place(kind, province)
    code, valid_from = reader.code(), reader.day("valid_from")
    change, replaces, on = reader.change(), reader.replaces(), reader.day("on")
    reader.check_change(change, replaces, on, valid_from)
    if reader.problems or kind is None or province is None or place is None:
        return reader.problems
    home = district or province
    found = subdistrict or (district and areas.named(place, AreaKind.SUBDISTRICT, district.code))
    return BodyClaim(
        line=line.line,
        kind=kind,
        name=FULL_WORDS[kind] + place,
        place=place,
        province_code=province.code,
        district_code=None if district is None else district.code,
        area_code=(found or home).code,
        is_area_said=subdistrict is not None,
        code=code,
        valid_from=valid_from,
        change=change,
        replaces=replaces,
        on=on,
    )


@dataclass(kw_only=True, slots=True)
class _Reader:
    """One line being read; what is wrong gathers, so that all of it is told at once."""

    line: BodyLine
    areas: OfficialAreas
    problems: list[BodyProblem] = field(default_factory=list)

    def kind(self) -> OrganizationKind | None:
        kind = read_kind(self._cell("kind"))
        if kind is None:
            self._wrong("kind", "kind_unknown", "ไม่รู้จักประเภทนี้", nearest=list(FULL_WORDS.values()))
        return kind

    def areas_named(
        self, kind: OrganizationKind | None
    ) -> tuple[OfficialArea | None, OfficialArea | None, OfficialArea | None]:
        """Return province, district and subdistrict; those below an unknown one are not asked."""
        province = self._area("province", "")
        if province is None:
            return None, None, None
        if province.code == _BANGKOK:
            self._wrong("province", "area_without_bodies", "กรุงเทพมหานครไม่มีองค์กรประเภทนี้")
        if kind is OrganizationKind.PAO:
            # Its office lies in some district; the body is the whole province's.
            return province, None, None
        district = self._area("district", province.code)
        if district is None or not self._cell("subdistrict"):
            return province, district, None
        return province, district, self._area("subdistrict", district.code)

    def place(self, kind: OrganizationKind | None, province: OfficialArea | None) -> str | None:
        said, place = split_name(self._cell("name"))
        if not place:
            self._wrong("name", "name_empty", "ไม่มีชื่อหน่วยงาน")
        elif kind is not None and said not in (None, kind):
            self._wrong(
                "name", "name_contradicts_kind", f"ชื่อไม่ใช่{FULL_WORDS[kind]} ตามที่ช่องประเภทบอก"
            )
        elif kind is OrganizationKind.PAO and province is not None:
            self._check_province(place, province)
            return province.name_th
        return place or None

    def code(self) -> str | None:
        code = arabic_digits(self._cell("code"))
        if code and not _CODE.fullmatch(code):
            self._wrong(
                "code", "code_unreadable", "รหัสใช้ได้เฉพาะอักษรอังกฤษ ตัวเลข จุด และขีด ไม่เกิน 64 ตัว"
            )
        return code or None

    def day(self, column: str) -> date | None:
        text = self._cell(column)
        try:
            return read_body_day(text) if text else None
        except DayError as error:
            self._wrong(column, error.code, str(error))
            return None

    def change(self) -> BodyChange | None:
        word = self._cell("change")
        change = CHANGES.get(compared(word).lower())
        if word and change is None:
            self._wrong("change", "change_unknown", "ไม่รู้จักการเปลี่ยนแปลงนี้", nearest=list(CHANGES)[3:])
        return change

    def replaces(self) -> list[str]:
        return [name.strip() for name in _BETWEEN.split(self._cell("replaces")) if name.strip()]

    def check_change(
        self,
        change: BodyChange | None,
        replaces: Sequence[str],
        on: date | None,
        valid_from: date | None,
    ) -> None:
        if change is None:
            if not self._cell("change") and (self._cell("replaces") or self._cell("on")):
                self._wrong(
                    "change", "change_missing", "บอกหน่วยงานเดิมหรือวันที่มีผลไว้ แต่ไม่บอกการเปลี่ยนแปลง"
                )
            return
        if not self._cell("on"):
            self._wrong("on", "on_missing", "ไม่ได้บอกวันที่การเปลี่ยนแปลงมีผล")
        if not replaces:
            self._wrong("replaces", "replaces_missing", "ไม่ได้บอกหน่วยงานเดิม")
        most = _MOST_REPLACED if change is BodyChange.MERGE else 1
        if len(replaces) > most:
            self._wrong("replaces", "replaces_too_many", f"มีหน่วยงานเดิมได้ไม่เกิน {most} แห่ง")
        if on is not None and valid_from is not None and not _agree(change, on, valid_from):
            self._wrong("valid_from", "dates_disagree", "วันที่ตั้งหน่วยงานไม่สอดคล้องกับวันที่มีผล")

    def _check_province(self, place: str, province: OfficialArea) -> None:
        if self.areas.named(place, AreaKind.PROVINCE) != province:
            self._wrong(
                "name",
                "name_contradicts_province",
                f"ชื่อไม่ตรงกับจังหวัด{province.name_th}",
                nearest=[FULL_WORDS[OrganizationKind.PAO] + province.name_th],
            )

    def _area(self, column: str, within: str) -> OfficialArea | None:
        found = find_area(self.areas, self._cell(column), AreaKind(column), within)
        if isinstance(found, OfficialArea):
            return found
        self._wrong(column, found.code, found.detail, nearest=found.nearest)
        return None

    def _cell(self, column: str) -> str:
        return self.line.cells.get(column, "")

    def _wrong(self, column: str, code: str, detail: str, *, nearest: Sequence[str] = ()) -> None:
        self.problems.append(
            BodyProblem(
                line=self.line.line,
                column=column,
                code=code,
                detail=detail,
                value=self._cell(column),
                nearest=nearest,
            )
        )


def _agree(change: BodyChange, on: date, valid_from: date) -> bool:
    # Only what is upgraded begins that day; others may have been there before.
    return valid_from == on if change is BodyChange.UPGRADE else valid_from <= on
