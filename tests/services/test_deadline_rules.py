from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar_scope import calendar_scopes
from domain.errors import NotFoundError
from domain.vocabulary import Urgency
from domain.working_time import CONTINUOUS
from services.change_policies import change_policies
from services.deadline_rules import load_rules
from services.policy_document import write_policies
from services.record_event import SYSTEM_OFFICER
from services.thai_holidays import RELEASE, announced_years, base_calendar, base_holidays
from tests.support.calendar_days import bring_in, days_off
from tests.support.letters import MORNING
from tests.support.policies import DEFAULTS

NORTHEAST, NORTH = calendar_scopes("38"), calendar_scopes("50")
REFERENCE = ["2021-02-15", "2021-02-22", "2021-02-25", "2021-03-02", "2021-03-15"]


async def test_the_reference_circular_took_19_working_days(session: AsyncSession) -> None:
    days = [date.fromisoformat(day) for day in REFERENCE]
    calendar = (await load_rules(session)).calendar(NORTHEAST)
    assert [calendar.count_days(start, end) for start, end in pairwise(days)] == [5, 3, 2, 9]
    assert calendar.count_days(days[0], days[-1]) == 19
    assert calendar.days_off[date(2021, 2, 26)] == "วันมาฆบูชา"


async def test_a_ledger_without_overrides_follows_the_base(session: AsyncSession) -> None:
    rules = await load_rules(session)
    assert rules.policies == DEFAULTS
    assert rules.holidays_release == RELEASE
    assert rules.calendar(NORTHEAST) is rules.calendar(NORTH)
    assert rules.calendar(NORTHEAST) == base_calendar()
    assert (rules.effective(NORTHEAST), rules.special) == (("nation",), frozenset())


async def test_a_regional_holiday_is_kept_there_alone(session: AsyncSession) -> None:
    await bring_in(session, days_off("region:north", "2021-03-26"))
    rules = await load_rules(session)
    assert rules.calendar(NORTH).add_days(date(2021, 3, 25), 1) == date(2021, 3, 29)
    assert rules.calendar(NORTHEAST).add_days(date(2021, 3, 25), 1) == date(2021, 3, 26)
    assert rules.effective(NORTH) == ("nation", "region:north")
    assert rules.special == {"region:north"}


async def test_a_version_is_read_once_and_old_ones_give_their_answer(
    session: AsyncSession,
) -> None:
    before = await load_rules(session)
    assert await load_rules(session) is before
    change = await bring_in(session, days_off("nation", "2021-03-03"))
    after = await load_rules(session)
    assert (before.calendar_version, after.calendar_version) == (1, change.version)
    assert after.calendar(NORTH).add_days(date(2021, 3, 2), 1) == date(2021, 3, 4)
    old = await load_rules(session, calendar_version=1)
    assert old.calendar(NORTH).add_days(date(2021, 3, 2), 1) == date(2021, 3, 3)


async def test_a_policy_version_is_kept_apart_from_the_calendar(session: AsyncSession) -> None:
    extension = replace(DEFAULTS.extension, max_extensions=5)
    changed = write_policies(replace(DEFAULTS, extension=extension))
    version = await change_policies(
        session, by=SYSTEM_OFFICER, document=changed, note="ทดสอบ", at=MORNING
    )
    rules = await load_rules(session)
    assert (rules.calendar_version, rules.policy_version) == (1, version)
    assert rules.policies.extension.max_extensions == 5
    assert (await load_rules(session, policy_version=1)).policies == DEFAULTS


@pytest.mark.parametrize("number", [0, -1, 2**40])
async def test_versions_that_never_were_are_not_found(session: AsyncSession, number: int) -> None:
    with pytest.raises(NotFoundError):
        await load_rules(session, calendar_version=number)
    with pytest.raises(NotFoundError):
        await load_rules(session, policy_version=number)


async def test_the_most_urgent_letters_know_no_night(session: AsyncSession) -> None:
    rules = await load_rules(session)
    assert rules.clock(NORTH, Urgency.MOST_URGENT) is CONTINUOUS
    for urgency in set(Urgency) - {Urgency.MOST_URGENT}:
        assert rules.clock(NORTH, urgency) is rules.calendar(NORTH)


def test_the_base_keeps_the_days_of_the_government() -> None:
    base = base_holidays()
    assert base[date(2021, 5, 10)] == "วันพืชมงคล"
    assert base[date(2021, 7, 26)].startswith("ชดเชย")
    # Offices are open on Labour Day, and on the day in lieu of it.
    assert not {date(2021, 5, 1), date(2021, 5, 3), date(2024, 5, 1)} & set(base)
    assert not any("แรงงาน" in name or "วันเด็ก" in name for name in base.values())


def test_a_year_without_its_royal_ploughing_day_was_not_announced() -> None:
    assert set(range(2015, 2027)) <= announced_years()
    assert 2027 not in announced_years()
