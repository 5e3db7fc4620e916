"""Numbers in figures against the same in words: ๑๒,๕๐๐ บาท (หนึ่งหมื่นสองพันห้าร้อยบาทถ้วน)."""

import re
from collections.abc import Iterator
from decimal import Decimal

from domain.intake.contradiction.text import CheckedText, contradiction
from domain.intake.reading import Contradiction
from domain.intake.vocabulary import ContradictionKind

_DIGITS = {
    "ศูนย์": 0,
    "หนึ่ง": 1,
    "เอ็ด": 1,
    "สอง": 2,
    "ยี่": 2,
    "สาม": 3,
    "สี่": 4,
    "ห้า": 5,
    "หก": 6,
    "เจ็ด": 7,
    "แปด": 8,
    "เก้า": 9,
}
_PLACES = {"สิบ": 10, "ร้อย": 100, "พัน": 1_000, "หมื่น": 10_000, "แสน": 100_000}
_MILLION = "ล้าน"
_WORD = re.compile("|".join([*_DIGITS, *_PLACES, _MILLION]))
_SAID = rf"(?P<said>(?:(?:{_WORD.pattern})[ \n]?){{1,40}})"
_SATANG = rf"(?P<satang>(?:(?:{_WORD.pattern})[ \n]?){{1,6}})สตางค์"
_NUMBER = (
    r"(?<![0-9.,/])(?P<figures>(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,15})"
    r"(?:\.[0-9]{1,2})?)(?![0-9])"
)
_MONEY = rf"{_SAID}บาท\s{{0,2}}(?:ถ้วน|{_SATANG})?"
_PATTERNS = (
    re.compile(
        rf"{_NUMBER}\s{{0,2}}(?:\.?-)?\s{{0,3}}(?:บาท)?\s{{0,3}}\(\s{{0,2}}[-=]{{0,2}}\s{{0,2}}{_MONEY}\s{{0,2}}[-=]{{0,2}}\s{{0,2}}\)"
    ),
    re.compile(
        rf"(?:(?<![ก-๎])|(?<=เงิน)|(?<=จำนวน)){_MONEY}\s{{0,3}}\(\s{{0,2}}{_NUMBER}\s{{0,2}}(?:\.?-)?\s{{0,3}}(?:บาท)?\s{{0,2}}\)"
    ),
    re.compile(rf"{_NUMBER}\s{{0,3}}\(\s{{0,2}}{_SAID}\s{{0,2}}\)"),
)


def differing_number_words(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the numbers whose words say another number."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(checked.text):
            said = _value(match)
            figures = match["figures"].replace(",", "")
            if said is not None and said != Decimal(figures):
                told = format(said, "f")
                yield contradiction(
                    ContradictionKind.COUNT_DIFFERS,
                    f"ตัวเลขระบุ {figures} แต่ตัวหนังสือระบุ {told}",
                    [
                        checked.place(figures, *match.span("figures")),
                        checked.place(told, match.start("said"), _end(match)),
                    ],
                )


def number_of_words(said: str) -> int | None:
    """Return the number that Thai words say, None where they are not one number."""
    total = below = 0
    digit: int | None = None
    least = 10**6
    for word in _WORD.findall(said):
        if word in _DIGITS:
            if digit is not None:
                return None
            digit = _DIGITS[word]
        elif word == _MILLION:
            total, below, digit, least = (total + below + (digit or 0)) * 10**6, 0, None, 10**6
        elif (place := _PLACES[word]) >= least:
            return None
        else:
            # สิบ and ร้อย may stand without หนึ่ง.
            below += (1 if digit is None else digit) * place
            digit, least = None, place
    return total + below + (digit or 0)


def _value(match: re.Match[str]) -> Decimal | None:
    whole = number_of_words(match["said"])
    satang = match.groupdict().get("satang")
    part = number_of_words(satang) if satang else 0
    if whole is None or part is None or part > 99:
        return None
    return Decimal(whole) + Decimal(part) / 100


def _end(match: re.Match[str]) -> int:
    """Return where the words end, with their บาทถ้วน."""
    ends = [match.end("said")]
    if satang := match.groupdict().get("satang"):
        ends.append(match.end("satang") + len("สตางค์") if satang else 0)
    behind = re.compile(r"บาท\s{0,2}(?:ถ้วน)?").match(match.string, match.end("said"))
    if behind:
        ends.append(behind.end())
    return max(ends)
