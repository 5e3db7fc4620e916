from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.alarms import (
    EVENT_KIND,
    NOTICE_KIND,
    REGISTER_STEPS,
    Alarm,
    Deadlines,
    check_within_parent,
    plan_alarms,
)
from domain.errors import InvalidError
from domain.vocabulary import AlarmStep, EventKind, NoticeKind

SENT = datetime(2021, 3, 2, 2, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def _after(hours: float) -> datetime:
    return SENT + timedelta(hours=hours)


FOUR_AND_EIGHT = Deadlines(register_by=_after(4), acknowledge_by=_after(8))


def test_the_defaults_are_fractions_of_the_time_given() -> None:
    assert plan_alarms(FOUR_AND_EIGHT, sent_at=SENT) == [
        Alarm(step=AlarmStep.REMIND_REGISTER, due_at=_after(3)),
        Alarm(step=AlarmStep.OVERDUE_REGISTER, due_at=_after(4)),
        Alarm(step=AlarmStep.REMIND_ACKNOWLEDGE, due_at=_after(6)),
        Alarm(step=AlarmStep.OVERDUE_ACKNOWLEDGE, due_at=_after(8)),
        Alarm(step=AlarmStep.ESCALATE_SUPERIOR, due_at=_after(10)),
        Alarm(step=AlarmStep.ESCALATE_ORIGIN, due_at=_after(12)),
    ]


def test_the_senders_own_instants_win() -> None:
    own = replace(
        FOUR_AND_EIGHT,
        remind_register_at=_after(1),
        remind_acknowledge_at=_after(7),
        escalate_superior_at=_after(9),
        escalate_origin_at=_after(20),
    )
    due = {alarm.step: alarm.due_at for alarm in plan_alarms(own, sent_at=SENT)}
    assert due == {
        AlarmStep.REMIND_REGISTER: _after(1),
        AlarmStep.OVERDUE_REGISTER: _after(4),
        AlarmStep.REMIND_ACKNOWLEDGE: _after(7),
        AlarmStep.OVERDUE_ACKNOWLEDGE: _after(8),
        AlarmStep.ESCALATE_SUPERIOR: _after(9),
        AlarmStep.ESCALATE_ORIGIN: _after(20),
    }


def test_alarms_come_in_the_order_in_which_they_are_due() -> None:
    early = replace(FOUR_AND_EIGHT, remind_acknowledge_at=_after(0.5))
    plan = plan_alarms(early, sent_at=SENT)
    assert plan[0].step is AlarmStep.REMIND_ACKNOWLEDGE
    assert [alarm.due_at for alarm in plan] == sorted(alarm.due_at for alarm in plan)


def test_alarms_due_together_keep_the_order_of_the_ladder() -> None:
    together = Deadlines(
        register_by=_after(4),
        acknowledge_by=_after(4),
        remind_register_at=_after(4),
        remind_acknowledge_at=_after(4),
        escalate_superior_at=_after(4),
        escalate_origin_at=_after(4),
    )
    assert [alarm.step for alarm in plan_alarms(together, sent_at=SENT)] == list(AlarmStep)


@pytest.mark.parametrize(
    ("deadlines", "code", "field"),
    [
        pytest.param(
            replace(FOUR_AND_EIGHT, register_by=SENT), "deadline_in_past", "register_by", id="now"
        ),
        pytest.param(
            replace(FOUR_AND_EIGHT, register_by=_after(-1)),
            "deadline_in_past",
            "register_by",
            id="registering before sending",
        ),
        pytest.param(
            replace(FOUR_AND_EIGHT, acknowledge_by=_after(-1)),
            "deadline_in_past",
            "acknowledge_by",
            id="acknowledging before sending",
        ),
        pytest.param(
            replace(FOUR_AND_EIGHT, acknowledge_by=_after(4) - MICROSECOND),
            "deadlines_out_of_order",
            "acknowledge_by",
            id="acknowledging before registering",
        ),
        pytest.param(
            replace(FOUR_AND_EIGHT, remind_register_at=SENT - MICROSECOND),
            "alarm_out_of_order",
            "remind_register_at",
            id="reminder before sending",
        ),
        pytest.param(
            replace(FOUR_AND_EIGHT, remind_register_at=_after(4) + MICROSECOND),
            "alarm_out_of_order",
            "remind_register_at",
            id="reminder after the deadline to register",
        ),
        pytest.param(
            replace(FOUR_AND_EIGHT, remind_acknowledge_at=_after(8) + MICROSECOND),
            "alarm_out_of_order",
            "remind_acknowledge_at",
            id="reminder after the deadline to acknowledge",
        ),
        pytest.param(
            replace(FOUR_AND_EIGHT, escalate_superior_at=_after(8) - MICROSECOND),
            "alarm_out_of_order",
            "escalate_superior_at",
            id="superior before the deadline",
        ),
        pytest.param(
            replace(FOUR_AND_EIGHT, escalate_origin_at=_after(10) - MICROSECOND),
            "alarm_out_of_order",
            "escalate_origin_at",
            id="origin before the superior",
        ),
    ],
)
def test_deadlines_that_make_no_sense_are_refused(
    deadlines: Deadlines, code: str, field: str
) -> None:
    with pytest.raises(InvalidError) as refusal:
        plan_alarms(deadlines, sent_at=SENT)
    assert refusal.value.reason == code
    assert refusal.value.facts["field"] == field


@pytest.mark.parametrize(
    "parent", [pytest.param(None, id="root"), pytest.param(_after(8), id="same instant")]
)
def test_a_dispatch_may_last_as_long_as_the_one_above(parent: datetime | None) -> None:
    check_within_parent(_after(8), parent=parent)


def test_a_dispatch_may_not_outlast_the_one_above() -> None:
    with pytest.raises(InvalidError) as refusal:
        check_within_parent(_after(8) + MICROSECOND, parent=_after(8))
    assert refusal.value.reason == "deadline_after_parent"
    assert refusal.value.facts == {
        "field": "acknowledge_by",
        "acknowledge_by": (_after(8) + MICROSECOND).isoformat(),
        "parent_acknowledge_by": _after(8).isoformat(),
    }


@pytest.mark.parametrize(
    ("step", "notice", "event", "only_unregistered"),
    [
        ("remind_register", NoticeKind.REMINDER, EventKind.REMINDED, True),
        ("overdue_register", NoticeKind.OVERDUE, EventKind.OVERDUE, True),
        ("remind_acknowledge", NoticeKind.REMINDER, EventKind.REMINDED, False),
        ("overdue_acknowledge", NoticeKind.OVERDUE, EventKind.OVERDUE, False),
        ("escalate_superior", NoticeKind.ESCALATION, EventKind.ESCALATED, False),
        ("escalate_origin", NoticeKind.ESCALATION, EventKind.ESCALATED, False),
    ],
)
def test_every_step_says_how_loud_it_is(
    step: str, notice: NoticeKind, event: EventKind, only_unregistered: bool
) -> None:
    assert NOTICE_KIND[AlarmStep(step)] is notice
    assert EVENT_KIND[notice] is event
    assert (AlarmStep(step) in REGISTER_STEPS) is only_unregistered
