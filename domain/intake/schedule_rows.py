"""Days in the rows of a schedule, where nothing but what happens stands before them."""

import re
from collections.abc import Sequence

from domain.intake.clock_times import find_hours
from domain.intake.day_lists import days_before
from domain.intake.requests import DAY_WORD
from domain.intake.thai_dates import DateAt

# What happens, and a gap: รับสมัคร    ๓ - ๒๘ พฤศจิกายน ๒๕๖๘.
_LABEL = re.compile(
    rf"(?:\(?[0-9]{{1,2}}[.)]\s?|[-•]\s?)?[ก-๎“(][^\n]{{2,80}}(?:\t|[ ]{{2}})[ \t]*{DAY_WORD}$"
)
_NO_LABEL = re.compile(r"(?:ลง|เมื่อ|ณ|ลว\.?|ตั้งแต่|แต่|ภายใน|ก่อน|ไม่เกิน|ถึง)[ \t]*(?:วันที่)?[ \t]*$")
_FARTHEST, _LONGEST_TAIL = 120, 50


def rows_of_schedule(text: str, dates: Sequence[DateAt]) -> frozenset[int]:
    """Return where the dates begin that stand in such rows; a single row is no schedule."""
    rows = [one.start for one in dates if _is_row(text, one)]
    return frozenset(rows) if len(rows) > 1 else frozenset()


def _is_row(text: str, one: DateAt) -> bool:
    first = text.rfind("\n", max(one.start - _FARTHEST, 0), one.start) + 1
    if not first:
        return False
    days = days_before(text, first, one)
    label = text[first : days[0].start if days else one.start]
    if _LABEL.fullmatch(label) is None or _NO_LABEL.search(label):
        return False
    behind = text[one.end : one.end + _LONGEST_TAIL + 1].partition("\n")[0]
    hours = find_hours(behind)
    return not behind.strip() or (hours is not None and not behind[hours.end :].strip(" .-"))
