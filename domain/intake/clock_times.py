"""Times of day in a text: ๐๙.๐๐ น., 9:00, เวลา ๐๙.๐๐ น. - ๑๒.๐๐ น."""

import re
from dataclasses import dataclass
from datetime import time

CLOCK = r"([01]?[0-9]|2[0-3]) ?[.:;,] ?([0-5][0-9])(?![0-9])"
# Behind a first time the second may have lost its point.
_LOOSE = r"([01]?[0-9]|2[0-3]) ?[.:;,]? ?([0-5][0-9])(?![0-9])"
_HOUR_WORD = r"\s{0,2}(?:น(?:าฬิกา|์)?(?![ก-๎])[.,]?|ม[.,])?"
_TIME_WORD = r"(?:เวลา|[เแโ]?[วจ][ลส][าเ])"
_UNTIL = rf"\s{{0,3}}(?:-|จนถึง|ถึง)\s{{0,3}}(?:เวลา\s{{0,3}})?{_LOOSE}{_HOUR_WORD}"
# Behind a break at noon it goes on.
_SECOND = re.compile(
    rf"\s{{0,3}}(?:และ|,)\s{{0,3}}{_TIME_WORD}?\s{{0,3}}{CLOCK}{_HOUR_WORD}{_UNTIL}"
)
_HOURS = re.compile(rf"({_TIME_WORD}\s{{0,3}})?(?<![0-9.:]){CLOCK}{_HOUR_WORD}(?:{_UNTIL})?")


@dataclass(frozen=True, kw_only=True, slots=True)
class HoursAt:
    """A time of day, or two, and where they stand in the stretch that was searched."""

    opens: time
    closes: time | None
    start: int
    end: int


def find_hours(text: str) -> HoursAt | None:
    """Return the first hours in a stretch of folded text.

    Figures alone are no time: เวลา must stand before them or น. behind them.
    """
    for match in _HOURS.finditer(text):
        if match[1] or "น" in match[0]:
            second = _SECOND.match(text, match.end()) if match[4] else None
            last = second or match
            hour, minute = (last[3], last[4]) if second else (match[4], match[5])
            return HoursAt(
                opens=time(int(match[2]), int(match[3])),
                closes=time(int(hour), int(minute)) if hour else None,
                start=match.start(),
                end=last.end(),
            )
    return None
