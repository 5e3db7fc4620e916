"""How much time each urgency class gives, how tiers share it, and who may move a clock.

No rule of correspondence names hours; the defaults are a product choice, except where a source is
given. They are data, written first by migration 0006: an office edits them, and every deadline
keeps the version it came from.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from domain.errors import InvalidError
from domain.vocabulary import Approver, OrganizationKind, Urgency
from domain.working_time import WorkingCalendar

_SPAN = re.compile(r"([0-9]{1,3})([dhm])")


@dataclass(frozen=True, slots=True)
class WorkingSpan:
    """So many working days, or so much working time; a day is not 24 hours.

    Written `2d`, `8h` or `30m`.
    """

    days: int = 0
    time: timedelta = timedelta(0)

    @classmethod
    def parse(cls, text: str) -> "WorkingSpan":
        """Read a span.

        Raises:
            InvalidError: `span_invalid`.
        """
        found = _SPAN.fullmatch(text)
        if found is None:
            raise InvalidError(
                f"ระยะเวลา “{text[:20]}” ไม่ถูกต้อง ใช้เช่น 2d, 8h หรือ 30m", code="span_invalid"
            )
        number, unit = int(found[1]), found[2]
        if unit == "d":
            return cls(days=number)
        return cls(time=timedelta(hours=number) if unit == "h" else timedelta(minutes=number))

    def __str__(self) -> str:
        if self.days:
            return f"{self.days}d"
        minutes = self.time // timedelta(minutes=1)
        return f"{minutes // 60}h" if minutes and minutes % 60 == 0 else f"{minutes}m"

    def length(self, calendar: WorkingCalendar) -> timedelta:
        """Return the working time of the span, in days as long as those of `calendar`."""
        return self.days * calendar.day_length + self.time


@dataclass(frozen=True, kw_only=True, slots=True)
class UrgencyPolicy:
    """What one urgency class (ชั้นความเร็ว) means in working time.

    Attributes:
        register_within: From the receipt of the letter to its registration.
        forward_within: From there until it must have gone on, where no budget says so.
        after_hours_by: A letter that came in outside office hours is registered by this time of
            the next working day (annex to the correspondence rule No. 4, B.E. 2564: mail after
            16:30 is confirmed by 10:00); None turns the rule off.
        remind_register_before: How long before that deadline the desk is reminded.
        remind_acknowledge_before: The same for the acknowledgment.
        head_after: Delay from a missed deadline to the head of the desk.
        superior_after: Delay to the registry of the body above.
        origin_after: Delay to the registry that sent the letter to the sender.
        is_continuous: Whether the clock runs day and night.
    """

    register_within: WorkingSpan
    forward_within: WorkingSpan
    after_hours_by: time | None
    remind_register_before: WorkingSpan
    remind_acknowledge_before: WorkingSpan
    head_after: WorkingSpan
    superior_after: WorkingSpan
    origin_after: WorkingSpan
    is_continuous: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtensionPolicy:
    """Who may put a deadline off, and how far.

    Attributes:
        up_to_days: Working days that each approver may allow in one move.
        max_extensions: How often the same hop may be put off.
        max_days: Working days that all extensions of a hop may come to.
    """

    up_to_days: Mapping[Approver, int]
    max_extensions: int
    max_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Policies:
    """One version of everything an office may set.

    Attributes:
        urgencies: What each class means.
        tier_weights: How the tiers below a sender of a kind share the time, nearest first.
        extension: Who may move a clock.
    """

    urgencies: Mapping[Urgency, UrgencyPolicy]
    tier_weights: Mapping[OrganizationKind, Sequence[int]]
    extension: ExtensionPolicy

    def weights(self, kind: OrganizationKind) -> Sequence[int]:
        """Return the default shares of the tiers below a sender, nearest first."""
        return self.tier_weights.get(kind, (1,))
