"""Shapes that requests and answers share."""

from datetime import date
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from domain.buddhist_era import looks_buddhist

T = TypeVar("T")
D = TypeVar("D", bound=date)


class Given(BaseModel):
    """A request body; a field that nobody knows is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """An answer, read from what a use case returns."""

    model_config = ConfigDict(from_attributes=True)


def _gregorian(value: D) -> D:
    _gregorian_year(value.year)
    return value


def _gregorian_year(year: int) -> int:
    if looks_buddhist(year):
        raise PydanticCustomError(
            "date_in_buddhist_era",
            "the year must be Gregorian, such as 2021 for B.E. 2564",
        )
    return year


GregorianDate = Annotated[date, AfterValidator(_gregorian)]
"""A calendar day in Bangkok, `YYYY-MM-DD`, Gregorian."""

GregorianYear = Annotated[int, Field(ge=1957, le=9999), AfterValidator(_gregorian_year)]
"""A Gregorian year; one that can only be meant as B.E. is refused as such."""

Instant = Annotated[AwareDatetime, AfterValidator(_gregorian)]
"""An instant with its offset, such as `2021-03-15T16:30:00+07:00`."""

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
