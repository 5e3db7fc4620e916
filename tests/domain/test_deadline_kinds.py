from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from domain.alarms import Alarm
from domain.deadline_plan import (
    Plan,
    days_after_receipt,
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
N, M = Urgency.NORMAL, Urgency.MOST_URGENT

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
