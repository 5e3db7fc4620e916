"""Persons who act, and the roles they hold at registries."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import Role, Secrecy
from models.base import Base
from models.columns import Choice, Id, not_blank, one_of, paired


class Officer(Base):
    """A person; `subject` is the name under which the token issuer knows the person.

    `clearance` is the highest class of secrecy of which the person may know anything.
    """

    __tablename__ = "officer"

    id: Mapped[Id]
    subject: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    mail: Mapped[str | None]
    clearance: Mapped[Secrecy] = mapped_column(Choice(Secrecy), server_default=text("'normal'"))
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        not_blank("name"),
        not_blank("subject"),
        not_blank("mail"),
        one_of("clearance", Secrecy),
    )


class OfficerRole(Base):
    """One role of one officer at one registry."""

    __tablename__ = "officer_role"

    id: Mapped[Id]
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    registry_id: Mapped[UUID] = mapped_column(ForeignKey("registry.id"))
    role: Mapped[Role] = mapped_column(Choice(Role))

    __table_args__ = (
        one_of("role", Role),
        UniqueConstraint("officer_id", "registry_id", "role"),
        Index(None, "registry_id"),
    )


class PostPeriod(Base):
    """Who holds a post of a registry from one day to another, in place of its usual holders.

    Without an officer the post is empty on those days: the deputies act (รักษาราชการแทน).
    """

    __tablename__ = "post_period"

    id: Mapped[Id]
    registry_id: Mapped[UUID] = mapped_column(ForeignKey("registry.id"))
    post: Mapped[Role] = mapped_column(Choice(Role))
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))

    __table_args__ = (
        CheckConstraint("post IN ('clerk', 'head', 'deputy')", name="post_known"),
        CheckConstraint("first_day <= last_day", name="period"),
        not_blank("reason"),
        paired("withdrawn"),
        Index(None, "registry_id", "post"),
        Index(None, "officer_id"),
    )
