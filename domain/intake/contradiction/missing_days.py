"""Days that no calendar has: ๓๑ พฤศจิกายน."""

import re
from collections.abc import Iterator

from domain.buddhist_era import MONTHS, SHORT_MONTHS
from domain.intake.contradiction.text import CheckedText, contradiction
from domain.intake.reading import Contradiction
from domain.intake.thai_dates import calendar_day, gregorian_year, read_month
from domain.intake.vocabulary import ContradictionKind

_SHORT = [re.sub(r"(?<=[ก-ฮ])", r"\\.?", name) for name in SHORT_MONTHS]
_MONTH = "|".join([*MONTHS, *_SHORT])
# A letter's own day stands alone on its line.
_DAY = re.compile(
    rf"(?:วัน(?:[ก-๎]{{2,10}})?ที่\s{{0,3}}|(?P<alone>^[ \t]*))(?P<day>[0-9]{{1,2}})\s{{0,3}}"
    rf"(?:เดือน\s{{0,3}})?(?P<month>{_MONTH})"
    r"\s{0,3}(?:(?:พ\.ศ\.|พุทธศักราช)\s{0,3})?(?P<year>[1-9][0-9]{3}|[4-9][0-9])(?![0-9])"
    r"(?(alone)[ \t]*$)",
    re.MULTILINE,
)


def days_that_are_none(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the days that their month does not have in that year, and those of years to come."""
    for match in _DAY.finditer(checked.text):
        month = read_month(match["month"])
        year = gregorian_year(match["year"])
        if month is None or calendar_day(year, month[0], int(match["day"])):
            continue
        written = " ".join(match[name] for name in ("day", "month", "year"))
        yield contradiction(
            ContradictionKind.DATE_DIFFERS,
            f"ไม่มีวันที่ {written} ในปฏิทิน",
            [checked.place(written, match.start("day"), match.end("year"))],
        )
