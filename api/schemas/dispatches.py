"""Dispatches and hops, outside."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.schemas.base import Given, GregorianDate, Instant, JsonObject, Reason, Told
from api.schemas.letters import DraftIn
from domain.deadlines import Deadlines
from domain.vocabulary import AlarmStep, DispatchState, HopState
from services.create_dispatch import SendOrder


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
        None,
        description="Until the recipient's office closes on this day, or on the last working day"
        " before it (ภายในวันที่)",
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
    acknowledge_by: datetime = Field(
        description="The latest of its recipients; with `acknowledge_within`, of those that"
        " register in time"
    )
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
