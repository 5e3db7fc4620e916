from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alarms import Alarm
from domain.buddhist_era import BANGKOK
from domain.deadline_plan import (
    Plan,
    days_after_receipt,
    default_register_by,
    in_order,
    plan_hop,
    start_acknowledging,
)
from domain.deadlines import Circumstances, Deadlines
from domain.vocabulary import AlarmStep, Urgency
from domain.working_time import OfficeHours, WorkingCalendar
from tests.support.planning import OFFICE, bangkok, circumstances, due, later, wall

S = AlarmStep
SENT = "2021-03-02 09:00"
REFERENCE = Deadlines(acknowledge_by=bangkok("2021-03-15 16:30"))
UNTIL_FRIDAY = Deadlines(acknowledge_by=bangkok("2021-03-12 16:30"))
N, U, V, M = Urgency.NORMAL, Urgency.URGENT, Urgency.VERY_URGENT, Urgency.MOST_URGENT

# Friday 26 February 2021 is มาฆบูชา; 31 December to 3 January are closed, the 3rd in lieu.
REGISTERED = [
    ("normal: the end of the next working day", N, SENT, "2021-03-03 16:30"),
    ("normal: sent at opening", N, "2021-03-02 08:30", "2021-03-03 16:30"),
    ("normal: sent a moment before closing", N, "2021-03-02 16:29", "2021-03-03 16:30"),
    ("normal: over a weekend", N, "2021-03-05 15:00", "2021-03-08 16:30"),
    ("normal: over a long weekend", N, "2021-02-25 15:00", "2021-03-01 16:30"),
    ("normal: before opening", N, "2021-03-02 08:29", "2021-03-02 10:00"),
    ("normal: at closing time", N, "2021-03-02 16:30", "2021-03-03 10:00"),
    ("normal: at night", N, "2021-03-02 23:59", "2021-03-03 10:00"),
    ("normal: after midnight", N, "2021-03-03 00:00", "2021-03-03 10:00"),
    ("normal: Friday evening", N, "2021-03-05 17:00", "2021-03-08 10:00"),
    ("normal: Saturday", N, "2021-03-06 10:00", "2021-03-08 10:00"),
    ("normal: the eve of a holiday", N, "2021-02-25 18:00", "2021-03-01 10:00"),
    ("normal: on a holiday", N, "2021-02-26 09:00", "2021-03-01 10:00"),
    ("normal: the eve of New Year", N, "2021-12-30 20:00", "2022-01-04 10:00"),
    ("urgent: eight hours from opening", U, "2021-03-02 08:30", "2021-03-02 16:30"),
    ("urgent: eight hours are a day", U, SENT, "2021-03-03 09:00"),
    ("urgent: over a weekend", U, "2021-03-05 15:00", "2021-03-08 15:00"),
    ("urgent: over a long weekend", U, "2021-02-25 12:00", "2021-03-01 12:00"),
    ("urgent: after closing", U, "2021-03-02 16:31", "2021-03-03 10:00"),
    ("very urgent: four hours", V, SENT, "2021-03-02 13:00"),
    ("very urgent: until closing", V, "2021-03-02 12:30", "2021-03-02 16:30"),
    ("very urgent: into the next day", V, "2021-03-02 14:30", "2021-03-03 10:30"),
    ("very urgent: over a weekend", V, "2021-03-05 15:00", "2021-03-08 11:00"),
    ("very urgent: Friday evening", V, "2021-03-05 16:30", "2021-03-08 10:00"),
    ("most urgent: an hour", M, SENT, "2021-03-02 10:00"),
    ("most urgent: at night", M, "2021-03-02 23:30", "2021-03-03 00:30"),
    ("most urgent: Saturday", M, "2021-03-06 10:00", "2021-03-06 11:00"),
    ("most urgent: on a holiday", M, "2021-02-26 16:29", "2021-02-26 17:29"),
]


@pytest.mark.parametrize(
    ("urgency", "sent", "until"),
    [one[1:] for one in REGISTERED],
    ids=[one[0] for one in REGISTERED],
)
def test_the_urgency_says_until_when_a_letter_is_registered(
    urgency: Urgency, sent: str, until: str
) -> None:
    facts = circumstances(sent, urgency)
    assert wall(default_register_by(facts)) == until
    wish = Deadlines(acknowledge_by=facts.sent_at + timedelta(days=20))
    plan = plan_hop(wish, facts)
    assert wall(plan.register_by) == until
    assert due(plan.alarms)[S.OVERDUE_REGISTER] == until


