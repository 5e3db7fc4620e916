"""Hops, outside: what a desk gives and is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import Given, GregorianDate, Instant, JsonObject, Line, Reason, Text, Told
from api.schemas.dispatches import PlanOut
from domain.buddhist_era import bangkok_midnight
from domain.vocabulary import HopState, Urgency
from services.register_hop import Stamp
from services.take_number import PaperNumber


class StampIn(Given):
    """What the stamp on paper says, where it does not simply say "now"."""

    stamped_at: Instant | None = Field(None, examples=["2021-02-22T11:00:00+07:00"])
    stamped_on: GregorianDate | None = Field(
        None, description="A stamp without a time of day", examples=["2021-02-25"]
    )
    paper_number: int | None = Field(
        None, ge=1, le=9_999_999, description="A number that was given on paper"
    )
    reason: Line | None = Field(None, description="Why it is entered afterwards")

    @model_validator(mode="after")
    def _agree(self) -> "StampIn":
        if self.stamped_at is not None and self.stamped_on is not None:
            raise ValueError("give stamped_at or stamped_on, not both")
        if self.paper_number is not None:
            if self.reason is None:
                raise ValueError("a paper_number needs a reason")
            if self.stamped_at is None and self.stamped_on is None:
                raise ValueError("a paper_number needs the date of its stamp")
        return self

    def stamp(self) -> Stamp | None:
        """Return the stamp that the use case takes, or None for one that says now."""
        at = self.stamped_at or (
            bangkok_midnight(self.stamped_on) if self.stamped_on is not None else None
        )
        if at is None:
            return None
        return Stamp(
            stamped_at=at,
            has_time=self.stamped_on is None,
            paper=PaperNumber(number=self.paper_number, reason=self.reason)
            if self.paper_number is not None and self.reason is not None
            else None,
        )


class ReceiptOut(Told):
    """The receiving registry's number (เลขรับ)."""

    hop_id: UUID
    registry_id: UUID
    number: int = Field(examples=[1097])
    stamped_at: datetime = Field(description="What the stamp says")
    stamp_has_time: bool = Field(description="False when the paper stamp bears no time of day")
    recorded_at: datetime = Field(description="When it was entered here")
    recorded_by: UUID


class AcknowledgmentIn(Given):
    """A recipient reports the letter done."""

    remark: Text | None = Field(None, examples=["ดำเนินการแล้ว"])
    answer: JsonObject | None = Field(
        None,
        description="The answer, where the dispatch asked for one",
        examples=[{"joined": True, "participants": ["ผู้เข้าร่วมหนึ่ง", "ผู้เข้าร่วมสอง"]}],
    )


class ReasonIn(Given):
    """Why a letter is refused, returned or recalled."""

    reason: Reason = Field(examples=["ส่งผิดหน่วยงาน"])


class HopOut(Told):
    """One recipient of one dispatch."""

    id: UUID
    dispatch_id: UUID
    recipient_registry_id: UUID
    state: HopState
    suspended_at: datetime | None
    registered_at: datetime | None
    forwarded_at: datetime | None
    settled_at: datetime | None
    remark: str | None
    answer: dict[str, Any] | None


class HopDetailOut(Told):
    """A hop with its letter, its deadlines and its receipt."""

    hop: HopOut
    letter_id: UUID
    plan: PlanOut
    register_by: datetime
    acknowledge_by: datetime
    answer_form: dict[str, Any] | None
    receipt: ReceiptOut | None


class InboxItemOut(Told):
    """A hop that waits for a registry."""

    hop_id: UUID
    registry_id: UUID
    state: HopState
    letter_id: UUID
    number: str
    dated: GregorianDate
    subject: str
    urgency: Urgency
    sender: str
    sent_at: datetime
    register_by: datetime
    forward_by: datetime | None
    acknowledge_by: datetime
    is_suspended: bool
    is_late: bool
