"""What happened: the append-only record."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import EventKind
from models.base import Base
from models.columns import Choice, one_of


class Event(Base):
    """One thing that happened, by whom and for which registry; never updated, never deleted.

    It has no foreign keys on purpose: the record outlives what it speaks of and never makes a
    live row wait.
    """

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[EventKind] = mapped_column(Choice(EventKind))
    registry_id: Mapped[UUID]
    officer_id: Mapped[UUID]
    circular_id: Mapped[UUID | None]
    letter_id: Mapped[UUID | None]
    dispatch_id: Mapped[UUID | None]
    hop_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))

    __table_args__ = (
        one_of("kind", EventKind),
        Index(None, "circular_id", "id"),
        Index(None, "hop_id", "id"),
    )
