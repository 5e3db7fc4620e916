from datetime import date, time

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import InvalidError
from domain.working_time import OfficeHours
from services.lay_out_month import BASE_SOURCE
from services.record_event import SYSTEM_OFFICER
from services.set_office_hours import set_office_hours
from services.show_calendar import show_calendar
from tests.support.calendar_days import bring_in, days_off
from tests.support.letters import MORNING


async def test_a_month_is_every_day_with_its_reason(session: AsyncSession) -> None:
    shown = await show_calendar(session, scope="province:38", year=2021, month=2)
    assert [one.day for one in shown.days] == [date(2021, 2, n) for n in range(1, 29)]
    assert sum(one.is_working for one in shown.days) == 18
    named = {one.day.day: (one.name, one.source) for one in shown.days if one.source}
    assert named == {
        12: ("วันหยุดพิเศษ (เพิ่มเติม)", BASE_SOURCE),
        26: ("วันมาฆบูชา", BASE_SOURCE),
    }
    assert (shown.days[5].name, shown.days[5].is_working) == ("วันเสาร์", False)
    assert (shown.days[0].name, shown.days[0].is_working) == (None, True)
    assert shown.scopes == ("nation", "region:northeast", "province:38")
    assert (shown.version, shown.is_announced) == (1, True)
    assert shown.hours == OfficeHours()


@pytest.mark.parametrize(("month", "days"), [(1, 31), (2, 29), (4, 30), (12, 31)])
async def test_a_month_is_as_long_as_it_is(session: AsyncSession, month: int, days: int) -> None:
    shown = await show_calendar(session, scope="nation", year=2024, month=month)
    assert len(shown.days) == days
    assert (await show_calendar(session, scope="nation", year=2060, month=12)).days[
        -1
    ].day.day == 31


async def test_the_nearest_scope_says_why(session: AsyncSession) -> None:
    await set_office_hours(
        session,
        by=SYSTEM_OFFICER,
        scope="region:northeast",
        hours=OfficeHours(opens=time(8), closes=time(16)),
        source="คำสั่ง",
        note="เวลา",
        at=MORNING,
    )
    change = await bring_in(
        session,
        days_off("nation", "2021-02-15", reason="ทั้งประเทศ"),
        days_off("province:38", "2021-02-15", reason="ทั้งจังหวัด"),
        days_off("province:38", "2021-02-26", is_working=True, reason="ทำการชดเชย"),
        days_off("province:39", "2021-02-16"),
    )
    shown = await show_calendar(session, scope="province:38", year=2021, month=2)
    days = {one.day.day: one for one in shown.days}
    assert (days[15].is_working, days[15].name) == (False, "ทั้งจังหวัด")
    assert (days[26].is_working, days[26].name) == (True, "ทำการชดเชย")
    assert (days[26].source, days[16].is_working) == ("ประกาศจังหวัด", True)
    assert (shown.version, shown.hours.closes) == (change.version, time(16))


async def test_a_year_to_come_is_a_forecast(session: AsyncSession) -> None:
    assert not (await show_calendar(session, scope="nation", year=2027, month=5)).is_announced


@pytest.mark.parametrize(
    ("scope", "year", "code"),
    [
        ("nation", 1999, "calendar_out_of_range"),
        ("nation", 2061, "calendar_out_of_range"),
        ("province:99", 2021, "calendar_unknown"),
        ("organization:nobody", 2021, "calendar_unknown"),
    ],
)
async def test_what_there_is_not_cannot_be_shown(
    session: AsyncSession, scope: str, year: int, code: str
) -> None:
    with pytest.raises(InvalidError) as refusal:
        await show_calendar(session, scope=scope, year=year, month=1)
    assert refusal.value.reason == code
