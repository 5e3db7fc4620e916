"""How a clock is moved: deadlines are put off, or go on after they stood still."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate

from domain.alarms import MEANING, Alarm
from domain.buddhist_era import BANGKOK, bangkok_date, thai_instant
from domain.deadline_plan import Plan, in_order
from domain.errors import ConflictError, InvalidError, NotAllowedError
from domain.policies import ExtensionPolicy
from domain.vocabulary import Approver, Duty
from domain.working_time import WorkingCalendar

_MINUTE = timedelta(minutes=1)

Moves = Callable[[Duty, datetime], bool]
"""Whether the instant of a duty is moved, or stays as it was told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """By how much a deadline is put off: working days, or up to an instant; one of the two."""

    days: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """So many working days, and working time of less than a day."""

    days: int
    rest: timedelta = timedelta(0)


def check_length(length: Extension, at: datetime) -> None:
    """Refuse an extension that does not say one thing, or ends before it begins.

    Raises:
        InvalidError: `extension_length_unclear`, `extension_days_invalid` or `deadline_in_past`.
    """
    if (length.days is None) == (length.until is None):
        raise InvalidError(
            "โปรดระบุจำนวนวันทำการที่ขยาย หรือวันเวลาที่ขยายถึง อย่างใดอย่างหนึ่ง",
            code="extension_length_unclear",
            field="days",
        )
    if length.days is not None and length.days < 1:
        raise InvalidError(
            "จำนวนวันทำการที่ขยายต้องมากกว่าศูนย์", code="extension_days_invalid", field="days"
        )
    if length.until is not None and length.until <= at:
        raise InvalidError(
            f"กำหนดเวลาใหม่ {thai_instant(length.until)} ผ่านไปแล้ว",
            code="deadline_in_past",
            field="until",
        )


def check_extension(
    policy: ExtensionPolicy,
    *,
    approvers: Collection[Approver],
    days: int,
    extensions: int,
    extended_days: int,
) -> None:
    """Refuse an extension beyond what the policy lets these approvers allow.

    Args:
        policy: Who may allow what.
        approvers: As whom the officer may approve.
        days: Working days asked for.
        extensions: How often the hop was put off before.
        extended_days: Working days that this came to.

    Raises:
        ConflictError: `extension_limit` or `extension_days_limit`.
        NotAllowedError: `approver_too_low`, with who may allow it.
    """
    if extensions >= policy.max_extensions:
        raise ConflictError(
            f"ขยายกำหนดครบ {policy.max_extensions} ครั้งแล้ว",
            code="extension_limit",
            extensions=extensions,
            max_extensions=policy.max_extensions,
        )
    if extended_days + days > policy.max_days:
        raise ConflictError(
            f"ขยายกำหนดรวมกันได้ไม่เกิน {policy.max_days} วันทำการ"
            f" ขยายไปแล้ว {extended_days} วัน ขอขยายอีก {days} วัน",
            code="extension_days_limit",
            days=days,
            extended_days=extended_days,
            max_days=policy.max_days,
        )
    up_to = _up_to(policy, approvers)
    if days > up_to:
        sentence = f"ท่านอนุมัติให้ขยายกำหนดได้ไม่เกิน {up_to} วันทำการ ขอขยาย {days} วัน"
        raise _too_low(sentence, policy, days=days, up_to=up_to)


def check_resumption(
    policy: ExtensionPolicy, *, approvers: Collection[Approver], days: int
) -> None:
    """Refuse to move deadlines further than these approvers may allow, because a clock stood.

    Raises:
        NotAllowedError: `approver_too_low`, with who may allow it.
    """
    up_to = _up_to(policy, approvers)
    if days > up_to:
        sentence = (
            f"หยุดนับเวลาไว้จนกำหนดต้องเลื่อน {days} วันทำการ ท่านอนุมัติให้เลื่อนกำหนดได้ไม่เกิน {up_to} วันทำการ"
        )
        raise _too_low(sentence, policy, days=days, up_to=up_to)


def longest_resumption(policy: ExtensionPolicy, approvers: Collection[Approver]) -> int:
    """Return how many working days a clock that stood still may give back at most.

    Somebody may always allow so many. The head of the origin is last to be asked: it lets the
    clock go on by the days that it may allow itself, however long the clock stood.
    """
    everybody = approvers if Approver.ORIGIN_HEAD in approvers else policy.up_to_days
    return min(_up_to(policy, everybody), policy.max_days)


def _up_to(policy: ExtensionPolicy, approvers: Collection[Approver]) -> int:
    return max((policy.up_to_days.get(one, 0) for one in approvers), default=0)


def _too_low(sentence: str, policy: ExtensionPolicy, *, days: int, up_to: int) -> NotAllowedError:
    enough = [one.value for one, limit in policy.up_to_days.items() if limit >= days]
    return NotAllowedError(
        sentence, code="approver_too_low", days=days, up_to_days=up_to, approvers=sorted(enough)
    )


def days_until(clock: WorkingCalendar, deadline: datetime, until: datetime) -> int:
    """Return the fewest working days by which a deadline must move to reach `until`."""
    if until <= deadline:
        return 0
    days = max(clock.count_days(bangkok_date(deadline), bangkok_date(until)), 1)
    return days if shift_instant(clock, deadline, Shift(days=days)) >= until else days + 1


