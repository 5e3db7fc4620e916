from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.alarms import Alarm
from domain.deadlines import Deadlines
from domain.errors import NotFoundError, WianError
from domain.vocabulary import (
    AlarmStep,
    EventKind,
    HopState,
    MoveKind,
    OutboxKind,
    Role,
    Urgency,
)
from models import DeadlinePlan, Outbox
from services.acknowledge_hop import acknowledge_hop
from services.close_dispatch import close_dispatch
from services.list_history import Subject, list_history
from services.list_moves import list_moves
from services.lock_open_hops import MoveTarget
from services.raise_alarm import raise_alarm
from services.relay_outbox import pending_alarms
from tests.support.calendar_days import bring_in, days_off
from tests.support.directory import Directory
from tests.support.letters import (
    MORNING,
    events,
    hop_after,
    hop_to,
    issue,
    register,
    send,
    size_of_ledger,
)
from tests.support.moves import (
    BELOW,
    REASON,
    SENT,
    Tree,
    clocks,
    due_dates,
    extend,
    headlines,
    plan_of,
    send_tree,
)
from tests.support.planning import bangkok, wall

AT = bangkok("2021-02-18 10:00")
# 26 February is a holiday, 6 April too.
MOVED = {
    "hall": "2021-03-22 16:30",
    "direct": "2021-03-22 16:30",
    "office": "2021-03-19 16:30",
    "district_b": "2021-03-19 16:30",
    "district_a": "2021-03-17 16:30",
    "body_b1": "2021-03-17 16:30",
}


@pytest.fixture
async def tree(session: AsyncSession, directory: Directory) -> Tree:
    return await send_tree(session, directory)


async def settle(session: AsyncSession, tree: Tree, above: str, name: str) -> None:
    desk = tree.desks[name]
    await register(session, tree.dispatches[above], desk, at=SENT)
    await acknowledge_hop(session, by=desk.clerk, hop_id=tree.hops[name], at=SENT)


async def test_a_dispatch_is_put_off_with_everything_open_below(
    session: AsyncSession, tree: Tree
) -> None:
    moved = await extend(session, tree, tree.dispatch("agency"), days=5, at=AT)
    assert await due_dates(session, tree) == MOVED
    assert await headlines(session, tree) == {
        "agency": MOVED["hall"],
        "hall": MOVED["office"],
        "office": MOVED["district_a"],
    }
    assert (moved.move.kind, moved.move.days, moved.move.hops) == (MoveKind.EXTENDED, 5, 6)
    assert (moved.move.hop_id, moved.move.reason, moved.capped) == (None, REASON, 0)
    assert wall(moved.acknowledge_by) == MOVED["hall"]
    counted = {
        name: ((hop := await hop_after(session, hop_id)).extensions, hop.extended_days)
        for name, hop_id in tree.hops.items()
    }
    assert counted["hall"] == counted["direct"] == (1, 5)
    assert counted["office"] == counted["district_b"] == counted["body_b1"] == (0, 0)


async def test_one_new_plan_takes_the_place_of_each_old_one_which_stays(
    session: AsyncSession, tree: Tree
) -> None:
    before = {name: await plan_of(session, hop_id) for name, hop_id in tree.hops.items()}
    await extend(session, tree, tree.dispatch("agency"), days=5, at=AT)
    after = {name: await plan_of(session, hop_id) for name, hop_id in tree.hops.items()}
    for name, plan in after.items():
        assert plan.replaces_id == before[name].id
        assert plan.made_at == AT
        # It had passed when the deadlines were put off.
        assert plan.register_by == before[name].register_by
    plans = (await session.scalars(select(DeadlinePlan.id))).all()
    assert len(plans) == len({plan.id for plan in (*before.values(), *after.values())})


async def test_a_hop_is_put_off_with_what_lies_below_it_and_nothing_beside(
    session: AsyncSession, tree: Tree
) -> None:
    before = await due_dates(session, tree)
    moved = await extend(session, tree, tree.hop("hall"), days=5, at=AT)
    beside = {"direct": before["direct"]}
    assert await due_dates(session, tree) == MOVED | beside
    assert (moved.move.hops, moved.move.hop_id) == (5, tree.hops["hall"])
    assert moved.move.dispatch_id == tree.dispatches["agency"].id
    assert (await hop_after(session, tree.hops["direct"])).extensions == 0


