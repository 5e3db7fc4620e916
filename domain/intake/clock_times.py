"""Times of day in a text: ๐๙.๐๐ น., 9:00, เวลา ๐๙.๐๐ น. - ๑๒.๐๐ น."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

CLOCK = r"([01]?[0-9]|2[0-3]) ?[.:;,] ?([0-5][0-9])(?![0-9])"
TIME_WORD = r"(?:[เแโ]?[วจ]์?[ลส]์?[าเ]?|[เแโ][วจลส]์?[าเ])"
"""เวลา, and what a scan makes of it."""

_HOUR_WORD = r"\s{0,2}(?:น(?:าฬิกา|์)?(?![ก-๎])[.,]?|ม[.,])?"
_POINT = r"(?P<point> ?[.:;,] ?)"
# Behind เวลา the point may be lost, behind the minutes the dash: ๐๘.๓๐๑๒.๐๐.
_OPENS = re.compile(
    rf"(?P<word>{TIME_WORD}\s{{0,3}})?(?<![0-9.:])(?P<hour>[01]?[0-9]|2[0-3])"
    rf"(?:{_POINT}|(?(word)(?<=[0-9][0-9])|(?!)))(?P<minute>[0-5][0-9])"
    rf"(?![0-9](?![0-9][.:][0-5][0-9])){_HOUR_WORD}"
)
_JOINTS = frozenset({"-", "ถึง", "จนถึง"})
# A dash may be lost whole, of ถึง a letter.
_CLOSES = re.compile(
    rf"\s{{0,3}}(?P<joint>-|(?:จน)?ถึง|[.,]?\s{{0,3}}(?:-|[ถกภ]?[ั-ฺ็-๎]{{1,2}}[งว])?)\s{{0,3}}"
    rf"(?:{TIME_WORD}\s{{0,3}})?(?P<hour>[01]?[0-9]|2[0-3]){_POINT}?(?P<minute>[0-5][0-9])(?![0-9])"
    rf"{_HOUR_WORD}"
)
# Behind a break at noon it goes on.
_AFTERNOON = re.compile(
    rf"\s{{0,3}}(?:และ|,)\s{{0,3}}{TIME_WORD}?\s{{0,3}}{CLOCK}{_HOUR_WORD}(?={_CLOSES.pattern})"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class HoursAt:
    """A time of day, or two, and where they stand in the stretch that was searched.

    Attributes:
        is_whole: No point and no word between the two is lost.
    """

    opens: time
    closes: time | None
    start: int
    end: int
    is_whole: bool


def find_hours(text: str) -> HoursAt | None:
    """Return the first hours in a stretch of folded text.

    Figures alone are no time: เวลา must stand before them or น. behind them.
    """
    return next(_hours(text), None)


def _hours(text: str) -> Iterator[HoursAt]:
    for first in _OPENS.finditer(text):
        last = _closing(text, first)
        said = text[first.start() : last.end() if last else first.end()]
        if not (first["word"] or "น" in said) or not (first["point"] or last or "น" in said):
            continue
        is_whole = last is None or (last["joint"] in _JOINTS and last["point"] is not None)
        yield HoursAt(
            opens=_clock(first),
            closes=_clock(last) if last else None,
            start=first.start(),
            end=last.end() if last else first.end(),
            is_whole=is_whole and first["point"] is not None,
        )


def _closing(text: str, first: re.Match[str]) -> re.Match[str] | None:
    """Return the hour at which it ends; where nothing joins the two, one later than the first."""
    last = _CLOSES.match(text, first.end())
    if last is None or (last["joint"] not in _JOINTS and not _is_later(first, last)):
        return None
    afternoon = _AFTERNOON.match(text, last.end())
    return _CLOSES.match(text, afternoon.end()) if afternoon else last


def _is_later(first: re.Match[str], last: re.Match[str]) -> bool:
    is_one_line = "\n" not in last[0]
    return is_one_line and last["point"] is not None and _clock(last) > _clock(first)


def _clock(match: re.Match[str]) -> time:
    return time(int(match["hour"]), int(match["minute"]))
