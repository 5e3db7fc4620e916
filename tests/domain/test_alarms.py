import pytest

from domain.alarms import EVENT_KIND, MEANING, OWED
from domain.vocabulary import AlarmStep, Duty, EventKind, HopState, NoticeKind, Rung

REMINDED, OVERDUE, ESCALATED = EventKind.REMINDED, EventKind.OVERDUE, EventKind.ESCALATED


@pytest.mark.parametrize(
    ("step", "duty", "rung", "kind", "event"),
    [
        ("arrived", Duty.REGISTER, Rung.CLERK, NoticeKind.ARRIVAL, None),
        ("remind_register", Duty.REGISTER, Rung.CLERK, NoticeKind.REMINDER, REMINDED),
        ("overdue_register", Duty.REGISTER, Rung.CLERK, NoticeKind.OVERDUE, OVERDUE),
        ("escalate_register_head", Duty.REGISTER, Rung.HEAD, NoticeKind.ESCALATION, ESCALATED),
        (
            "escalate_register_superior",
            Duty.REGISTER,
            Rung.SUPERIOR,
            NoticeKind.ESCALATION,
            ESCALATED,
        ),
        ("escalate_register_origin", Duty.REGISTER, Rung.ORIGIN, NoticeKind.ESCALATION, ESCALATED),
        ("overdue_forward", Duty.FORWARD, Rung.CLERK, NoticeKind.OVERDUE, OVERDUE),
        ("remind_acknowledge", Duty.ACKNOWLEDGE, Rung.CLERK, NoticeKind.REMINDER, REMINDED),
        ("overdue_acknowledge", Duty.ACKNOWLEDGE, Rung.CLERK, NoticeKind.OVERDUE, OVERDUE),
        ("escalate_head", Duty.ACKNOWLEDGE, Rung.HEAD, NoticeKind.ESCALATION, ESCALATED),
        ("escalate_superior", Duty.ACKNOWLEDGE, Rung.SUPERIOR, NoticeKind.ESCALATION, ESCALATED),
        ("escalate_origin", Duty.ACKNOWLEDGE, Rung.ORIGIN, NoticeKind.ESCALATION, ESCALATED),
    ],
)
def test_every_step_has_its_duty_its_addressee_and_its_loudness(
    step: str, duty: Duty, rung: Rung, kind: NoticeKind, event: EventKind | None
) -> None:
    assert MEANING[AlarmStep(step)] == (duty, rung, kind)
    assert EVENT_KIND.get(kind) is event


def test_no_step_and_no_duty_is_left_out() -> None:
    assert set(MEANING) == set(AlarmStep)
    assert set(OWED) == set(Duty)


@pytest.mark.parametrize(
    ("state", "owed"),
    [
        ("sent", {Duty.REGISTER, Duty.FORWARD, Duty.ACKNOWLEDGE}),
        ("registered", {Duty.FORWARD, Duty.ACKNOWLEDGE}),
        ("forwarded", {Duty.ACKNOWLEDGE}),
        ("acknowledged", set()),
        ("refused", set()),
        ("returned", set()),
        ("recalled", set()),
    ],
)
def test_a_hop_owes_less_the_further_it_is(state: str, owed: set[Duty]) -> None:
    assert {duty for duty, states in OWED.items() if HopState(state) in states} == owed


@pytest.mark.parametrize("duty", [Duty.REGISTER, Duty.ACKNOWLEDGE])
def test_a_ladder_climbs_from_the_desk_to_the_origin(duty: Duty) -> None:
    late = [rung for of, rung, kind in MEANING.values() if of is duty and _is_late(kind)]
    assert late == list(Rung)


def _is_late(kind: NoticeKind) -> bool:
    return kind in {NoticeKind.OVERDUE, NoticeKind.ESCALATION}
