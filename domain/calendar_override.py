"""Days that differ from the base calendar: ranges as people write them, days as they are kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from domain.buddhist_era import thai_long_date
from domain.calendar_scope import scopes_above
from domain.errors import InvalidError, WianError
from domain.working_time import check_covered

MOST_DAYS = 366
"""The longest range that one line may hold: a longer one is a slip of the pen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OverrideRange:
    """Days on which one scope differs from what stands above it.

    Attributes:
        scope: Whose calendar.
        first_day: The first day.
        last_day: The last day, which belongs to the range.
        is_working: Whether offices are open on these days, or closed.
        reason: Why, as the calendar shows it.
        source: Where that is said: an announcement, a resolution, an order.
        line: Where the range stands in a file, for messages.
    """

    scope: str
    first_day: date
    last_day: date
    is_working: bool
    reason: str
    source: str
    line: int | None = None

    def days(self) -> list[date]:
        """Return each day of the range."""
        length = (self.last_day - self.first_day).days + 1
        return [self.first_day + timedelta(days) for days in range(length)]

    def agrees_with(self, other: "OverrideRange") -> bool:
        """Return whether both say the same of a day that they share."""
        return self == replace(
            other, first_day=self.first_day, last_day=self.last_day, line=self.line
        )


Spread = Mapping[tuple[str, date], OverrideRange]
"""For each scope and day, the range that speaks of it."""


def spread_out(ranges: Iterable[OverrideRange]) -> Spread:
    """Return the days of some ranges.

    Raises:
        InvalidError: `calendar_unknown`, `calendar_range_reversed`, `calendar_range_too_long`,
            `calendar_out_of_range`, or `calendar_override_overlaps` when two ranges say different
            things of one day; each names the line, if there is one.
    """
    spread: dict[tuple[str, date], OverrideRange] = {}
    for one in ranges:
        _check(one)
        for day in one.days():
            other = spread.setdefault((one.scope, day), one)
            if not other.agrees_with(one):
                raise _refusal(
                    one,
                    f"วันที่ {thai_long_date(day)} ของปฏิทิน {one.scope}"
                    f" ถูกกำหนดไว้แล้วเป็นอย่างอื่น{_at(other)}",
                    code="calendar_override_overlaps",
                    day=day.isoformat(),
                )
    return spread


def gather(days: Iterable[OverrideRange]) -> list[OverrideRange]:
    """Return ranges of one day each as the fewest lines that say the same."""
    found: list[OverrideRange] = []
    for one in sorted(days, key=lambda each: (each.scope, each.first_day)):
        if found and _continues(found[-1], one):
            found[-1] = replace(found[-1], last_day=one.last_day)
        else:
            found.append(one)
    return found


def at_its_line(one: OverrideRange, error: WianError) -> InvalidError:
    """Return what is wrong with a range, with the line where it stands."""
    return _refusal(one, error.detail, code=error.reason, **error.facts)


def _continues(before: OverrideRange, one: OverrideRange) -> bool:
    follows = one.first_day - before.last_day == timedelta(days=1)
    fits = one.last_day - before.first_day < timedelta(days=MOST_DAYS)
    return follows and fits and before.agrees_with(one)


def _check(one: OverrideRange) -> None:
    try:
        scopes_above(one.scope)
        check_covered(one.first_day)
        check_covered(one.last_day)
    except WianError as error:
        raise at_its_line(one, error) from error
    if one.last_day < one.first_day:
        raise _refusal(
            one,
            f"วันสุดท้าย {thai_long_date(one.last_day)} มาก่อนวันแรก {thai_long_date(one.first_day)}",
            code="calendar_range_reversed",
            field="last_day",
        )
    if one.last_day - one.first_day >= timedelta(days=MOST_DAYS):
        raise _refusal(
            one,
            f"ช่วงวันที่ยาวเกิน {MOST_DAYS} วัน",
            code="calendar_range_too_long",
            field="last_day",
        )


def _refusal(one: OverrideRange, detail: str, *, code: str, **facts: object) -> InvalidError:
    if one.line is None:
        return InvalidError(detail, code=code, **facts)
    return InvalidError(f"บรรทัด {one.line}: {detail}", code=code, line=one.line, **facts)


def _at(other: OverrideRange) -> str:
    return "" if other.line is None else f" ที่บรรทัด {other.line}"
