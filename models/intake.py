"""Received texts on their way to a letter, and what the clerks' answers taught about names."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.intake.vocabulary import IntakeState, MatchStatus, TextMethod
from domain.vocabulary import OrganizationKind, Secrecy
from models.base import Base
from models.columns import Choice, Id, not_blank, one_of, paired


class Intake(Base):
    """A text that a desk received, as it came, and what the rules read in it.

    `sha256` is that of the bytes that came: of the file, or of the pasted text in UTF-8. `reading`
    is what the rules of `rules` read; it never changes. `secrecy` is only ever raised. `hop_id` is
    the received hop whose letter the text covers, where it is to go on under a cover letter.
    `unread_pages` are scanned pages that nobody could read here, from 1.
    """

    __tablename__ = "intake"

    id: Mapped[Id]
    registry_id: Mapped[UUID] = mapped_column(ForeignKey("registry.id"))
    hop_id: Mapped[UUID | None] = mapped_column(ForeignKey("hop.id"))
    secrecy: Mapped[Secrecy] = mapped_column(Choice(Secrecy), server_default=text("'normal'"))
    state: Mapped[IntakeState] = mapped_column(Choice(IntakeState), server_default=text("'open'"))
    received_at: Mapped[datetime]
    received_by: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    sha256: Mapped[bytes]
    file_name: Mapped[str | None]
    media_type: Mapped[str]
    size: Mapped[int]
    method: Mapped[TextMethod] = mapped_column(Choice(TextMethod))
    pages: Mapped[int | None]
    unread_pages: Mapped[list[int]] = mapped_column(server_default=text("'{}'"))
    text: Mapped[str]
    reading: Mapped[dict[str, Any]]
    rules: Mapped[str]
    dispatch_id: Mapped[UUID | None] = mapped_column(ForeignKey("dispatch.id"))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    discard_reason: Mapped[str | None]

    __table_args__ = (
        one_of("secrecy", Secrecy),
        one_of("state", IntakeState),
        one_of("method", TextMethod),
        CheckConstraint("octet_length(sha256) = 32", name="sha256_length"),
        CheckConstraint("secrecy <> 'top_secret'", name="never_top_secret"),
        CheckConstraint("(state = 'dispatched') = (dispatch_id IS NOT NULL)", name="dispatched"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled"),
        paired("settled"),
        CheckConstraint("(state = 'discarded') = (discard_reason IS NOT NULL)", name="discarded"),
        not_blank("discard_reason"),
        Index(None, "registry_id", "id"),
        Index(None, "registry_id", "sha256"),
    )


class IntakeValue(Base):
    """What a clerk said that a field of a letter in a text is; of several the last counts.

    `letter` is the place of the letter among those of the text, from 0; `value` holds the value
    under the key `value`, which is null where the clerk said that there is none.
    """

    __tablename__ = "intake_value"

    id: Mapped[Id]
    intake_id: Mapped[UUID] = mapped_column(ForeignKey("intake.id"))
    letter: Mapped[int]
    field: Mapped[str]
    value: Mapped[dict[str, Any]]
    confirmed_at: Mapped[datetime]
    confirmed_by: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))

    __table_args__ = (Index(None, "intake_id", "id"),)


class IntakeRecipient(Base):
    """One line of the list of recipients in a text, and whom it means.

    `matched_id`, `score` and `candidates` are what the rules said and never change;
    `organization_id` is who is written to, decided by the rules or by a clerk; `district_code` is
    the area that was understood. A line that a clerk added begins where it ends.
    """

    __tablename__ = "intake_recipient"

    intake_id: Mapped[UUID] = mapped_column(ForeignKey("intake.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    no: Mapped[int | None]
    as_written: Mapped[str]
    district_as_written: Mapped[str | None]
    district_code: Mapped[str | None]
    kind: Mapped[OrganizationKind | None] = mapped_column(Choice(OrganizationKind))
    begins: Mapped[int]
    ends: Mapped[int]
    status: Mapped[MatchStatus] = mapped_column(Choice(MatchStatus))
    score: Mapped[int]
    matched_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    candidates: Mapped[list[dict[str, Any]]]
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    is_left_out: Mapped[bool] = mapped_column(server_default=text("false"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))

    __table_args__ = (
        one_of("kind", OrganizationKind),
        one_of("status", MatchStatus),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_percent"),
        CheckConstraint("NOT is_left_out OR organization_id IS NULL", name="left_out_or_meant"),
        paired("decided"),
    )


class OrganizationAlias(Base):
    """A spelling that a clerk confirmed for a body; of several for one spelling the last counts.

    `district_id` is the district that the line named, None where it named none.
    """

    __tablename__ = "organization_alias"

    id: Mapped[Id]
    kind: Mapped[OrganizationKind | None] = mapped_column(Choice(OrganizationKind))
    district_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    folded: Mapped[str]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    learned_at: Mapped[datetime]
    learned_by: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))

    __table_args__ = (
        one_of("kind", OrganizationKind),
        Index(None, "folded", "id"),
    )


class IntendedRecipient(Base):
    """Whom a dispatch means below its own recipients: `via_id` is to send it on to them."""

    __tablename__ = "intended_recipient"

    dispatch_id: Mapped[UUID] = mapped_column(ForeignKey("dispatch.id"), primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    via_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    position: Mapped[int]
