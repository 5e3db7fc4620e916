"""When a dispatch reminds, when it is late, and when it escalates: instants frozen at dispatch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.errors import InvalidError
from domain.vocabulary import AlarmStep, EventKind, NoticeKind

REGISTER_STEPS = frozenset({AlarmStep.REMIND_REGISTER, AlarmStep.OVERDUE_REGISTER})
"""Steps that concern only hops nobody has registered; the others concern every unsettled hop."""

NOTICE_KIND: Mapping[AlarmStep, NoticeKind] = {
    AlarmStep.REMIND_REGISTER: NoticeKind.REMINDER,
    AlarmStep.OVERDUE_REGISTER: NoticeKind.OVERDUE,
    AlarmStep.REMIND_ACKNOWLEDGE: NoticeKind.REMINDER,
    AlarmStep.OVERDUE_ACKNOWLEDGE: NoticeKind.OVERDUE,
    AlarmStep.ESCALATE_SUPERIOR: NoticeKind.ESCALATION,
    AlarmStep.ESCALATE_ORIGIN: NoticeKind.ESCALATION,
}

EVENT_KIND: Mapping[NoticeKind, EventKind] = {
    NoticeKind.REMINDER: EventKind.REMINDED,
    NoticeKind.OVERDUE: EventKind.OVERDUE,
    NoticeKind.ESCALATION: EventKind.ESCALATED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """One step of the ladder and the aware UTC instant at which it is due."""

    step: AlarmStep
    due_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadlines:
    """What a sender fixes at dispatch time; a missing alarm instant takes its default.

    All instants are aware. The defaults are fractions of the time given: the reminder after
    three quarters of it, the superior a quarter of it after the deadline, the origin half of it
    after. They are a product choice; the correspondence rules name no hours.
    """

    register_by: datetime
    acknowledge_by: datetime
    remind_register_at: datetime | None = None
    remind_acknowledge_at: datetime | None = None
    escalate_superior_at: datetime | None = None
    escalate_origin_at: datetime | None = None


def plan_alarms(deadlines: Deadlines, *, sent_at: datetime) -> Sequence[Alarm]:
    """Return every alarm of a dispatch sent at `sent_at`, in the order in which they are due.

    Raises:
        InvalidError: `deadline_in_past`, `deadlines_out_of_order` or `alarm_out_of_order`.
    """
    _check_order(deadlines, sent_at)
    to_register = deadlines.register_by - sent_at
    to_acknowledge = deadlines.acknowledge_by - sent_at
    instants = {
        AlarmStep.REMIND_REGISTER: deadlines.remind_register_at or sent_at + to_register * 0.75,
        AlarmStep.OVERDUE_REGISTER: deadlines.register_by,
        AlarmStep.REMIND_ACKNOWLEDGE: deadlines.remind_acknowledge_at
        or sent_at + to_acknowledge * 0.75,
        AlarmStep.OVERDUE_ACKNOWLEDGE: deadlines.acknowledge_by,
        AlarmStep.ESCALATE_SUPERIOR: deadlines.escalate_superior_at
        or deadlines.acknowledge_by + to_acknowledge * 0.25,
        AlarmStep.ESCALATE_ORIGIN: deadlines.escalate_origin_at
        or deadlines.acknowledge_by + to_acknowledge * 0.5,
    }
    _check_alarms(instants, sent_at)
    return sorted(
        (Alarm(step=step, due_at=due_at) for step, due_at in instants.items()),
        key=lambda alarm: alarm.due_at,
    )


def check_within_parent(acknowledge_by: datetime, *, parent: datetime | None) -> None:
    """Refuse a dispatch that would still be waiting after the one above it is due.

    Raises:
        InvalidError: `deadline_after_parent`, with both instants.
    """
    if parent is not None and acknowledge_by > parent:
        raise InvalidError(
            "กำหนดตอบรับช้ากว่ากำหนดของหนังสือที่ได้รับมา",
            code="deadline_after_parent",
            field="acknowledge_by",
            acknowledge_by=acknowledge_by.isoformat(),
            parent_acknowledge_by=parent.isoformat(),
        )


def _check_order(deadlines: Deadlines, sent_at: datetime) -> None:
    for field in ("register_by", "acknowledge_by"):
        if getattr(deadlines, field) <= sent_at:
            raise InvalidError("กำหนดเวลาผ่านไปแล้ว", code="deadline_in_past", field=field)
    if deadlines.acknowledge_by < deadlines.register_by:
        raise InvalidError(
            "กำหนดตอบรับมาก่อนกำหนดลงรับ", code="deadlines_out_of_order", field="acknowledge_by"
        )


def _check_alarms(instants: Mapping[AlarmStep, datetime], sent_at: datetime) -> None:
    ladder = (
        ("remind_register_at", AlarmStep.REMIND_REGISTER, AlarmStep.OVERDUE_REGISTER),
        ("remind_acknowledge_at", AlarmStep.REMIND_ACKNOWLEDGE, AlarmStep.OVERDUE_ACKNOWLEDGE),
        ("escalate_superior_at", AlarmStep.OVERDUE_ACKNOWLEDGE, AlarmStep.ESCALATE_SUPERIOR),
        ("escalate_origin_at", AlarmStep.ESCALATE_SUPERIOR, AlarmStep.ESCALATE_ORIGIN),
    )
    for field, earlier, later in ladder:
        if not sent_at <= instants[earlier] <= instants[later]:
            raise InvalidError(
                "ลำดับของการแจ้งเตือนและการเร่งรัดไม่ถูกต้อง", code="alarm_out_of_order", field=field
            )
