"""Figures that are folded from events, so that a screen need not count ten million rows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import Secrecy, Urgency
from models.base import Base
from models.columns import Choice, Xid8


class HopTime(Base):
    """How long one hop took, in working minutes of its recipient; `tier` counts from the top, 1."""

    __tablename__ = "hop_time"

    hop_id: Mapped[UUID] = mapped_column(primary_key=True)
    circular_id: Mapped[UUID]
    dispatch_id: Mapped[UUID]
    sender_registry_id: Mapped[UUID]
    recipient_registry_id: Mapped[UUID]
    senders: Mapped[list[UUID]]
    secrecy: Mapped[Secrecy] = mapped_column(Choice(Secrecy))
    urgency: Mapped[Urgency] = mapped_column(Choice(Urgency))
    tier: Mapped[int]
    sent_at: Mapped[datetime]
    registered_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    register_minutes: Mapped[int | None]
    settle_minutes: Mapped[int | None]
    registered_late: Mapped[bool | None]
    settled_late: Mapped[bool | None]

    __table_args__ = (
        Index(None, "recipient_registry_id", "sent_at"),
        Index(None, "circular_id"),
    )


class DeskCount(Base):
    """What one desk received in one Gregorian year of Bangkok, by secrecy and urgency."""

    __tablename__ = "desk_count"

    registry_id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    secrecy: Mapped[Secrecy] = mapped_column(Choice(Secrecy), primary_key=True)
    urgency: Mapped[Urgency] = mapped_column(Choice(Urgency), primary_key=True)
    received: Mapped[int] = mapped_column(server_default=text("0"))
    registered: Mapped[int] = mapped_column(server_default=text("0"))
    settled: Mapped[int] = mapped_column(server_default=text("0"))
    registered_late: Mapped[int] = mapped_column(server_default=text("0"))
    settled_late: Mapped[int] = mapped_column(server_default=text("0"))


class RolledUp(Base):
    """Up to which transaction events are folded into the figures: one row."""

    __tablename__ = "rolled_up"

    is_only: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    until_txid: Mapped[int] = mapped_column(Xid8)

    __table_args__ = (CheckConstraint("is_only", name="only"),)
