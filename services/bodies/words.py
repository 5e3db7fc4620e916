"""The words of a list of local bodies: its columns, kinds and changes, in Thai and English."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from domain.vocabulary import OrganizationKind


class BodyChange(StrEnum):
    """How a body came out of others: เปลี่ยนชื่อ, ยุบรวม, ยกฐานะ."""

    RENAME = "rename"
    MERGE = "merge"
    UPGRADE = "upgrade"


CHANGES: Final[Mapping[str, BodyChange]] = {
    **{change.value: change for change in BodyChange},
    "เปลี่ยนชื่อ": BodyChange.RENAME,
    "ยุบรวม": BodyChange.MERGE,
    "ควบรวม": BodyChange.MERGE,
    "รวม": BodyChange.MERGE,
    "ยกฐานะ": BodyChange.UPGRADE,
    "เปลี่ยนฐานะ": BodyChange.UPGRADE,
}

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": ("ประเภท", "ชนิด", "ประเภทอปท.", "ประเภทหน่วยงาน"),
    "name": ("ชื่อ", "ชื่อหน่วยงาน", "หน่วยงาน", "ชื่ออปท.", "ชื่อองค์กรปกครองส่วนท้องถิ่น"),
    "province": ("จังหวัด",),
    "district": ("อำเภอ",),
    "subdistrict": ("ตำบล",),
    "code": ("รหัส", "รหัสหน่วยงาน"),
    "valid_from": ("ตั้งแต่", "ตั้งแต่วันที่", "วันที่จัดตั้ง"),
    "change": ("การเปลี่ยนแปลง",),
    "replaces": ("แทน", "แทนหน่วยงาน", "หน่วยงานเดิม"),
    "on": ("วันที่มีผล", "มีผลวันที่"),
}
"""What a list may say, by the names that a column may bear beside the first."""

IGNORED: Final = frozenset({"ลำดับ", "ลำดับที่", "ที่", "no", "no.", "หมายเหตุ"})
"""Columns that lists have and that say nothing of a body."""

REQUIRED: Final = ("kind", "name", "province", "district")
COLUMN_OF: Final[Mapping[str, str]] = {
    name: column for column, names in COLUMNS.items() for name in (column, *names)
}

FULL_WORDS: Final[Mapping[OrganizationKind, str]] = {
    OrganizationKind.PAO: "องค์การบริหารส่วนจังหวัด",
    OrganizationKind.CITY_MUNICIPALITY: "เทศบาลนคร",
    OrganizationKind.TOWN_MUNICIPALITY: "เทศบาลเมือง",
    OrganizationKind.SUBDISTRICT_MUNICIPALITY: "เทศบาลตำบล",
    OrganizationKind.SAO: "องค์การบริหารส่วนตำบล",
}
"""The kinds of local bodies, with the words that begin their names."""

SHORT_WORDS: Final[Mapping[OrganizationKind, str]] = {
    OrganizationKind.PAO: "อบจ",
    OrganizationKind.CITY_MUNICIPALITY: "ทน",
    OrganizationKind.TOWN_MUNICIPALITY: "ทม",
    OrganizationKind.SUBDISTRICT_MUNICIPALITY: "ทต",
    OrganizationKind.SAO: "อบต",
}
OF_THE_PROVINCE: Final = frozenset(
    {
        OrganizationKind.PAO,
        OrganizationKind.CITY_MUNICIPALITY,
        OrganizationKind.TOWN_MUNICIPALITY,
    }
)
"""Those that the governor supervises; the others are the district chief's."""

RANK: Final[Mapping[OrganizationKind, int]] = {
    OrganizationKind.SAO: 0,
    OrganizationKind.SUBDISTRICT_MUNICIPALITY: 1,
    OrganizationKind.TOWN_MUNICIPALITY: 2,
    OrganizationKind.CITY_MUNICIPALITY: 3,
}
"""What can be upgraded to what: always upwards."""

_KINDS: Final[Mapping[str, OrganizationKind]] = {
    **{kind.value: kind for kind in FULL_WORDS},
    **{words: kind for kind, words in FULL_WORDS.items()},
    **{words: kind for kind, words in SHORT_WORDS.items()},
}
# Where the dot decides: without one, these two letters may be how a place begins.
_SHORT_BEGINNINGS: Final[Mapping[OrganizationKind, str]] = {
    OrganizationKind.PAO: r"อ\.?\s?บ\.?\s?จ\.?",
    OrganizationKind.SAO: r"อ\.?\s?บ\.?\s?ต\.?",
    OrganizationKind.CITY_MUNICIPALITY: r"ท\.?\s?น\.",
    OrganizationKind.TOWN_MUNICIPALITY: r"ท\.?\s?ม\.",
    OrganizationKind.SUBDISTRICT_MUNICIPALITY: r"ท\.?\s?ต\.",
}
_BEGINNINGS: Final = [
    (re.compile(rf"(?:{words}|{_SHORT_BEGINNINGS[kind]})\s*"), kind)
    for kind, words in FULL_WORDS.items()
]
_INVISIBLE = re.compile(r"[\u200b-\u200d\u2060\ufeff\u00ad]")


def tidy(text: str) -> str:
    """Return a cell as it is kept: no marks that nobody sees, single spaces, letters in order."""
    shown = _INVISIBLE.sub("", text).replace("เเ", "แ").replace("ํา", "ำ")
    return " ".join(shown.split())


def compared(name: str) -> str:
    """Return a name as it is compared: spaces tell nothing apart."""
    return "".join(tidy(name).split())


def read_kind(text: str) -> OrganizationKind | None:
    """Return which kind of local body a word means: an identifier, a full or a short word."""
    return _KINDS.get(compared(text).replace(".", "").lower())


def split_name(name: str) -> tuple[OrganizationKind | None, str]:
    """Return what kind the first words of a name say, None where they say none, and its place."""
    for beginning, kind in _BEGINNINGS:
        if found := beginning.match(name):
            return kind, name[found.end() :]
    return None, name
