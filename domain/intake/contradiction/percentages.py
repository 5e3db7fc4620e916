"""Shares that do not compute: X … คิดเป็นร้อยละ P จาก Y."""

import re
from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from domain.intake.contradiction.text import CheckedText, contradiction
from domain.intake.reading import Contradiction
from domain.intake.vocabulary import ContradictionKind

_NUMBER = r"(?<![0-9.,/])((?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,12})(?:\.[0-9]{1,4})?)(?![0-9])"
_UNIT = r"\s{0,3}([ก-๎]{2,16})"
_SHARE = re.compile(
    rf"{_NUMBER}{_UNIT}\s{{0,3}}[()]?\s{{0,3}}(?:ซึ่ง)?(?:คิดเป็น|หรือ|เท่ากับ)?\s{{0,3}}"
    r"(?:ร้อยละ\s{0,3}(?P<share>[0-9]{1,4}(?:\.[0-9]{1,4})?)(?![0-9])"
    r"|(?P<percent>[0-9]{1,4}(?:\.[0-9]{1,4})?)\s{0,2}(?:%|เปอร์เซ็นต์))"
)
# Up to the next clause: what follows there is of something else.
_GAP = r"(?:(?!และ|โดย|ซึ่ง|ส่วน|แต่|เหลือ)[^0-9\n])"
_WHOLE_BEHIND = re.compile(rf"\s{{0,3}}\)?\s{{0,3}}(?:จาก|ของ)(?:{_GAP}{{0,60}}?{_NUMBER}{_UNIT})?")
_WHOLE_BEFORE = re.compile(rf"(?:จาก|ทั้งหมด|ทั้งสิ้น){_GAP}{{0,40}}?{_NUMBER}{_UNIT}")
# The part before its whole: 36 แห่ง จากทั้งหมด 48 แห่ง คิดเป็นร้อยละ 75.
_PART_BEFORE = re.compile(
    rf"{_NUMBER}{_UNIT}\s{{0,3}}\(?\s{{0,3}}(?:จาก|ใน(?!จำนวนนี้|นี้|นั้น)){_GAP}{{0,40}}?\Z"
)
# What grew or fell is told as a share of what it was, and not of a whole.
_GROWTH = re.compile("เพิ่มขึ้น|ลดลง|สูงกว่า|ต่ำกว่า|เดิม|ปีก่อน|ปีที่ผ่านมา|ปีที่แล้ว")
_GREW = 40
# How far before the count the whole of which it is a part may stand.
_BEFORE = 120


def wrong_percentages(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the shares that are not what their counts make."""
    text = checked.text
    for match in _SHARE.finditer(text):
        part = _part(text, match) or match
        share = "share" if match["share"] else "percent"
        whole = match[1].replace(",", "") if part is not match else _whole(text, match)
        if whole is not None and not _computes(part[1], match[share], whole):
            count = part[1].replace(",", "")
            right = _rounded(count, whole, match[share], ROUND_HALF_UP)
            yield contradiction(
                ContradictionKind.PERCENTAGE_WRONG,
                f"{part[1]} จาก {whole} คิดเป็นร้อยละ {right} ไม่ใช่ร้อยละ {match[share]}",
                [
                    checked.place(count, *part.span(1)),
                    checked.place(match[share], *match.span(share)),
                ],
            )


def _part(text: str, share: re.Match[str]) -> re.Match[str] | None:
    """Return the count whose whole stands right before the share, both of one unit."""
    part = _PART_BEFORE.search(text, max(share.start() - _BEFORE, 0), share.start())
    if part is None or _GROWTH.search(text, max(part.start() - _GREW, 0), share.end()):
        return None
    return part if _unit(part[2]) == _unit(share[2]) else None


def _whole(text: str, share: re.Match[str]) -> str | None:
    """Return of how many the count is a part; both count the same or nothing is said."""
    unit = _unit(share[2])
    behind = _WHOLE_BEHIND.match(text, share.end())
    end = behind.end() if behind is not None else share.end()
    if _GROWTH.search(text, max(share.start() - _GREW, 0), end):
        return None
    if behind is not None:
        is_same = behind[1] is not None and _unit(behind[2]).startswith(unit)
        return behind[1].replace(",", "") if is_same else None
    stretch = text[max(share.start() - _BEFORE, 0) : share.start()]
    wholes = [
        match for match in _WHOLE_BEFORE.finditer(stretch) if "\n" not in stretch[match.end() :]
    ]
    same = [match for match in wholes if match[2].startswith(unit)]
    return same[0][1].replace(",", "") if len(same) == 1 else None


def _unit(word: str) -> str:
    """Return what is counted, without the words that a text without spaces adds to it."""
    return re.split("ซึ่ง|คิดเป็น|หรือ|เท่ากับ|จาก|ของ|ที่|และ|นั้น", word)[0]


def _computes(count: str, share: str, whole: str) -> bool:
    count = count.replace(",", "")
    if Decimal(whole) == 0:
        return True
    roundings = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN)
    return any(_rounded(count, whole, share, how) == Decimal(share) for how in roundings)


def _rounded(count: str, whole: str, share: str, how: str) -> Decimal:
    """Return the share with as many decimals as are printed."""
    places = len(share.partition(".")[2])
    return (100 * Decimal(count) / Decimal(whole)).quantize(Decimal(1).scaleb(-places), how)