def time_stopped(clock: WorkingCalendar, since: datetime, until: datetime) -> Shift:
    """Return the working time between two instants as whole days and whole minutes.

    What is left of a minute is dropped: it would throw a deadline at closing time into the next
    morning, and nobody reads seconds.
    """
    days, rest = divmod(max(clock.count_time(since, until), timedelta(0)), clock.day_length)
    return Shift(days=days, rest=rest - rest % _MINUTE)


def at_most(shift: Shift, days: int) -> Shift:
    """Return a shift, or so many whole days where it is longer."""
    is_longer = (shift.days, shift.rest) > (days, timedelta(0))
    return Shift(days=days) if is_longer else shift


def shift_instant(clock: WorkingCalendar, instant: datetime, shift: Shift) -> datetime:
    """Return an instant moved by working days at the same time of day, and then by the rest.

    What lay on a day off moves to the closing time of the last of the days: a deadline on a
    Saturday that gets one day more ends when the offices close on Monday.
    """
    if shift.days:
        local = instant.astimezone(BANGKOK)
        day = clock.add_days(local.date(), shift.days)
        if clock.is_working(local.date()):
            instant += timedelta((day - local.date()).days)
        else:
            instant = clock.closing(day)
    return clock.add_time(instant, shift.rest)


def put_off(plan: Plan, clock: WorkingCalendar, days: int, *, since: datetime) -> Plan:
    """Return a plan whose instants after `since` lie `days` working days later.

    What is past stays as it was told. Only the time to acknowledge is put off even then: a
    recipient that is late gets a new deadline, with those of its steps that then lie ahead.
    """
    is_late = plan.acknowledge_by <= since

    def moves(duty: Duty, instant: datetime) -> bool:
        return instant > since or (is_late and duty is Duty.ACKNOWLEDGE)

    moved = _move(plan, clock, Shift(days=days), moves)
    told = {alarm.step: alarm for alarm in plan.alarms if alarm.due_at <= since}
    alarms = [told.get(a.step, a) if a.due_at <= since else a for a in moved.alarms]
    return replace(moved, alarms=in_order(alarms))


def go_on(plan: Plan, clock: WorkingCalendar, shift: Shift, *, since: datetime) -> Plan:
    """Return a plan whose instants that lay ahead when it was stopped are shifted."""
    return _move(plan, clock, shift, lambda _, instant: instant > since)


def fit(move: Callable[[Shift], Plan], shift: Shift, limit: datetime | None) -> tuple[Plan, Shift]:
    """Return the plan that `move` gives, and by how much it moved.

    Where it would pass `limit` it moves by the whole days that fit, or not at all.
    """
    plan = move(shift)
    if limit is None or plan.acknowledge_by <= limit:
        return plan, shift
    fitting = bisect_right(
        range(shift.days + 1), limit, key=lambda days: move(Shift(days=days)).acknowledge_by
    )
    shift = Shift(days=max(fitting - 1, 0))
    return move(shift), shift


def _move(plan: Plan, clock: WorkingCalendar, shift: Shift, moves: Moves) -> Plan:
    old = {instant for duty, instant in _owed(plan) if moves(duty, instant)}
    table = _shift_in_order(old, clock, shift)

    def moved(duty: Duty, instant: datetime) -> datetime:
        return table[instant] if moves(duty, instant) else instant

    new = replace(
        plan,
        register_by=moved(Duty.REGISTER, plan.register_by),
        forward_by=moved(Duty.FORWARD, plan.forward_by) if plan.forward_by else None,
        acknowledge_by=moved(Duty.ACKNOWLEDGE, plan.acknowledge_by),
        alarms=in_order(
            Alarm(step=alarm.step, due_at=moved(MEANING[alarm.step][0], alarm.due_at))
            for alarm in plan.alarms
        ),
    )
    return _share_out(plan, new, clock, shift)


def _owed(plan: Plan) -> Iterator[tuple[Duty, datetime]]:
    yield Duty.REGISTER, plan.register_by
    yield Duty.ACKNOWLEDGE, plan.acknowledge_by
    if plan.forward_by is not None:
        yield Duty.FORWARD, plan.forward_by
    for alarm in plan.alarms:
        yield MEANING[alarm.step][0], alarm.due_at


def _shift_in_order(
    instants: Collection[datetime], clock: WorkingCalendar, shift: Shift
) -> dict[datetime, datetime]:
    # From a day off to a closing time may be a leap over what came later: the order is kept.
    old = sorted(instants)
    new = accumulate((shift_instant(clock, instant, shift) for instant in old), max)
    return dict(zip(old, new, strict=True))


def _share_out(old: Plan, new: Plan, clock: WorkingCalendar, shift: Shift) -> Plan:
    # A tier that must have forwarded by now gains nothing itself: the days are for those below.
    more = shift.days if new.acknowledge_by != old.acknowledge_by else 0
    is_below = new.forward_by is not None and new.forward_by == old.forward_by
    forecast = clock.unannounced_years(old.acknowledge_by, new.acknowledge_by)
    return replace(
        new,
        share_days=old.share_days + (0 if is_below else more),
        left_days=old.left_days + (more if is_below else 0),
        unannounced_years=sorted({*old.unannounced_years, *forecast}),
    )
