"""Working time by example: every expected value was counted on a calendar of the wall."""

from datetime import date, datetime, time, timedelta

import pytest

from domain.buddhist_era import BANGKOK
from domain.errors import InvalidError
from domain.working_time import OfficeHours, WorkingCalendar
from services.thai_holidays import base_calendar, base_days_off

OFFICE = base_calendar()
EARLY = WorkingCalendar(base_days_off(), OfficeHours(opens=time(8), closes=time(16)))
# The north had 26 March 2021 off; Saturday 6 March makes up for Friday 5 March in one office.
NORTH = WorkingCalendar(base_days_off() | {date(2021, 3, 26): "วันหยุดประจำภาคเหนือ"})
_MOVED = base_days_off() | {date(2021, 3, 5): "หยุดชดเชยล่วงหน้า"}
MOVED = WorkingCalendar({day: name for day, name in _MOVED.items() if day != date(2021, 3, 6)})

ADD_DAYS = [
    ("reference circular, agency to hall", "2021-02-15", 5, "2021-02-22"),
    ("reference circular, hall to office", "2021-02-22", 3, "2021-02-25"),
    ("reference circular, over Makha Bucha", "2021-02-25", 2, "2021-03-02"),
    ("reference circular, to the last day", "2021-03-02", 9, "2021-03-15"),
    ("reference circular, all of it", "2021-02-15", 19, "2021-03-15"),
    ("Friday to Monday", "2021-02-19", 1, "2021-02-22"),
    ("from a Saturday", "2021-02-20", 1, "2021-02-22"),
    ("from a Sunday", "2021-02-21", 1, "2021-02-22"),
    ("no day stays on a Saturday", "2021-02-20", 0, "2021-02-20"),
    ("no day stays on a holiday", "2021-02-26", 0, "2021-02-26"),
    ("from a holiday", "2021-02-26", 1, "2021-03-01"),
    ("special holiday of one year", "2021-02-11", 1, "2021-02-15"),
    ("Songkran with its special Monday", "2021-04-09", 1, "2021-04-16"),
    ("Songkran and the weekend after", "2021-04-09", 2, "2021-04-19"),
    ("New Year", "2020-12-30", 1, "2021-01-04"),
    ("three days over New Year", "2020-12-30", 3, "2021-01-06"),
    ("in lieu of a Saturday", "2021-07-23", 1, "2021-07-27"),
    ("in lieu, and a holiday two days later", "2021-07-23", 2, "2021-07-29"),
    ("in lieu of King Chulalongkorn's day", "2021-10-22", 1, "2021-10-26"),
    ("in lieu of a Sunday", "2021-12-03", 1, "2021-12-07"),
    ("a Friday off", "2021-12-09", 1, "2021-12-13"),
    ("Labour Day in lieu is worked", "2021-04-30", 1, "2021-05-03"),
    ("Labour Day is worked", "2024-04-30", 1, "2024-05-01"),
    ("Royal Ploughing day", "2021-05-07", 1, "2021-05-11"),
    ("to a leap day", "2024-02-28", 1, "2024-02-29"),
    ("from a leap day", "2024-02-29", 1, "2024-03-01"),
    ("over a leap day on a Saturday", "2020-02-28", 1, "2020-03-02"),
    ("the same in a common year", "2023-02-28", 1, "2023-03-01"),
    ("back over a weekend", "2021-02-22", -1, "2021-02-19"),
    ("back five days", "2021-02-22", -5, "2021-02-15"),
    ("back over Makha Bucha", "2021-03-01", -1, "2021-02-25"),
    ("back from a holiday", "2021-02-26", -1, "2021-02-25"),
    ("back from a Saturday", "2021-02-20", -1, "2021-02-19"),
    ("back through the reference circular", "2021-03-15", -19, "2021-02-15"),
    ("back over New Year", "2021-01-04", -1, "2020-12-30"),
    ("back over Songkran", "2021-04-16", -1, "2021-04-09"),
    ("back to a leap day", "2024-03-01", -1, "2024-02-29"),
    ("back over a day in lieu", "2021-07-27", -1, "2021-07-23"),
]

COUNT_DAYS = [
    ("agency to hall", "2021-02-15", "2021-02-22", 5),
    ("hall to office", "2021-02-22", "2021-02-25", 3),
    ("office to its letter", "2021-02-25", "2021-03-02", 2),
    ("letter to the last day", "2021-03-02", "2021-03-15", 9),
    ("all of the reference circular", "2021-02-15", "2021-03-15", 19),
    ("the same day", "2021-02-15", "2021-02-15", 0),
    ("a weekend", "2021-02-19", "2021-02-21", 0),
    ("up to a holiday", "2021-02-25", "2021-02-26", 0),
    ("a year of 261 weekdays and 21 holidays", "2020-12-31", "2021-12-31", 240),
    ("backwards", "2021-02-22", "2021-02-15", -5),
    ("backwards over a holiday", "2021-03-01", "2021-02-25", -1),
    ("backwards from a Saturday", "2021-02-20", "2021-02-19", -1),
    ("backwards within a weekend", "2021-02-21", "2021-02-20", 0),
]

