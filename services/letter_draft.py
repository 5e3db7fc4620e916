"""A letter before it has a number, and what is refused in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from domain.access import may_read_secret
from domain.buddhist_era import bangkok_date, looks_buddhist, thai_instant
from domain.errors import InvalidError
from domain.vocabulary import Authority, Secrecy, Urgency


@dataclass(frozen=True, kw_only=True, slots=True)
class EnclosedFile:
    """A file of the store that goes with a letter."""

    sha256: bytes
    file_name: str
    media_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BackEntry:
    """The number that a letter already bears on paper, and why it is entered afterwards."""

    number: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Meeting:
    """What a letter invites to; instants are aware."""

    starts_at: datetime
    ends_at: datetime
    place: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterDraft:
    """A letter before it has a number; `dated` is a Gregorian date in Bangkok, today if None.

    `deliver_by` belongs to ด่วนภายใน alone: until when it must have reached its recipients.
    """

    subject: str
    body: str = ""
    is_circular: bool = True
    dated: date | None = None
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.NORMAL
    deliver_by: datetime | None = None
    meeting: Meeting | None = None
    signatory_post: str | None = None
    authority: Authority = Authority.OWN
    authority_post: str | None = None
    files: Sequence[EnclosedFile] = field(default_factory=tuple)
    back_entry: BackEntry | None = None


def check_draft(
    draft: LetterDraft, *, dated: date, at: datetime, secrecy_above: Secrecy | None
) -> None:
    """Refuse a draft that contradicts itself, its time, or the letter that it covers.

    Args:
        draft: What the letter says.
        dated: The date that it will bear.
        at: Now, as an aware instant.
        secrecy_above: The secrecy of the letter that it covers, if it is a cover letter.

    Raises:
        InvalidError: `subject_empty`, `date_in_buddhist_era`, `dated_in_future`,
            `secrecy_too_high`, `secrecy_below_parent`, `authority_post_missing`,
            `deliver_by_missing`, `deliver_by_unexpected`, `deadline_in_past`, `meeting_backwards`.
    """
    _check_words(draft)
    _check_date(dated, today=bangkok_date(at))
    _check_secrecy(draft, secrecy_above)
    _check_times(draft, at)


def _check_words(draft: LetterDraft) -> None:
    if not draft.subject.strip():
        raise InvalidError("ต้องระบุเรื่อง", code="subject_empty", field="subject")
    if draft.authority is not Authority.OWN and not (draft.authority_post or "").strip():
        raise InvalidError(
            "ต้องระบุตำแหน่งที่ลงนามแทน", code="authority_post_missing", field="authority_post"
        )


def _check_date(dated: date, *, today: date) -> None:
    if looks_buddhist(dated.year):
        raise InvalidError(
            "วันที่ต้องเป็นปีคริสต์ศักราช เช่น 2021 ไม่ใช่ 2564",
            code="date_in_buddhist_era",
            field="dated",
        )
    if dated > today:
        raise InvalidError("วันที่ของหนังสืออยู่ในอนาคต", code="dated_in_future", field="dated")


def _check_secrecy(draft: LetterDraft, above: Secrecy | None) -> None:
    if draft.secrecy is Secrecy.TOP_SECRET:
        raise InvalidError(
            "หนังสือชั้นลับที่สุดส่งทางระบบอิเล็กทรอนิกส์ไม่ได้", code="secrecy_too_high", field="secrecy"
        )
    # A cover letter carries a copy of what it covers, so it is no less secret.
    if above is not None and not may_read_secret(draft.secrecy, above):
        raise InvalidError(
            "หนังสือนำต้องมีชั้นความลับไม่ต่ำกว่าหนังสือที่นำส่ง",
            code="secrecy_below_parent",
            field="cover.secrecy",
            secrecy=above.value,
        )


def _check_times(draft: LetterDraft, at: datetime) -> None:
    if (draft.urgency is Urgency.URGENT_WITHIN) != (draft.deliver_by is not None):
        missing = draft.deliver_by is None
        raise InvalidError(
            "หนังสือด่วนภายในต้องระบุวันเวลาที่ต้องถึงผู้รับ"
            if missing
            else "ระบุวันเวลาที่ต้องถึงผู้รับได้เฉพาะหนังสือด่วนภายใน",
            code="deliver_by_missing" if missing else "deliver_by_unexpected",
            field="deliver_by",
        )
    if draft.deliver_by is not None and draft.deliver_by <= at:
        raise InvalidError(
            f"กำหนดเวลา {thai_instant(draft.deliver_by)} ผ่านไปแล้ว",
            code="deadline_in_past",
            field="deliver_by",
        )
    if draft.meeting is not None and draft.meeting.ends_at <= draft.meeting.starts_at:
        raise InvalidError(
            "เวลาสิ้นสุดการประชุมมาก่อนเวลาเริ่ม", code="meeting_backwards", field="meeting"
        )
