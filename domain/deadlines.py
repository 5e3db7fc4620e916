"""What a sender may ask for in deadlines, and what is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.buddhist_era import thai_instant
from domain.errors import InvalidError
from domain.policies import UrgencyPolicy
from domain.vocabulary import AlarmStep
from domain.working_time import WorkingCalendar


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadlines:
    """What a sender fixes; what is left out comes from the policy of the letter's urgency.

    Exactly one of the three ways to say until when must be given. Instants are aware.

    Attributes:
        acknowledge_by: Until an instant.
        acknowledge_on: Until the offices close on a day ("by 15 March"), or on the last working
            day before it.
        acknowledge_within: So many working days from each receipt ("within 3 working days").
        register_by: Until when the letter must be registered.
        weights: How the tiers below share the time, nearest first.
        remind_register_at: Overrides the policy, as do the others below.
    """

    acknowledge_by: datetime | None = None
    acknowledge_on: date | None = None
    acknowledge_within: int | None = None
    register_by: datetime | None = None
    weights: Sequence[int] | None = None
    remind_register_at: datetime | None = None
    remind_acknowledge_at: datetime | None = None
    escalate_head_at: datetime | None = None
    escalate_superior_at: datetime | None = None
    escalate_origin_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """What a plan depends on beside the sender's wish.

    Attributes:
        sent_at: When the letter is sent.
        clock: The recipient's calendar, or the clock that never stops.
        policy: What the urgency of the letter means.
        weights: Shares of the recipient's tier and those below it.
        forwards: Whether bodies stand below the recipient.
        deliver_by: The instant of ด่วนภายใน.
    """

    sent_at: datetime
    clock: WorkingCalendar
    policy: UrgencyPolicy
    weights: Sequence[int]
    forwards: bool
    deliver_by: datetime | None = None


def check_within_parent(acknowledge_by: datetime, *, parent: datetime | None) -> None:
    """Refuse a deadline that lies after the one of the dispatch above.

    Raises:
        InvalidError: `deadline_after_parent`, with both instants.
    """
    if parent is not None and acknowledge_by > parent:
        raise InvalidError(
            f"กำหนดตอบรับ {thai_instant(acknowledge_by)} ช้ากว่ากำหนดของหนังสือที่ได้รับมา"
            f" คือ {thai_instant(parent)}",
            code="deadline_after_parent",
            field="acknowledge_by",
            acknowledge_by=acknowledge_by.isoformat(),
            parent_acknowledge_by=parent.isoformat(),
        )


def check_wish(wish: Deadlines, given: Circumstances) -> None:
    """Refuse a wish that is not one wish.

    Raises:
        InvalidError: `deadline_kind_unclear`, `weights_invalid` or `register_after_delivery`.
    """
    kinds = (wish.acknowledge_by, wish.acknowledge_on, wish.acknowledge_within)
    if sum(kind is not None for kind in kinds) != 1:
        raise InvalidError(
            "โปรดระบุกำหนดตอบรับแบบใดแบบหนึ่ง: ถึงวันเวลา ถึงวันที่ หรือภายในกี่วันทำการ",
            code="deadline_kind_unclear",
            field="acknowledge_by",
        )
    if not given.weights or any(weight < 1 for weight in given.weights):
        raise InvalidError("สัดส่วนเวลาต้องเป็นจำนวนบวก", code="weights_invalid", field="weights")
    if given.deliver_by and wish.register_by and wish.register_by > given.deliver_by:
        raise InvalidError(
            "กำหนดลงรับช้ากว่ากำหนดส่งถึงของหนังสือด่วนภายใน",
            code="register_after_delivery",
            field="register_by",
            deliver_by=given.deliver_by.isoformat(),
        )


def check_order(
    sent_at: datetime,
    *,
    register_by: datetime | None,
    deliver_by: datetime | None,
    acknowledge_by: datetime,
) -> None:
    """Refuse deadlines that lie in the past or come in the wrong order.

    Args:
        sent_at: When the letter is sent.
        register_by: What the sender fixed, if anything.
        deliver_by: The instant of ด่วนภายใน.
        acknowledge_by: Until when the letter must be acknowledged.

    Raises:
        InvalidError: `deadline_in_past` or `deadlines_out_of_order`.
    """
    given = {
        "register_by": register_by,
        "deliver_by": deliver_by,
        "acknowledge_by": acknowledge_by,
    }
    for field, instant in given.items():
        if instant is not None and instant <= sent_at:
            raise InvalidError(
                f"กำหนดเวลา {thai_instant(instant)} ผ่านไปแล้ว", code="deadline_in_past", field=field
            )
    fixed = register_by or deliver_by
    if fixed is not None and acknowledge_by < fixed:
        raise InvalidError(
            f"กำหนดตอบรับ {thai_instant(acknowledge_by)} มาก่อนกำหนดลงรับ {thai_instant(fixed)}",
            code="deadlines_out_of_order",
            field="acknowledge_by",
        )


def check_alarms(instants: Mapping[AlarmStep, datetime], sent_at: datetime) -> None:
    """Refuse a ladder whose steps come in the wrong order.

    Raises:
        InvalidError: `alarm_out_of_order`, with the field at fault.
    """
    ladder = (
        ("remind_register_at", AlarmStep.REMIND_REGISTER, AlarmStep.OVERDUE_REGISTER),
        ("remind_acknowledge_at", AlarmStep.REMIND_ACKNOWLEDGE, AlarmStep.OVERDUE_ACKNOWLEDGE),
        ("escalate_head_at", AlarmStep.OVERDUE_ACKNOWLEDGE, AlarmStep.ESCALATE_HEAD),
        ("escalate_superior_at", AlarmStep.ESCALATE_HEAD, AlarmStep.ESCALATE_SUPERIOR),
        ("escalate_origin_at", AlarmStep.ESCALATE_SUPERIOR, AlarmStep.ESCALATE_ORIGIN),
    )
    for field, earlier, later in ladder:
        if not sent_at <= instants[earlier] <= instants[later]:
            raise InvalidError(
                "ลำดับของการแจ้งเตือนและการเร่งรัดไม่ถูกต้อง", code="alarm_out_of_order", field=field
            )
