"""When a notice may travel by mail, and whether it still says what is true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.alarms import MEANING, OWED
from domain.buddhist_era import bangkok_date
from domain.vocabulary import AlarmStep, HopState, MailKind, NoticeKind
from domain.working_time import WorkingCalendar

PAUSES: Sequence[timedelta] = tuple(timedelta(minutes=each) for each in (1, 5, 15, 60, 240))
"""How long to wait after each failure; the one after the last ends the trying.

Together less than an office day, so that a digest is given up while somebody is there to see it.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeFacts:
    """What decides whether a notice is worth a mail, as the ledger has it now.

    Attributes:
        step: What the notice is about.
        hop_state: Where its hop stands.
        deadline: Until when the duty is owed by the plan that holds now.
        is_open: Whether the sender still waits.
        is_suspended: Whether the clock of the hop stands still.
        is_read: Whether somebody at the desk has read the notice on the screen.
    """

    step: AlarmStep
    hop_state: HopState
    deadline: datetime
    is_open: bool
    is_suspended: bool
    is_read: bool


def is_still_true(notice: NoticeFacts, at: datetime) -> bool:
    """Return whether a notice still has to be told at `at`.

    A reminder whose deadline has passed is silent, because the lateness is a notice of its own;
    a lateness is silent once the deadline was put off.
    """
    duty, _, kind = MEANING[notice.step]
    if notice.is_read or notice.is_suspended or not notice.is_open:
        return False
    if notice.hop_state not in OWED[duty]:
        return False
    if kind is NoticeKind.ARRIVAL:
        return True
    return (notice.deadline > at) is (kind is NoticeKind.REMINDER)


def mail_turn(
    kind: MailKind, calendar: WorkingCalendar, *, turn: datetime, at: datetime
) -> datetime | None:
    """Return when a mail may go: now, later today, or None when its day is over.

    Args:
        kind: What must be told at once asks no calendar; a digest goes in office hours.
        calendar: The calendar of the registry it goes to.
        turn: The instant for which it was set down; a digest goes on that day or not at all, and
            what it held waits for the next one. So a registry never gets two on one day.
        at: Now.
    """
    if kind is MailKind.AT_ONCE:
        return at
    opening = calendar.received_at(at)
    return opening if bangkok_date(opening) == bangkok_date(turn) else None


def pause_after(failures: int) -> timedelta | None:
    """Return how long to wait after so many failures, or None to give up."""
    return PAUSES[failures - 1] if failures <= len(PAUSES) else None