async def test_what_is_settled_or_closed_does_not_move(session: AsyncSession, tree: Tree) -> None:
    await settle(session, tree, "hall", "district_b")
    await close_dispatch(
        session,
        by=tree.head("office"),
        dispatch_id=tree.dispatches["office"].id,
        reason="พอ",
        at=SENT,
    )
    before = await due_dates(session, tree)
    moved = await extend(session, tree, tree.dispatch("agency"), days=5, at=AT)
    stay = ("district_b", "district_a", "body_b1")
    assert await due_dates(session, tree) == MOVED | {name: before[name] for name in stay}
    assert moved.move.hops == 3
    assert (await headlines(session, tree))["office"] == before["district_a"]


async def test_every_moved_hop_has_an_event_and_every_process_a_message(
    session: AsyncSession, tree: Tree
) -> None:
    old, before = await plan_of(session, tree.hops["office"]), len(await outbox(session))
    moved = await extend(session, tree, tree.dispatch("agency"), days=5, at=AT)
    noted = await events(session, EventKind.EXTENDED)
    assert {event.hop_id for event in noted} == set(tree.hops.values())
    (event,) = [one for one in noted if one.hop_id == tree.hops["office"]]
    assert (event.registry_id, event.at) == (tree.desks["agency"].registry_id, AT)
    assert event.officer_id == tree.head("agency").id
    assert (event.dispatch_id, event.letter_id) == (
        tree.dispatches["hall"].id,
        tree.dispatches["hall"].letter_id,
    )
    new = await plan_of(session, tree.hops["office"])
    assert event.facts == {
        "move_id": str(moved.move.id),
        "reason": REASON,
        "days": 5,
        "capped": False,
        "old": deadlines(old),
        "new": deadlines(new),
    }
    messages = (await outbox(session))[before:]
    assert sorted((one.kind, one.dispatch_id, one.chunk) for one in messages) == sorted(
        (OutboxKind.MOVED, one.id, 0) for one in tree.dispatches.values()
    )
    history = await list_history(
        session,
        by=tree.desks["office"].clerk,
        subject=Subject.CIRCULAR,
        subject_id=tree.dispatches["agency"].circular_id,
        at=MORNING,
        after=0,
        limit=500,
    )
    shown = [one for one in history.items if one.kind is EventKind.EXTENDED]
    # The office sees its own hop and those of its dispatch, not what stands beside it.
    own = {tree.hops[name] for name in ("office", "district_a", "body_b1")}
    assert {one.hop_id for one in shown} == own


def deadlines(plan: DeadlinePlan) -> dict[str, str | None]:
    return {
        "register_by": plan.register_by.isoformat(),
        "forward_by": plan.forward_by.isoformat() if plan.forward_by else None,
        "acknowledge_by": plan.acknowledge_by.isoformat(),
    }


async def outbox(session: AsyncSession) -> list[Outbox]:
    return list(await session.scalars(select(Outbox).order_by(Outbox.id)))


async def test_until_an_instant_moves_by_the_working_days_that_reach_it(
    session: AsyncSession, tree: Tree
) -> None:
    until = bangkok("2021-03-20 12:00")
    moved = await extend(session, tree, tree.dispatch("agency"), until=until, at=AT)
    # Saturday noon: the fifth working day after the 15th is the Monday after it.
    assert moved.move.days == 5
    assert await due_dates(session, tree) == MOVED


async def test_every_hop_that_was_asked_for_reaches_the_instant(
    session: AsyncSession, tree: Tree
) -> None:
    await extend(session, tree, tree.hop("direct"), days=2, at=AT)
    until = bangkok("2021-03-22 16:30")
    await extend(session, tree, tree.dispatch("agency"), until=until, at=AT)
    due = await due_dates(session, tree)
    assert (due["hall"], due["direct"]) == ("2021-03-22 16:30", "2021-03-24 16:30")


async def told(session: AsyncSession, tree: Tree, step: AlarmStep, *, at: datetime) -> int:
    """Raise a step of the agency's dispatch, and return how many were told."""
    alarm = Alarm(step=step, due_at=at)
    dispatch_id = tree.dispatches["agency"].id
    return await raise_alarm(session, dispatch_id=dispatch_id, chunk=0, alarm=alarm, at=at)


async def to_come(session: AsyncSession, tree: Tree) -> set[tuple[AlarmStep, str | None]]:
    dispatch_id = tree.dispatches["agency"].id
    pending = await pending_alarms(session, dispatch_id=dispatch_id, chunk=0)
    return {(alarm.step, wall(alarm.due_at)) for alarm in pending}