def test_an_office_that_opens_after_ten_has_its_whole_time() -> None:
    late = WorkingCalendar(OFFICE.days_off, OfficeHours(opens=time(10), closes=time(18)))
    given = circumstances("2021-03-02 19:00", office=late)
    assert wall(default_register_by(given)) == "2021-03-04 18:00"
    early = replace(given, policy=replace(given.policy, after_hours_by=time(10, 30)))
    assert wall(default_register_by(early)) == "2021-03-03 10:30"


@pytest.mark.parametrize(
    ("sent", "deliver_by"),
    [
        pytest.param(SENT, "2021-03-02 14:00", id="in office hours"),
        pytest.param("2021-03-02 18:00", "2021-03-02 21:00", id="in the evening"),
        pytest.param("2021-03-05 17:00", "2021-03-06 09:00", id="on a Saturday"),
    ],
)
def test_a_letter_urgent_within_is_registered_by_the_instant_on_it(
    sent: str, deliver_by: str
) -> None:
    given = circumstances(sent, Urgency.URGENT_WITHIN, deliver_by=deliver_by)
    plan = plan_hop(UNTIL_FRIDAY, given)
    assert wall(plan.register_by) == deliver_by
    sooner = bangkok(sent) + timedelta(minutes=30)
    assert plan_hop(replace(UNTIL_FRIDAY, register_by=sooner), given).register_by == sooner


@pytest.mark.parametrize(
    ("urgency", "sent", "acknowledge", "reminders"),
    [
        pytest.param(N, SENT, "03-12 16:30", ("03-03 14:30", "03-11 08:30"), id="normal"),
        pytest.param(U, SENT, "03-12 16:30", ("03-02 15:00", "03-12 08:30"), id="urgent"),
        pytest.param(V, SENT, "03-12 16:30", ("03-02 12:00", "03-12 12:30"), id="very urgent"),
        pytest.param(M, SENT, "03-12 16:30", ("03-02 09:45", "03-12 15:30"), id="most urgent"),
        pytest.param(N, SENT, "03-08 10:00", ("03-03 14:30", "03-04 10:00"), id="across a weekend"),
        # Two days before would lie in the first half: a quarter of the time is left instead.
        pytest.param(N, SENT, "03-04 09:00", ("03-03 14:30", "03-03 13:00"), id="two days"),
        pytest.param(N, SENT, "03-02 11:00", ("03-02 10:30", "03-02 10:30"), id="two hours"),
        pytest.param(N, SENT, "03-02 09:01", ("03-02 09:00:45", "03-02 09:00:45"), id="one minute"),
        pytest.param(
            N, SENT, "03-02 09:00:04", ("03-02 09:00:03", "03-02 09:00:03"), id="four seconds"
        ),
        pytest.param(
            N, "2021-03-02 20:00", "03-02 20:04", ("03-02 20:03", "03-02 20:03"), id="at night"
        ),
        pytest.param(
            N, "2021-03-06 10:00", "03-07 10:00", ("03-07 04:00", "03-07 04:00"), id="a weekend"
        ),
        pytest.param(
            N, "2021-03-05 16:00", "03-08 09:00", ("03-08 08:45", "03-08 08:45"), id="an hour"
        ),
        pytest.param(
            N,
            "2021-03-02 17:00",
            "03-12 16:30",
            ("03-03 09:37:30", "03-11 08:30"),
            id="after hours",
        ),
    ],
)
def test_reminders_leave_time_to_act_and_never_come_with_the_letter(
    urgency: Urgency, sent: str, acknowledge: str, reminders: tuple[str, str]
) -> None:
    wish = Deadlines(acknowledge_by=bangkok(f"2021-{acknowledge}"))
    told = due(plan_hop(wish, circumstances(sent, urgency)).alarms)
    expected = tuple(f"2021-{one}" for one in reminders)
    assert (told[S.REMIND_REGISTER], told[S.REMIND_ACKNOWLEDGE]) == expected


