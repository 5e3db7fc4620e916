"""Where deadlines meet: secret covers, stopped clocks, letters that came late on the way down."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.alarms import Alarm
from domain.deadlines import Deadlines
from domain.errors import InvalidError, NotFoundError
from domain.vocabulary import AlarmStep, EventKind, Secrecy, Urgency
from models import DeadlinePlan
from services.letter_draft import LetterDraft
from services.list_plans import list_plans
from services.plan_route import RouteRequest, plan_route
from services.raise_alarm import raise_alarm
from services.show_letter import show_hop
from tests.support.directory import Directory
from tests.support.letters import cleared, events, hop_to, issue, pass_on, register, send
from tests.support.moves import Tree, extend, plan_of, resume, suspend
from tests.support.planning import bangkok, wall

SENT = bangkok("2021-02-15 09:00")
WITHIN = Deadlines(acknowledge_within=3)


async def one_hop(
    session: AsyncSession, directory: Directory, deadlines: Deadlines
) -> tuple[Tree, Deadlines]:
    agency, hall = directory["agency"], directory["hall"]
    dispatch = await send(session, agency, hall, at=SENT, deadlines=deadlines)
    hop_id = await hop_to(session, dispatch, hall)
    tree = Tree(desks=directory, dispatches={"agency": dispatch}, hops={"hall": hop_id})
    return tree, deadlines


async def test_a_suspension_before_the_receipt_gives_no_days_to_a_clock_that_had_not_begun(
    session: AsyncSession, directory: Directory
) -> None:
    tree, _ = await one_hop(session, directory, WITHIN)
    top = tree.dispatch("agency")
    await suspend(session, tree, top, at=bangkok("2021-02-16 09:00"))
    await resume(session, tree, top, at=bangkok("2021-03-04 09:00"))
    received_at = bangkok("2021-03-05 10:00")
    await register(session, tree.dispatches["agency"], directory["hall"], at=received_at)
    plan = await plan_of(session, tree.hops["hall"])
    assert wall(plan.acknowledge_by) == "2021-03-10 16:30"


async def test_a_receipt_while_the_clock_stands_begins_with_the_resumption(
    session: AsyncSession, directory: Directory
) -> None:
    tree, _ = await one_hop(session, directory, WITHIN)
    top = tree.dispatch("agency")
    await suspend(session, tree, top, at=bangkok("2021-02-16 09:00"))
    received_at = bangkok("2021-03-05 10:00")
    await register(session, tree.dispatches["agency"], directory["hall"], at=received_at)
    await resume(session, tree, top, at=bangkok("2021-03-09 10:00"))
    # Three working days from the receipt, and the two that it stood after it.
    plan = await plan_of(session, tree.hops["hall"])
    assert wall(plan.acknowledge_by) == "2021-03-12 16:30"


async def test_the_record_holds_the_deadline_that_a_receipt_began(
    session: AsyncSession, directory: Directory
) -> None:
    tree, _ = await one_hop(session, directory, WITHIN)
    old = await plan_of(session, tree.hops["hall"])
    await register(session, tree.dispatches["agency"], directory["hall"], at=SENT)
    new = await plan_of(session, tree.hops["hall"])
    (started,) = await events(session, EventKind.CLOCK_STARTED)
    assert started.facts["days"] == 3
    for which, plan in (("old", old), ("new", new)):
        told = datetime.fromisoformat(started.facts[which]["acknowledge_by"])
        assert told == plan.acknowledge_by
    assert new.replaces_id == old.id


async def test_a_cover_is_no_less_secret_than_what_it_covers(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall, office = (directory[name] for name in ("agency", "hall", "office"))
    hall = replace(hall, clerk=cleared(hall.clerk, Secrecy.VERY_SECRET))
    letter = await issue(session, agency, at=SENT, secrecy=Secrecy.SECRET)
    top = await send(session, agency, hall, at=SENT, letter=letter)
    open_cover = LetterDraft(subject="ส่งหนังสือ")
    with pytest.raises(InvalidError, check=lambda e: e.reason == "secrecy_below_parent"):
        await pass_on(session, top, hall, office, at=SENT, cover=open_cover)
    cover = LetterDraft(subject="ส่งหนังสือ", secrecy=Secrecy.VERY_SECRET)
    sent = await pass_on(session, top, hall, office, at=SENT, cover=cover)
    assert sent.letter_id != letter.id


async def test_what_was_urgent_and_came_late_is_sent_on_all_the_same(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall, office = (directory[name] for name in ("agency", "hall", "office"))
    until = Deadlines(acknowledge_by=bangkok("2021-02-19 16:30"))
    letter = await issue(
        session,
        agency,
        at=SENT,
        urgency=Urgency.URGENT_WITHIN,
        deliver_by=SENT + timedelta(hours=5),
    )
    top = await send(session, agency, hall, at=SENT, letter=letter, deadlines=until)
    late = SENT + timedelta(hours=6)
    below = await pass_on(session, top, hall, office, at=late, deadlines=until)
    (plan,) = await list_plans(session, dispatch_id=below.id)
    assert plan.register_by > late
    again = await issue(
        session,
        agency,
        at=SENT,
        urgency=Urgency.URGENT_WITHIN,
        deliver_by=SENT + timedelta(hours=5),
    )
    with pytest.raises(InvalidError, check=lambda e: e.reason == "deadline_in_past"):
        await send(session, agency, hall, at=late, letter=again, deadlines=until)


async def test_below_a_stopped_hop_a_letter_goes_on_after_the_frozen_deadline(
    session: AsyncSession, directory: Directory
) -> None:
    tree, _ = await one_hop(
        session, directory, Deadlines(acknowledge_by=bangkok("2021-03-15 16:30"))
    )
    await suspend(session, tree, tree.dispatch("agency"), at=bangkok("2021-02-18 09:00"))
    hall, office = directory["hall"], directory["office"]
    # Nineteen working days stopped: the end above is on 9 April by now (6 April is a holiday).
    soon = Deadlines(acknowledge_by=bangkok("2021-04-01 16:30"))
    late = Deadlines(acknowledge_by=bangkok("2021-04-20 16:30"))
    at = bangkok("2021-03-17 09:00")
    with pytest.raises(InvalidError, check=lambda e: e.reason == "deadline_after_parent"):
        await pass_on(session, tree.dispatches["agency"], hall, office, at=at, deadlines=late)
    sent = await pass_on(session, tree.dispatches["agency"], hall, office, at=at, deadlines=soon)
    assert wall(sent.acknowledge_by) == "2021-04-01 16:30"


async def test_by_a_day_on_which_the_office_is_closed_means_by_the_last_one_before_it(
    session: AsyncSession, directory: Directory
) -> None:
    # 26 February 2021 is a holiday, 28 February a Sunday.
    tree, _ = await one_hop(session, directory, Deadlines(acknowledge_on=date(2021, 2, 28)))
    plan = await plan_of(session, tree.hops["hall"])
    assert wall(plan.acknowledge_by) == "2021-02-25 16:30"


@pytest.mark.parametrize("name", ["hall", "office", "direct"])
async def test_a_route_is_planned_as_it_is_sent(
    session: AsyncSession, directory: Directory, name: str
) -> None:
    agency = directory["agency"]
    wish = Deadlines(acknowledge_on=date(2021, 3, 15), weights=(5, 3, 11))
    wanted = RouteRequest(
        registry_id=agency.registry_id,
        recipients=[directory[name].organization_id],
        deadlines=wish,
    )
    first, *_ = await plan_route(session, by=agency.clerk, wanted=wanted, at=SENT)
    dispatch = await send(session, agency, directory[name], at=SENT, deadlines=wish)
    (sent,) = await list_plans(session, dispatch_id=dispatch.id)
    (planned,) = first.plans
    for field in ("register_by", "forward_by", "acknowledge_by", "share_days", "left_days"):
        assert getattr(planned.plan, field) == getattr(sent, field), field


async def test_below_the_first_tier_days_from_the_receipt_end_with_the_tier_above(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    wanted = RouteRequest(
        registry_id=agency.registry_id,
        recipients=[directory["hall"].organization_id],
        deadlines=Deadlines(acknowledge_within=5, weights=(1, 1, 1)),
    )
    tiers = await plan_route(session, by=agency.clerk, wanted=wanted, at=SENT)
    ends = [tier.acknowledge_by for tier in tiers]
    assert ends == sorted(ends, reverse=True)


async def test_a_plan_for_somebody_unknown_is_refused(
    session: AsyncSession, directory: Directory
) -> None:
    agency = directory["agency"]
    for recipient in (uuid4(), directory.closed):
        wanted = RouteRequest(
            registry_id=agency.registry_id,
            recipients=[directory["hall"].organization_id, recipient],
            deadlines=Deadlines(acknowledge_on=date(2021, 3, 15)),
        )
        with pytest.raises(InvalidError, check=lambda e: e.reason == "recipient_unknown"):
            await plan_route(session, by=agency.clerk, wanted=wanted, at=SENT)


async def test_a_superior_that_was_told_may_look_at_the_hop(
    session: AsyncSession, directory: Directory
) -> None:
    agency, body, superior = (directory[n] for n in ("agency", "body_a1", "district_a"))
    until = Deadlines(acknowledge_by=bangkok("2021-02-17 16:30"))
    dispatch = await send(session, agency, body, at=SENT, deadlines=until)
    hop_id = await hop_to(session, dispatch, body)
    with pytest.raises(NotFoundError):
        await show_hop(session, by=superior.clerk, hop_id=hop_id, at=SENT)
    alarm = Alarm(step=AlarmStep.ESCALATE_SUPERIOR, due_at=bangkok("2021-02-26 09:00"))
    at = alarm.due_at
    assert await raise_alarm(session, dispatch_id=dispatch.id, chunk=0, alarm=alarm, at=at) == 1
    assert (await show_hop(session, by=superior.clerk, hop_id=hop_id, at=at)).hop.id == hop_id
    with pytest.raises(NotFoundError):
        await show_hop(session, by=directory["district_b"].clerk, hop_id=hop_id, at=at)


async def test_an_extension_is_said_in_the_plan_that_replaces_the_old_one(
    session: AsyncSession, directory: Directory
) -> None:
    tree, _ = await one_hop(
        session, directory, Deadlines(acknowledge_by=bangkok("2021-03-15 16:30"))
    )
    await extend(session, tree, tree.dispatch("agency"), days=2, at=bangkok("2021-02-18 10:00"))
    new = await plan_of(session, tree.hops["hall"])
    old = (
        await session.scalars(select(DeadlinePlan).where(DeadlinePlan.id == new.replaces_id))
    ).one()
    assert (wall(old.acknowledge_by), wall(new.acknowledge_by)) == (
        "2021-03-15 16:30",
        "2021-03-17 16:30",
    )
