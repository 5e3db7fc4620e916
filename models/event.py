"""What happened: the append-only record."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import EventKind, Secrecy, Urgency
from models.base import Base
from models.columns import Choice, Xid8, one_of


class Event(Base):
    """One thing that happened, by whom and for which registry; never updated, never deleted.

    It has no foreign keys on purpose: the record outlives what it speaks of and never makes a
    live row wait. `secrecy` and `urgency` are those of its letter; `is_late` says whether a
    deadline had passed, where that means something. `txid` is the transaction that wrote it,
    which is the order in which it is sealed. Each B.E. year lies in a partition of its own.
    """

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    kind: Mapped[EventKind] = mapped_column(Choice(EventKind))
    registry_id: Mapped[UUID]
    officer_id: Mapped[UUID]
    circular_id: Mapped[UUID | None]
    letter_id: Mapped[UUID | None]
    dispatch_id: Mapped[UUID | None]
    hop_id: Mapped[UUID | None]
    secrecy: Mapped[Secrecy] = mapped_column(Choice(Secrecy), server_default=text("'normal'"))
    urgency: Mapped[Urgency | None] = mapped_column(Choice(Urgency))
    is_late: Mapped[bool | None]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    txid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))

    __table_args__ = (
        one_of("kind", EventKind),
        one_of("secrecy", Secrecy),
        one_of("urgency", Urgency),
        Index(None, "circular_id", "id"),
        Index(None, "letter_id", "id"),
        Index(None, "hop_id", "id"),
        Index(None, "registry_id", "id"),
        Index(None, "officer_id", "id"),
        Index(None, "txid"),
        Index("ix_event_late", "registry_id", "id", postgresql_where=text("is_late")),
        # What is asked for seldom is found without walking past what happens always.
        Index(
            "ix_event_rare",
            "kind",
            "id",
            postgresql_where=text(
                "kind NOT IN ('sent', 'registered', 'acknowledged', 'reminded', 'read')"
            ),
        ),
        {"postgresql_partition_by": "RANGE (at)"},
    )
