"""Plan against fact, outside."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.schemas.base import Told
from domain.vocabulary import HopState


class TierDeadlinesOut(Told):
    """One tier, counted from the top: the latest deadlines, and the most that was used."""

    tier: int = Field(examples=[1])
    hops: int
    registered: int
    forwarded: int
    settled: int
    late: int
    suspended: int
    register_by: datetime
    forward_by: datetime | None
    acknowledge_by: datetime
    share_days: int = Field(description="Working days that the tier may use", examples=[5])
    to_register: int = Field(description="Working days from sending to the stamp", examples=[5])
    to_forward: int | None = Field(
        description="Working days from the stamp until it went on; null where nobody stands below"
    )
    days_left: int = Field(description="Working days that remained; negative when it was late")


class HopDeadlinesOut(Told):
    """One hop; what has not happened yet is counted until now."""

    hop_id: UUID
    tier: int
    sender: str
    recipient: str
    state: HopState
    sent_at: datetime
    register_by: datetime
    forward_by: datetime | None
    acknowledge_by: datetime
    is_moved: bool = Field(description="Whether the deadlines were moved after the dispatch")
    stamped_at: datetime | None
    forwarded_at: datetime | None
    settled_at: datetime | None
    share_days: int
    to_register: int
    to_forward: int | None
    days_left: int
    is_suspended: bool
    is_late: bool


class DeadlinesOut(Told):
    """The deadlines of a tree, by tier and by hop."""

    tiers: list[TierDeadlinesOut]
    hops: list[HopDeadlinesOut]
