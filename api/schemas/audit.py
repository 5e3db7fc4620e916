"""The record, outside: events, and where a letter is."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas.base import Given, Instant, Told
from domain.vocabulary import EventKind, HopState, Secrecy, Urgency
from services.export_events import FileFormat
from services.list_events import AuditQuestion
from services.show_whereabouts import Whereabouts
from services.tell_events import EventItem, event_fields


class AuditFilter(Given):
    """The filters of the record; a filter that nobody knows is refused, not left out."""

    organization_id: UUID | None = Field(
        None, description="Recorded for the registries of this organization"
    )
    subtree: bool = Field(
        True, description="Those of the organizations below it too, as they stood then"
    )
    registry_id: UUID | None = None
    officer_id: UUID | None = None
    kind: list[EventKind] = Field(
        default_factory=list, description="Left out: every kind", max_length=len(EventKind)
    )
    urgency: Urgency | None = None
    since: Instant | None = Field(None, alias="from", description="The first instant")
    until: Instant | None = Field(None, description="The instant before which they were recorded")
    late: bool | None = Field(None, description="Only after a deadline, or only before it")

    def question(self) -> AuditQuestion:
        """Return what is asked for."""
        return AuditQuestion(
            organization_id=self.organization_id,
            subtree=self.subtree,
            registry_id=self.registry_id,
            officer_id=self.officer_id,
            kinds=sorted(set(self.kind)),
            urgency=self.urgency,
            since=self.since,
            until=self.until,
            is_late=self.late,
        )

    def named(self) -> dict[str, object]:
        """Return the filters as they tell one list from another."""
        told = self.model_dump(mode="json", include=set(AuditFilter.model_fields))
        return told | {"kind": sorted(set(told["kind"]))}


class EventsAsked(AuditFilter):
    """One page of the record."""

    cursor: str | None = Field(None, max_length=200, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=500, description="Most events on a page")


class ExportAsked(AuditFilter):
    """A file of the record."""

    format: FileFormat = FileFormat.CSV


class EventOut(Told):
    """One event: who, for which registry, when, and what was before and after it."""

    id: int
    at: datetime
    kind: EventKind
    registry_id: UUID
    registry: str | None = Field(description="Null where it concerns no registry")
    officer: str | None = Field(description="Null where it is a person no longer known")
    letter_id: UUID | None
    dispatch_id: UUID | None
    hop_id: UUID | None
    facts: dict[str, Any]
    officer_id: UUID
    text: str = Field(examples=["ลงรับ เลขรับที่ ๑๐๙๗ (ยังไม่ลงรับ → ลงรับแล้ว)"])
    stamped_at: datetime | None = Field(description="What the receiving stamp says (ตรารับ)")
    stamp_has_time: bool | None
    before: Mapping[str, Any] = Field(examples=[{"state": "sent"}])
    after: Mapping[str, Any] = Field(examples=[{"state": "registered"}])
    circular_id: UUID | None
    letter_number: str | None = Field(examples=["บก 0023.4/ว 927"])
    recipient: str | None = Field(description="The desk that the hop leads to")
    receipt_number: int | None = Field(
        description="The number under which that desk registered the letter", examples=[1097]
    )
    secrecy: Secrecy
    urgency: Urgency | None
    is_late: bool | None = Field(description="Null where lateness means nothing")


class EventPageOut(BaseModel):
    """One page of events; `next` is the `cursor` of the page after it, null at the end."""

    items: list[EventOut]
    next: str | None = None


class HolderOut(Told):
    """A desk that has the letter and has not settled it."""

    hop_id: UUID
    registry_id: UUID
    registry: str
    tier: int = Field(description="Counted from the desks that the letter was first sent to, 1")
    state: HopState
    receipt_number: int | None
    is_late: bool


class TierOut(Told):
    """How far the letter has come on one tier."""

    tier: int
    hops: int
    registered: int
    open: int


class ReceiptOut(Told):
    """A number under which a desk registered the letter."""

    hop_id: UUID
    registry_id: UUID
    registry: str
    number: int
    stamped_at: datetime


class WhereaboutsOut(Told):
    """A letter that was found by a number, and where it is now."""

    letter_id: UUID
    circular_id: UUID
    number: str = Field(examples=["บก 0023.4/ว 927"])
    dated: date
    subject: str
    urgency: Urgency
    secrecy: Secrecy
    registry_id: UUID
    registry: str
    tiers: list[TierOut]
    holders: list[HolderOut] = Field(description="The first of those that hold it")
    receipts: list[ReceiptOut] = Field(description="The first of its receipts")
    last_event: EventOut | None


def event_out(item: EventItem) -> EventOut:
    """Return an event as it is told outside."""
    return EventOut.model_validate(event_fields(item))


def whereabouts_out(found: Whereabouts) -> WhereaboutsOut:
    """Return a letter that was found, with where it is."""
    letter = found.letter
    return WhereaboutsOut(
        letter_id=letter.id,
        circular_id=letter.circular_id,
        number=letter.number,
        dated=letter.dated,
        subject=letter.subject,
        urgency=letter.urgency,
        secrecy=letter.secrecy,
        registry_id=letter.registry_id,
        registry=found.registry,
        tiers=[TierOut.model_validate(one) for one in found.tiers],
        holders=[HolderOut.model_validate(one) for one in found.holders],
        receipts=[ReceiptOut.model_validate(one) for one in found.receipts],
        last_event=found.last_event and event_out(found.last_event),
    )
