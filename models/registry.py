"""Desks that stamp (หน่วยสารบรรณ), their books (ทะเบียน) and the numbers in them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import Book, EntryKind, Secrecy
from models.base import Base
from models.columns import Choice, Id, Xid8, not_blank, one_of


class Registry(Base):
    """A desk of an organization; at most one open desk of each receives letters from outside.

    `code` is the key that imports agree on: two desks of the country may share a name.
    `prefix` is what stands before the running number of its letters, such as `บก 0023.4`.
    `mail` is its central mailbox, by convention saraban@…
    """

    __tablename__ = "registry"

    id: Mapped[Id]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    prefix: Mapped[str | None]
    receives: Mapped[bool] = mapped_column(server_default=text("true"))
    # Clause 32 lets a registry number its circulars apart or in the ordinary outgoing book.
    has_circular_book: Mapped[bool] = mapped_column(server_default=text("true"))
    circular_digits: Mapped[int] = mapped_column(server_default=text("1"))
    mail: Mapped[str | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        not_blank("name"),
        not_blank("mail"),
        CheckConstraint("circular_digits BETWEEN 1 AND 7", name="circular_digits_range"),
        Index(
            "uq_registry_receiving",
            "organization_id",
            unique=True,
            postgresql_where=text("receives AND closed_at IS NULL"),
        ),
    )


class Register(Base):
    """One book of one registry in one year; the row is the lock and the head of its chain.

    Letters of each class of secrecy have books of their own (ทะเบียนหนังสือลับ).

    `opened_after` is the last number used on paper; the next number is
    `opened_after + allocated + 1`. Only the numbering trigger moves `allocated`, `positions`,
    `head_hash` and `last_recorded_at`.
    """

    __tablename__ = "register"

    id: Mapped[Id]
    registry_id: Mapped[UUID] = mapped_column(ForeignKey("registry.id"))
    book: Mapped[Book] = mapped_column(Choice(Book))
    year: Mapped[int]
    secrecy: Mapped[Secrecy] = mapped_column(Choice(Secrecy), server_default=text("'normal'"))
    opened_after: Mapped[int] = mapped_column(server_default=text("0"))
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    allocated: Mapped[int] = mapped_column(server_default=text("0"))
    positions: Mapped[int] = mapped_column(server_default=text("0"))
    head_hash: Mapped[bytes] = mapped_column(server_default=text("decode(repeat('00', 32), 'hex')"))
    last_recorded_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("book", Book),
        one_of("secrecy", Secrecy),
        UniqueConstraint("registry_id", "book", "year", "secrecy"),
        CheckConstraint("opened_after >= 0 AND allocated >= 0", name="counts"),
        CheckConstraint("year BETWEEN 1957 AND 2399", name="year_gregorian"),
    )


class RegisterEntry(Base):
    """A number of a register (เลขทะเบียน): given once, never changed, never reused.

    `position` counts the rows of the chain; a number copied from paper or voided takes a
    position of its own. What the number was used for is named by `letter_id` or `hop_id`.
    `txid` is the transaction that wrote it, which is the order in which it is sealed;
    `is_unsealed` marks a number given while the record was not being sealed.
    """

    __tablename__ = "register_entry"

    id: Mapped[Id]
    register_id: Mapped[UUID] = mapped_column(ForeignKey("register.id"))
    position: Mapped[int]
    number: Mapped[int]
    kind: Mapped[EntryKind] = mapped_column(Choice(EntryKind))
    letter_id: Mapped[UUID | None]
    hop_id: Mapped[UUID | None]
    stamped_at: Mapped[datetime]
    stamp_has_time: Mapped[bool] = mapped_column(server_default=text("true"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID]
    reason: Mapped[str | None]
    is_unsealed: Mapped[bool] = mapped_column(server_default=text("false"))
    entry_hash: Mapped[bytes]
    txid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))

    __table_args__ = (
        one_of("kind", EntryKind),
        not_blank("reason"),
        UniqueConstraint("register_id", "position"),
        Index(None, "txid"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("kind = 'allocated' OR reason IS NOT NULL", name="reason_given"),
        Index(
            "uq_register_entry_number",
            "register_id",
            "number",
            unique=True,
            postgresql_where=text("kind <> 'voided'"),
        ),
        Index(
            "uq_register_entry_voided",
            "register_id",
            "number",
            unique=True,
            postgresql_where=text("kind = 'voided'"),
        ),
    )
