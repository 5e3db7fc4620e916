"""When a hop must be registered, sent on and acknowledged, and what happens when it is not.

Everything is computed once, in the working time of the recipient, and frozen at dispatch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TypedDict

from domain.alarms import MEANING, Alarm
from domain.buddhist_era import BANGKOK, bangkok_date
from domain.deadlines import Circumstances, Deadlines, check_alarms, check_order, check_wish
from domain.policies import WorkingSpan
from domain.tier_budget import first_share, last_day
from domain.vocabulary import AlarmStep, Duty
from domain.working_time import WorkingCalendar

_LADDER = list(AlarmStep)


class _Days(TypedDict):
    share_days: int
    left_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The frozen deadlines and alarms of a hop.

    `share_days` are the working days that this tier may use, `left_days` those that remain for
    the tiers below it afterwards.
    """

    register_by: datetime
    forward_by: datetime | None
    acknowledge_by: datetime
    alarms: Sequence[Alarm]
    share_days: int
    left_days: int
    unannounced_years: Sequence[int]


def plan_hop(wish: Deadlines, given: Circumstances) -> Plan:
    """Return the plan of a hop.

    Raises:
        InvalidError: `deadline_kind_unclear`, `deadline_in_past`, `deadlines_out_of_order`,
            `register_after_delivery`, `weights_invalid`, `alarm_out_of_order` or
            `calendar_out_of_range`.
    """
    check_wish(wish, given)
    fixed = wish.register_by or given.deliver_by
    register_by = fixed or default_register_by(given)
    acknowledge_by = _acknowledge_by(wish, given, register_by)
    check_order(
        given.sent_at,
        register_by=wish.register_by,
        deliver_by=given.deliver_by,
        acknowledge_by=acknowledge_by,
    )
    forward_by = _forward_by(given, register_by, acknowledge_by)
    if fixed is None:
        register_by = min(register_by, forward_by or acknowledge_by)
    elif forward_by is not None:
        forward_by = max(register_by, forward_by)
    return Plan(
        register_by=register_by,
        forward_by=forward_by,
        acknowledge_by=acknowledge_by,
        alarms=_alarms(wish, given, register_by, forward_by, acknowledge_by),
        **_days(given, forward_by, acknowledge_by),
        unannounced_years=given.clock.unannounced_years(given.sent_at, acknowledge_by),
    )


def days_after_receipt(clock: WorkingCalendar, received_at: datetime, days: int) -> datetime:
    """Return the closing time of the last of `days` working days after a receipt.

    The day of the receipt does not count; what came outside office hours came the next morning.
    """
    received_on = bangkok_date(clock.received_at(received_at))
    return clock.closing(clock.add_days(received_on, days))


def start_acknowledging(plan: Plan, given: Circumstances, acknowledge_by: datetime) -> Plan:
    """Return a plan whose time to acknowledge begins with the receipt at `given.sent_at`.

    The time to send on is a share of it and begins anew; what was to be done before the receipt
    keeps its instants.
    """
    forward_by = _forward_by(given, given.sent_at, acknowledge_by)
    # A receipt that comes after the deadline above leaves no time to share.
    forward_by = min(forward_by, acknowledge_by) if forward_by else None
    fresh = _acknowledge_alarms(Deadlines(), given, acknowledge_by) | _forward_alarm(forward_by)
    kept = [alarm for alarm in plan.alarms if MEANING[alarm.step][0] is Duty.REGISTER]
    return replace(
        plan,
        register_by=min(plan.register_by, acknowledge_by),
        forward_by=forward_by,
        acknowledge_by=acknowledge_by,
        alarms=in_order(
            [*kept, *(Alarm(step=step, due_at=due_at) for step, due_at in fresh.items())]
        ),
        **_days(given, forward_by, acknowledge_by),
        unannounced_years=given.clock.unannounced_years(given.sent_at, acknowledge_by),
    )


def default_register_by(given: Circumstances) -> datetime:
    """Return until when a letter must be registered if its sender did not say."""
    clock, policy = given.clock, given.policy
    received_at = clock.received_at(given.sent_at)
    if policy.after_hours_by is not None and received_at > given.sent_at:
        morning = datetime.combine(bangkok_date(received_at), policy.after_hours_by, BANGKOK)
        if morning > received_at:
            return morning.astimezone(UTC)
    span = policy.register_within
    if span.days:
        return days_after_receipt(clock, received_at, span.days)
    return clock.add_time(received_at, span.time)


def _acknowledge_by(wish: Deadlines, given: Circumstances, register_by: datetime) -> datetime:
    if wish.acknowledge_by is not None:
        return wish.acknowledge_by
    if wish.acknowledge_on is not None:
        return _closing_of(given.clock, wish.acknowledge_on)
    return days_after_receipt(given.clock, register_by, wish.acknowledge_within or 1)


