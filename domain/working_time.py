"""Working days and working hours of one calendar: add, subtract and count, each in constant time.

Days are calendar days in Bangkok. Two rulers are laid along the years: the number of working days
up to a day, and the working time up to an instant. To add is to look up a mark on a ruler and walk
back; to count is to subtract two marks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate, compress

from domain.buddhist_era import BANGKOK, BUDDHIST_ERA_OFFSET, thai_digits
from domain.errors import InvalidError

FIRST_YEAR, LAST_YEAR = 2000, 2060
"""The years a calendar covers; the base knows no lunar dates after 2057."""

_BASE = date(FIRST_YEAR, 1, 1).toordinal()
_LENGTH = date(LAST_YEAR + 1, 1, 1).toordinal() - _BASE
_MIDNIGHT = datetime(FIRST_YEAR, 1, 1, tzinfo=BANGKOK).astimezone(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficeHours:
    """From when until when an office is open on a working day, Bangkok time.

    08:30 to 16:30 unless an organization says otherwise; the lunch hour is not taken out.
    """

    opens: time = time(8, 30)
    closes: time = time(16, 30)


@dataclass(frozen=True)
class WorkingCalendar:
    """The working time of one scope.

    Attributes:
        days_off: Saturdays, Sundays and holidays, after every override, with the name of each.
        hours: Office hours of a working day; None keeps the clock running day and night.
        announced: Years whose holidays are officially known; others are a forecast.
    """

    # Sixty years of days would drown whatever else a message says.
    days_off: Mapping[date, str] = field(repr=False)
    hours: OfficeHours | None = field(default_factory=OfficeHours)
    announced: frozenset[int] = field(default=frozenset(), repr=False)

    def is_working(self, day: date) -> bool:
        """Return whether the office is open on `day`."""
        return self._is_working_index(self._index(day))

    def add_days(self, day: date, days: int) -> date:
        """Return the working day that lies `days` working days after `day`, or before it.

        The day itself never counts, whether it is a working day or not; zero returns it.

        Raises:
            InvalidError: `calendar_out_of_range`.
        """
        index = self._index(day)
        if days == 0:
            return day
        at = self._marks[index] + days if days < 0 else self._marks[index + 1] + days - 1
        if not 0 <= at < len(self._working):
            raise _out_of_range()
        return date.fromordinal(_BASE + self._working[at])

    def count_days(self, start: date, end: date) -> int:
        """Return how many working days lie after `start` up to and with `end`.

        Backwards it is negative and counts from `end` up to, but not with, `start`: adding a
        number of days and counting them gives the number back in both directions.
        """
        first, last = self._index(start), self._index(end)
        if end < start:
            return self._marks[last] - self._marks[first]
        return self._marks[last + 1] - self._marks[first + 1]

    def add_time(self, at: datetime, span: timedelta) -> datetime:
        """Return the instant at which `span` of working time has passed since `at`, or before it.

        A span that is used up exactly at closing time ends there, not at the next opening; going
        backwards, it ends at an opening.

        Raises:
            InvalidError: `calendar_out_of_range`.
        """
        if not span:
            return at
        mark = self._mark(at) + _microseconds(span)
        whole, rest = divmod(mark, self._span)
        if span > timedelta(0) and rest == 0:
            whole, rest = whole - 1, self._span
        if not 0 <= whole < len(self._working):
            raise _out_of_range()
        return self._instant(self._working[whole], self._opens + rest)

    def count_time(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two instants, negative when `end` comes first."""
        return timedelta(microseconds=self._mark(end) - self._mark(start))

    def opening(self, day: date) -> datetime:
        """Return the instant at which an office of this calendar opens on `day`."""
        return self._instant(self._index(day), self._opens)

    def closing(self, day: date) -> datetime:
        """Return the instant at which an office of this calendar closes on `day`."""
        return self._instant(self._index(day), self._opens + self._span)

    def is_open(self, at: datetime) -> bool:
        """Return whether an office is open at `at`; it is at opening and not at closing time."""
        days, offset = self._place(at)
        return self._is_working_index(days) and 0 <= offset - self._opens < self._span

    def received_at(self, at: datetime) -> datetime:
        """Return when a letter that comes in at `at` counts as received.

        What comes outside office hours counts as received at the next opening (Electronic
        Performance of Government Service Act, B.E. 2565).
        """
        if self.is_open(at):
            return at
        days, offset = self._place(at)
        day = date.fromordinal(_BASE + days)
        if self._is_working_index(days) and offset < self._opens:
            return self.opening(day)
        return self.opening(self.add_days(day, 1))

    def unannounced_years(self, start: datetime, end: datetime) -> list[int]:
        """Return the years between two instants whose holidays are only a forecast."""
        first, last = (at.astimezone(BANGKOK).year for at in (start, end))
        return [year for year in range(first, last + 1) if year not in self.announced]

    @property
    def day_length(self) -> timedelta:
        """The working time of one working day."""
        return timedelta(microseconds=self._span)

    @cached_property
    def _opens(self) -> int:
        return _offset(self.hours.opens) if self.hours else 0

    @cached_property
    def _span(self) -> int:
        if self.hours is None:
            return _microseconds(timedelta(days=1))
        return _offset(self.hours.closes) - self._opens

    @cached_property
    def _marks(self) -> list[int]:
        """Number of working days before each day, and after the last."""
        return list(accumulate(self._open, initial=0))

    @cached_property
    def _working(self) -> list[int]:
        return list(compress(range(_LENGTH), self._open))

    @cached_property
    def _open(self) -> bytearray:
        """1 for each working day, 0 for each day off."""
        days = bytearray(b"\1") * _LENGTH
        for day in (min(self.days_off), max(self.days_off)) if self.days_off else ():
            self._index(day)
        for ordinal in map(date.toordinal, self.days_off):
            days[ordinal - _BASE] = 0
        return days

    def _is_working_index(self, index: int) -> bool:
        return self._open[index] == 1

    def _mark(self, at: datetime) -> int:
        days, offset = self._place(at)
        mark = self._marks[days] * self._span
        if self._is_working_index(days) and offset > self._opens:
            mark += min(offset - self._opens, self._span)
        return mark

    def _place(self, at: datetime) -> tuple[int, int]:
        passed = at - _MIDNIGHT
        if not 0 <= passed.days < _LENGTH:
            raise _out_of_range()
        return passed.days, passed.seconds * 1_000_000 + passed.microseconds

    def _index(self, day: date) -> int:
        index = day.toordinal() - _BASE
        if not 0 <= index < _LENGTH:
            raise _out_of_range()
        return index

    def _instant(self, index: int, offset: int) -> datetime:
        return _MIDNIGHT + timedelta(index, 0, offset)


