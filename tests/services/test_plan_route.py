"""A route is planned backwards from its final date before anything is sent."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.buddhist_era import BANGKOK
from domain.deadlines import Deadlines
from domain.errors import InvalidError, NotAllowedError
from domain.vocabulary import Urgency
from services.plan_route import PlannedTier, RouteRequest, plan_route
from tests.support.directory import Directory
from tests.support.letters import size_of_ledger

AT = datetime(2021, 2, 15, 2, tzinfo=UTC)
MIDDLE_OF_MARCH = date(2021, 3, 15)


def closing(month: int, day: int) -> datetime:
    return datetime(2021, month, day, 16, 30, tzinfo=BANGKOK)


def wanted(
    directory: Directory,
    *recipients: str,
    weights: tuple[int, ...] | None = (5, 3, 11),
    urgency: Urgency = Urgency.NORMAL,
) -> RouteRequest:
    return RouteRequest(
        registry_id=directory["agency"].registry_id,
        recipients=[directory[name].organization_id for name in recipients],
        deadlines=Deadlines(acknowledge_on=MIDDLE_OF_MARCH, weights=weights),
        urgency=urgency,
    )


async def plan(
    session: AsyncSession, directory: Directory, request: RouteRequest
) -> list[PlannedTier]:
    return await plan_route(session, by=directory["agency"].clerk, wanted=request, at=AT)


async def test_each_tier_has_its_bodies_and_its_share(
    session: AsyncSession, directory: Directory
) -> None:
    tiers = await plan(session, directory, wanted(directory, "hall"))
    # hall; office, two districts and the direct body; three local bodies.
    assert [(tier.tier, tier.bodies) for tier in tiers] == [(1, 1), (2, 4), (3, 3)]
    assert [tier.share_days for tier in tiers] == [5, 3, 11]
    assert [tier.forward_by for tier in tiers] == [closing(2, 22), closing(2, 25), None]
    assert {tier.acknowledge_by for tier in tiers} == {closing(3, 15)}
    # What goes on when the office closes must be registered by ten the next working day.
    at_ten: dict[str, Any] = {"hour": 10, "minute": 0}
    assert [tier.register_by for tier in tiers] == [
        closing(2, 16),
        closing(2, 23).replace(**at_ten),
        closing(3, 1).replace(**at_ten),
    ]


async def test_who_stands_below_two_is_reached_by_the_shorter_way(
    session: AsyncSession, directory: Directory
) -> None:
    tiers = await plan(session, directory, wanted(directory, "hall", "body_a1"))
    assert [(tier.tier, tier.bodies) for tier in tiers] == [(1, 2), (2, 4), (3, 2)]


async def test_there_are_no_more_tiers_than_weights(
    session: AsyncSession, directory: Directory
) -> None:
    (only,) = await plan(session, directory, wanted(directory, "hall", weights=(1,)))
    # Without shares the policy says until when it must have gone on: three days after the first.
    assert (only.bodies, only.forward_by, only.share_days) == (1, closing(2, 19), 4)


async def test_the_policy_shares_the_time_where_the_sender_does_not(
    session: AsyncSession, directory: Directory
) -> None:
    # A national agency: 2, 1, 2, 5 of 10; the small province has three tiers.
    tiers = await plan(session, directory, wanted(directory, "hall", weights=None))
    assert [tier.share_days for tier in tiers] == [4, 2, 13]


async def test_a_holiday_of_one_province_makes_a_plan_of_its_own(
    session: AsyncSession, directory: Directory
) -> None:
    await session.execute(
        text(
            "INSERT INTO calendar_version (at, officer_id, note)"
            " SELECT now(), id, 'วันหยุดภาค' FROM officer WHERE subject = 'system:wian'"
        )
    )
    await session.execute(
        text(
            "INSERT INTO calendar_override (scope, day, is_working, reason, source, since_version)"
            " SELECT 'province:38', '2021-02-17', false, 'วันหยุด', 'ทดสอบ', max(number)"
            " FROM calendar_version"
        )
    )
    tiers = await plan(session, directory, wanted(directory, "hall", "stranger"))
    provinces = {one.province: one.plan for one in tiers[0].plans}
    assert set(provinces) == {"38", None}
    assert provinces["38"].share_days + provinces["38"].left_days == 18
    assert (provinces[None].forward_by, provinces[None].share_days) == (None, 19)


async def test_what_is_urgent_day_and_night_is_planned_so(
    session: AsyncSession, directory: Directory
) -> None:
    (first, *_) = await plan(
        session, directory, wanted(directory, "hall", urgency=Urgency.MOST_URGENT)
    )
    assert first.register_by == AT.replace(hour=3)


async def test_planning_writes_nothing(session: AsyncSession, directory: Directory) -> None:
    before = await size_of_ledger(session)
    await plan(session, directory, wanted(directory, "hall"))
    assert await size_of_ledger(session) == before


async def test_a_plan_needs_recipients_and_a_part_in_the_registry(
    session: AsyncSession, directory: Directory
) -> None:
    with pytest.raises(InvalidError, check=lambda error: error.reason == "recipients_empty"):
        await plan(session, directory, wanted(directory))
    with pytest.raises(NotAllowedError):
        await plan_route(
            session, by=directory["hall"].clerk, wanted=wanted(directory, "hall"), at=AT
        )
