"""Answers already given, so that a repeated request gets the same one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class IdempotencyKey(Base):
    """The stored answer to one POST of one officer, committed together with its effect."""

    __tablename__ = "idempotency_key"

    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    key: Mapped[str]
    fingerprint: Mapped[bytes]
    status: Mapped[int]
    body: Mapped[bytes]
    created_at: Mapped[datetime]

    __table_args__ = (PrimaryKeyConstraint("officer_id", "key"),)
