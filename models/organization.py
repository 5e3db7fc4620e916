"""Bodies (หน่วยงาน) and who stands above whom."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from domain.vocabulary import EdgeKind, OrganizationKind
from models.base import Base
from models.columns import Choice, Id, not_blank, one_of

_PERIOD = "valid_until IS NULL OR valid_until >= valid_from"


class Organization(Base):
    """A legal or administrative body; a renamed or merged one gets an end date, never a delete.

    `code` is the key that imports agree on; `area_code` is the official code of the area
    (2 digits province, 4 district, 6 subdistrict), which two bodies may share.
    """

    __tablename__ = "organization"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[OrganizationKind] = mapped_column(Choice(OrganizationKind))
    name: Mapped[str]
    area_code: Mapped[str | None]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    __table_args__ = (
        one_of("kind", OrganizationKind),
        not_blank("name"),
        CheckConstraint("area_code ~ '^([0-9]{2}){1,3}$'", name="area_code_digits"),
        CheckConstraint(_PERIOD, name="period"),
        Index(None, "area_code"),
    )


class OrganizationEdge(Base):
    """During a period, `parent_id` stands above `child_id`, by command, supervision or part."""

    __tablename__ = "organization_edge"

    id: Mapped[Id]
    child_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    parent_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    kind: Mapped[EdgeKind] = mapped_column(Choice(EdgeKind))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    __table_args__ = (
        one_of("kind", EdgeKind),
        CheckConstraint("child_id <> parent_id", name="not_itself"),
        CheckConstraint(_PERIOD, name="period"),
        Index(None, "child_id", "parent_id", "kind", "valid_from", unique=True),
        Index(None, "parent_id"),
    )
