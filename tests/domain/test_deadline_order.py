from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.buddhist_era import BANGKOK
from domain.deadline_plan import (
    Plan,
    days_after_receipt,
    in_order,
    plan_hop,
    start_acknowledging,
)
from domain.deadlines import Circumstances, Deadlines
from domain.vocabulary import AlarmStep, Urgency
from tests.support.planning import circumstances, later

S = AlarmStep
SENT = "2021-03-02 09:00"
N, U, V, M = Urgency.NORMAL, Urgency.URGENT, Urgency.VERY_URGENT, Urgency.MOST_URGENT
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
