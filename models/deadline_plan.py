"""Deadlines of hops: frozen plans, and the moves that replaced one by another."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import MoveKind
from models.base import Base
from models.columns import Choice, Id, not_blank, one_of


class DeadlinePlan(Base):
    """The deadlines and alarms of the hops that share them; never changed, only replaced.

    `share_days` are the working days this tier was given, `left_days` those that remain for the
    tiers below when it has used them up. `unannounced_years` says which holidays were a forecast.
    """

    __tablename__ = "deadline_plan"

    id: Mapped[Id]
    dispatch_id: Mapped[UUID] = mapped_column(ForeignKey("dispatch.id"))
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("deadline_plan.id"))
    calendar_scopes: Mapped[list[str]]
    register_by: Mapped[datetime]
    forward_by: Mapped[datetime | None]
    acknowledge_by: Mapped[datetime]
    alarms: Mapped[list[dict[str, Any]]]
    share_days: Mapped[int]
    left_days: Mapped[int]
    unannounced_years: Mapped[list[int]]
    calendar_version: Mapped[int] = mapped_column(ForeignKey("calendar_version.number"))
    policy_version: Mapped[int] = mapped_column(ForeignKey("policy_version.number"))
    holidays_release: Mapped[str]
    made_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("register_by <= acknowledge_by", name="deadlines_in_order"),
        CheckConstraint("forward_by <= acknowledge_by", name="forward_in_order"),
        Index(None, "dispatch_id"),
    )


class DeadlineMove(Base):
    """One extension, suspension or resumption of a hop or a dispatch, with all below it.

    `days` are working days by which the deadlines moved; a suspension moves none yet.
    """

    __tablename__ = "deadline_move"

    id: Mapped[Id]
    kind: Mapped[MoveKind] = mapped_column(Choice(MoveKind))
    dispatch_id: Mapped[UUID] = mapped_column(ForeignKey("dispatch.id"))
    hop_id: Mapped[UUID | None] = mapped_column(ForeignKey("hop.id"))
    days: Mapped[int | None]
    reason: Mapped[str]
    hops: Mapped[int]
    at: Mapped[datetime]
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))

    __table_args__ = (
        one_of("kind", MoveKind),
        not_blank("reason"),
        CheckConstraint("kind <> 'extended' OR days > 0", name="extended_by"),
        Index(None, "dispatch_id"),
        Index(None, "hop_id"),
    )
