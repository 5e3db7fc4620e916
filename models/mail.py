"""Mails that wait for a mailbox, and what became of them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import MailKind, MailState
from models.base import Base
from models.columns import Choice, Id, one_of


class Mail(Base):
    """One mail to one registry; its notices point to it and are read again when it is sent.

    A digest is made once for a registry and a working day. `day` is a Bangkok day.
    """

    __tablename__ = "mail"

    id: Mapped[Id]
    kind: Mapped[MailKind] = mapped_column(Choice(MailKind))
    state: Mapped[MailState] = mapped_column(Choice(MailState))
    registry_id: Mapped[UUID] = mapped_column(ForeignKey("registry.id"))
    day: Mapped[date]
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    attempts: Mapped[int]
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("kind", MailKind),
        one_of("state", MailState),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_when"),
        Index(
            "uq_mail_digest_of_day",
            "registry_id",
            "day",
            unique=True,
            postgresql_where=text("kind = 'digest'"),
        ),
        Index("ix_mail_waiting", "next_try_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_mail_dead", "id", postgresql_where=text("state = 'dead'")),
    )