ADD_TIME = [
    ("before opening", "2021-03-02 07:00", 60, "2021-03-02 09:30"),
    ("at midnight", "2021-03-02 00:00", 60, "2021-03-02 09:30"),
    ("at opening", "2021-03-02 08:30", 60, "2021-03-02 09:30"),
    ("at closing", "2021-03-02 16:30", 60, "2021-03-03 09:30"),
    ("after closing", "2021-03-02 17:00", 60, "2021-03-03 09:30"),
    ("a minute before closing", "2021-03-02 16:29", 2, "2021-03-03 08:31"),
    ("used up at closing", "2021-03-02 15:30", 60, "2021-03-02 16:30"),
    ("a whole day", "2021-03-02 08:30", 480, "2021-03-02 16:30"),
    ("a day of work is 8 hours", "2021-03-02 10:00", 480, "2021-03-03 10:00"),
    ("24 hours are three days", "2021-03-02 10:00", 1440, "2021-03-05 10:00"),
    ("hours across a weekend", "2021-03-05 15:30", 120, "2021-03-08 09:30"),
    ("on a Saturday", "2021-03-06 12:00", 60, "2021-03-08 09:30"),
    ("late on a Sunday", "2021-03-07 23:59", 60, "2021-03-08 09:30"),
    ("across Makha Bucha", "2021-02-25 16:00", 60, "2021-03-01 09:00"),
    ("across New Year", "2020-12-30 16:00", 60, "2021-01-04 09:00"),
    ("across Songkran", "2021-04-09 16:00", 60, "2021-04-16 09:00"),
    ("in the middle of Songkran", "2021-04-13 12:00", 30, "2021-04-16 09:00"),
    ("across a day in lieu", "2021-10-22 16:00", 60, "2021-10-26 09:00"),
    ("from a leap day", "2024-02-29 16:00", 60, "2024-03-01 09:00"),
    ("across a leap day", "2020-02-28 16:00", 60, "2020-03-02 09:00"),
    ("no time stays where it is", "2021-03-06 12:00", 0, "2021-03-06 12:00"),
    ("back within a day", "2021-03-02 10:00", -60, "2021-03-02 09:00"),
    ("back to opening", "2021-03-02 09:30", -60, "2021-03-02 08:30"),
    ("back from opening", "2021-03-02 08:30", -60, "2021-03-01 15:30"),
    ("back from before opening", "2021-03-02 07:00", -60, "2021-03-01 15:30"),
    ("back from a Saturday", "2021-03-06 12:00", -60, "2021-03-05 15:30"),
    ("back across Makha Bucha", "2021-03-01 09:00", -60, "2021-02-25 16:00"),
    ("back a whole day", "2021-03-02 16:30", -480, "2021-03-02 08:30"),
]

COUNT_TIME = [
    ("from before opening until after closing", "2021-03-02 06:00", "2021-03-02 20:00", 480),
    ("lunch is not taken out", "2021-03-02 11:30", "2021-03-02 13:30", 120),
    ("a night", "2021-03-02 16:30", "2021-03-03 08:30", 0),
    ("a weekend", "2021-03-05 16:30", "2021-03-08 08:30", 0),
    ("over a weekend", "2021-03-05 16:00", "2021-03-08 09:00", 60),
    ("a week", "2021-03-01 00:00", "2021-03-08 00:00", 2400),
    ("a week with a holiday", "2021-02-22 00:00", "2021-03-01 00:00", 1920),
    ("backwards", "2021-03-08 09:00", "2021-03-05 16:00", -60),
]

RECEIVED = [
    ("in office hours", "2021-03-02 11:00", "2021-03-02 11:00"),
    ("at opening", "2021-03-02 08:30", "2021-03-02 08:30"),
    ("a minute too early", "2021-03-02 08:29", "2021-03-02 08:30"),
    ("at midnight", "2021-03-02 00:00", "2021-03-02 08:30"),
    ("a minute before closing", "2021-03-02 16:29", "2021-03-02 16:29"),
    ("at closing", "2021-03-02 16:30", "2021-03-03 08:30"),
    ("on Friday evening", "2021-03-05 17:00", "2021-03-08 08:30"),
    ("on a Saturday morning", "2021-03-06 07:00", "2021-03-08 08:30"),
    ("on the eve of a long weekend", "2021-02-25 16:30", "2021-03-01 08:30"),
    ("on New Year's Eve", "2020-12-31 10:00", "2021-01-04 08:30"),
]


