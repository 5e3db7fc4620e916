"""What the process still has to be told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import OutboxKind
from models.base import Base
from models.columns import Choice, one_of


class Outbox(Base):
    """One message for one dispatch process, written in the transaction that caused it.

    A row is waiting, sent, or parked with the reason why it will not be sent.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[OutboxKind] = mapped_column(Choice(OutboxKind))
    dispatch_id: Mapped[UUID]
    chunk: Mapped[int]
    hop_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    parked_at: Mapped[datetime | None]
    parked_reason: Mapped[str | None]

    __table_args__ = (
        one_of("kind", OutboxKind),
        CheckConstraint("sent_at IS NULL OR parked_at IS NULL", name="sent_or_parked"),
        CheckConstraint("(parked_at IS NULL) = (parked_reason IS NULL)", name="parked_why"),
        Index(
            "ix_outbox_waiting",
            "id",
            postgresql_where=text("sent_at IS NULL AND parked_at IS NULL"),
        ),
    )
