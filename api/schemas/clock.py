"""Moved clocks, outside."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.schemas.base import Given, Instant, Reason, Told
from domain.clock_moves import Extension
from domain.vocabulary import MoveKind


class ExtensionIn(Given):
    """By how much to put a deadline off, and why.

    That it says one thing, and days above zero, is a rule of the domain with words of its own.
    """

    days: int | None = Field(
        None, le=250, description="Working days; give this or `until`", examples=[5]
    )
    until: Instant | None = Field(
        None, description="At least until then, in whole working days; give this or `days`"
    )
    reason: Reason = Field(examples=["ผู้รับขอเวลารวบรวมข้อมูลเพิ่ม"])

    def length(self) -> Extension:
        """Return what the use case takes."""
        return Extension(days=self.days, until=self.until)


class StopIn(Given):
    """Why a clock is stopped, or goes on."""

    reason: Reason = Field(examples=["น้ำท่วมพื้นที่ ติดต่อผู้รับไม่ได้"])


class MoveOut(Told):
    """One extension, suspension or resumption."""

    id: UUID
    kind: MoveKind
    dispatch_id: UUID
    hop_id: UUID | None = Field(description="Null where a whole dispatch was meant")
    days: int | None = Field(
        description="Whole working days by which deadlines moved; null for a suspension"
    )
    reason: str
    hops: int = Field(description="How many hops moved, with those below")
    at: datetime


class MovedOut(MoveOut):
    """A move that was just made, and where it leaves its target."""

    capped: int = Field(
        description="Hops that moved by less: the dispatch above them ends sooner, or their clock "
        "stood longer than the policy gives back"
    )
    register_by: datetime = Field(description="Of the hop, or the latest of the dispatch")
    acknowledge_by: datetime = Field(description="Of the hop, or the latest of the dispatch")


class MoveItemOut(MoveOut):
    """A move in the list of a dispatch."""

    officer: str