def _closing_of(clock: WorkingCalendar, day: date) -> datetime:
    # "By" a day on which the office is closed means by the last one before it that is not.
    return clock.closing(day if clock.is_working(day) else clock.add_days(day, -1))


def _forward_by(
    given: Circumstances, register_by: datetime, acknowledge_by: datetime
) -> datetime | None:
    if not given.forwards:
        return None
    if len(given.weights) > 1:
        return first_share(given.clock, given.sent_at, acknowledge_by, given.weights)
    within = given.policy.forward_within.length(given.clock)
    forward_by = given.clock.add_time(register_by, within)
    return forward_by if forward_by < acknowledge_by else None


def _alarms(
    wish: Deadlines,
    given: Circumstances,
    register_by: datetime,
    forward_by: datetime | None,
    acknowledge_by: datetime,
) -> list[Alarm]:
    policy = given.policy
    remind_register = wish.remind_register_at or _remind(
        given, register_by, policy.remind_register_before
    )
    instants = {
        AlarmStep.REMIND_REGISTER: remind_register,
        AlarmStep.OVERDUE_REGISTER: register_by,
        AlarmStep.ESCALATE_REGISTER_HEAD: _later(given, register_by, policy.head_after),
        AlarmStep.ESCALATE_REGISTER_SUPERIOR: _later(given, register_by, policy.superior_after),
        AlarmStep.ESCALATE_REGISTER_ORIGIN: _later(given, register_by, policy.origin_after),
        **_acknowledge_alarms(wish, given, acknowledge_by),
    }
    instants |= _forward_alarm(forward_by)
    check_alarms(instants, given.sent_at)
    return in_order(Alarm(step=step, due_at=due_at) for step, due_at in instants.items())


def _forward_alarm(forward_by: datetime | None) -> dict[AlarmStep, datetime]:
    return {} if forward_by is None else {AlarmStep.OVERDUE_FORWARD: forward_by}


def _acknowledge_alarms(
    wish: Deadlines, given: Circumstances, acknowledge_by: datetime
) -> dict[AlarmStep, datetime]:
    remind = wish.remind_acknowledge_at or _remind(
        given, acknowledge_by, given.policy.remind_acknowledge_before
    )
    return {
        AlarmStep.REMIND_ACKNOWLEDGE: remind,
        AlarmStep.OVERDUE_ACKNOWLEDGE: acknowledge_by,
        **_acknowledge_ladder(wish, given, acknowledge_by),
    }


def _acknowledge_ladder(
    wish: Deadlines, given: Circumstances, acknowledge_by: datetime
) -> dict[AlarmStep, datetime]:
    # What the sender fixed wins, and the steps it left to the policy make room for it.
    policy = given.policy
    steps = (
        (AlarmStep.ESCALATE_HEAD, wish.escalate_head_at, policy.head_after),
        (AlarmStep.ESCALATE_SUPERIOR, wish.escalate_superior_at, policy.superior_after),
        (AlarmStep.ESCALATE_ORIGIN, wish.escalate_origin_at, policy.origin_after),
    )
    ladder: dict[AlarmStep, datetime] = {}
    latest = acknowledge_by
    for nth, (step, fixed, delay) in enumerate(steps):
        later = [instant for _, instant, _ in steps[nth + 1 :] if instant is not None]
        latest = fixed or max(latest, min([_later(given, acknowledge_by, delay), *later]))
        ladder[step] = latest
    return ladder


def in_order(alarms: Iterable[Alarm]) -> list[Alarm]:
    """Return alarms by due instant; those due together in the order of the ladder."""
    return sorted(alarms, key=lambda one: (one.due_at, _LADDER.index(one.step)))


def _later(given: Circumstances, deadline: datetime, delay: WorkingSpan) -> datetime:
    return given.clock.add_time(deadline, delay.length(given.clock))


def _remind(given: Circumstances, deadline: datetime, before: WorkingSpan) -> datetime:
    # Never in the first half of the time given: a reminder that comes with the letter is noise.
    clock, sent_at = given.clock, given.sent_at
    if deadline <= sent_at:
        return deadline
    worktime = clock.count_time(sent_at, deadline)
    if not worktime:
        return sent_at + (deadline - sent_at) * 0.75
    length = before.length(clock)
    if 2 * length > worktime:
        return clock.add_time(sent_at, worktime * 0.75)
    return max(clock.add_time(deadline, -length), sent_at)


def _days(given: Circumstances, forward_by: datetime | None, acknowledge_by: datetime) -> _Days:
    sent_on, done_on = bangkok_date(given.sent_at), last_day(acknowledge_by)
    until = last_day(forward_by) if forward_by else done_on
    return {
        "share_days": max(given.clock.count_days(sent_on, until), 0),
        "left_days": max(given.clock.count_days(until, done_on), 0),
    }
