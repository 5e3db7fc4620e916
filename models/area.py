"""Official areas (เขตการปกครอง): provinces, districts and subdistricts by their codes."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.columns import Choice, not_blank, one_of


class AreaKind(StrEnum):
    """How large an area is: จังหวัด, อำเภอ or เขต, ตำบล or แขวง."""

    PROVINCE = "province"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"


class Area(Base):
    """An area under its official code; a copy of one release of GeoThai, never edited here.

    An abolished one stays, because old letters name it; `successors` are the codes that follow it,
    as far as the source tells. Names stand without their first words, as the source has them.
    """

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    kind: Mapped[AreaKind] = mapped_column(Choice(AreaKind))
    name_th: Mapped[str]
    name_en: Mapped[str | None]
    abolished_on: Mapped[date | None]
    successors: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    source_version: Mapped[str]

    __table_args__ = (
        one_of("kind", AreaKind),
        not_blank("name_th"),
        CheckConstraint("code ~ '^([0-9]{2}){1,3}$'", name="code_digits"),
        CheckConstraint(
            "(kind = 'province') = (parent_code IS NULL)"
            " AND (parent_code IS NULL OR parent_code = left(code, length(code) - 2))",
            name="parent_above",
        ),
        Index(None, "parent_code"),
    )
