"""How the time until the final date is shared among the tiers that a letter still has to pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate, pairwise

from domain.buddhist_era import bangkok_date
from domain.working_time import WorkingCalendar


@dataclass(frozen=True, kw_only=True, slots=True)
class TierShare:
    """The working days of one tier, and the day on which they are used up."""

    days: int
    ends_on: date


def share_days(
    calendar: WorkingCalendar, start: date, end: date, weights: Sequence[int]
) -> list[TierShare]:
    """Share the working days after `start` up to `end` by weight, the nearest tier first.

    The shares come to the whole: a tier's end is rounded, not its share.
    """
    days = calendar.count_days(start, end)
    whole = sum(weights)
    marks = [(2 * days * part + whole) // (2 * whole) for part in accumulate(weights)]
    return [
        TierShare(days=until - since, ends_on=calendar.add_days(start, until))
        for since, until in pairwise([0, *marks])
    ]


def last_day(until: datetime) -> date:
    """Return the day in Bangkok on which a time ends; what runs until midnight ends the day before.

    The clock that never stops closes at midnight.
    """
    return bangkok_date(until - timedelta.resolution)


def first_share(
    calendar: WorkingCalendar, start: datetime, end: datetime, weights: Sequence[int]
) -> datetime:
    """Return until when the nearest tier must have sent the letter on.

    It is the closing time of its last working day. Where there is less than a day for a tier, the
    working time itself is shared, and where there is none, the time on the clock.
    """
    share = share_days(calendar, bangkok_date(start), last_day(end), weights)[0]
    if share.days > 0:
        return min(calendar.closing(share.ends_on), end)
    part = weights[0] / sum(weights)
    worktime = calendar.count_time(start, end)
    if worktime > timedelta(0):
        return calendar.add_time(start, worktime * part)
    return start + (end - start) * part
