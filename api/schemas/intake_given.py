"""Received texts on their way to a letter, outside: what a clerk gives."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from api.schemas.base import Given, GregorianDate, Instant, Line, Reason, Text
from api.schemas.dispatches import SendIn
from api.schemas.letters import BackEntryIn, MeetingIn
from domain.vocabulary import Authority, Secrecy, Urgency
from services.dispatch_intake import IntakeOrder
from services.letter_draft import BackEntry

MOST_PASTED = 300_000
"""Characters that may be pasted; a longer text comes as a file."""


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise PydanticCustomError("text_not_storable", "is no text that UTF-8 can hold") from error
    return text


PastedText = Annotated[str, StringConstraints(max_length=MOST_PASTED), AfterValidator(_encodable)]


class SourceFileIn(Given):
    """A file that was put into the store before; what kind it is its bytes say."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$", examples=["9f86d081" * 8])
    file_name: Line = Field(examples=["หนังสือเวียน.docx"])
    media_type: str = Field(
        "application/octet-stream",
        pattern=r"^[a-z]+/[a-z0-9.+-]+$",
        examples=["application/pdf"],
    )


class IntakeIn(Given):
    """A letter's text, pasted or as a file."""

    registry_id: UUID = Field(description="The desk that received it")
    text: PastedText | None = Field(None, examples=["ที่ ทส ๐๐๒๓.๔/ว ๑๒\nเรื่อง ขอเชิญประชุม"])
    file: SourceFileIn | None = None
    hop_id: UUID | None = Field(
        None, description="A registered hop whose letter the text covers when it goes on"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.file is None):
            raise PydanticCustomError("text_or_file", "give either `text` or `file`")
        return self


class ConfirmedIn(Given):
    """What the clerk says that the fields are; what is left out stays as it is."""

    subject: Text = Field("", examples=["ขอเชิญเข้าร่วมประชุม"])
    body: Text = ""
    dated: GregorianDate | None = Field(None, description="Null: the day on which it goes out")
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.NORMAL
    deliver_by: Instant | None = None
    meeting: MeetingIn | None = Field(None, description="Null: it invites to nothing")
    signatory_post: Line | None = None
    authority: Authority = Authority.OWN
    authority_post: Line | None = None
    is_circular: bool = True

    @field_validator("meeting")
    @classmethod
    def _in_order(cls, meeting: MeetingIn | None) -> MeetingIn | None:
        if meeting is not None and meeting.ends_at <= meeting.starts_at:
            raise PydanticCustomError("meeting_backwards", "the meeting ends before it begins")
        return meeting


class ValuesIn(Given):
    """Confirmed values of one letter of the text."""

    letter: int = Field(0, ge=0, le=10_000, description="Which letter of the text, from 0")
    values: ConfirmedIn = Field(default_factory=ConfirmedIn)
    as_read: list[Line] = Field(
        default_factory=list,
        max_length=20,
        description="Names of fields that are right as they were read",
        examples=[["body"]],
    )

    def given(self) -> dict[str, Any]:
        """Return what was given, as JSON."""
        return self.values.model_dump(mode="json", exclude_unset=True)


class DecisionIn(Given):
    """Whom a line means, or that nobody is written to for it."""

    organization_id: UUID | None = None
    left_out: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.organization_id is None) != self.left_out:
            raise PydanticCustomError(
                "organization_or_left_out", "give `organization_id`, or `left_out` as true"
            )
        return self


class RecipientIn(Given):
    """A recipient that the list lacks."""

    organization_id: UUID


class IntakeDispatchIn(SendIn):
    """The dispatch that the text becomes; its recipients are those of the plan."""

    recipients: list[UUID] = Field(
        default_factory=list, max_length=0, description="Left out: the plan says them"
    )
    letter: int = Field(0, ge=0, le=10_000, description="Which letter of the text, from 0")
    accept_warnings: bool = Field(False, description="Send although the plan warns")
    enclose_original: bool = Field(False, description="The file that came goes along")
    back_entry: BackEntryIn | None = Field(
        None, description="The number that the letter bears on paper; left out, the next one"
    )

    def intake_order(self) -> IntakeOrder:
        """Return the order that the use case takes."""
        order = self.order()
        return IntakeOrder(
            deadlines=order.deadlines,
            answer_form=order.answer_form,
            letter=self.letter,
            accept_warnings=self.accept_warnings,
            enclose_original=self.enclose_original,
            back_entry=BackEntry(number=self.back_entry.number, reason=self.back_entry.reason)
            if self.back_entry
            else None,
        )


class DiscardIn(Given):
    """Why the text does not become a letter."""

    reason: Reason = Field(examples=["รับซ้ำกับเรื่องเดิม"])
