"""Dates in a text: worded, abbreviated or in figures, of either era, never guessed."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain

from domain.buddhist_era import BUDDHIST_ERA_OFFSET, MONTHS, SHORT_MONTHS, looks_buddhist
from domain.intake.near_shapes import near_whole, shape_of
from domain.intake.near_words import is_near

_SHORT_SHAPES = [shape_of(name).replace("เ", "") for name in SHORT_MONTHS]
_ABOVE = frozenset("ิีึื")
_NUMBERS = {
    name: number for names in (MONTHS, SHORT_MONTHS) for number, name in enumerate(names, 1)
}
# No letter is older than the regulations, and no plan reaches further.
_FIRST_YEAR, _LAST_YEAR = 1900, 2156
# Two figures stand for the Buddhist year 25xx; below this they would be long past, or Christian.
_FIRST_SHORT_YEAR = 40

_YEAR = r"(2 ?[05] ?[0-9] ?[0-9]|1[89][0-9]{2}|2[0-9]{3}|[0-9]{2})(?![0-9]|[.,:/][0-9])"
# What stands between the parts of a date: blanks, the end of a line, a page and its number.
_GAP = r"(?:[\s.,]{0,8}|\s{0,3}\n-\s?[0-9]{1,3}\s?-\n\s{0,3})"
# Of พ.ศ. one letter may be lost; behind a month's own point the other would be the month's.
_ERA = (
    r"(?:([พฟผฝค])(?:์?[ .,]{0,2}[ศคตส]์?|ุทธศักราช|ริสต์ศักราช)|(?<=\s)[.,]{0,2}(?:[พฟผฝ]|ศ)์?)[ .,]{0,2}"
)
# As a lookahead: what looks like a date and is none must not swallow the date behind it.
_WORDED = re.compile(
    rf"(?<![0-9])(?<![0-9][./])(?=([0-3]?[0-9]){_GAP}(?:เดือน\s{{0,3}})?"
    rf"([ก-ฮั-ฺเ-ไ็-๎](?:[ .,\n]?[ก-๎]){{1,17}}?[.,]?){_GAP}"
    rf"(?:{_ERA}\s{{0,3}})?{_YEAR})"
)
_THIS_YEAR = re.compile(
    r"(?<![0-9])(?<![0-9][.,/])([0-3]?[0-9])[\s.]{0,8}([ก-ฮเ-ไ][ก-๎.]{2,10}?)\s{0,3}(?:ศก|ปี)?นี้"
)
_WITHIN_MONTH = re.compile(
    r"(?<=ภายใน)\s{0,3}(?:สิ้น)?เดือน\s{0,3}([ก-ฮเ-ไ][ก-๎.]{2,10}?)\s{0,3}(?:([พค])\.ศ\.\s{0,3})?([0-9]{4})(?![0-9])"
)
_FIGURES = re.compile(
    r"(?<![0-9/.-])([0-3]?[0-9]) ?([/.-]) ?([01]?[0-9]) ?\2 ?"
    r"([0-9]{4}|(?<=/)[0-9]{2}|(?<=/ )[0-9]{2})"
    r"(?![0-9]|[/.-][0-9])"
)
# A scan takes a stroke for l.
_STROKES = re.compile(
    r"(?<![0-9/.-])([0-3]?[0-9]) ?([/l|I]) ?([01]?[0-9]) ?[l|I/] ?(2[0-9]{3})(?![0-9]|[/.-][0-9])"
)
_ISO = re.compile(r"(?<![0-9-])([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9-])")


@dataclass(frozen=True, kw_only=True, slots=True)
class DateAt:
    """A date and where it stands in the folded text."""

    day: date
    start: int
    end: int
    sure: float
    rule: str


def find_dates(text: str) -> Sequence[DateAt]:
    """Return the dates of a folded text in their order."""
    dates: list[DateAt] = []
    found = chain(_worded(text), _in_figures(text), _iso(text))
    for one in sorted(found, key=lambda one: one.start):
        if not dates or one.start >= dates[-1].end:
            dates.append(one)
    return dates


def find_ends_of_months(text: str, start: int, end: int) -> Sequence[DateAt]:
    """Return the last days of months within which something is asked for: ภายในเดือนมีนาคม ๒๕๖๘."""
    days = []
    for match in _WITHIN_MONTH.finditer(text, start, end):
        month, year = _NUMBERS.get(match[1]), gregorian_year(match[3], match[2])
        if month and year:
            day = date(year, month, monthrange(year, month)[1])
            days.append(
                DateAt(day=day, start=match.start(), end=match.end(), sure=0.75, rule="date.month")
            )
    return days


def find_days_of_year(text: str, start: int, end: int, since: date) -> Sequence[DateAt]:
    """Return days to come in the year of a letter's own date: ๑๕ พฤศจิกายน นี้."""
    days = []
    for match in _THIS_YEAR.finditer(text, start, end):
        month = _NUMBERS.get(match[2])
        day = month and calendar_day(since.year, month, int(match[1]))
        if day and day >= since:
            days.append(
                DateAt(
                    day=day, start=match.start(), end=match.end(), sure=0.75, rule="date.this_year"
                )
            )
    return days


