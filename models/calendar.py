"""Working time: the versions of the calendar, what differs from the base, and the policies."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.columns import Id, not_blank

_SINCE_UNTIL = "until_version IS NULL OR until_version > since_version"


class CalendarVersion(Base):
    """One change of the calendar; a deadline keeps the number of the version it came from.

    `id` tells versions of different ledgers apart, for whoever keeps a calendar in memory.
    """

    __tablename__ = "calendar_version"

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, server_default=text("uuidv7()"))
    at: Mapped[datetime]
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    note: Mapped[str]

    __table_args__ = (not_blank("note"),)


class CalendarOverride(Base):
    """One day that differs from the base in one scope, from one version until another.

    `scope` is `nation`, `region:northeast`, `province:38` or `organization:<code>`.
    """

    __tablename__ = "calendar_override"

    id: Mapped[Id]
    scope: Mapped[str]
    day: Mapped[date]
    is_working: Mapped[bool]
    reason: Mapped[str]
    source: Mapped[str]
    since_version: Mapped[int] = mapped_column(ForeignKey("calendar_version.number"))
    until_version: Mapped[int | None] = mapped_column(ForeignKey("calendar_version.number"))

    __table_args__ = (
        not_blank("scope"),
        not_blank("reason"),
        not_blank("source"),
        CheckConstraint(_SINCE_UNTIL, name="versions_in_order"),
        Index(
            "uq_calendar_override_in_force",
            "scope",
            "day",
            unique=True,
            postgresql_where=text("until_version IS NULL"),
        ),
    )


class OfficeHoursOverride(Base):
    """Office hours of one scope, from one version until another."""

    __tablename__ = "office_hours"

    id: Mapped[Id]
    scope: Mapped[str]
    opens: Mapped[time]
    closes: Mapped[time]
    source: Mapped[str]
    since_version: Mapped[int] = mapped_column(ForeignKey("calendar_version.number"))
    until_version: Mapped[int | None] = mapped_column(ForeignKey("calendar_version.number"))

    __table_args__ = (
        not_blank("scope"),
        not_blank("source"),
        CheckConstraint("opens < closes", name="opens_first"),
        CheckConstraint(_SINCE_UNTIL, name="versions_in_order"),
        Index(
            "uq_office_hours_in_force",
            "scope",
            unique=True,
            postgresql_where=text("until_version IS NULL"),
        ),
    )


class AnnouncedYear(Base):
    """A year whose holidays somebody confirmed against the official announcement."""

    __tablename__ = "announced_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str]
    since_version: Mapped[int] = mapped_column(ForeignKey("calendar_version.number"))

    __table_args__ = (
        not_blank("source"),
        CheckConstraint("year BETWEEN 2000 AND 2060", name="year_covered"),
    )


class PolicyVersion(Base):
    """One version of the urgency, budget and extension policies (`domain.policies`)."""

    __tablename__ = "policy_version"

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, server_default=text("uuidv7()"))
    at: Mapped[datetime]
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    note: Mapped[str]
    policies: Mapped[dict[str, Any]]

    __table_args__ = (not_blank("note"),)
