from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.buddhist_era import (
    arabic_digits,
    bangkok_date,
    bangkok_midnight,
    looks_buddhist,
    register_year,
    thai_digits,
    thai_long_date,
)

MICROSECOND = timedelta(microseconds=1)
NEW_YEAR = datetime(2020, 12, 31, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "year"),
    [
        pytest.param(NEW_YEAR - MICROSECOND, 2020, id="last microsecond of the old year"),
        pytest.param(NEW_YEAR, 2021, id="first instant of the new year"),
        pytest.param(datetime(2020, 12, 31, 23, 59, tzinfo=UTC), 2021, id="still old in UTC"),
        pytest.param(
            datetime(2021, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=7))), 2021, id="Bangkok"
        ),
        pytest.param(
            datetime(2020, 12, 31, 9, 0, tzinfo=timezone(timedelta(hours=-8))), 2021, id="west"
        ),
    ],
)
def test_the_register_year_turns_at_midnight_in_bangkok(at: datetime, year: int) -> None:
    assert register_year(at) == year


@pytest.mark.parametrize(
    ("at", "day"),
    [
        pytest.param(datetime(2020, 2, 28, 17, tzinfo=UTC), date(2020, 2, 29), id="leap day"),
        pytest.param(datetime(2020, 2, 29, 16, 59, tzinfo=UTC), date(2020, 2, 29), id="its end"),
        pytest.param(datetime(2020, 2, 29, 17, tzinfo=UTC), date(2020, 3, 1), id="after it"),
        pytest.param(datetime(2021, 2, 28, 17, tzinfo=UTC), date(2021, 3, 1), id="common year"),
    ],
)
def test_a_day_begins_at_midnight_in_bangkok(at: datetime, day: date) -> None:
    assert bangkok_date(at) == day


@given(st.dates(min_value=date(1957, 1, 1), max_value=date(2399, 12, 31)))
def test_midnight_is_the_first_instant_of_its_day(day: date) -> None:
    midnight = bangkok_midnight(day)
    assert bangkok_date(midnight) == day
    assert bangkok_date(midnight - MICROSECOND) == day - timedelta(days=1)
    assert midnight.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("arabic", "thai"),
    [
        pytest.param("0123456789", "๐๑๒๓๔๕๖๗๘๙", id="every digit"),
        pytest.param("บก 0023.4/ว 927", "บก ๐๐๒๓.๔/ว ๙๒๗", id="a letter number"),
        pytest.param("ไม่มีเลข", "ไม่มีเลข", id="no digit"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_digits_are_printed_in_thai_and_read_back(arabic: str, thai: str) -> None:
    assert thai_digits(arabic) == thai
    assert arabic_digits(thai) == arabic


@pytest.mark.parametrize(
    ("day", "printed"),
    [
        pytest.param(date(2021, 3, 2), "๒ มีนาคม ๒๕๖๔", id="no leading zero"),
        pytest.param(date(2020, 2, 29), "๒๙ กุมภาพันธ์ ๒๕๖๓", id="leap day"),
        pytest.param(date(2021, 1, 1), "๑ มกราคม ๒๕๖๔", id="first month"),
        pytest.param(date(2020, 12, 31), "๓๑ ธันวาคม ๒๕๖๓", id="last month"),
    ],
)
def test_a_long_date_is_printed_as_on_a_letter(day: date, printed: str) -> None:
    assert thai_long_date(day) == printed


@pytest.mark.parametrize(
    ("year", "verdict"), [(2399, False), (2400, True), (2564, True), (2021, False)]
)
def test_a_buddhist_year_is_recognized(year: int, verdict: bool) -> None:
    assert looks_buddhist(year) is verdict
