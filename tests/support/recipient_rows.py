"""Lines of lists of recipients, whole or damaged, and bodies to match them with."""

from collections.abc import Sequence
from datetime import date
from random import Random

import geothai

from domain.intake.reading import RecipientRow
from domain.vocabulary import OrganizationKind
from services.import_directory import BodyRow

FIRST_WORDS = {
    OrganizationKind.SAO: "องค์การบริหารส่วนตำบล",
    OrganizationKind.SUBDISTRICT_MUNICIPALITY: "เทศบาลตำบล",
    OrganizationKind.TOWN_MUNICIPALITY: "เทศบาลเมือง",
    OrganizationKind.PAO: "องค์การบริหารส่วนจังหวัด",
}
# What a scanner takes for each other.
_LOOK_ALIKE = ("ดตค", "กถภ", "ขชซ", "นมฉ", "บปษ", "คศ", "ผฝพฟ", "ธรฐ", "ทหฑ", "ลส", "อฮ", "จว", "ิีึื")
_LETTERS = [chr(code) for code in range(0x0E01, 0x0E2F)]
_MARKS = frozenset("่้๊๋็์ิีึืุูั")


def row(as_written: str, district: str | None = None, *, no: int | None = None) -> RecipientRow:
    """Return a line; its kind is known only if its first words are whole."""
    kind, place = None, as_written
    for known, words in FIRST_WORDS.items():
        if as_written.startswith(words):
            kind, place = known, as_written[len(words) :]
    return RecipientRow(
        no=no,
        as_written=as_written,
        district_as_written=district,
        kind=kind,
        place=place,
        start=0,
        end=len(as_written),
    )


def body(
    name: str,
    area: str | None,
    *,
    kind: OrganizationKind | None = None,
    code: str | None = None,
    until: date | None = None,
) -> BodyRow:
    """Return a body of the kind that its first words tell."""
    told = (known for known, words in FIRST_WORDS.items() if name.startswith(words))
    return BodyRow(
        code=code or f"{name}/{area}",
        kind=kind or next(told, OrganizationKind.OTHER),
        name=name,
        area_code=area,
        valid_from=date(2011, 3, 23),
        valid_until=until,
        above=(),
    )


def bodies_of_the_nation(draw: Random) -> list[BodyRow]:
    """Return a body or two for each subdistrict outside Bangkok, their kinds drawn by lot."""
    kinds = (
        OrganizationKind.SAO,
        OrganizationKind.SUBDISTRICT_MUNICIPALITY,
        OrganizationKind.TOWN_MUNICIPALITY,
    )
    found = []
    for province in geothai.provinces()[1:]:
        found.append(body(FIRST_WORDS[OrganizationKind.PAO] + province.name_th, province.code))
        for district in geothai.districts(province.code):
            for place in geothai.subdistricts(district.code):
                (kind,) = draw.choices(kinds, [68, 30, 2])
                found.append(body(FIRST_WORDS[kind] + place.name_th, place.code))
                if kind is OrganizationKind.SAO and draw.random() < 0.08:
                    found.append(body(FIRST_WORDS[kinds[1]] + place.name_th, place.code))
    return found


def damaged(text: str, rate: float, draw: Random) -> str:
    """Return a text as a bad scan would have it: `rate` of its characters are not right."""
    return "".join(_scan(one, draw) if draw.random() < rate else one for one in text)


def _scan(one: str, draw: Random) -> str:
    if one in _MARKS and draw.random() < 0.5:
        return ""
    family = "".join(others for others in _LOOK_ALIKE if one in others).replace(one, "")
    kinds: Sequence[str] = (draw.choice(family or _LETTERS), draw.choice(_LETTERS), "", one + " ")
    return draw.choices(kinds, [6, 2, 1, 1])[0]