async def test_a_step_that_was_told_and_stays_is_not_told_again(
    session: AsyncSession, tree: Tree
) -> None:
    at = bangkok("2021-03-15 09:00")
    remind = AlarmStep.REMIND_ACKNOWLEDGE
    assert await told(session, tree, remind, at=at) == 2
    await extend(session, tree, tree.dispatch("agency"), days=5, at=at)
    steps = {step for step, _ in await to_come(session, tree)}
    assert remind not in steps
    assert (AlarmStep.OVERDUE_ACKNOWLEDGE, MOVED["hall"]) in await to_come(session, tree)
    assert await told(session, tree, remind, at=at + timedelta(days=30)) == 0


async def test_a_late_recipient_is_told_of_its_new_deadline(
    session: AsyncSession, tree: Tree
) -> None:
    late = bangkok("2021-03-16 10:00")
    overdue = AlarmStep.OVERDUE_ACKNOWLEDGE
    assert await told(session, tree, overdue, at=late) == 2
    await extend(session, tree, tree.dispatch("agency"), days=5, at=late)
    assert (overdue, MOVED["hall"]) in await to_come(session, tree)
    assert await told(session, tree, overdue, at=late) == 0
    assert await told(session, tree, overdue, at=bangkok("2021-03-22 16:30")) == 2


# Target, by whom, how far, when, and what is said.
REFUSED: list[tuple[str, str, Role, dict[str, Any], str]] = [
    ("dispatch agency", "agency", Role.CLERK, {"days": 1}, "role_missing"),
    ("dispatch agency", "agency", Role.DEPUTY, {"days": 1}, "role_missing"),
    ("dispatch agency", "agency", Role.AUDITOR, {"days": 1}, "role_missing"),
    ("dispatch agency", "hall", Role.HEAD, {"days": 1}, "not_found"),
    ("dispatch agency", "stranger", Role.HEAD, {"days": 1}, "not_found"),
    ("hop hall", "hall", Role.HEAD, {"days": 1}, "role_missing"),
    ("hop district_a", "hall", Role.HEAD, {"days": 1}, "role_missing"),
    ("dispatch hall", "hall", Role.HEAD, {"days": 11}, "approver_too_low"),
    ("dispatch agency", "agency", Role.HEAD, {"days": 31}, "extension_days_limit"),
    ("dispatch agency", "agency", Role.HEAD, {}, "extension_length_unclear"),
    ("dispatch agency", "agency", Role.HEAD, {"days": 0}, "extension_days_invalid"),
    ("dispatch agency", "agency", Role.HEAD, {"days": -1}, "extension_days_invalid"),
    ("dispatch agency", "agency", Role.HEAD, {"days": 10**9}, "extension_days_limit"),
    ("dispatch agency", "agency", Role.HEAD, {"until": SENT}, "deadline_in_past"),
    (
        "dispatch agency",
        "agency",
        Role.HEAD,
        {"until": bangkok("2021-03-15 16:30")},
        "extension_not_later",
    ),
    (
        "dispatch agency",
        "agency",
        Role.HEAD,
        {"until": bangkok("2099-01-01 09:00")},
        "calendar_out_of_range",
    ),
    ("dispatch hall", "hall", Role.HEAD, {"days": 2}, "deadline_after_parent"),
    ("hop office", "hall", Role.HEAD, {"days": 2}, "deadline_after_parent"),
    ("dispatch office", "agency", Role.HEAD, {"days": 20}, "deadline_after_parent"),
]


async def test_what_may_not_be_put_off_stays(session: AsyncSession, tree: Tree) -> None:
    for aim, desk, role, length, code in REFUSED:
        kind, name = aim.split()
        target = tree.hop(name) if kind == "hop" else tree.dispatch(name)
        by = getattr(tree.desks[desk], role.value)
        await refused(session, tree, target, by, code, **length)


async def refused(
    session: AsyncSession,
    tree: Tree,
    target: MoveTarget,
    by: str | ActingOfficer,
    code: str,
    *,
    at: datetime = AT,
    **length: Any,  # noqa: ANN401 (days or until)
) -> WianError:
    before = await size_of_ledger(session), await clocks(session)
    with pytest.raises(WianError) as refusal:
        async with session.begin_nested():
            await extend(session, tree, target, by=by, at=at, **length)
    assert refusal.value.reason == code
    assert (await size_of_ledger(session), await clocks(session)) == before
    return refusal.value


async def test_the_numbers_are_told_when_the_dispatch_above_ends_sooner(
    session: AsyncSession, tree: Tree
) -> None:
    error = await refused(
        session, tree, tree.dispatch("hall"), "hall", "deadline_after_parent", days=2
    )
    assert error.facts["acknowledge_by"] == bangkok("2021-03-16 16:30").isoformat()
    assert error.facts["parent_acknowledge_by"] == bangkok("2021-03-15 16:30").isoformat()
    # Up to the deadline above it may.
    await extend(session, tree, tree.dispatch("hall"), by="hall", days=1, at=AT)
    assert (await headlines(session, tree))["hall"] == "2021-03-15 16:30"


