from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.buddhist_era import BANGKOK
from domain.tier_budget import first_share, last_day, share_days
from domain.working_time import CONTINUOUS, WorkingCalendar, weekends
from services.thai_holidays import base_holidays
from tests.support.planning import OFFICE, bangkok, wall

PLAIN = WorkingCalendar(weekends())
DAYS = st.dates(date(2021, 1, 1), date(2025, 12, 31))
INSTANTS = st.datetimes(
    datetime(2021, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2025, 12, 31),  # noqa: DTZ001
    timezones=st.just(BANGKOK),
)
WEIGHTS = st.lists(st.integers(1, 50), min_size=1, max_size=8)


def _ends(start: str, end: str, weights: Sequence[int]) -> list[tuple[int, str]]:
    shares = share_days(OFFICE, date.fromisoformat(start), date.fromisoformat(end), weights)
    return [(share.days, share.ends_on.isoformat()) for share in shares]


def test_the_reference_circular_gives_five_three_two_and_nine_of_nineteen_days() -> None:
    assert date(2021, 2, 26) in base_holidays()
    assert OFFICE.count_days(date(2021, 2, 15), date(2021, 3, 15)) == 19
    assert _ends("2021-02-15", "2021-03-15", (5, 3, 2, 9)) == [
        (5, "2021-02-22"),
        (3, "2021-02-25"),
        (2, "2021-03-02"),
        (9, "2021-03-15"),
    ]


@pytest.mark.parametrize(
    ("end", "weights", "days"),
    [
        pytest.param("2021-03-15", (1,), [19], id="one tier has everything"),
        pytest.param("2021-03-15", (1, 1), [10, 9], id="a half is rounded up"),
        pytest.param("2021-03-15", (50, 30, 20, 90), [5, 3, 2, 9], id="only the ratio counts"),
        pytest.param("2021-03-15", (2, 1, 2, 5), [4, 2, 4, 9], id="the default of an agency"),
        pytest.param("2021-03-01", (2, 1, 2, 5), [2, 1, 2, 4], id="nine days"),
        pytest.param("2021-02-17", (1, 1, 1, 1), [1, 0, 1, 0], id="fewer days than tiers"),
        pytest.param("2021-02-16", (1, 9), [0, 1], id="one day for the heavier"),
        pytest.param("2021-02-15", (5, 3), [0, 0], id="the same day"),
        pytest.param("2021-02-11", (1,), [-1], id="backwards"),
    ],
)
def test_days_are_shared_by_weight(end: str, weights: Sequence[int], days: list[int]) -> None:
    assert [share for share, _ in _ends("2021-02-15", end, weights)] == days


@pytest.mark.parametrize(
    ("start", "end", "weights", "until"),
    [
        pytest.param(
            "2021-02-15 09:00", "2021-03-15 16:30", (5, 3, 2, 9), "2021-02-22 16:30", id="reference"
        ),
        pytest.param(
            "2021-02-15 22:00", "2021-03-15 16:30", (5, 14), "2021-02-22 16:30", id="late evening"
        ),
        pytest.param(
            "2021-02-20 10:00", "2021-03-15 16:30", (5, 10), "2021-03-01 16:30", id="Saturday"
        ),
        pytest.param(
            "2021-03-02 09:00", "2021-03-03 10:00", (9, 1), "2021-03-03 10:00", id="not after all"
        ),
        pytest.param(
            "2021-03-02 09:00", "2021-03-02 15:00", (1, 2), "2021-03-02 11:00", id="hours"
        ),
        pytest.param(
            "2021-03-05 15:30", "2021-03-08 09:30", (1, 9), "2021-03-05 15:42", id="weekend"
        ),
        pytest.param(
            "2021-03-02 20:00", "2021-03-02 22:00", (1, 3), "2021-03-02 20:30", id="at night"
        ),
        pytest.param(
            "2021-03-06 10:00", "2021-03-07 10:00", (1, 1), "2021-03-06 22:00", id="on a weekend"
        ),
        pytest.param(
            "2021-03-02 09:00", "2021-03-02 09:00:10", (2, 3), "2021-03-02 09:00:04", id="seconds"
        ),
        pytest.param(
            "2021-03-02 09:00", "2021-03-05 00:00", (1, 1), "2021-03-03 16:30", id="midnight"
        ),
    ],
)
def test_the_nearest_tier_has_its_share_first(
    start: str, end: str, weights: Sequence[int], until: str
) -> None:
    assert wall(first_share(OFFICE, bangkok(start), bangkok(end), weights)) == until


def test_a_day_that_never_stops_ends_at_midnight_and_is_counted_once() -> None:
    start, end = bangkok("2021-03-02 09:00"), CONTINUOUS.closing(date(2021, 3, 6))
    assert wall(end) == "2021-03-07 00:00"
    assert last_day(end) == date(2021, 3, 6)
    assert wall(first_share(CONTINUOUS, start, end, (1, 1))) == "2021-03-05 00:00"


@given(start=DAYS, days=st.integers(0, 200), weights=WEIGHTS)
def test_shares_come_to_the_whole_and_follow_each_other(
    start: date, days: int, weights: list[int]
) -> None:
    end = PLAIN.add_days(start, days)
    shares = share_days(PLAIN, start, end, weights)
    assert sum(share.days for share in shares) == days
    assert shares[-1].ends_on == end
    assert sorted(share.ends_on for share in shares) == [share.ends_on for share in shares]
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.days - days * weight / sum(weights)) <= 1


@given(start=DAYS, days=st.integers(0, 120), weights=WEIGHTS)
def test_what_is_left_can_be_shared_again_tier_by_tier(
    start: date, days: int, weights: list[int]
) -> None:
    end = PLAIN.add_days(start, days)
    whole = share_days(PLAIN, start, end, weights)
    spent, began = 0, start
    for nth in range(len(weights)):
        share = share_days(PLAIN, began, end, weights[nth:])[0]
        spent, began = spent + share.days, share.ends_on
        # Rounding what is left may differ by a day from rounding the whole, never by more.
        assert abs(spent - sum(one.days for one in whole[: nth + 1])) <= 1
    assert (spent, began) == (days, end)


@given(start=INSTANTS, end=INSTANTS, weights=WEIGHTS)
def test_the_first_share_lies_between_start_and_end(
    start: datetime, end: datetime, weights: list[int]
) -> None:
    start, end = sorted((start, end))
    for calendar in (OFFICE, CONTINUOUS):
        assert start <= first_share(calendar, start, end, weights) <= end


@given(
    start=INSTANTS,
    span=st.timedeltas(timedelta(0), timedelta(days=60)),
    more=st.timedeltas(timedelta(0), timedelta(days=5)),
    weights=WEIGHTS,
)
def test_more_time_never_shortens_the_first_share(
    start: datetime, span: timedelta, more: timedelta, weights: list[int]
) -> None:
    for calendar in (OFFICE, CONTINUOUS):
        sooner = first_share(calendar, start, start + span, weights)
        assert sooner <= first_share(calendar, start, start + span + more, weights)
