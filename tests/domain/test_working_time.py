"""What holds for every calendar, day and span; a slow walk day by day is the judge."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.buddhist_era import BANGKOK, bangkok_date
from domain.errors import InvalidError
from domain.working_time import (
    CONTINUOUS,
    OfficeHours,
    WorkingCalendar,
    check_covered,
    weekends,
)
from services.thai_holidays import announced_years, base_calendar, base_days_off

ONE_DAY = timedelta(days=1)


def _shuffled() -> WorkingCalendar:
    """Return a calendar in which the days off follow no rule."""
    dice, first = Random(38), date(2019, 1, 1)  # noqa: S311 (no secret)
    days = (first + n * ONE_DAY for n in range(6 * 366))
    off = {day: "หยุด" for day in days if dice.random() < 0.45}
    return WorkingCalendar(off, OfficeHours(opens=time(9, 15), closes=time(17, 47)))


CALENDARS = st.sampled_from(
    [
        base_calendar(),
        _shuffled(),
        WorkingCalendar(base_days_off(), OfficeHours(opens=time(0), closes=time(0, 1))),
        WorkingCalendar({}, OfficeHours(opens=time(8, 30), closes=time(16, 30))),
        CONTINUOUS,
    ]
)
DAYS = st.dates(date(2020, 1, 1), date(2023, 12, 31))
INSTANTS = st.builds(
    lambda day, passed: datetime.combine(day, time(0), BANGKOK) + passed,
    DAYS,
    st.timedeltas(timedelta(0), ONE_DAY),
) | st.builds(
    # The edges of a day, where most mistakes are made.
    lambda day, at: datetime.combine(day, at, BANGKOK),
    DAYS,
    st.sampled_from([time(0), time(0, 1), time(8, 30), time(9, 15), time(16, 30), time(17, 47)]),
)
NUMBERS = st.integers(-60, 60)
SPANS = st.timedeltas(timedelta(hours=-90), timedelta(hours=90)) | st.builds(
    lambda halves: halves * timedelta(minutes=30), st.integers(-180, 180)
)


@given(CALENDARS, DAYS, NUMBERS)
def test_days_added_are_the_days_counted(calendar: WorkingCalendar, day: date, number: int) -> None:
    assert calendar.count_days(day, calendar.add_days(day, number)) == number


@given(CALENDARS, INSTANTS, SPANS)
def test_time_added_is_the_time_counted(
    calendar: WorkingCalendar, at: datetime, span: timedelta
) -> None:
    span = _short(calendar, span)
    assert calendar.count_time(at, calendar.add_time(at, span)) == span


@given(CALENDARS, DAYS, DAYS, NUMBERS, NUMBERS)
def test_days_are_added_in_order(
    calendar: WorkingCalendar, day: date, other: date, number: int, more: int
) -> None:
    early, late = sorted([day, other])
    few, many = sorted([number, more])
    assert calendar.add_days(early, few) <= calendar.add_days(late, few)
    assert calendar.add_days(early, few) <= calendar.add_days(early, many)


@given(CALENDARS, INSTANTS, INSTANTS, SPANS, SPANS)
def test_time_is_added_in_order(
    calendar: WorkingCalendar, at: datetime, other: datetime, span: timedelta, more: timedelta
) -> None:
    early, late = sorted([at, other])
    short, long = sorted([_short(calendar, span), _short(calendar, more)])
    assert calendar.add_time(early, short) <= calendar.add_time(late, short)
    assert calendar.add_time(early, short) <= calendar.add_time(early, long)
    assert calendar.count_time(early, late) >= timedelta(0)
    assert calendar.received_at(early) <= calendar.received_at(late)


@given(CALENDARS, DAYS, NUMBERS.filter(bool))
def test_days_end_on_a_working_day(calendar: WorkingCalendar, day: date, number: int) -> None:
    end = calendar.add_days(day, number)
    assert calendar.is_working(end)
    assert end not in calendar.days_off
    assert (end > day) is (number > 0)


@given(CALENDARS, INSTANTS, SPANS.filter(lambda span: abs(span) > timedelta(seconds=1)))
def test_time_ends_in_office_hours(
    calendar: WorkingCalendar, at: datetime, span: timedelta
) -> None:
    end = calendar.add_time(at, _short(calendar, span))
    moment = timedelta(microseconds=1 if span > timedelta(0) else 0)
    # Forward it may end at closing, backward at opening; never outside.
    assert calendar.is_open(end - moment)
    assert end.utcoffset() == timedelta(0)
    assert (end > at) is (span > timedelta(0))


@given(CALENDARS, INSTANTS)
def test_what_was_received_waits_for_an_open_office(
    calendar: WorkingCalendar, at: datetime
) -> None:
    received = calendar.received_at(at)
    assert calendar.is_open(received)
    assert calendar.count_time(at, received) == timedelta(0)
    assert calendar.received_at(received) == received


@given(CALENDARS, DAYS, NUMBERS)
def test_the_ruler_of_days_agrees_with_a_walk(
    calendar: WorkingCalendar, day: date, number: int
) -> None:
    end, step = day, ONE_DAY if number > 0 else -ONE_DAY
    left = abs(number)
    while left:
        end += step
        left -= end not in calendar.days_off
    assert calendar.add_days(day, number) == end


@given(CALENDARS, INSTANTS, SPANS)
def test_the_ruler_of_time_agrees_with_a_walk(
    calendar: WorkingCalendar, at: datetime, span: timedelta
) -> None:
    span = _short(calendar, span)
    assert calendar.add_time(at, span) == _walk(calendar, at, span)


@given(CALENDARS, INSTANTS, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_time_counted_is_that_of_each_day_together(
    calendar: WorkingCalendar, start: datetime, length: timedelta
) -> None:
    end, total, day = start + length, timedelta(0), bangkok_date(start)
    while day <= bangkok_date(end):
        opens, closes = _hours(calendar, day)
        total += max(min(end, closes) - max(start, opens), timedelta(0))
        day += ONE_DAY
    assert calendar.count_time(start, end) == total
    assert calendar.count_time(end, start) == -total


def test_the_clock_that_never_stops_is_the_one_on_the_wall() -> None:
    saturday = datetime(2021, 3, 6, 23, 30, tzinfo=BANGKOK)
    assert CONTINUOUS.add_time(saturday, timedelta(hours=1)) == saturday + timedelta(hours=1)
    assert CONTINUOUS.day_length == timedelta(hours=24)
    assert CONTINUOUS.received_at(saturday) == saturday
    assert CONTINUOUS.unannounced_years(saturday, saturday + 9999 * ONE_DAY) == []


def test_a_year_that_nobody_announced_is_named() -> None:
    calendar = base_calendar()
    old_year = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
    new_year = datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert max(announced_years()) == 2026
    assert calendar.unannounced_years(old_year, old_year) == []
    # It is already the first of January in Bangkok.
    assert calendar.unannounced_years(old_year, new_year) == [2027]
    assert calendar.unannounced_years(new_year, new_year + 800 * ONE_DAY) == [2027, 2028, 2029]


def test_weekends_are_every_saturday_and_sunday() -> None:
    days = weekends()
    assert (days[date(2000, 1, 1)], days[date(2060, 12, 26)]) == ("วันเสาร์", "วันอาทิตย์")
    assert {day.isoweekday() for day in days} == {6, 7}
    assert len(days) == 2 * 3183


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2061, 1, 1), date(2564, 3, 2)])
def test_years_without_a_calendar_are_refused(day: date) -> None:
    with pytest.raises(InvalidError, match="๒๕๔๓ ถึง ๒๖๐๓"):
        check_covered(day)
    check_covered(date(2000, 1, 1))
    check_covered(date(2060, 12, 31))


def _short(calendar: WorkingCalendar, span: timedelta) -> timedelta:
    """Return a span of no more days than the walk takes, on a calendar of short days too."""
    return span / 480 if calendar.day_length < timedelta(hours=1) else span


def _hours(calendar: WorkingCalendar, day: date) -> tuple[datetime, datetime]:
    midnight = datetime.combine(day, time(0), BANGKOK)
    if day in calendar.days_off:
        return midnight, midnight
    if calendar.hours is None:
        return midnight, midnight + ONE_DAY
    hours = calendar.hours
    return datetime.combine(day, hours.opens, BANGKOK), datetime.combine(day, hours.closes, BANGKOK)


def _walk(calendar: WorkingCalendar, at: datetime, span: timedelta) -> datetime:
    if not span:
        return at
    day, left = bangkok_date(at), abs(span)
    while True:
        opens, closes = _hours(calendar, day)
        if span > timedelta(0):
            start, end = max(at, opens), closes
        else:
            start, end = opens, min(at, closes)
        here = max(end - start, timedelta(0))
        if here >= left:
            return start + left if span > timedelta(0) else end - left
        left -= here
        day += ONE_DAY if span > timedelta(0) else -ONE_DAY