@pytest.mark.parametrize(
    ("urgency", "acknowledge", "ladder"),
    [
        pytest.param(
            N, "03-10 10:00", ("03-11 10:00", "03-12 10:00", "03-16 10:00"), id="normal: days"
        ),
        pytest.param(
            N, "03-05 16:30", ("03-08 16:30", "03-09 16:30", "03-11 16:30"), id="normal: Friday"
        ),
        pytest.param(
            U, "03-05 15:00", ("03-08 11:00", "03-08 15:00", "03-09 15:00"), id="urgent: weekend"
        ),
        pytest.param(
            V, "03-05 15:30", ("03-08 09:30", "03-08 11:30", "03-08 15:30"), id="very urgent"
        ),
        pytest.param(
            M, "03-05 23:30", ("03-05 23:30", "03-06 00:30", "03-06 01:30"), id="most urgent"
        ),
        pytest.param(
            N, "03-06 12:00", ("03-08 16:30", "03-09 16:30", "03-11 16:30"), id="on a Saturday"
        ),
        pytest.param(
            N, "04-05 16:30", ("04-07 16:30", "04-08 16:30", "04-16 16:30"), id="Songkran"
        ),
    ],
)
def test_the_ladder_climbs_in_working_time(
    urgency: Urgency, acknowledge: str, ladder: tuple[str, ...]
) -> None:
    wish = Deadlines(acknowledge_by=bangkok(f"2021-{acknowledge}"))
    told = due(plan_hop(wish, circumstances(SENT, urgency)).alarms)
    assert told[S.OVERDUE_ACKNOWLEDGE] == f"2021-{acknowledge}"
    steps = (S.ESCALATE_HEAD, S.ESCALATE_SUPERIOR, S.ESCALATE_ORIGIN)
    assert tuple(told[step] for step in steps) == tuple(f"2021-{one}" for one in ladder)


def test_a_letter_that_nobody_registers_climbs_a_ladder_of_its_own() -> None:
    told = due(plan_hop(UNTIL_FRIDAY, circumstances("2021-03-04 10:00")).alarms)
    assert {step: at for step, at in told.items() if "register" in step} == {
        S.REMIND_REGISTER: "2021-03-05 14:30",
        S.OVERDUE_REGISTER: "2021-03-05 16:30",
        S.ESCALATE_REGISTER_HEAD: "2021-03-08 16:30",
        S.ESCALATE_REGISTER_SUPERIOR: "2021-03-09 16:30",
        S.ESCALATE_REGISTER_ORIGIN: "2021-03-11 16:30",
    }


FIXED = {
    "remind_register_at": (S.REMIND_REGISTER, "2021-03-02 09:00"),
    "remind_acknowledge_at": (S.REMIND_ACKNOWLEDGE, "2021-03-02 10:00"),
    "escalate_head_at": (S.ESCALATE_HEAD, "2021-03-12 16:30"),
    "escalate_superior_at": (S.ESCALATE_SUPERIOR, "2021-03-13 03:00"),
    "escalate_origin_at": (S.ESCALATE_ORIGIN, "2021-03-14 03:00"),
}


def test_instants_that_the_sender_fixed_win_even_at_night() -> None:
    fixed = {field: bangkok(at) for field, (_, at) in FIXED.items()}
    told = due(plan_hop(replace(UNTIL_FRIDAY, **fixed), circumstances(SENT)).alarms)
    assert {step: told[step] for step, _ in FIXED.values()} == dict(FIXED.values())
    assert told[S.OVERDUE_REGISTER] == "2021-03-03 16:30"


