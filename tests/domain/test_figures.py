"""A ruler measures as its clock counts, whatever the clock and the instants."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.buddhist_era import BANGKOK, bangkok_date
from domain.figures import RulerDay, lay_ruler, on_time_share
from domain.working_time import CONTINUOUS, OfficeHours, WorkingCalendar
from services.thai_holidays import base_calendar, base_days_off

CLOCKS = st.sampled_from(
    [
        base_calendar(),
        WorkingCalendar(base_days_off(), OfficeHours(opens=time(9, 15), closes=time(17, 47))),
        CONTINUOUS,
    ]
)
INSTANTS = st.datetimes(
    datetime(2021, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2021, 12, 31),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, BANGKOK]),
) | st.builds(
    # The edges of a day, where most mistakes are made.
    lambda day, at: datetime.combine(day, at, BANGKOK),
    st.dates(date(2021, 1, 1), date(2021, 12, 31)),
    st.sampled_from([time(0), time(8, 30), time(9, 15), time(16, 30), time(17, 47)]),
)


def mark(ruler: dict[date, RulerDay], at: datetime) -> timedelta:
    day = ruler[bangkok_date(at)]
    return day.before + min(max(at - day.opens_at, timedelta(0)), day.span)


@given(CLOCKS, INSTANTS, INSTANTS)
def test_a_ruler_measures_what_its_clock_counts(
    clock: WorkingCalendar, one: datetime, other: datetime
) -> None:
    first, last = sorted((one, other))
    ruler = {day.day: day for day in lay_ruler(clock, first, last)}
    assert mark(ruler, last) - mark(ruler, first) == clock.count_time(first, last)
    assert len(ruler) == (bangkok_date(last) - bangkok_date(first)).days + 1


def test_a_ruler_of_a_week_shows_where_nobody_works() -> None:
    friday = datetime(2021, 3, 5, 3, tzinfo=UTC)
    ruler = lay_ruler(base_calendar(), friday, friday + timedelta(days=3))
    hours = [(day.before, day.span) for day in ruler]
    nothing, day = timedelta(0), timedelta(hours=8)
    assert hours == [(nothing, day), (day, nothing), (day, nothing), (day, day)]


@pytest.mark.parametrize(("judged", "late", "share"), [(0, 0, None), (4, 0, 1.0), (4, 3, 0.25)])
def test_a_share_is_of_those_that_were_judged(judged: int, late: int, share: float | None) -> None:
    assert on_time_share(judged, late) == share
