"""The dates of the reference circular of B.E. 2564, and what its tiers made of their time."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.buddhist_era import BANGKOK
from domain.deadlines import Deadlines
from domain.errors import NotFoundError
from domain.vocabulary import Urgency
from models import Dispatch
from services.acknowledge_hop import acknowledge_hop
from services.letter_draft import LetterDraft
from services.show_deadlines import (
    HopDeadlines,
    show_circular_deadlines,
    show_dispatch_deadlines,
)
from tests.support.directory import Desk, Directory
from tests.support.letters import hop_to, issue, pass_on, register, send

FINAL = Deadlines(acknowledge_on=date(2021, 3, 15), weights=(5, 3, 2, 9))
LEFT = Deadlines(acknowledge_on=date(2021, 3, 15))


def bangkok(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2021, month, day, hour, tzinfo=BANGKOK).astimezone(UTC)


ISSUED, AT_HALL, AT_OFFICE, COVER = (
    bangkok(2, 15),
    bangkok(2, 22, 11),
    bangkok(2, 25),
    bangkok(3, 2),
)


async def _play(session: AsyncSession, directory: Directory) -> dict[str, Dispatch]:
    """Send it as in B.E. 2564: 5 working days to the hall, 3 to the office, 2 until the cover."""
    agency, hall, office = (directory[name] for name in ("agency", "hall", "office"))
    district, body = directory["district_a"], directory["body_a1"]
    letter = await issue(session, agency, at=ISSUED)
    top = await send(session, agency, hall, at=ISSUED, letter=letter, deadlines=FINAL)
    middle = await pass_on(session, top, hall, office, at=AT_HALL, deadlines=LEFT)
    await register(session, middle, office, at=AT_OFFICE)
    low = await pass_on(
        session,
        middle,
        office,
        district,
        at=COVER,
        cover=LetterDraft(subject="แจ้งหน่วยงานในพื้นที่"),
        deadlines=LEFT,
    )
    last = await pass_on(session, low, district, body, at=COVER, deadlines=LEFT)
    return {"top": top, "middle": middle, "low": low, "last": last}


async def _hops(
    session: AsyncSession, desk: Desk, dispatch: Dispatch, at: datetime
) -> dict[int, HopDeadlines]:
    found = await show_circular_deadlines(
        session, by=desk.clerk, circular_id=dispatch.circular_id, at=at
    )
    return {hop.tier: hop for hop in found.hops}


async def test_the_reference_circular_used_5_3_and_2_of_19_working_days_and_left_9(
    session: AsyncSession, directory: Directory
) -> None:
    played = await _play(session, directory)
    hops = await _hops(session, directory["agency"], played["top"], COVER)
    hall, office, district, body = (hops[tier] for tier in (1, 2, 3, 4))
    assert (hall.to_register, hall.to_forward) == (5, 0)
    assert (office.to_register, office.to_forward) == (3, 2)
    assert (district.days_left, body.days_left) == (9, 9)
    assert hall.to_register + office.to_register + (office.to_forward or 0) + body.days_left == 19


async def test_the_plan_gave_the_tiers_5_3_2_and_9(
    session: AsyncSession, directory: Directory
) -> None:
    played = await _play(session, directory)
    hops = await _hops(session, directory["agency"], played["top"], COVER)
    assert hops[1].share_days == 5
    assert hops[1].forward_by == bangkok(2, 22, 16) + timedelta(minutes=30)
    # The hall sent it on in time, so the office has its 3 days; it took 2 more from those below.
    assert hops[2].share_days == 3
    assert hops[2].forward_by == bangkok(2, 25, 16) + timedelta(minutes=30)
    assert hops[3].share_days == 2
    assert hops[4].share_days == 9
    assert {hop.acknowledge_by for hop in hops.values()} == {
        bangkok(3, 15, 16) + timedelta(minutes=30)
    }


async def test_a_tier_shows_the_most_that_one_of_its_hops_used(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall, direct = (directory[name] for name in ("agency", "hall", "direct"))
    letter = await issue(session, agency, at=ISSUED)
    top = await send(session, agency, hall, direct, at=ISSUED, letter=letter, deadlines=FINAL)
    await register(session, top, direct, at=ISSUED + timedelta(hours=1))
    await acknowledge_hop(
        session,
        by=direct.clerk,
        hop_id=await hop_to(session, top, direct),
        at=bangkok(2, 17),
        remark=None,
        answer=None,
    )
    found = await show_dispatch_deadlines(
        session, by=agency.clerk, dispatch_id=top.id, at=bangkok(2, 24)
    )
    (tier,) = found.tiers
    assert (tier.hops, tier.registered, tier.settled, tier.late) == (2, 1, 1, 1)
    assert (tier.share_days, tier.to_register, tier.to_forward) == (19, 7, 0)
    # Counted from today for the hall, from its answer for the body that answered.
    assert tier.days_left == 12
    by_name = {hop.recipient: hop for hop in found.hops}
    assert by_name[direct.name].days_left == 17
    assert by_name[direct.name].to_forward is None
    assert by_name[hall.name].is_late


async def test_a_stamp_older_than_the_sending_used_no_time(
    session: AsyncSession, directory: Directory
) -> None:
    played = await _play(session, directory)
    hops = await _hops(session, directory["agency"], played["top"], bangkok(3, 3))
    assert hops[4].to_register == 1
    assert hops[3].to_register == 0


async def test_after_the_deadline_the_days_left_are_negative(
    session: AsyncSession, directory: Directory
) -> None:
    played = await _play(session, directory)
    hops = await _hops(session, directory["agency"], played["top"], bangkok(3, 18))
    assert hops[4].days_left == -3
    assert hops[4].is_late


async def test_a_tier_below_sees_only_its_own_part(
    session: AsyncSession, directory: Directory
) -> None:
    played = await _play(session, directory)
    hops = await _hops(session, directory["district_a"], played["top"], COVER)
    assert set(hops) == {3, 4}
    found = await show_dispatch_deadlines(
        session, by=directory["office"].clerk, dispatch_id=played["low"].id, at=COVER
    )
    assert [tier.tier for tier in found.tiers] == [3, 4]


async def test_strangers_learn_nothing(session: AsyncSession, directory: Directory) -> None:
    played = await _play(session, directory)
    stranger = directory["stranger"].clerk
    with pytest.raises(NotFoundError):
        await show_circular_deadlines(
            session, by=stranger, circular_id=played["top"].circular_id, at=COVER
        )
    with pytest.raises(NotFoundError):
        await show_dispatch_deadlines(session, by=stranger, dispatch_id=played["low"].id, at=COVER)
    with pytest.raises(NotFoundError):
        await show_dispatch_deadlines(session, by=stranger, dispatch_id=uuid4(), at=COVER)


async def test_a_time_that_runs_until_midnight_ends_on_the_day_before_it(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    letter = await issue(session, agency, at=ISSUED, urgency=Urgency.MOST_URGENT)
    until = Deadlines(acknowledge_on=date(2021, 2, 17))
    dispatch = await send(session, agency, hall, at=ISSUED, letter=letter, deadlines=until)
    (hop,) = (await _hops(session, agency, dispatch, ISSUED)).values()
    assert hop.acknowledge_by == bangkok(2, 18, 0)
    assert hop.days_left == 2