@pytest.mark.parametrize(
    ("fixed", "ladder"),
    [
        pytest.param({}, ("15 16:30", "16 16:30", "18 16:30"), id="nothing"),
        pytest.param({"head": "15 09:00"}, ("15 09:00", "16 16:30", "18 16:30"), id="head sooner"),
        pytest.param({"head": "17 09:00"}, ("17 09:00", "17 09:00", "18 16:30"), id="head later"),
        pytest.param(
            {"head": "19 09:00"}, ("19 09:00", "19 09:00", "19 09:00"), id="head after all"
        ),
        pytest.param(
            {"superior": "15 10:00"}, ("15 10:00", "15 10:00", "18 16:30"), id="superior sooner"
        ),
        pytest.param(
            {"superior": "22 10:00"}, ("15 16:30", "22 10:00", "22 10:00"), id="superior later"
        ),
        pytest.param(
            {"origin": "15 09:00"}, ("15 09:00", "15 09:00", "15 09:00"), id="origin sooner"
        ),
        pytest.param(
            {"origin": "16 10:00"}, ("15 16:30", "16 10:00", "16 10:00"), id="origin in between"
        ),
        pytest.param(
            {"head": "16 18:00", "origin": "16 19:00"},
            ("16 18:00", "16 18:00", "16 19:00"),
            id="both ends",
        ),
    ],
)
def test_steps_left_to_the_policy_make_room_for_fixed_ones(
    fixed: Mapping[str, str], ladder: tuple[str, ...]
) -> None:
    given_ = {f"escalate_{name}_at": bangkok(f"2021-03-{at}") for name, at in fixed.items()}
    told = due(plan_hop(replace(UNTIL_FRIDAY, **given_), circumstances(SENT)).alarms)
    steps = (S.ESCALATE_HEAD, S.ESCALATE_SUPERIOR, S.ESCALATE_ORIGIN)
    assert tuple(told[step] for step in steps) == tuple(f"2021-03-{at}" for at in ladder)


SHORT_DAY = WorkingCalendar(OFFICE.days_off, OfficeHours(opens=time(9), closes=time(15)))


@pytest.mark.parametrize(
    ("wish", "urgency", "office", "until"),
    [
        pytest.param(
            {"acknowledge_by": bangkok("2021-03-10 03:21")}, N, OFFICE, "03-10 03:21", id="instant"
        ),
        pytest.param({"acknowledge_on": date(2021, 3, 10)}, N, OFFICE, "03-10 16:30", id="day"),
        pytest.param(
            {"acknowledge_on": date(2021, 3, 10)}, N, SHORT_DAY, "03-10 15:00", id="own hours"
        ),
        pytest.param(
            {"acknowledge_on": date(2021, 3, 10)}, M, OFFICE, "03-11 00:00", id="day and night"
        ),
        # Registered at the latest on the 3rd at closing time, which counts as the 4th.
        pytest.param({"acknowledge_within": 3}, N, OFFICE, "03-09 16:30", id="span"),
        pytest.param(
            {"acknowledge_within": 3, "register_by": bangkok("2021-03-03 12:00")},
            N,
            OFFICE,
            "03-08 16:30",
            id="span from a fixed registration",
        ),
        pytest.param({"acknowledge_within": 1}, M, OFFICE, "03-04 00:00", id="span of 24 hours"),
    ],
)
def test_there_are_three_ways_to_say_until_when(
    wish: dict[str, Any], urgency: Urgency, office: WorkingCalendar, until: str
) -> None:
    plan = plan_hop(Deadlines(**wish), circumstances(SENT, urgency, office=office))
    assert wall(plan.acknowledge_by) == f"2021-{until}"
    assert due(plan.alarms)[S.OVERDUE_ACKNOWLEDGE] == f"2021-{until}"


@pytest.mark.parametrize(
    ("received", "days", "until"),
    [
        pytest.param("2021-03-02 11:00", 3, "2021-03-05 16:30", id="in office hours"),
        pytest.param("2021-03-02 08:30", 1, "2021-03-03 16:30", id="at opening"),
        pytest.param("2021-03-02 00:00", 3, "2021-03-05 16:30", id="a stamp without a time"),
        pytest.param("2021-03-02 16:29", 3, "2021-03-05 16:30", id="a minute before closing"),
        pytest.param("2021-03-02 16:30", 3, "2021-03-08 16:30", id="at closing"),
        pytest.param("2021-03-02 21:00", 3, "2021-03-08 16:30", id="in the evening"),
        pytest.param("2021-03-06 10:00", 3, "2021-03-11 16:30", id="Saturday"),
        pytest.param("2021-03-06 00:00", 3, "2021-03-11 16:30", id="a Saturday without a time"),
        pytest.param("2021-02-25 10:00", 3, "2021-03-03 16:30", id="over a long weekend"),
        pytest.param("2021-02-26 10:00", 1, "2021-03-02 16:30", id="on a holiday"),
        pytest.param("2020-12-30 10:00", 2, "2021-01-05 16:30", id="New Year"),
        pytest.param("2024-02-28 10:00", 1, "2024-02-29 16:30", id="leap day"),
    ],
)
def test_the_day_of_the_receipt_does_not_count(received: str, days: int, until: str) -> None:
    assert wall(days_after_receipt(OFFICE, bangkok(received), days)) == until


