"""Figures, counts and gaps, outside."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas.base import GregorianYear, Instant, Told
from domain.figures import FigureGroup, GapKind
from domain.vocabulary import Urgency


class FigureQuery(BaseModel):
    """Which hops to count, and what to tell them by."""

    by: FigureGroup = FigureGroup.ORGANIZATION
    organization_id: UUID | None = Field(
        None, description="Received by this body, or by one below it today"
    )
    registry_id: UUID | None = Field(None, description="Received by this registry")
    urgency: Urgency | None = None
    since: Instant | None = Field(None, alias="from", description="Sent then or later")
    until: Instant | None = Field(None, description="Sent before")
    year: GregorianYear | None = Field(None, description="Sent in this Gregorian year")
    after: str = Field("", max_length=200, description="`next` of the page before")
    limit: int = Field(100, ge=1, le=500, description="Most groups on a page")


class WorkingHoursOut(Told):
    """Working hours of the recipient's calendar since the letter was sent to it."""

    median: float | None = Field(description="Half of the hops took no longer; null without one")
    p90: float | None = Field(description="Nine of ten took no longer, interpolated")


class FiguresOut(Told):
    """What became of the hops of one group."""

    key: str | None = Field(description="Code, tier or urgency of the group; null for the total")
    id: UUID | None = Field(description="The body or registry of the group")
    name: str | None
    hops: int
    registered: int
    settled: int
    open: int = Field(description="Not settled yet")
    registered_late: int
    settled_late: int
    registering_on_time: float | None = Field(
        description="Share of those registered that were in time", examples=[0.93]
    )
    settling_on_time: float | None = Field(
        description="Share of those settled that were in time; what was recalled was neither"
    )
    to_register: WorkingHoursOut
    to_settle: WorkingHoursOut


class FigurePageOut(Told):
    """The total of all groups, and one page of them."""

    by: FigureGroup
    total: FiguresOut
    groups: list[FiguresOut]
    next: str | None = Field(description="`after` of the following page, null at the end")


class InboxCountOut(Told):
    """What one desk has of one urgency: waiting now, and sent to it in this year."""

    registry_id: UUID
    urgency: Urgency
    to_register: int = Field(description="Wait for a receipt")
    to_settle: int = Field(description="Registered and not settled")
    late: int = Field(description="Of both, those past a deadline")
    received: int = Field(description="Sent to the desk in this year")
    registered: int
    settled: int
    registered_late: int
    settled_late: int


class GapOut(Told):
    """Numbers in a row that carry no letter; a missing one is a fault of the book."""

    first: int
    last: int
    kind: GapKind
    reason: str | None = Field(description="Why it was voided")
    officer: str | None = Field(description="Who voided it")
    recorded_at: datetime | None
