"""The search, outside: what is asked for, and the letters that say it."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas.base import Given, GregorianDate, Told
from domain.vocabulary import Secrecy, Urgency
from services.search.marks import Marked
from services.search.results import FoundLetter, Match
from services.search_letters import Direction, SearchQuestion


class SearchAsked(Given):
    """One page of a search; a filter that nobody knows is refused, not left out."""

    q: str = Field(
        description="Words, names, numbers or a piece of text, 2 to 200 signs; with or without"
        " blanks, in Thai or Arabic digits",
        examples=["ประชุมชี้แจง", "ว ๙๒๗", "อบต.หนองหิน"],
    )
    organization_id: UUID | None = Field(
        None, description="Issued by the registries of this organization"
    )
    subtree: bool = Field(True, description="Those of the organizations below it too")
    registry_id: UUID | None = Field(None, description="Issued by this registry")
    since: GregorianDate | None = Field(
        None, alias="from", description="Dated on this day at least"
    )
    until: GregorianDate | None = Field(None, description="Dated on this day at most")
    urgency: Urgency | None = None
    secrecy: Secrecy | None = Field(None, description="Only this class, within the clearance")
    circular: bool | None = Field(None, description="Only circulars (ว), or only others")
    direction: Direction | None = Field(
        None, description="Only what my registries issued, or only what came to them"
    )
    cursor: str | None = Field(None, max_length=200, description="`next` of the page before")
    limit: int = Field(20, ge=1, le=100, description="How many letters fill a page")

    def question(self, *, after: int | None) -> SearchQuestion:
        """Return what is searched for."""
        return SearchQuestion(
            text=self.q,
            organization_id=self.organization_id,
            subtree=self.subtree,
            registry_id=self.registry_id,
            since=self.since,
            until=self.until,
            urgency=self.urgency,
            secrecy=self.secrecy,
            is_circular=self.circular,
            direction=self.direction,
            after=after,
            limit=self.limit,
        )

    def named(self) -> dict[str, object]:
        """Return what tells one search from another."""
        return self.model_dump(mode="json", exclude={"cursor", "limit"})


class MarkedOut(Told):
    """A piece of plain text, and in it the spans [begin, end) of what was found, in signs."""

    text: str
    marks: list[tuple[int, int]] = Field(examples=[[[4, 16]]])


class FoundLetterOut(BaseModel):
    """A letter that was found, and why."""

    letter_id: UUID
    circular_id: UUID
    number: str = Field(examples=["บก 0023.4/ว 927"])
    dated: date
    urgency: Urgency
    secrecy: Secrecy
    is_circular: bool
    registry_id: UUID
    registry: str
    organization_id: UUID
    organization: str
    match: Match = Field(
        description="The words one after another in the subject or anywhere, all of them, or only"
        " something similar"
    )
    subject: MarkedOut
    snippet: MarkedOut = Field(description="The piece of the text around the first match")


class SearchPageOut(BaseModel):
    """One page, the best matches first, among equals the newest.

    `next` is the `cursor` of the page after it, null at the end. A page may hold a few letters more
    than were asked for where several were issued in one instant.
    """

    items: list[FoundLetterOut]
    next: str | None = None
    is_partial: bool = Field(
        description="The page ended before it was full, because enough was looked through: `next`"
        " goes on"
    )


def found_letter_out(found: FoundLetter) -> FoundLetterOut:
    """Return a letter as a search tells it."""
    letter = found.letter
    return FoundLetterOut(
        letter_id=letter.id,
        circular_id=letter.circular_id,
        number=letter.number,
        dated=letter.dated,
        urgency=letter.urgency,
        secrecy=letter.secrecy,
        is_circular=letter.number_is_circular,
        registry_id=letter.registry_id,
        registry=found.registry,
        organization_id=found.organization_id,
        organization=found.organization,
        match=found.match,
        subject=_marked_out(found.subject),
        snippet=_marked_out(found.snippet),
    )


def _marked_out(marked: Marked) -> MarkedOut:
    return MarkedOut(text=marked.text, marks=list(marked.marks))
