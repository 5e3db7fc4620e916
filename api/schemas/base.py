"""Shapes that requests and answers share."""

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from domain.buddhist_era import looks_buddhist, register_year

T = TypeVar("T")
D = TypeVar("D", bound=date)

FIRST_YEAR = 1957
"""The oldest year of which the ledger takes a register (B.E. 2500)."""


class Given(BaseModel):
    """A request body; a field that nobody knows is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """An answer, read from what a use case returns."""

    model_config = ConfigDict(from_attributes=True)


def _gregorian(value: D) -> D:
    _gregorian_year(value.year)
    return value


def _utc(value: datetime) -> datetime:
    _gregorian_year(register_year(value))
    return value.astimezone(UTC)


def _gregorian_year(year: int) -> int:
    if looks_buddhist(year):
        raise PydanticCustomError(
            "date_in_buddhist_era",
            "the year must be Gregorian, such as 2021 for B.E. 2564",
        )
    if year < FIRST_YEAR:
        raise PydanticCustomError("date_too_early", "no register is older than 1957 (B.E. 2500)")
    return year


GregorianDate = Annotated[date, AfterValidator(_gregorian)]
"""A calendar day in Bangkok, `YYYY-MM-DD`, Gregorian."""

GregorianYear = Annotated[int, Field(ge=FIRST_YEAR, le=9999), AfterValidator(_gregorian_year)]
"""A Gregorian year; one that can only be meant as B.E. is refused as such."""

Instant = Annotated[AwareDatetime, AfterValidator(_gregorian), AfterValidator(_utc)]
"""An instant given with its offset, such as `2021-03-15T16:30:00+07:00`; UTC from here on."""


def _storable(value: dict[str, Any]) -> dict[str, Any]:
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise PydanticCustomError(
            "json_not_storable", "holds a text or a number that JSON in UTF-8 cannot carry"
        ) from error
    return value


JsonObject = Annotated[dict[str, Any], AfterValidator(_storable)]
"""An object of any shape that the ledger can keep and give back."""

Text = Annotated[str, StringConstraints(max_length=100_000)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=1_000, strip_whitespace=True)]
Reason = Annotated[Line, Field(description="Why, in words an auditor will understand")]


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` is the `after` of the following page, null at the end."""

    items: list[T]
    next: str | None = None


def page(items: list[T], *, limit: int, key: str | int | None) -> Page[T]:
    """Return a page; it has a follower when it is full."""
    return Page(items=items, next=str(key) if len(items) == limit else None)
