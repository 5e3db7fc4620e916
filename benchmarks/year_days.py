"""The working days of a made-up year.

Instants are marks: seconds of working time since the first office hour of the year.
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from typing import Final

from domain.working_time import WorkingCalendar

DAY: Final = 8 * 3600
"""A working day of eight hours, as marks count it."""

NEVER: Final = 1 << 40
"""The mark of what does not happen."""

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Year:
    """The working days of a year of Bangkok: marks to instants.

    Attributes:
        days: How many there are.
        end: The mark at which the year is over.
        openings: When each begins, in microseconds since 2000, and those of the months after.
    """

    def __init__(self, calendar: WorkingCalendar, year: int) -> None:
        days = [date(year, 1, 1) + timedelta(days=nth) for nth in range(600)]
        open_days = [day for day in days if calendar.is_working(day)]
        self.number = year
        self.days = bisect_left(open_days, date(year + 1, 1, 1))
        self.openings = [
            (calendar.opening(day) - _EPOCH) // timedelta(microseconds=1) for day in open_days
        ]
        self._days = open_days
        self._written = [day.isoformat() for day in open_days]

        self.end = self.days * DAY
        morning = _EPOCH + timedelta(microseconds=self.openings[0])
        self._clock = [
            f"{(morning + timedelta(seconds=second)).time()}+00:00" for second in range(DAY)
        ]

    def at(self, mark: int) -> int:
        """Return the instant of a mark, in microseconds since 2000."""
        return self.openings[mark // DAY] + mark % DAY * 1_000_000

    def date(self, mark: int) -> date:
        """Return the day of a mark in Bangkok."""
        return self._days[mark // DAY]

    def written(self, mark: int) -> str:
        """Return the instant of a mark as the database writes it into JSON."""
        return f"{self._written[mark // DAY]}T{self._clock[mark % DAY]}"
