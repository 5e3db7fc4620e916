"""Letters, outside."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field, computed_field

from api.schemas.base import Given, GregorianDate, Instant, Line, Reason, Text, Told
from domain.buddhist_era import thai_digits, thai_long_date
from domain.vocabulary import Authority, Secrecy, Urgency
from services.letter_draft import BackEntry, EnclosedFile, LetterDraft, Meeting


class FileIn(Given):
    """A file that was put into the store before, by its sha256."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$", examples=["9f86d081" * 8])
    file_name: Line = Field(examples=["กำหนดการ.pdf"])
    media_type: str = Field(
        "application/pdf", pattern=r"^[a-z]+/[a-z0-9.+-]+$", examples=["application/pdf"]
    )


class BackEntryIn(Given):
    """A number that the letter already bears on paper."""

    number: Line = Field(examples=["บก ๐๐๒๓.๔/ว ๙๒๗"])
    reason: Reason = Field(examples=["ออกเลขด้วยมือระหว่างไฟฟ้าดับ"])


class MeetingIn(Given):
    """What the letter invites to."""

    starts_at: Instant = Field(examples=["2021-03-19T09:00:00+07:00"])
    ends_at: Instant = Field(examples=["2021-03-19T12:00:00+07:00"])
    place: Line | None = Field(None, examples=["ระบบประชุมออนไลน์"])


class DraftIn(Given):
    """What a letter says, before it has a number."""

    subject: Text = Field(examples=["ขอเชิญเข้าร่วมการอบรมการเปิดเผยข้อมูลสาธารณะ"])
    body: Text = Field("", examples=["ด้วยหน่วยงานกำหนดจัดอบรมออนไลน์ จึงขอให้ส่งผู้เข้าร่วมแห่งละ ๒ คน"])
    is_circular: bool = Field(True, description="Whether it is numbered as a circular (ว)")
    dated: GregorianDate | None = Field(
        None, description="Date of the letter, Gregorian; today in Bangkok if left out"
    )
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.NORMAL
    deliver_by: Instant | None = Field(
        None, description="Until when it must have arrived; with `urgent_within` (ด่วนภายใน) only"
    )
    meeting: MeetingIn | None = None
    signatory_post: Line | None = Field(None, examples=["รองผู้ว่าราชการจังหวัด"])
    authority: Authority = Authority.OWN
    authority_post: Line | None = Field(
        None, description="On whose behalf it is signed", examples=["ผู้ว่าราชการจังหวัด"]
    )
    attachments: list[FileIn] = Field(default_factory=list, max_length=100)
    back_entry: BackEntryIn | None = None

    def draft(self) -> LetterDraft:
        """Return the draft that the use case takes."""
        return LetterDraft(
            subject=self.subject,
            body=self.body,
            is_circular=self.is_circular,
            dated=self.dated,
            urgency=self.urgency,
            secrecy=self.secrecy,
            deliver_by=self.deliver_by,
            meeting=Meeting(
                starts_at=self.meeting.starts_at,
                ends_at=self.meeting.ends_at,
                place=self.meeting.place,
            )
            if self.meeting
            else None,
            signatory_post=self.signatory_post,
            authority=self.authority,
            authority_post=self.authority_post,
            files=[
                EnclosedFile(
                    sha256=bytes.fromhex(file.sha256),
                    file_name=file.file_name,
                    media_type=file.media_type,
                )
                for file in self.attachments
            ],
            back_entry=BackEntry(number=self.back_entry.number, reason=self.back_entry.reason)
            if self.back_entry
            else None,
        )


class LetterIn(DraftIn):
    """A letter that a registry issues."""

    registry_id: UUID = Field(description="The registry whose number it takes")


class FileOut(Told):
    """An enclosure."""

    sha256: str
    file_name: str
    media_type: str
    size: int = Field(description="Bytes")


class LetterOut(Told):
    """A numbered, dated letter."""

    id: UUID
    circular_id: UUID = Field(description="The letter that started the journey")
    parent_letter_id: UUID | None = Field(description="What a cover letter passes on")
    registry_id: UUID
    number: str = Field(examples=["บก 0023.4/ว 927"])
    number_letters: str = Field(examples=["บก"])
    number_owner: str = Field(examples=["0023.4"])
    number_is_circular: bool
    number_running: str = Field(examples=["927"])
    dated: date
    subject: str
    body: str
    urgency: Urgency
    secrecy: Secrecy
    deliver_by: datetime | None
    event_starts_at: datetime | None
    event_ends_at: datetime | None
    event_place: str | None
    signatory_post: str | None
    authority: Authority
    authority_post: str | None
    issued_at: datetime
    attachments: list[FileOut] = Field(default_factory=list)

    @computed_field(examples=["บก ๐๐๒๓.๔/ว ๙๒๗"])  # type: ignore[prop-decorator]  # pydantic's own form
    @property
    def number_thai(self) -> str:
        """The number as the letter prints it."""
        return thai_digits(self.number)

    @computed_field(examples=["๒ มีนาคม ๒๕๖๔"])  # type: ignore[prop-decorator]  # pydantic's own form
    @property
    def dated_thai(self) -> str:
        """The date as the letter prints it."""
        return thai_long_date(self.dated)