async def test_the_fourth_extension_of_a_hop_is_refused(session: AsyncSession, tree: Tree) -> None:
    for _ in range(3):
        await extend(session, tree, tree.hop("direct"), days=1, at=AT)
    error = await refused(session, tree, tree.hop("direct"), "agency", "extension_limit", days=1)
    assert error.facts == {"extensions": 3, "max_extensions": 3}
    # Nor is it put off with its dispatch; a hop below was never put off itself.
    await refused(session, tree, tree.dispatch("agency"), "agency", "extension_limit", days=1)
    await extend(session, tree, tree.hop("hall"), days=1, at=AT)


async def test_all_extensions_of_a_hop_come_to_thirty_days_at_most(
    session: AsyncSession, tree: Tree
) -> None:
    await extend(session, tree, tree.dispatch("agency"), days=25, at=AT)
    error = await refused(
        session, tree, tree.hop("direct"), "agency", "extension_days_limit", days=6
    )
    assert error.facts == {"days": 6, "extended_days": 25, "max_days": 30}
    assert error.detail.endswith("ไม่เกิน 30 วันทำการ ขยายไปแล้ว 25 วัน ขอขยายอีก 6 วัน")
    await extend(session, tree, tree.hop("direct"), days=5, at=AT)


async def test_the_head_of_the_sender_allows_less_than_that_of_the_origin(
    session: AsyncSession, tree: Tree
) -> None:
    await extend(session, tree, tree.dispatch("agency"), days=20, at=AT)
    error = await refused(session, tree, tree.dispatch("hall"), "hall", "approver_too_low", days=11)
    assert error.facts == {"days": 11, "up_to_days": 10, "approvers": ["origin_head"]}
    agency, hall = tree.desks["agency"], tree.desks["hall"]
    both = ActingOfficer(
        id=agency.head.id, name="both", roles={**agency.head.roles, **hall.head.roles}
    )
    await extend(session, tree, tree.dispatch("office"), by="agency", days=1, at=AT)
    (event, *_) = (await events(session, EventKind.EXTENDED))[-2:]
    assert event.registry_id == agency.registry_id
    await extend(session, tree, tree.hop("office"), by=both, days=1, at=AT)
    event = (await events(session, EventKind.EXTENDED))[-1]
    assert event.registry_id == hall.registry_id


async def test_what_is_done_is_not_put_off(session: AsyncSession, tree: Tree) -> None:
    await settle(session, tree, "agency", "direct")
    error = await refused(session, tree, tree.hop("direct"), "agency", "hop_settled", days=1)
    assert error.facts == {"state": HopState.ACKNOWLEDGED}
    for name in ("district_a", "body_b1"):
        await settle(session, tree, "office", name)
    await refused(session, tree, tree.dispatch("office"), "office", "nothing_to_move", days=1)
    await close_dispatch(
        session,
        by=tree.head("office"),
        dispatch_id=tree.dispatches["office"].id,
        reason="พอ",
        at=SENT,
    )
    await refused(session, tree, tree.dispatch("office"), "office", "dispatch_not_open", days=1)
    await refused(session, tree, tree.hop("body_b1"), "office", "dispatch_not_open", days=1)


async def test_too_few_days_for_who_is_late_are_refused(session: AsyncSession, tree: Tree) -> None:
    late = bangkok("2021-03-25 10:00")
    error = await refused(
        session, tree, tree.hop("direct"), "agency", "deadline_in_past", at=late, days=5
    )
    assert error.facts["acknowledge_by"] == bangkok("2021-03-22 16:30").isoformat()
    assert "๒๒ มีนาคม ๒๕๖๔ เวลา ๑๖.๓๐ น." in error.detail
    await extend(session, tree, tree.hop("direct"), days=8, at=late)
    assert (await due_dates(session, tree))["direct"] == "2021-03-25 16:30"