@pytest.mark.parametrize(
    ("urgency", "weights", "acknowledge", "until"),
    [
        pytest.param(N, (5, 3, 2, 9), "2021-03-29 16:30", "2021-03-09 16:30", id="a share"),
        pytest.param(N, (1, 1), "2021-03-02 13:00", "2021-03-02 11:00", id="hours"),
        pytest.param(N, (1,), "2021-03-15 16:30", "2021-03-08 16:30", id="no budget: the policy"),
        pytest.param(N, (1,), "2021-03-05 16:30", None, id="no time left for the policy"),
        pytest.param(M, (1,), "2021-03-05 16:30", "2021-03-02 12:00", id="most urgent"),
        pytest.param(M, (1, 1), "2021-03-05 00:00", "2021-03-04 00:00", id="day and night"),
    ],
)
def test_a_body_with_others_below_must_send_the_letter_on(
    urgency: Urgency, weights: Sequence[int], acknowledge: str, until: str | None
) -> None:
    wish = Deadlines(acknowledge_by=bangkok(acknowledge))
    given_ = circumstances(SENT, urgency, weights=weights, forwards=True)
    plan = plan_hop(wish, given_)
    assert wall(plan.forward_by) == until
    assert due(plan.alarms).get(S.OVERDUE_FORWARD) == until
    last = plan_hop(wish, replace(given_, forwards=False))
    assert last.forward_by is None
    assert S.OVERDUE_FORWARD not in due(last.alarms)
    assert last.left_days == 0


def test_what_the_sender_fixed_for_registering_is_never_after_sending_on() -> None:
    given_ = circumstances(SENT, weights=(1, 9), forwards=True)
    wish = replace(UNTIL_FRIDAY, register_by=bangkok("2021-03-08 12:00"))
    assert plan_hop(wish, given_).forward_by == wish.register_by
    # What the policy says makes room for the budget instead.
    plan = plan_hop(Deadlines(acknowledge_by=bangkok("2021-03-03 09:00")), given_)
    assert wall(plan.forward_by) == wall(plan.register_by) == "2021-03-02 09:48"


def test_the_reference_circular_is_planned_again_at_each_tier_from_what_is_left() -> None:
    sent, weights = "2021-02-15 09:00", (5, 3, 2, 9)
    told = []
    for tier, received in enumerate(("02-22 16:00", "02-25 10:00", "03-02 09:00", None)):
        facts = circumstances(sent, weights=weights[tier:], forwards=received is not None)
        plan = plan_hop(REFERENCE, facts)
        told.append((plan.share_days, plan.left_days, wall(plan.forward_by)))
        sent = f"2021-{received}"
    assert told == [
        (5, 14, "2021-02-22 16:30"),
        (3, 11, "2021-02-25 16:30"),
        (2, 9, "2021-03-02 16:30"),
        (9, 0, None),
    ]


def test_a_tier_that_ate_the_time_of_the_others_leaves_them_less() -> None:
    late = circumstances("2021-03-08 09:00", weights=(3, 2, 9), forwards=True)
    plan = plan_hop(REFERENCE, late)
    assert (plan.share_days, plan.left_days) == (1, 4)


@pytest.mark.parametrize(
    ("sent", "acknowledge", "years"),
    [
        pytest.param("2026-11-02 09:00", "2026-12-30 16:30", [], id="announced"),
        pytest.param("2026-12-01 09:00", "2027-01-15 16:30", [2027], id="into the next"),
        pytest.param("2026-12-01 09:00", "2029-01-15 16:30", [2027, 2028, 2029], id="years"),
        pytest.param("2026-12-31 23:00", "2027-01-01 00:00", [2027], id="the first moment"),
    ],
)
def test_a_year_that_nobody_announced_is_flagged(
    sent: str, acknowledge: str, years: list[int]
) -> None:
    wish = Deadlines(acknowledge_by=bangkok(acknowledge))
    assert plan_hop(wish, circumstances(sent)).unannounced_years == years
    assert plan_hop(wish, circumstances(sent, M)).unannounced_years == []


