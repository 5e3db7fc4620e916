"""Received texts on their way to a letter, outside: what is told."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import Told
from api.schemas.dispatches import SentOut
from domain.intake.vocabulary import IntakeState, MatchStatus, TextMethod
from domain.vocabulary import OrganizationKind, Secrecy
from services.match_recipients import Ranked
from services.show_intake import IntakeDetail


class ConfirmedOut(Told):
    """What a clerk said last that a field is."""

    letter: int
    field: str
    value: Any
    confirmed_at: datetime
    confirmed_by: UUID


class CandidateOut(Told):
    """A body that a line may mean."""

    organization_id: UUID | None
    code: str
    name: str
    district: str | None
    score: int = Field(description="How like it is, from 0 to 100")

    @classmethod
    def of(cls, ranked: Ranked) -> Self:
        """Return a body as it was ranked."""
        one = ranked.candidate
        return cls(
            organization_id=one.id,
            code=one.code,
            name=one.name,
            district=one.district_name,
            score=ranked.score,
        )


class LineOut(Told):
    """One line of the list of recipients."""

    position: int
    no: int | None
    as_written: str
    district_as_written: str | None
    kind: OrganizationKind | None
    begins: int = Field(description="Where it stands in the text, in characters")
    ends: int
    status: MatchStatus = Field(description="What the rules said; never changes")
    score: int
    matched_id: UUID | None
    matched: str | None
    candidates: list[CandidateOut] = Field(
        description="In the whole text only of open lines; `candidates?position=` ranks anew"
    )
    organization_id: UUID | None = Field(description="Who is written to")
    organization_code: str | None
    organization: str | None
    is_left_out: bool
    is_added: bool
    is_open: bool = Field(description="Somebody still has to decide it")
    decided_at: datetime | None
    decided_by: UUID | None


class LineCountsOut(Told):
    """How many lines the rules decided, and how many nobody has decided."""

    accepted: int
    asked: int
    rejected: int
    open: int
    left_out: int


class IntakeHeadOut(Told):
    """A received text without what stands in it."""

    id: UUID
    registry_id: UUID
    hop_id: UUID | None
    dispatch_id: UUID | None
    secrecy: Secrecy
    state: IntakeState
    received_at: datetime
    received_by: UUID
    file_name: str | None
    method: TextMethod


class IntakeItemOut(IntakeHeadOut):
    """A received text in a list."""

    subject: str | None = Field(description="As it was read in the first letter")
    letters: int
    open_lines: int


class IntakeOut(IntakeHeadOut):
    """A received text with what was read in it, every value with its place and certainty."""

    sha256: str
    media_type: str
    size: int = Field(description="Bytes")
    pages: int | None
    unread_pages: list[int] = Field(
        description="Scanned pages that could not be read here: look at them"
    )
    rules: str = Field(description="Version of the rules that read it")
    settled_at: datetime | None
    settled_by: UUID | None
    discard_reason: str | None
    same_as: list[UUID] = Field(description="The same bytes came to this desk before")
    letters: list[dict[str, Any]]
    lists: list[dict[str, Any]] = Field(
        description="Title, province and stated count of each; their rows are the `recipients`"
    )
    contradictions: list[dict[str, Any]] = Field(
        description="What cannot be right, with the places of both; nothing is repaired"
    )
    values: list[ConfirmedOut]
    recipients: list[LineOut]
    counts: LineCountsOut


class TextOut(Told):
    """The text, to which all offsets refer."""

    text: str


class IntendedOut(Told):
    """A body that the sender means below the recipient of a hop."""

    organization_id: UUID
    code: str
    kind: OrganizationKind
    name: str


class IntakeSentOut(Told):
    """What the text became."""

    intake_id: UUID
    letter_id: UUID
    number: str = Field(examples=["บก 0023.4/ว 927"])
    intended: int = Field(description="Bodies that the recipients are to send it on to")
    dispatch: SentOut


def intake_out(told: IntakeDetail) -> IntakeOut:
    """Return a received text as it is told."""
    intake = told.intake
    head = IntakeHeadOut.model_validate(intake).model_dump()
    return IntakeOut(
        **head,
        sha256=intake.sha256.hex(),
        media_type=intake.media_type,
        size=intake.size,
        pages=intake.pages,
        unread_pages=intake.unread_pages,
        rules=intake.rules,
        settled_at=intake.settled_at,
        settled_by=intake.settled_by,
        discard_reason=intake.discard_reason,
        same_as=list(told.same_as),
        letters=intake.reading["letters"],
        lists=[_without_rows(one) for one in intake.reading["lists"]],
        contradictions=intake.reading["contradictions"],
        values=[ConfirmedOut.model_validate(one) for one in told.values],
        recipients=[LineOut.model_validate(one) for one in told.lines],
        counts=LineCountsOut.model_validate(told.counts),
    )


def _without_rows(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name != "rows"}
