"""Dispatches and hops, outside."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import Given, GregorianDate, Instant, JsonObject, Line, Reason, Text, Told
from api.schemas.letters import DraftIn
from domain.buddhist_era import bangkok_midnight
from domain.deadlines import Deadlines
from domain.vocabulary import AlarmStep, DispatchState, HopState, Urgency
from services.create_dispatch import SendOrder
from services.register_hop import Stamp
from services.take_number import PaperNumber

FORM_EXAMPLE = {
    "type": "object",
    "required": ["joined", "participants"],
    "properties": {
        "joined": {"type": "boolean", "title": "เข้าร่วม"},
        "participants": {
            "type": "array",
            "title": "รายชื่อผู้เข้าร่วม",
            "items": {"type": "string", "minLength": 1},
            "minItems": 2,
            "maxItems": 2,
        },
    },
}


class SendIn(Given):
    """Whom to send to and until when; the alarms are frozen at this moment."""

    recipients: list[UUID] = Field(
        max_length=10_000, description="Ids of organizations; each gets one hop to its registry"
    )
    acknowledge_by: Instant | None = Field(
        None,
        description="Until when to acknowledge; give this, `acknowledge_on` or"
        " `acknowledge_within`",
        examples=["2021-03-15T16:30:00+07:00"],
    )
    acknowledge_on: GregorianDate | None = Field(
        None, description="Until the recipient's office closes on this day (ภายในวันที่)"
    )
    acknowledge_within: int | None = Field(
        None, ge=1, le=250, description="Working days from each receipt (ภายใน … วันทำการ)"
    )
    register_by: Instant | None = Field(
        None,
        description="Left out, the policy of the letter's urgency says it",
        examples=["2021-03-04T16:30:00+07:00"],
    )
    weights: list[Annotated[int, Field(ge=1, le=1000)]] | None = Field(
        None,
        min_length=1,
        max_length=10,
        description="How the tiers share the time, the recipients first, then those below them",
        examples=[[5, 3, 2, 9]],
    )
    remind_register_at: Instant | None = None
    remind_acknowledge_at: Instant | None = None
    escalate_head_at: Instant | None = None
    escalate_superior_at: Instant | None = None
    escalate_origin_at: Instant | None = None
    answer_form: JsonObject | None = Field(
        None, description="JSON Schema (2020-12) of the answer that is asked for"
    )

    def order(self) -> SendOrder:
        """Return the order that the use case takes."""
        return SendOrder(
            recipients=self.recipients,
            deadlines=Deadlines(
                acknowledge_by=self.acknowledge_by,
                acknowledge_on=self.acknowledge_on,
                acknowledge_within=self.acknowledge_within,
                register_by=self.register_by,
                weights=self.weights,
                remind_register_at=self.remind_register_at,
                remind_acknowledge_at=self.remind_acknowledge_at,
                escalate_head_at=self.escalate_head_at,
                escalate_superior_at=self.escalate_superior_at,
                escalate_origin_at=self.escalate_origin_at,
            ),
            answer_form=self.answer_form,
        )


class DispatchIn(SendIn):
    """A dispatch of a letter that the registry issued itself."""

    letter_id: UUID


class ForwardIn(SendIn):
    """A dispatch below a received hop, as it is or under a cover letter."""

    cover: DraftIn | None = Field(
        None, description="A cover letter with a number of its own; left out, the letter goes on"
    )


class CountsOut(Told):
    """How many hops stand where."""

    hops: int
    registered: int
    forwarded: int
    acknowledged: int
    refused: int
    returned: int
    recalled: int
    missing: int = Field(description="Settled by nobody yet")
    late: int = Field(description="Past a deadline that still binds them")
    answers: int


class AlarmOut(Told):
    """One frozen step of the ladder."""

    step: AlarmStep
    due_at: datetime


class PlanOut(Told):
    """The frozen deadlines of the hops that share a calendar, and the rules they came from."""

    register_by: datetime
    forward_by: datetime | None = Field(description="Null where nobody stands below")
    acknowledge_by: datetime
    alarms: list[AlarmOut]
    share_days: int = Field(description="Working days that this tier may use")
    left_days: int = Field(description="Working days that remain for the tiers below")
    unannounced_years: list[int] = Field(
        description="Years whose holidays were a forecast when this was computed"
    )
    calendar_scopes: list[str]
    calendar_version: int
    policy_version: int


class DispatchOut(Told):
    """One registry sends one letter to its recipients."""

    id: UUID
    letter_id: UUID
    circular_id: UUID
    sender_registry_id: UUID
    parent_hop_id: UUID | None
    state: DispatchState
    register_by: datetime = Field(description="The latest of its recipients")
    acknowledge_by: datetime = Field(description="The latest of its recipients")
    acknowledge_within: int | None
    weights: list[int]
    answer_form: dict[str, Any] | None
    sent_at: datetime
    completed_at: datetime | None
    closed_at: datetime | None
    close_reason: str | None


class SentOut(DispatchOut):
    """A dispatch with the deadlines of its recipients."""

    plans: list[PlanOut]


class DispatchCountsOut(Told):
    """A dispatch with its direct counts and those of everything below."""

    dispatch: SentOut
    direct: CountsOut
    below: CountsOut


class CloseIn(Given):
    """Why the sender stops waiting."""

    reason: Reason = Field(examples=["ปิดรับคำตอบแล้ว จะติดตามทางโทรศัพท์"])


class MissingOut(Told):
    """A recipient that had not settled its hop."""

    hop_id: UUID
    registry_id: UUID
    name: str
    state: HopState


class ClosedOut(Told):
    """A closed dispatch and who is missing, in Thai order of the names."""

    dispatch: DispatchOut
    missing: list[MissingOut]


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
