"""What a plan is made from in tests: instants as a clerk writes them, and the base calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from domain.alarms import Alarm
from domain.buddhist_era import BANGKOK
from domain.deadlines import Circumstances
from domain.vocabulary import AlarmStep, Urgency
from domain.working_time import CONTINUOUS, WorkingCalendar
from services.thai_holidays import base_calendar
from tests.support.policies import DEFAULTS

OFFICE = base_calendar()
"""Weekends and the holidays of the whole country, 08:30 to 16:30."""


def bangkok(text: str) -> datetime:
    """Return the instant of a Bangkok wall clock: `2021-03-02 09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=BANGKOK).astimezone(UTC)


def clock_of(urgency: Urgency, office: WorkingCalendar = OFFICE) -> WorkingCalendar:
    """Return what counts the time of an urgency class."""
    return CONTINUOUS if DEFAULTS.urgencies[urgency].is_continuous else office


def circumstances(
    sent: str,
    urgency: Urgency = Urgency.NORMAL,
    *,
    weights: Sequence[int] = (1,),
    forwards: bool = False,
    deliver_by: str | None = None,
    office: WorkingCalendar = OFFICE,
) -> Circumstances:
    """Return what a plan of the default policies depends on."""
    return Circumstances(
        sent_at=bangkok(sent),
        clock=clock_of(urgency, office),
        policy=DEFAULTS.urgencies[urgency],
        weights=weights,
        forwards=forwards,
        deliver_by=bangkok(deliver_by) if deliver_by else None,
    )


def later(given: Circumstances, sent_at: datetime) -> Circumstances:
    """Return the same circumstances at another instant."""
    return replace(given, sent_at=sent_at)


def wall(at: datetime | None) -> str | None:
    """Return an instant as a Bangkok clock shows it, as short as it can be written."""
    if at is None:
        return None
    local = at.astimezone(BANGKOK).replace(tzinfo=None)
    return local.isoformat(" ", "minutes" if not local.second + local.microsecond else "auto")


def due(alarms: Sequence[Alarm]) -> Mapping[AlarmStep, str | None]:
    """Return the alarms of a plan by step, as a Bangkok clock shows them."""
    return {alarm.step: wall(alarm.due_at) for alarm in alarms}