WITHIN = Deadlines(acknowledge_within=5)


def _provisional() -> tuple[Plan, Circumstances]:
    given_ = circumstances(SENT, weights=(2, 3), forwards=True)
    return plan_hop(WITHIN, given_), given_


def test_a_receipt_starts_the_time_to_acknowledge_and_to_send_on() -> None:
    plan, given_ = _provisional()
    assert wall(plan.acknowledge_by) == "2021-03-11 16:30"
    received = bangkok("2021-03-02 14:00")
    begun = start_acknowledging(
        plan, later(given_, received), days_after_receipt(OFFICE, received, 5)
    )
    assert wall(begun.acknowledge_by) == "2021-03-09 16:30"
    assert (wall(begun.forward_by), begun.share_days, begun.left_days) == ("2021-03-04 16:30", 2, 3)
    assert begun.register_by == plan.register_by
    was, told = due(plan.alarms), due(begun.alarms)
    assert {step: at for step, at in told.items() if step not in was or was[step] != at} == {
        S.OVERDUE_FORWARD: "2021-03-04 16:30",
        S.REMIND_ACKNOWLEDGE: "2021-03-08 08:30",
        S.OVERDUE_ACKNOWLEDGE: "2021-03-09 16:30",
        S.ESCALATE_HEAD: "2021-03-10 16:30",
        S.ESCALATE_SUPERIOR: "2021-03-11 16:30",
        S.ESCALATE_ORIGIN: "2021-03-15 16:30",
    }
    assert told.keys() == was.keys()
    assert [alarm.due_at for alarm in begun.alarms] == sorted(a.due_at for a in begun.alarms)


def test_a_receipt_after_the_deadline_above_is_late_at_once_and_in_order() -> None:
    plan, given_ = _provisional()
    parent = bangkok("2021-03-04 16:30")
    begun = start_acknowledging(plan, later(given_, bangkok("2021-03-08 10:00")), parent)
    assert begun.acknowledge_by == parent
    assert begun.register_by <= parent
    assert begun.forward_by is not None
    assert begun.forward_by <= parent
    assert (begun.share_days, begun.left_days) == (0, 0)
    told = {alarm.step: alarm.due_at for alarm in begun.alarms}
    assert told[S.REMIND_ACKNOWLEDGE] <= told[S.OVERDUE_ACKNOWLEDGE] == parent
    assert told[S.OVERDUE_FORWARD] == begun.forward_by


def test_alarms_due_together_come_in_the_order_of_the_ladder() -> None:
    at = bangkok(SENT)
    steps = [S.ESCALATE_ORIGIN, S.OVERDUE_REGISTER, S.REMIND_REGISTER, S.OVERDUE_ACKNOWLEDGE]
    first = Alarm(step=S.ESCALATE_HEAD, due_at=at - timedelta(microseconds=1))
    told = in_order([*(Alarm(step=step, due_at=at) for step in steps), first])
    assert [alarm.step for alarm in told] == [
        S.ESCALATE_HEAD,
        S.REMIND_REGISTER,
        S.OVERDUE_REGISTER,
        S.OVERDUE_ACKNOWLEDGE,
        S.ESCALATE_ORIGIN,
    ]


INSTANTS = st.datetimes(
    datetime(2021, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2025, 12, 31),  # noqa: DTZ001
    timezones=st.just(BANGKOK),
)
SPANS = st.timedeltas(timedelta(seconds=1), timedelta(days=90)) | st.timedeltas(
    timedelta(microseconds=1), timedelta(hours=30)
)
FACTS = st.builds(
    lambda sent_at, urgency, weights, forwards: replace(
        circumstances(SENT, urgency, weights=weights, forwards=forwards), sent_at=sent_at
    ),
    sent_at=INSTANTS,
    urgency=st.sampled_from([N, U, V, M]),
    weights=st.lists(st.integers(1, 20), min_size=1, max_size=6),
    forwards=st.booleans(),
)