@pytest.mark.parametrize(
    ("start", "days", "end"), [one[1:] for one in ADD_DAYS], ids=[one[0] for one in ADD_DAYS]
)
def test_days_are_added(start: str, days: int, end: str) -> None:
    assert OFFICE.add_days(date.fromisoformat(start), days) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("start", "end", "days"), [one[1:] for one in COUNT_DAYS], ids=[one[0] for one in COUNT_DAYS]
)
def test_days_are_counted(start: str, end: str, days: int) -> None:
    assert OFFICE.count_days(date.fromisoformat(start), date.fromisoformat(end)) == days


@pytest.mark.parametrize(
    ("start", "minutes", "end"), [one[1:] for one in ADD_TIME], ids=[one[0] for one in ADD_TIME]
)
def test_time_is_added(start: str, minutes: int, end: str) -> None:
    assert OFFICE.add_time(_at(start), timedelta(minutes=minutes)) == _at(end)


@pytest.mark.parametrize(
    ("start", "end", "minutes"), [one[1:] for one in COUNT_TIME], ids=[one[0] for one in COUNT_TIME]
)
def test_time_is_counted(start: str, end: str, minutes: int) -> None:
    assert OFFICE.count_time(_at(start), _at(end)) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("came", "counts"), [one[1:] for one in RECEIVED], ids=[one[0] for one in RECEIVED]
)
def test_what_comes_outside_office_hours_counts_from_the_next_opening(
    came: str, counts: str
) -> None:
    assert OFFICE.received_at(_at(came)) == _at(counts)


@pytest.mark.parametrize(
    ("calendar", "end"),
    [
        pytest.param(NORTH, "2021-03-29", id="the north has the Friday off"),
        pytest.param(OFFICE, "2021-03-26", id="the rest of the country works"),
    ],
)
def test_a_regional_day_is_kept_in_one_part_of_the_country(
    calendar: WorkingCalendar, end: str
) -> None:
    assert calendar.add_days(date(2021, 3, 25), 1) == date.fromisoformat(end)
    assert calendar.add_time(_at("2021-03-25 16:00"), timedelta(hours=1)) == _at(f"{end} 09:00")


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        pytest.param("2021-03-02 07:00", 60, "2021-03-02 09:00", id="before opening"),
        pytest.param("2021-03-02 15:30", 60, "2021-03-03 08:30", id="over closing"),
        pytest.param("2021-03-02 16:15", 60, "2021-03-03 09:00", id="after closing"),
        pytest.param("2021-03-03 08:30", -60, "2021-03-02 15:30", id="back over closing"),
    ],
)
def test_an_office_may_have_other_hours(start: str, minutes: int, end: str) -> None:
    assert EARLY.add_time(_at(start), timedelta(minutes=minutes)) == _at(end)
    assert EARLY.closing(date(2021, 3, 2)) == _at("2021-03-02 16:00")


def test_a_saturday_can_be_a_working_day() -> None:
    friday, saturday = date(2021, 3, 5), date(2021, 3, 6)
    assert (MOVED.is_working(friday), MOVED.is_working(saturday)) == (False, True)
    assert MOVED.add_days(date(2021, 3, 4), 1) == saturday
    assert MOVED.add_time(_at("2021-03-04 16:00"), timedelta(hours=1)) == _at("2021-03-06 09:00")
    assert MOVED.received_at(_at("2021-03-05 10:00")) == _at("2021-03-06 08:30")
    assert MOVED.count_days(date(2021, 3, 1), date(2021, 3, 8)) == 5


@pytest.mark.parametrize(
    ("day", "days"),
    [("1999-12-31", 0), ("2061-01-01", 0), ("2060-12-30", 5), ("2000-01-05", -5)],
    ids=["before the first year", "after the last", "beyond the end", "beyond the beginning"],
)
def test_what_no_calendar_covers_is_refused(day: str, days: int) -> None:
    with pytest.raises(InvalidError) as refusal:
        OFFICE.add_days(date.fromisoformat(day), days)
    assert refusal.value.reason == "calendar_out_of_range"
    assert refusal.value.facts == {"first_year": 2000, "last_year": 2060}


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        ("1999-12-31 23:59", 1),
        ("2061-01-01 00:00", -1),
        ("2060-12-30 12:00", 99),
        ("2000-01-04 12:00", -99),
    ],
)
def test_instants_that_no_calendar_covers_are_refused(at: str, hours: int) -> None:
    with pytest.raises(InvalidError) as refusal:
        OFFICE.add_time(_at(at), timedelta(hours=hours))
    assert refusal.value.reason == "calendar_out_of_range"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BANGKOK)
