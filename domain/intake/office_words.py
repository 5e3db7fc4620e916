"""With which words the names of offices, bodies and posts begin, and what an address looks like."""

import re

from domain.intake.near_shapes import near_start, shape_of
from domain.intake.near_words import NEVER_FIRST, NearPrefix, nearest_prefix

OFFICES = (
    "สำนักงาน",
    "สำนัก",
    "กรม",
    "กระทรวง",
    "ศาลากลาง",
    "ที่ว่าการ",
    "ที่ทำการ",
    "ทำเนียบ",
    "เทศบาล",
    "องค์การ",
    "องค์กร",
    "มหาวิทยาลัย",
    "วิทยาลัย",
    "วิทยาเขต",
    "สถาบัน",
    "โรงเรียน",
    "โรงพยาบาล",
    "คณะ",
    "ศูนย์",
    "กอง",
    "การไฟฟ้า",
    "การประปา",
    "การเคหะ",
    "การท่องเที่ยว",
    "การรถไฟ",
    "จังหวัด",
    "อำเภอ",
    "ธนาคาร",
    "มณฑล",
    "สถานี",
    "ศาล",
    "สภา",
    "รัฐสภา",
    "กรุงเทพมหานคร",
    "เมืองพัทยา",
    "บริษัท",
    "มูลนิธิ",
    "สมาคม",
    "ด่าน",
    "เขต",
    "แขวง",
    "หน่วย",
    "ฝ่าย",
    "สาขา",
    "สมาพันธ์",
    "สหกรณ์",
    "ราชวิทยาลัย",
    "หอ",
    "พิพิธภัณฑ์",
    "ตำรวจภูธร",
    "เรือนจำ",
    "ทัณฑสถาน",
    "ท่าอากาศยาน",
)
_OFFICE = re.compile("|".join([*sorted(OFFICES, key=len, reverse=True), r"อบ[ตจ]\.?", r"ท[ตมน]\."]))
_LONG = {word: shape_of(word[0]) for word in OFFICES if len(word) >= 6}
_SHORT = {word: shape_of(word[0]) for word in ("กรม", "อำเภอ", "ศูนย์")}
POSTS = (
    "นายก|[นม]า[ยบ](?=[กถอ])|นาย(?=อำเภอ|องค์|เทศ)|ผู้(?=ว่า|อำนวย|บัญชา|จัดการ|บังคับ|ตรวจ|บริหาร|แทน|ช่วย)|ปลัด|อธิบดี|อธิการ|หัวหน้า|ท้องถิ่น|"
    "เลขา|ประธาน|คณบดี|กรรมการ|ผอ\\.|พนักงาน|เกษตร|พัฒนา(?=การ|ชุมชน)|สาธารณสุข|ศึกษาธิการ|คลังจังหวัด|"
    "สรรพากร|ประชาสัมพันธ์|วัฒนธรรม|รองนายก|รองผู้|รัฐมนตรี|อัยการ|ผบ\\.|สมาชิก|เจ้า|ประชาชน|บรรณารักษ์|นาง"
)
_ANY_POST = re.compile(POSTS)
# Posts long enough to be told from a person's name when they are damaged.
_POSTS = (
    "นายกเทศมนตรี",
    "นายกองค์การบริหาร",
    "นายอำเภอ",
    "ผู้ว่าราชการ",
    "ผู้อำนวยการ",
    "ผู้บัญชาการ",
    "ผู้บังคับการ",
    "ผู้จัดการ",
    "ผู้ตรวจราชการ",
    "ปลัดกระทรวง",
    "ปลัดจังหวัด",
    "ปลัดอำเภอ",
    "ปลัดเทศบาล",
    "ปลัดองค์การ",
    "อธิบดี",
    "อธิการบดี",
    "หัวหน้า",
    "เลขาธิการ",
    "เลขานุการ",
    "ประธานกรรมการ",
    "ที่ปรึกษา",
    "รัฐมนตรี",
    "เจ้าพนักงาน",
    "เจ้าหน้าที่",
    "ท้องถิ่น",
    "คณบดี",
)
_DEPUTY = re.compile(r"[รธ][อฮ][งว]|ผู้ช่วย")
_ADDRESS = re.compile(
    r"(?:ถนน|ถ\.|ซอย|ซ\.|หมู่|ม\.|เลขที่\s{0,3}[0-9]|ตำบล|ต\.|แขวง|อำเภอ|อ\.|จังหวัด|จ\.|[0-9]{1,4}(?:/[0-9]{1,4})?\s)"
)
_POSTCODE = re.compile(r"(?<![0-9])[1-9][0-9]{4}(?![0-9])")


def begins_office(text: str) -> bool:
    """Tell whether a text begins as the name of an office does, letter by letter."""
    return _OFFICE.match(text) is not None


def nearly_begins_office(text: str) -> bool:
    """Tell the same of a text that a scan damaged; short words by what looks like them only."""
    first = shape_of(text[:2])
    is_cut = text[:1] in NEVER_FIRST
    likely = tuple(word for word, shape in _LONG.items() if is_cut or shape in first)
    if likely and nearest_prefix(likely, text[:16], share=0.25) is not None:
        return True
    return any(
        near_start(word, text[:9], most=0.5) is not None
        for word, shape in _SHORT.items()
        if shape == first[:1]
    )


def near_post(text: str) -> NearPrefix | None:
    """Return the post that a text begins with, whole or damaged."""
    deputy = _DEPUTY.match(text)
    said = text[deputy.end() :] if deputy else text
    likely = tuple(word for word in _POSTS if not set(word[:4]).isdisjoint(said[:4]))
    return nearest_prefix(likely, said[:20], share=0.34 if deputy else 0.25) if likely else None


def begins_post(text: str) -> bool:
    """Tell whether a text begins as a post does: it is no person's name then."""
    return near_post(text) is not None


def names_post(text: str, *, is_near_allowed: bool = True) -> bool:
    """Tell whether a text begins with a post or with who may be written to otherwise."""
    return _ANY_POST.match(text) is not None or (is_near_allowed and begins_post(text))


def is_address(text: str) -> bool:
    """Tell whether a line is the address below a letterhead."""
    if _ADDRESS.match(text) is None:
        return False
    return text.startswith(("ถนน", "ถ.", "ซอย", "หมู่")) or _POSTCODE.search(text) is not None
