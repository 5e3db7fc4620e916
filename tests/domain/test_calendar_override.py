from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar_override import MOST_DAYS, OverrideRange, gather, spread_out
from domain.errors import InvalidError

FLOOD = OverrideRange(
    scope="province:38",
    first_day=date(2021, 9, 28),
    last_day=date(2021, 9, 30),
    is_working=False,
    reason="น้ำท่วม",
    source="ประกาศจังหวัด",
    line=2,
)


def test_a_range_is_every_day_of_it() -> None:
    spread = spread_out([FLOOD, replace(FLOOD, scope="province:39", last_day=FLOOD.first_day)])
    assert sorted(spread) == [
        ("province:38", date(2021, 9, 28)),
        ("province:38", date(2021, 9, 29)),
        ("province:38", date(2021, 9, 30)),
        ("province:39", date(2021, 9, 28)),
    ]


def test_saying_the_same_twice_is_no_contradiction() -> None:
    again = replace(FLOOD, first_day=date(2021, 9, 30), last_day=date(2021, 10, 1), line=3)
    assert len(spread_out([FLOOD, again, FLOOD])) == 4


@pytest.mark.parametrize(
    "change",
    [{"is_working": True}, {"reason": "พายุ"}, {"source": "วิทยุ"}],
    ids=["kind", "reason", "source"],
)
def test_two_lines_that_say_different_things_of_a_day_are_refused(
    change: dict[str, object],
) -> None:
    other = replace(FLOOD, first_day=FLOOD.last_day, line=7, **change)  # type: ignore[arg-type]
    with pytest.raises(InvalidError, match=r"^บรรทัด 7: .*๓๐ กันยายน ๒๕๖๔.*บรรทัด 2$") as refusal:
        spread_out([FLOOD, other])
    assert refusal.value.reason == "calendar_override_overlaps"
    assert refusal.value.facts == {"line": 7, "day": "2021-09-30"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"last_day": date(2021, 9, 27)}, "calendar_range_reversed", id="reversed"),
        pytest.param({"last_day": date(2022, 9, 29)}, "calendar_range_too_long", id="too long"),
        pytest.param({"first_day": date(1999, 12, 31)}, "calendar_out_of_range", id="too early"),
        pytest.param({"last_day": date(2564, 9, 28)}, "calendar_out_of_range", id="B.E."),
        pytest.param({"scope": "province:98"}, "calendar_unknown", id="unknown"),
    ],
)
def test_a_range_that_cannot_be_is_refused_with_its_line(
    change: dict[str, object], code: str
) -> None:
    bad = replace(FLOOD, **change)  # type: ignore[arg-type]
    with pytest.raises(InvalidError, match=r"^บรรทัด 2: ") as refusal:
        spread_out([bad])
    assert (refusal.value.reason, refusal.value.facts["line"]) == (code, 2)
    with pytest.raises(InvalidError) as refusal:
        spread_out([replace(bad, line=None)])
    assert refusal.value.reason == code
    assert "line" not in refusal.value.facts


def test_a_leap_year_is_the_longest_range() -> None:
    year = replace(FLOOD, first_day=date(2024, 1, 1), last_day=date(2024, 12, 31))
    assert len(spread_out([year])) == MOST_DAYS


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 12), st.booleans()), max_size=20))
def test_days_gathered_and_spread_out_are_the_same_days(
    days: list[tuple[str, int, bool]],
) -> None:
    given_days = {
        (f"organization:{name}", date(2021, 1, 1) + timedelta(number)): kind
        for name, number, kind in days
    }
    ranges = gather(
        replace(FLOOD, scope=scope, first_day=day, last_day=day, is_working=kind, line=None)
        for (scope, day), kind in given_days.items()
    )
    assert {key: one.is_working for key, one in spread_out(ranges).items()} == given_days
    # No two of them could be one.
    assert len(gather(ranges)) == len(ranges)


def test_years_of_days_off_are_gathered_into_lines_that_can_be_read_back() -> None:
    days = [
        replace(FLOOD, first_day=day, last_day=day)
        for day in (date(2021, 1, 1) + timedelta(n) for n in range(800))
    ]
    ranges = gather(days)
    assert [len(one.days()) for one in ranges] == [366, 366, 68]
    assert len(spread_out(ranges)) == 800
