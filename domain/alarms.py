"""The steps of a hop: what each is about, whom it addresses, and how loud it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.hop_states import UNSETTLED
from domain.vocabulary import AlarmStep, Duty, EventKind, HopState, NoticeKind, Rung, Urgency

MEANING: Mapping[AlarmStep, tuple[Duty, Rung, NoticeKind]] = {
    AlarmStep.ARRIVED: (Duty.REGISTER, Rung.CLERK, NoticeKind.ARRIVAL),
    AlarmStep.REMIND_REGISTER: (Duty.REGISTER, Rung.CLERK, NoticeKind.REMINDER),
    AlarmStep.OVERDUE_REGISTER: (Duty.REGISTER, Rung.CLERK, NoticeKind.OVERDUE),
    AlarmStep.ESCALATE_REGISTER_HEAD: (Duty.REGISTER, Rung.HEAD, NoticeKind.ESCALATION),
    AlarmStep.ESCALATE_REGISTER_SUPERIOR: (Duty.REGISTER, Rung.SUPERIOR, NoticeKind.ESCALATION),
    AlarmStep.ESCALATE_REGISTER_ORIGIN: (Duty.REGISTER, Rung.ORIGIN, NoticeKind.ESCALATION),
    AlarmStep.OVERDUE_FORWARD: (Duty.FORWARD, Rung.CLERK, NoticeKind.OVERDUE),
    AlarmStep.REMIND_ACKNOWLEDGE: (Duty.ACKNOWLEDGE, Rung.CLERK, NoticeKind.REMINDER),
    AlarmStep.OVERDUE_ACKNOWLEDGE: (Duty.ACKNOWLEDGE, Rung.CLERK, NoticeKind.OVERDUE),
    AlarmStep.ESCALATE_HEAD: (Duty.ACKNOWLEDGE, Rung.HEAD, NoticeKind.ESCALATION),
    AlarmStep.ESCALATE_SUPERIOR: (Duty.ACKNOWLEDGE, Rung.SUPERIOR, NoticeKind.ESCALATION),
    AlarmStep.ESCALATE_ORIGIN: (Duty.ACKNOWLEDGE, Rung.ORIGIN, NoticeKind.ESCALATION),
}

OWED: Mapping[Duty, frozenset[HopState]] = {
    Duty.REGISTER: frozenset({HopState.SENT}),
    Duty.FORWARD: frozenset({HopState.SENT, HopState.REGISTERED}),
    Duty.ACKNOWLEDGE: UNSETTLED,
}
"""In which states of a hop a duty is still owed."""

AT_ONCE = frozenset({Urgency.MOST_URGENT})
"""Classes whose notices are mailed at any hour."""

CALLED = AT_ONCE | {Urgency.URGENT_WITHIN}
"""Classes whose arrival is a notice itself."""

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
