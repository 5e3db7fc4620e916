"""Notices (แจ้งเตือน, เร่งรัด) that wait at a desk."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import AlarmStep, NoticeKind, Role, Secrecy
from models.base import Base
from models.columns import Choice, Id, one_of, paired


class Notice(Base):
    """One step of the ladder for one hop, addressed to a post of a registry.

    It happens once for a deadline, and again only when the deadline was moved.

    `officer_id` is who held the post at that moment, where it was one person. `facts` are
    figures for the reader; `mail_id` is the mail that carries it. `circular_id`, `dispatch_id` and
    `secrecy` are those of the hop.
    """

    __tablename__ = "notice"

    id: Mapped[Id]
    hop_id: Mapped[UUID] = mapped_column(ForeignKey("hop.id"))
    dispatch_id: Mapped[UUID]
    circular_id: Mapped[UUID]
    secrecy: Mapped[Secrecy] = mapped_column(Choice(Secrecy), server_default=text("'normal'"))
    step: Mapped[AlarmStep] = mapped_column(Choice(AlarmStep))
    kind: Mapped[NoticeKind] = mapped_column(Choice(NoticeKind))
    registry_id: Mapped[UUID] = mapped_column(ForeignKey("registry.id"))
    post: Mapped[Role] = mapped_column(Choice(Role), server_default=text("'clerk'"))
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    mail_id: Mapped[UUID | None] = mapped_column(ForeignKey("mail.id"))
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))

    __table_args__ = (
        one_of("step", AlarmStep),
        one_of("kind", NoticeKind),
        one_of("secrecy", Secrecy),
        paired("read"),
        one_of("post", Role),
        UniqueConstraint("hop_id", "step", "due_at", "registry_id"),
        Index(None, "registry_id", "id"),
        Index(None, "registry_id", "circular_id"),
        Index(None, "mail_id"),
        Index("ix_notice_unmailed", "registry_id", postgresql_where=text("mail_id IS NULL")),
    )
