"""Dispatches (การส่ง) and their hops (ทอด)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import DispatchState, HopState, Secrecy
from models.base import Base
from models.columns import Choice, Id, not_blank, one_of, paired


class Dispatch(Base):
    """One registry sends one letter to its recipients, with deadlines frozen at that moment.

    `register_by` and `acknowledge_by` are the latest of its hops, whose own deadlines lie in
    their plans; where days were given, of those that register in time. `acknowledge_within` are
    these days: working days from each receipt. `weights` share the time among the tiers below,
    nearest first. `senders` are the registries that sent the dispatches of its `lineage`, and
    `letters` is the lineage of its letter: with `secrecy` they say who may see the row, without a
    look elsewhere, and never change.
    """

    __tablename__ = "dispatch"

    id: Mapped[Id]
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"))
    circular_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"))
    sender_registry_id: Mapped[UUID] = mapped_column(ForeignKey("registry.id"))
    parent_hop_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("hop.id", use_alter=True, name="fk_dispatch_parent_hop_id_hop")
    )
    lineage: Mapped[list[UUID]]
    senders: Mapped[list[UUID]]
    letters: Mapped[list[UUID]]
    secrecy: Mapped[Secrecy] = mapped_column(Choice(Secrecy), server_default=text("'normal'"))
    state: Mapped[DispatchState] = mapped_column(Choice(DispatchState))
    register_by: Mapped[datetime]
    acknowledge_by: Mapped[datetime]
    acknowledge_within: Mapped[int | None]
    weights: Mapped[list[int]] = mapped_column(server_default=text("'{1}'"))
    answer_form: Mapped[dict[str, Any] | None]
    sent_at: Mapped[datetime]
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    close_reason: Mapped[str | None]

    __table_args__ = (
        one_of("state", DispatchState),
        one_of("secrecy", Secrecy),
        paired("completed"),
        paired("closed"),
        not_blank("close_reason"),
        CheckConstraint(
            "(state = 'completed') = (completed_at IS NOT NULL)", name="completed_when"
        ),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_when"),
        CheckConstraint("register_by <= acknowledge_by", name="deadlines_in_order"),
        CheckConstraint("acknowledge_within > 0", name="acknowledge_within_days"),
        CheckConstraint("cardinality(weights) > 0 AND 0 < ALL (weights)", name="weights_positive"),
        CheckConstraint("lineage[array_upper(lineage, 1)] = id", name="lineage_ends_here"),
        CheckConstraint(
            "cardinality(senders) = cardinality(lineage)"
            " AND senders[array_upper(senders, 1)] = sender_registry_id",
            name="senders_of_lineage",
        ),
        CheckConstraint("letters[array_upper(letters, 1)] = letter_id", name="letters_end_here"),
        Index(None, "lineage", postgresql_using="gin"),
        Index(None, "circular_id"),
        Index(None, "letter_id"),
        Index(None, "parent_hop_id"),
        Index(None, "sender_registry_id", "id"),
    )


class Hop(Base):
    """One recipient of one dispatch: what is registered, forwarded, acknowledged, late.

    `chunk` names the process execution that watches it; it is stored because the size of a
    chunk may change while letters are under way. `circular_id`, `senders` and `secrecy` are those
    of its dispatch: a policy of the database looks at them in every row.
    """

    __tablename__ = "hop"

    id: Mapped[Id]
    dispatch_id: Mapped[UUID] = mapped_column(ForeignKey("dispatch.id"))
    position: Mapped[int]
    chunk: Mapped[int]
    recipient_registry_id: Mapped[UUID] = mapped_column(ForeignKey("registry.id"))
    circular_id: Mapped[UUID]
    senders: Mapped[list[UUID]]
    secrecy: Mapped[Secrecy] = mapped_column(Choice(Secrecy), server_default=text("'normal'"))
    state: Mapped[HopState] = mapped_column(Choice(HopState))
    receipt_entry_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("register_entry.id"), unique=True
    )
    registered_at: Mapped[datetime | None]
    registered_by: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    forwarded_at: Mapped[datetime | None]
    forwarded_by: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("deadline_plan.id"))
    suspended_at: Mapped[datetime | None]
    suspended_by: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"))
    extensions: Mapped[int] = mapped_column(server_default=text("0"))
    extended_days: Mapped[int] = mapped_column(server_default=text("0"))
    remark: Mapped[str | None]
    answer: Mapped[dict[str, Any] | None]

    __table_args__ = (
        one_of("state", HopState),
        one_of("secrecy", Secrecy),
        paired("registered"),
        paired("forwarded"),
        paired("settled"),
        paired("suspended"),
        CheckConstraint("suspended_at IS NULL OR settled_at IS NULL", name="suspended_unsettled"),
        CheckConstraint(
            "(settled_at IS NULL) = (state IN ('sent', 'registered', 'forwarded'))",
            name="settled_when",
        ),
        CheckConstraint(
            "(registered_at IS NULL) = (receipt_entry_id IS NULL)", name="receipt_when_registered"
        ),
        CheckConstraint(
            "state NOT IN ('registered', 'forwarded', 'acknowledged', 'returned')"
            " OR registered_at IS NOT NULL",
            name="registered_first",
        ),
        CheckConstraint("state <> 'forwarded' OR forwarded_at IS NOT NULL", name="forwarded_when"),
        CheckConstraint("answer IS NULL OR state = 'acknowledged'", name="answer_acknowledged"),
        UniqueConstraint("dispatch_id", "position"),
        UniqueConstraint("dispatch_id", "recipient_registry_id"),
        Index(None, "recipient_registry_id", "id"),
        Index(None, "recipient_registry_id", "circular_id"),
        Index(
            "ix_hop_unsettled",
            "recipient_registry_id",
            "id",
            postgresql_where=text("settled_at IS NULL"),
        ),
    )