async def test_a_clock_that_never_stops_is_put_off_by_whole_days(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    letter = await issue(session, agency, at=SENT, urgency=Urgency.MOST_URGENT)
    deadlines = Deadlines(acknowledge_by=bangkok("2021-02-19 23:10"))
    dispatch = await send(session, agency, hall, letter=letter, at=SENT, deadlines=deadlines)
    tree = Tree(
        desks=directory,
        dispatches={"agency": dispatch},
        hops={"hall": await hop_to(session, dispatch, hall)},
    )
    await extend(session, tree, tree.dispatch("agency"), days=2, at=AT)
    # Friday night and two days are Sunday night.
    assert await due_dates(session, tree) == {"hall": "2021-02-21 23:10"}


async def test_a_holiday_of_its_own_never_brings_a_recipient_past_the_dispatch_above(
    session: AsyncSession, directory: Directory
) -> None:
    await bring_in(session, days_off("organization:district_a", "2021-03-16"))
    same = dict.fromkeys(BELOW, bangkok("2021-03-15 16:30"))
    tree = await send_tree(session, directory, until=same)
    moved = await extend(session, tree, tree.dispatch("agency"), days=3, at=AT)
    due = await due_dates(session, tree)
    noted = await events(session, EventKind.EXTENDED)
    assert moved.capped == 1
    assert due.pop("district_a") == "2021-03-18 16:30"
    assert set(due.values()) == {"2021-03-18 16:30"}
    (event,) = [one for one in noted if one.facts["capped"]]
    assert (event.hop_id, event.facts["days"]) == (tree.hops["district_a"], 2)


async def test_the_moves_of_a_dispatch_are_listed(session: AsyncSession, tree: Tree) -> None:
    first = await extend(session, tree, tree.dispatch("agency"), days=2, at=AT)
    second = await extend(session, tree, tree.hop("hall"), days=1, at=AT)
    dispatch_id = tree.dispatches["agency"].id
    asked: dict[str, Any] = {"by": tree.desks["agency"].clerk, "dispatch_id": dispatch_id, "at": AT}
    listed = await list_moves(session, **asked, after=None, limit=50)
    assert [one.id for one in listed] == [first.move.id, second.move.id]
    assert [(one.days, one.hops, one.officer) for one in listed] == [
        (2, 6, "head.agency"),
        (1, 5, "head.agency"),
    ]
    assert list(await list_moves(session, **asked, after=first.move.id, limit=50)) == listed[1:]
    assert list(await list_moves(session, **asked, after=None, limit=1)) == listed[:1]
    with pytest.raises(NotFoundError):
        await list_moves(
            session,
            by=tree.desks["hall"].clerk,
            dispatch_id=dispatch_id,
            at=AT,
            after=None,
            limit=50,
        )


async def test_an_extension_before_the_receipt_counts_from_the_receipt(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    within = Deadlines(acknowledge_within=3)
    dispatch = await send(session, agency, hall, at=SENT, deadlines=within)
    hop_id = await hop_to(session, dispatch, hall)
    tree = Tree(desks=directory, dispatches={"agency": dispatch}, hops={"hall": hop_id})
    at = bangkok("2021-02-15 10:00")
    await extend(session, tree, tree.dispatch("agency"), days=5, at=at)
    await register(session, dispatch, hall, at=at)
    # Three working days after the receipt, and the five that were given.
    assert await due_dates(session, tree) == {"hall": "2021-02-25 16:30"}


async def test_a_late_hop_that_is_put_off_is_told_again_of_its_new_deadline(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    deadline = Deadlines(acknowledge_by=bangkok("2021-02-19 16:30"))
    dispatch = await send(session, agency, hall, at=SENT, deadlines=deadline)
    await register(session, dispatch, hall, at=SENT)
    hop_id = await hop_to(session, dispatch, hall)
    tree = Tree(desks=directory, dispatches={"agency": dispatch}, hops={"hall": hop_id})

    async def ring(at: datetime) -> list[AlarmStep]:
        due = await pending_alarms(session, dispatch_id=dispatch.id, chunk=0)
        return [
            alarm.step
            for alarm in due
            if alarm.due_at <= at
            and await raise_alarm(session, dispatch_id=dispatch.id, chunk=0, alarm=alarm, at=at)
        ]

    late = bangkok("2021-02-22 17:00")
    first = await ring(late)
    assert {AlarmStep.OVERDUE_ACKNOWLEDGE, AlarmStep.ESCALATE_HEAD} <= set(first)
    await extend(session, tree, tree.dispatch("agency"), days=3, at=late)
    # The reminder of the new deadline would lie in the past: nobody is reminded of what is late.
    assert await ring(late) == []
    again = await ring(bangkok("2021-02-25 16:30"))
    assert AlarmStep.OVERDUE_ACKNOWLEDGE in again
    assert await ring(bangkok("2021-02-25 16:30")) == []
    overdue = await events(session, EventKind.OVERDUE)
    assert [
        wall(datetime.fromisoformat(one.facts["due_at"]))
        for one in overdue
        if one.facts["step"] == AlarmStep.OVERDUE_ACKNOWLEDGE
    ] == ["2021-02-19 16:30", "2021-02-24 16:30"]
