"""Columns and constraints that several tables share."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Dialect, Text, TypeDecorator, text
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import UserDefinedType

# uuidv7() grows with time, so new rows land at the end of the index.
Id = Annotated[UUID, mapped_column(primary_key=True, server_default=text("uuidv7()"))]


class Choice(TypeDecorator[StrEnum]):
    """A closed set of words, stored as text and read back as its enum."""

    impl = Text
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """Write the word; an unknown one is an error before it reaches the database."""
        del dialect
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:  # noqa: ANN401 (the driver's type)
        """Read the word back as the enum."""
        del dialect
        return None if value is None else self.enum(value)


class Xid8(UserDefinedType[int]):
    """The id of a transaction, counted over the whole life of the server (PostgreSQL's xid8)."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the name of the type."""
        return "xid8"


def one_of(column: str, enum: type[StrEnum]) -> CheckConstraint:
    """Return the CHECK that keeps `column` inside `enum`."""
    words = ", ".join(f"'{word.value}'" for word in enum)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")


def paired(act: str) -> CheckConstraint:
    """Return the CHECK that ties `<act>_at` to `<act>_by`: who and when, or neither."""
    return CheckConstraint(f"({act}_at IS NULL) = ({act}_by IS NULL)", name=f"{act}_paired")


def not_blank(column: str) -> CheckConstraint:
    """Return the CHECK that `column`, where it is set, says something."""
    return CheckConstraint(f"btrim({column}) <> ''", name=f"{column}_not_blank")
