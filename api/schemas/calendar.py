"""The calendar and the policies, outside."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Given, GregorianDate, Line, Reason, Told
from domain.calendar_override import OverrideRange

SCOPE_EXAMPLES = ["nation", "region:northeast", "province:38", "organization:province-38"]


class CalendarDayOut(Told):
    """One day; `source` is null where a weekend is the only reason."""

    day: date
    is_working: bool
    name: str | None = Field(examples=["วันมาฆบูชา"])
    source: str | None


class CalendarOut(Told):
    """A month of the calendar that deadlines are computed with."""

    scopes: list[str] = Field(description="The scope and those above it, the widest first")
    year: int
    month: int
    version: int
    holidays_release: str = Field(description="Release of the library that gave the base")
    is_announced: bool = Field(description="False: the year's holidays are a forecast")
    opens: str = Field(description="Office hours, Bangkok time", examples=["08:30"])
    closes: str = Field(examples=["16:30"])
    days: list[CalendarDayOut]


class OverrideIn(Given):
    """Days on which an organization works although others do not, or the other way round."""

    scope: str = Field(max_length=120, examples=[SCOPE_EXAMPLES[-1]])
    first_day: GregorianDate = Field(examples=["2021-03-26"])
    last_day: GregorianDate = Field(examples=["2021-03-26"])
    kind: Literal["off", "working"]
    reason: Reason = Field(examples=["วันสถาปนาหน่วยงาน"])
    source: Line = Field(description="The order or announcement", examples=["คำสั่งที่ 12/2564"])

    def days(self) -> OverrideRange:
        """Return the range that the use case takes."""
        return OverrideRange(
            scope=self.scope,
            first_day=self.first_day,
            last_day=self.last_day,
            is_working=self.kind == "working",
            reason=self.reason,
            source=self.source,
        )


class OverrideOut(Told):
    """What the change came to."""

    version: int | None = Field(
        description="Version of the calendar that it made; null when the calendar said so already"
    )
    days: int = Field(description="How many days were added")


class PoliciesOut(Told):
    """The policies in force."""

    number: int = Field(description="Version")
    at: datetime
    note: str
    policies: dict[str, Any]
