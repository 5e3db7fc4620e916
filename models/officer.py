"""Persons who act, and the roles they hold at registries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import Role
from models.base import Base
from models.columns import Choice, Id, not_blank, one_of


class Officer(Base):
    """A person; `subject` is the name under which the token issuer knows the person."""

    __tablename__ = "officer"

    id: Mapped[Id]
    subject: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    closed_at: Mapped[datetime | None]

    __table_args__ = (not_blank("name"), not_blank("subject"))


class OfficerRole(Base):
    """One role of one officer at one registry."""

    __tablename__ = "officer_role"

    id: Mapped[Id]
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    registry_id: Mapped[UUID] = mapped_column(ForeignKey("registry.id"))
    role: Mapped[Role] = mapped_column(Choice(Role))

    __table_args__ = (one_of("role", Role), UniqueConstraint("officer_id", "registry_id", "role"))