def gregorian_year(figures: str, era: str | None = None) -> int | None:
    """Return the Gregorian year that is meant, None where it is not sure.

    Args:
        figures: Two or four Arabic digits.
        era: `พ` where พ.ศ. is printed before it, `ค` for ค.ศ.
    """
    year = int(figures)
    if len(figures) == 2:
        if year < _FIRST_SHORT_YEAR and era != "ค":
            return None
        year += 2000 if era == "ค" else 2500
    if era == "พ" or (era is None and looks_buddhist(year)):
        year -= BUDDHIST_ERA_OFFSET
    return year if _FIRST_YEAR <= year <= _LAST_YEAR else None


@lru_cache(maxsize=4096)
def read_month(name: str) -> tuple[int, float] | None:
    """Return which month a name means, and how sure that is."""
    bare = "".join(one for one in name if one not in " .,\n")
    if number := _NUMBERS.get(bare):
        return number, 1.0
    for most in (1, 2):
        near = [at for at, month in enumerate(MONTHS, 1) if is_near(month, bare, most=most)]
        if near:
            return (near[0], 0.8 - most / 10) if len(near) == 1 else _far_month(bare)
    return _short_month(bare) if len(bare) <= 4 else _far_month(bare)


def _short_month(bare: str) -> tuple[int, float] | None:
    """Return the month whose abbreviation has the shape; มค and มีค have one between them.

    One letter that is another is likelier than that and a vowel lost.
    """
    shape = shape_of(bare).replace("เ", "")
    alike = [at for at, one in enumerate(_SHORT_SHAPES, 1) if one == shape]
    if len(alike) > 1 and "์" not in bare:
        alike = [at for at in alike if _is_as_long(SHORT_MONTHS[at - 1], bare)]
    return (alike[0], 0.65) if len(alike) == 1 else None


def _is_as_long(name: str, bare: str) -> bool:
    """Tell whether a name has its vowel before or above where the written one has."""
    is_above = _ABOVE.isdisjoint(bare) == _ABOVE.isdisjoint(name)
    return len(name) == len(bare) and is_above


def _far_month(bare: str) -> tuple[int, float] | None:
    """Return the month that a much damaged name is far nearer to than to any other."""
    off = [
        (near, at)
        for at, month in enumerate(MONTHS, 1)
        if (near := near_whole(month, bare, most=4.0)) is not None
    ]
    first, second = (*sorted(off), (9.0, 0), (9.0, 0))[:2]
    return (first[1], 0.55) if first[0] <= 3 and second[0] - first[0] >= 1 else None


def calendar_day(year: int | None, month: int, day: int) -> date | None:
    """Return the day, None where the calendar has no such day."""
    try:
        return date(year, month, day) if year else None
    except ValueError:
        return None


def _worded(text: str) -> Iterator[DateAt]:
    for match in _WORDED.finditer(text):
        month = read_month(match[2])
        figures = match[4].replace(" ", "")
        day = month and calendar_day(
            gregorian_year(figures, _era(match[3])), month[0], int(match[1])
        )
        if month and day:
            sure = min(month[1], _sure_of(text[match.start() : match.end(4)], figures))
            rule = "date.worded" if month[1] == 1 else "date.near"
            yield DateAt(day=day, start=match.start(), end=match.end(4), sure=sure, rule=rule)


def _era(letter: str | None) -> str | None:
    """พ as a scan may write it."""
    return letter if letter in {None, "ค"} else "พ"


def _sure_of(written: str, figures: str) -> float:
    """A broken line costs a little, a short year more."""
    if len(figures) == 2:
        return 0.85
    return 0.9 if "\n" in written or not written.endswith(figures) else 1.0


def _in_figures(text: str) -> Iterator[DateAt]:
    for match in _FIGURES.finditer(text):
        day = calendar_day(gregorian_year(match[4]), int(match[3]), int(match[1]))
        if day:
            sure = 0.95 if len(match[4]) == 4 else 0.8
            yield DateAt(
                day=day, start=match.start(), end=match.end(), sure=sure, rule="date.figures"
            )

    for match in _STROKES.finditer(text):
        day = calendar_day(gregorian_year(match[4]), int(match[3]), int(match[1]))
        if day and set(match[0]) & set("lI|"):
            yield DateAt(
                day=day, start=match.start(), end=match.end(), sure=0.65, rule="date.strokes"
            )


def _iso(text: str) -> Iterator[DateAt]:
    for match in _ISO.finditer(text):
        if day := calendar_day(gregorian_year(match[1]), int(match[2]), int(match[3])):
            yield DateAt(day=day, start=match.start(), end=match.end(), sure=0.95, rule="date.iso")
