"""How the days in a list of local bodies are read, whichever way and era they are written in."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from domain.buddhist_era import (
    BUDDHIST_ERA_OFFSET,
    MONTHS,
    SHORT_MONTHS,
    arabic_digits,
    looks_buddhist,
)

# Older bodies than the first of their sort (1905) and later ones than these are slips of an era.
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2199

_MONTHS: Final[Mapping[str, int]] = {
    name: month for names in (MONTHS, SHORT_MONTHS) for month, name in enumerate(names, start=1)
}
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[ T]00:00(?::00)?)?")
_SLASHES = re.compile(r"(?P<day>\d{1,2})\s?[/.-]\s?(?P<month>\d{1,2})\s?[/.-]\s?(?P<year>\d+)")
_THAI = re.compile(
    r"(?:วันที่\s?)?(?P<day>\d{1,2})\s?(?P<month>[ก-๙.]+?)\s?"
    r"(?P<era>พ\.?\s?ศ\.?|ค\.?\s?ศ\.?)?\s?(?P<year>\d+)"
)


class DayError(ValueError):
    """A cell that is no day; `code` says why, the message says it in Thai."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def read_body_day(text: str) -> date:
    """Read a day such as `2021-10-01`, `2564-10-01`, `1/10/2564` or `๑ ต.ค. ๒๕๖๔`.

    Raises:
        DayError: `date_unreadable`, `date_impossible`, or `era_confused` where the year cannot be
            one of the era that it is given in.
    """
    shown = arabic_digits(text)
    found = _ISO.fullmatch(shown) or _SLASHES.fullmatch(shown) or _THAI.fullmatch(shown)
    month = found and _month(found["month"])
    if found is None or month is None:
        raise DayError(
            "date_unreadable", f"อ่านวันที่ “{text}” ไม่ออก ให้เขียนเช่น 2564-10-01 หรือ 1 ตุลาคม 2564"
        )
    year = _year(found["year"], found.groupdict().get("era"), text)
    try:
        return date(year, month, int(found["day"]))
    except ValueError as error:
        raise DayError("date_impossible", f"ไม่มีวันที่ “{text}” ในปฏิทิน") from error


def _month(text: str) -> int | None:
    return int(text) if text.isdigit() else _MONTHS.get(text.replace(".", ""))


def _year(digits: str, era: str | None, text: str) -> int:
    """Return the Gregorian year; a Buddhist one is told by itself."""
    year = int(digits) if len(digits) == 4 else 0
    buddhist = looks_buddhist(year)
    said = None if era is None else era.startswith("พ")
    gregorian = year - BUDDHIST_ERA_OFFSET if buddhist else year
    if said not in (None, buddhist) or not _FIRST_YEAR <= gregorian <= _LAST_YEAR:
        raise DayError(
            "era_confused",
            f"ปีของ “{text}” ไม่ใช่ พ.ศ. หรือ ค.ศ. ที่เป็นไปได้ ให้เขียนปีสี่หลัก เช่น 2564 หรือ 2021",
        )
    return gregorian