def weekends() -> dict[date, str]:
    """Return every Saturday and Sunday of the years a calendar covers, with its name."""
    names = {5: "วันเสาร์", 6: "วันอาทิตย์"}
    days = (date.fromordinal(_BASE + index) for index in range(_LENGTH))
    return {day: names[day.weekday()] for day in days if day.weekday() in names}


def check_covered(day: date) -> None:
    """Refuse a day of a year that no calendar covers.

    Raises:
        InvalidError: `calendar_out_of_range`.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _out_of_range()


CONTINUOUS = WorkingCalendar(
    days_off={}, hours=None, announced=frozenset(range(FIRST_YEAR, LAST_YEAR + 1))
)
"""The clock that never stops: a day of it is 24 hours."""


def _offset(at: time) -> int:
    return _microseconds(timedelta(hours=at.hour, minutes=at.minute, seconds=at.second))


def _microseconds(span: timedelta) -> int:
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def _out_of_range() -> InvalidError:
    first, last = FIRST_YEAR + BUDDHIST_ERA_OFFSET, LAST_YEAR + BUDDHIST_ERA_OFFSET
    return InvalidError(
        thai_digits(f"ปฏิทินวันทำการรองรับเฉพาะ พ.ศ. {first} ถึง {last}"),
        code="calendar_out_of_range",
        first_year=FIRST_YEAR,
        last_year=LAST_YEAR,
    )
