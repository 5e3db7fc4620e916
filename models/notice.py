"""Notices (แจ้งเตือน, เร่งรัด) that wait at a desk."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import AlarmStep, NoticeKind
from models.base import Base
from models.columns import Choice, Id, one_of, paired


class Notice(Base):
    """One step of the ladder for one hop, addressed to one registry; each step happens once."""

    __tablename__ = "notice"

    id: Mapped[Id]
    hop_id: Mapped[UUID] = mapped_column(ForeignKey("hop.id"))
    step: Mapped[AlarmStep] = mapped_column(Choice(AlarmStep))
    kind: Mapped[NoticeKind] = mapped_column(Choice(NoticeKind))
    registry_id: Mapped[UUID] = mapped_column(ForeignKey("registry.id"))
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))

    __table_args__ = (
        one_of("step", AlarmStep),
        one_of("kind", NoticeKind),
        paired("read"),
        UniqueConstraint("hop_id", "step"),
        Index(None, "registry_id", "id"),
    )
