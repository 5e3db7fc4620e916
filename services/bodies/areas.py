"""Which official area a cell of a list means, or what it may have meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from models import AreaKind
from services.official_areas import OfficialArea, OfficialAreas, official_areas

WORD_TH: Final[Mapping[AreaKind, str]] = {
    AreaKind.PROVINCE: "จังหวัด",
    AreaKind.DISTRICT: "อำเภอ",
    AreaKind.SUBDISTRICT: "ตำบล",
}
_MOST_ELSEWHERE: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaUnknown:
    """Why a cell names no area in force: a stable code, a Thai sentence, what may be meant."""

    code: str
    detail: str
    nearest: Sequence[str]


def find_area(
    areas: OfficialAreas, name: str, kind: AreaKind, within: str
) -> OfficialArea | AreaUnknown:
    """Return the area in force of that name in the area `within`, or why there is none."""
    word = WORD_TH[kind]
    if not name:
        return AreaUnknown(code=f"{kind}_empty", detail=f"ไม่ได้บอก{word}", nearest=())
    if found := areas.named(name, kind, within):
        return found
    where = f" ใน{areas.title(within)}" if within else ""
    if old := areas.abolished(name, kind, within):
        followers = [areas.title(code) for code in old.successors]
        return AreaUnknown(
            code="area_abolished", detail=f"{word}นี้ถูกยุบแล้ว{where}", nearest=followers
        )
    nearest = areas.nearest(name, kind, within)
    return AreaUnknown(
        code=f"{kind}_unknown",
        detail=f"ไม่มี{word}ชื่อนี้{where}",
        nearest=[*nearest, *_elsewhere(name, kind)[:_MOST_ELSEWHERE]],
    )


@lru_cache(maxsize=4096)
def _elsewhere(name: str, kind: AreaKind) -> list[str]:
    """Return where else in the country an area bears exactly this name."""
    areas = official_areas()
    return [areas.title(area.code) for area in areas.named_anywhere(name, kind)]
