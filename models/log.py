"""The Merkle log over the record: its seals, its inner nodes, and how far sealing has come."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.columns import Xid8


class Seal(Base):
    """One signed checkpoint of the log, with the leaf hashes that it added.

    It covers the rows whose `txid` lies from `from_txid` up to, not including, `until_txid`.
    `checkpoint` is the signed note (C2SP tlog-checkpoint), `token` an RFC 3161 time-stamp of it.
    A log that had to begin anew counts its `era` up. Never updated, never deleted.
    """

    __tablename__ = "seal"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    era: Mapped[int]
    first_index: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    from_txid: Mapped[int] = mapped_column(Xid8)
    until_txid: Mapped[int] = mapped_column(Xid8)
    root: Mapped[bytes]
    leaves: Mapped[bytes]
    checkpoint: Mapped[str]
    token: Mapped[bytes | None]
    sealed_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("era", "size"),
        CheckConstraint("octet_length(root) = 32", name="root_length"),
        CheckConstraint(
            "era > 0 AND first_index >= 0 AND octet_length(leaves) = 32 * (size - first_index)",
            name="range",
        ),
        CheckConstraint("from_txid <= until_txid", name="txids"),
        Index(None, "era", "until_txid"),
    )


class LogNode(Base):
    """The hash of a full subtree of 2^height leaves (height 8 and more), for proofs."""

    __tablename__ = "log_node"

    era: Mapped[int] = mapped_column(primary_key=True)
    height: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hash: Mapped[bytes]

    __table_args__ = (CheckConstraint("octet_length(hash) = 32", name="hash_length"),)


class Sealing(Base):
    """How far sealing has come, and whether numbers may be given: one row.

    Everything that was committed before `caught_up_at` is sealed; None means that sealing was
    never started here. When it is older than `stop_after`, numbers are refused or marked.
    """

    __tablename__ = "sealing"

    is_only: Mapped[bool] = mapped_column(primary_key=True, server_default=sql("true"))
    caught_up_at: Mapped[datetime | None]
    stop_after: Mapped[timedelta | None]
    on_stop: Mapped[str] = mapped_column(server_default=sql("'refuse'"))
    fenced_at: Mapped[datetime | None]
    fence_reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("is_only", name="only"),
        CheckConstraint("on_stop IN ('refuse', 'mark')", name="on_stop_known"),
        CheckConstraint("(fenced_at IS NULL) = (fence_reason IS NULL)", name="fenced_why"),
    )
