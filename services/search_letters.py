"""Letters by what they say: subject, text, number, and the names of who issued them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_date
from domain.errors import InvalidError, NotFoundError
from domain.vocabulary import Secrecy, Urgency
from models import Organization, Registry
from services.list_events import registries_of
from services.note_reading import note_reading
from services.search.places import find_places
from services.search.question import read_question
from services.search.results import FoundLetter, read_results

_PLACE_BITS: Final = 60


class Direction(StrEnum):
    """How a letter concerns the desks of whoever searches."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchQuestion:
    """What is searched for; None leaves a filter out.

    Attributes:
        text: What was typed.
        organization_id: Letters issued by the registries of this organization.
        subtree: Whether those of the organizations below it count too, as they stand today.
        registry_id: Letters issued by this registry.
        since: First day that they are dated.
        until: Last day.
        urgency: Their urgency.
        secrecy: Their class of secrecy.
        is_circular: Only circulars, or only others.
        direction: Only what the searcher's own desks issued, or only what came to them.
        after: `next` of the page before.
        limit: How many letters fill a page.
    """

    text: str
    organization_id: UUID | None = None
    subtree: bool = True
    registry_id: UUID | None = None
    since: date | None = None
    until: date | None = None
    urgency: Urgency | None = None
    secrecy: Secrecy | None = None
    is_circular: bool | None = None
    direction: Direction | None = None
    after: int | None = None
    limit: int = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchPage:
    """One page, the best matches first and the newest first among equals.

    Attributes:
        items: The letters; a few more than the limit where several are of one instant.
        next: Where the next page begins, None at the end.
        is_partial: Whether the page ended because enough was looked through, not because it is
            full: the next one goes on.
    """

    items: Sequence[FoundLetter]
    next: int | None
    is_partial: bool


async def search_letters(
    session: AsyncSession, *, by: ActingOfficer | None, asked: SearchQuestion, at: datetime
) -> SearchPage:
    """Return one page of the letters that say what was asked for.

    Args:
        session: The transaction; under the API's role it is opened for the officer.
        by: The officer who searches; None is an operator, who finds whatever is not secret.
        asked: What for.
        at: Now, as an aware instant.

    Raises:
        InvalidError: `search_too_short`, `search_too_long`, `search_takes_too_long`,
            `time_range_reversed`.
        NotFoundError: There is no such organization or registry.
    """
    question = read_question(asked.text)
    limits = limits_of(asked) | {"registries": await _registries(session, asked, bangkok_date(at))}
    rows = await find_places(session, is_operator=by is None, question=question, limits=limits)
    ends = rows[-1] if rows and rows[-1].letter_id is None else None
    named = [row for row in rows if row.letter_id]
    items = await read_results(session, by=by, question=question, rows=named)
    if by is not None:
        secret = [one.letter.id for one in items if one.letter.secrecy is not Secrecy.NORMAL]
        await note_reading(session, by=by, at=at, letters=secret)
    return SearchPage(
        items=items,
        next=None if ends is None else ends.grade << _PLACE_BITS | ends.place,
        is_partial=ends is not None and ends.is_partial,
    )


def limits_of(asked: SearchQuestion) -> dict[str, Any]:
    """Return the filters by their names in SQL."""
    if asked.since and asked.until and asked.since > asked.until:
        raise InvalidError("ช่วงวันที่กลับกัน", code="time_range_reversed", field="until")
    after = asked.after
    return {
        "direction": asked.direction and asked.direction.value,
        "from_grade": None if after is None else after >> _PLACE_BITS,
        "before": None if after is None else after & (1 << _PLACE_BITS) - 1,
        "most": asked.limit,
        "since": asked.since,
        "until": asked.until,
        "urgency": asked.urgency and asked.urgency.value,
        "secrecy": asked.secrecy and asked.secrecy.value,
        "is_circular": asked.is_circular,
    }


async def _registries(
    session: AsyncSession, asked: SearchQuestion, today: date
) -> Sequence[UUID] | None:
    for wanted, column, words in (
        (asked.organization_id, Organization.id, "หน่วยงาน (organization)"),
        (asked.registry_id, Registry.id, "หน่วยสารบรรณ (registry)"),
    ):
        if wanted is not None and not await session.scalar(
            select(exists().where(column == wanted))
        ):
            raise NotFoundError(words)
    if asked.organization_id is None:
        return None if asked.registry_id is None else [asked.registry_id]
    found = await registries_of(
        session, organization_id=asked.organization_id, subtree=asked.subtree, on=today
    )
    return [one for one in found if asked.registry_id in {None, one}]
