from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from domain.deadline_plan import (
    default_register_by,
    plan_hop,
)
from domain.deadlines import Deadlines
from domain.vocabulary import AlarmStep, Urgency
from domain.working_time import OfficeHours, WorkingCalendar
from tests.support.planning import OFFICE, bangkok, circumstances, due, wall

S = AlarmStep
SENT = "2021-03-02 09:00"
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
    fixed: dict[str, Any] = {field: bangkok(at) for field, (_, at) in FIXED.items()}
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
    given_: dict[str, Any] = {
        f"escalate_{name}_at": bangkok(f"2021-03-{at}") for name, at in fixed.items()
    }
    told = due(plan_hop(replace(UNTIL_FRIDAY, **given_), circumstances(SENT)).alarms)
    steps = (S.ESCALATE_HEAD, S.ESCALATE_SUPERIOR, S.ESCALATE_ORIGIN)
    assert tuple(told[step] for step in steps) == tuple(f"2021-03-{at}" for at in ladder)