def _check_order(plan: Plan, given_: Circumstances) -> None:
    told = {alarm.step: alarm.due_at for alarm in plan.alarms}
    forward = plan.forward_by or plan.acknowledge_by
    assert (
        given_.sent_at
        <= told[S.REMIND_REGISTER]
        <= plan.register_by
        <= forward
        <= plan.acknowledge_by
        <= told[S.ESCALATE_HEAD]
        <= told[S.ESCALATE_SUPERIOR]
        <= told[S.ESCALATE_ORIGIN]
    )
    assert given_.sent_at <= told[S.REMIND_ACKNOWLEDGE] <= plan.acknowledge_by
    assert (
        plan.register_by
        <= told[S.ESCALATE_REGISTER_HEAD]
        <= told[S.ESCALATE_REGISTER_SUPERIOR]
        <= told[S.ESCALATE_REGISTER_ORIGIN]
    )
    assert told[S.OVERDUE_REGISTER] == plan.register_by
    assert told[S.OVERDUE_ACKNOWLEDGE] == plan.acknowledge_by
    assert told.get(S.OVERDUE_FORWARD) == plan.forward_by
    assert len(told) == len(plan.alarms)
    assert list(plan.alarms) == in_order(reversed(plan.alarms))


@given(facts=FACTS, span=SPANS)
def test_whatever_is_asked_the_steps_come_in_order(facts: Circumstances, span: timedelta) -> None:
    plan = plan_hop(Deadlines(acknowledge_by=facts.sent_at + span), facts)
    _check_order(plan, facts)
    assert plan.share_days >= 0 <= plan.left_days


@given(facts=FACTS, days=st.integers(1, 40))
def test_a_span_after_receipt_is_in_order_and_no_receipt_in_time_makes_it_longer(
    facts: Circumstances, days: int
) -> None:
    plan = plan_hop(Deadlines(acknowledge_within=days), facts)
    _check_order(plan, facts)
    for part in (0, 0.3, 1):
        received = facts.sent_at + (plan.register_by - facts.sent_at) * part
        until = days_after_receipt(facts.clock, received, days)
        assert until <= plan.acknowledge_by
        begun = start_acknowledging(plan, later(facts, received), until)
        told = {alarm.step: alarm.due_at for alarm in begun.alarms}
        assert received <= told[S.REMIND_ACKNOWLEDGE] <= until <= told[S.ESCALATE_HEAD]
        assert received <= (begun.forward_by or until) <= until
        assert told.keys() == {alarm.step for alarm in plan.alarms} | (
            {S.OVERDUE_FORWARD} if begun.forward_by else set()
        )


@given(facts=FACTS, days=st.integers(0, 60), hours=st.integers(1, 7))
def test_the_shares_of_the_tiers_come_to_the_whole(
    facts: Circumstances, days: int, hours: int
) -> None:
    day = facts.clock.add_days(facts.sent_at.date(), days) if days else facts.sent_at.date()
    final = facts.clock.closing(day)
    if final <= facts.sent_at:
        final = facts.sent_at + timedelta(hours=hours)
    plan = plan_hop(Deadlines(acknowledge_by=final), facts)
    whole = facts.clock.count_days(
        facts.sent_at.astimezone(BANGKOK).date(),
        (final - timedelta.resolution).astimezone(BANGKOK).date(),
    )
    assert plan.share_days + plan.left_days == max(whole, 0)


@given(facts=FACTS, span=SPANS, more=st.timedeltas(timedelta(0), timedelta(days=10)))
def test_a_later_final_date_never_makes_a_deadline_earlier(
    facts: Circumstances, span: timedelta, more: timedelta
) -> None:
    final = facts.sent_at + span
    sooner = plan_hop(Deadlines(acknowledge_by=final), facts)
    longer = plan_hop(Deadlines(acknowledge_by=final + more), facts)
    assert sooner.register_by <= longer.register_by
    assert sooner.acknowledge_by <= longer.acknowledge_by
    if sooner.forward_by is not None:
        assert longer.forward_by is not None
        assert sooner.forward_by <= longer.forward_by


@given(facts=FACTS, days=st.integers(1, 40))
def test_the_plan_of_a_day_is_the_plan_of_its_closing_time(facts: Circumstances, days: int) -> None:
    day = facts.clock.add_days(facts.sent_at.astimezone(BANGKOK).date(), days)
    by_day = plan_hop(Deadlines(acknowledge_on=day), facts)
    assert by_day == plan_hop(Deadlines(acknowledge_by=facts.clock.closing(day)), facts)
