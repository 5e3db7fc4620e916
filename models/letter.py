"""Letters (หนังสือ) and what is attached to them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import Authority, Secrecy, Urgency
from models.base import Base
from models.columns import Choice, Id, not_blank, one_of


class Letter(Base):
    """A numbered, dated letter; a cover letter is a new letter that names its parent.

    `circular_id` is the letter that started the journey: itself, or the root of its parents.
    `lineage` holds the letters above it, root first, and itself last; it never changes.
    `deliver_by` is the instant of ด่วนภายใน; `event_*` is the meeting the letter invites to.
    """

    __tablename__ = "letter"

    id: Mapped[Id]
    circular_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"))
    parent_letter_id: Mapped[UUID | None] = mapped_column(ForeignKey("letter.id"))
    lineage: Mapped[list[UUID]]
    registry_id: Mapped[UUID] = mapped_column(ForeignKey("registry.id"))
    register_entry_id: Mapped[UUID] = mapped_column(ForeignKey("register_entry.id"), unique=True)
    number: Mapped[str]
    number_letters: Mapped[str]
    number_owner: Mapped[str]
    number_is_circular: Mapped[bool]
    number_running: Mapped[str]
    number_value: Mapped[int] = mapped_column(Computed("number_running::integer", persisted=True))
    dated: Mapped[date]
    subject: Mapped[str]
    body: Mapped[str]
    urgency: Mapped[Urgency] = mapped_column(Choice(Urgency))
    secrecy: Mapped[Secrecy] = mapped_column(Choice(Secrecy))
    deliver_by: Mapped[datetime | None]
    event_starts_at: Mapped[datetime | None]
    event_ends_at: Mapped[datetime | None]
    event_place: Mapped[str | None]
    signatory_post: Mapped[str | None]
    authority: Mapped[Authority] = mapped_column(Choice(Authority))
    authority_post: Mapped[str | None]
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))

    __table_args__ = (
        one_of("urgency", Urgency),
        one_of("secrecy", Secrecy),
        one_of("authority", Authority),
        not_blank("subject"),
        CheckConstraint("secrecy <> 'top_secret'", name="never_top_secret"),
        CheckConstraint("dated < '2400-01-01'", name="dated_gregorian"),
        CheckConstraint(
            "authority = 'own' OR authority_post IS NOT NULL", name="authority_post_given"
        ),
        CheckConstraint("lineage[array_upper(lineage, 1)] = id", name="lineage_ends_here"),
        CheckConstraint("lineage[1] = circular_id", name="lineage_starts_the_circular"),
        CheckConstraint(
            "(urgency = 'urgent_within') = (deliver_by IS NOT NULL)", name="deliver_by_given"
        ),
        CheckConstraint("(event_starts_at IS NULL) = (event_ends_at IS NULL)", name="event_paired"),
        CheckConstraint("event_starts_at < event_ends_at", name="event_in_order"),
        CheckConstraint("event_place IS NULL OR event_starts_at IS NOT NULL", name="event_place"),
        Index(None, "circular_id"),
        Index(None, "registry_id", "number"),
        Index(None, "parent_letter_id"),
        Index(None, "number_value", "id"),
    )


class Attachment(Base):
    """A file of a letter (สิ่งที่ส่งมาด้วย); its bytes lie in the file store under their sha256."""

    __tablename__ = "attachment"

    id: Mapped[Id]
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"))
    position: Mapped[int]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[bytes]

    __table_args__ = (
        UniqueConstraint("letter_id", "position"),
        not_blank("file_name"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256_length"),
    )
