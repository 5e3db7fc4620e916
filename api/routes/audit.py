"""URLs of the record: timelines, audit pages, files of them, and where a letter is."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.dependencies import GivenParts, Parts, Reading, ReadingDesk, Subject, sign_in
from api.schemas.audit import (
    EventOut,
    EventPageOut,
    EventsAsked,
    ExportAsked,
    WhereaboutsOut,
    event_out,
    whereabouts_out,
)
from api.schemas.base import GregorianYear, Page, page
from domain.buddhist_era import BUDDHIST_ERA_OFFSET
from domain.cursor import fingerprint, read_cursor, write_cursor
from domain.document_number import read_letter_search
from domain.errors import InvalidError
from infra.cursor_key import cursor_key
from services.export_events import FileFormat, export_events, write_events, write_head
from services.find_letters import LetterQuestion, find_letters
from services.list_events import AuditQuestion, list_events
from services.list_history import Subject as Of
from services.list_history import list_history
from services.read_events import EventPage

router = APIRouter(tags=["record"])
After = Annotated[int, Query(ge=0, le=2**62, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=500, description="Most events on a page")]
_MEDIA_TYPE = {FileFormat.CSV: "text/csv; charset=utf-8", FileFormat.JSONL: "application/jsonl"}


@router.get("/letters/{letter_id}/history", summary="The timeline of a letter")
async def get_letter_history(
    letter_id: UUID, desk: ReadingDesk, after: After = 0, limit: Limit = 100
) -> Page[EventOut]:
    return await tell_history(desk, Of.LETTER, letter_id, after=after, limit=limit)


@router.get("/hops/{hop_id}/history", summary="The timeline of one hop (ทอด)")
async def get_hop_history(
    hop_id: UUID, desk: ReadingDesk, after: After = 0, limit: Limit = 100
) -> Page[EventOut]:
    return await tell_history(desk, Of.HOP, hop_id, after=after, limit=limit)


@router.get(
    "/organizations/{organization_id}/history",
    summary="What the registries of an organization did, as far as I may see it",
)
async def get_organization_history(
    organization_id: UUID, desk: ReadingDesk, after: After = 0, limit: Limit = 100
) -> Page[EventOut]:
    return await tell_history(desk, Of.ORGANIZATION, organization_id, after=after, limit=limit)


@router.get("/officers/{officer_id}/history", summary="What an officer did, as far as I may see it")
async def get_officer_history(
    officer_id: UUID, desk: ReadingDesk, after: After = 0, limit: Limit = 100
) -> Page[EventOut]:
    return await tell_history(desk, Of.OFFICER, officer_id, after=after, limit=limit)


@router.get("/letters", summary="Where is it now: letters by any number that a person types")
async def get_letters(
    desk: ReadingDesk,
    number: Annotated[
        str,
        Query(
            min_length=1,
            max_length=200,
            description="Of the letter, or of a receipt in one of my own registers",
            examples=["บก ๐๐๒๓.๔/ว ๙๒๗", "ว 927", "รับที่ 1097"],
        ),
    ],
    year: Annotated[GregorianYear | None, Query(description="Gregorian")] = None,
    be_year: Annotated[
        int | None, Query(ge=2500, le=2942, description="The same in the Buddhist Era")
    ] = None,
    after: Annotated[UUID | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=50, description="Most letters on a page")] = 20,
) -> Page[WhereaboutsOut]:
    asked = LetterQuestion(
        search=read_letter_search(number), year=_one_year(year, be_year), after=after, limit=limit
    )
    found = await find_letters(desk.session, by=desk.by, asked=asked, at=desk.at)
    told = [whereabouts_out(one) for one in found]
    return page(told, limit=limit, key=str(told[-1].letter_id) if told else None)


@router.get(
    "/audit/events",
    summary="What was done for which registries, newest first",
    description="Without organization, registry and officer: what my registries did and what"
    " happened below their dispatches. Such a page may be short, or even empty, while `next` is"
    " not null.",
)
async def get_events(
    desk: ReadingDesk, parts: GivenParts, asked: Annotated[EventsAsked, Query()]
) -> EventPageOut:
    settings, chosen = parts.settings, asked.question()
    secret = cursor_key(settings.cursor_key, file=settings.cursor_key_file)
    query = fingerprint({"by": str(desk.by.id)} | asked.named())
    before = None if asked.cursor is None else read_cursor(secret, asked.cursor, query=query)
    found = await list_events(
        desk.session, by=desk.by, chosen=chosen, at=desk.at, before=before, limit=asked.limit
    )
    following = None
    if found.next is not None:
        following = write_cursor(secret, query=query, last=found.next)
    return EventPageOut(items=[event_out(item) for item in found.items], next=following)


@router.get(
    "/audit/export",
    summary="The same as a file, for auditors and heads",
    response_class=StreamingResponse,
    responses={
        200: {"content": {kind: {"schema": {"type": "string"}} for kind in _MEDIA_TYPE.values()}}
    },
)
async def get_export(
    parts: GivenParts, subject: Subject, asked: Annotated[ExportAsked, Query()]
) -> StreamingResponse:
    chosen, form = asked.question(), asked.format
    # Whatever is wrong with the question is told before the file begins.
    first = await _piece(parts, subject, chosen, None)
    return StreamingResponse(
        _file(parts, subject, chosen, form, first),
        media_type=_MEDIA_TYPE[form],
        headers={
            "Content-Disposition": f'attachment; filename="wian-events.{form.value}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


async def tell_history(
    desk: Reading, of: Of, subject_id: UUID, *, after: int, limit: int
) -> Page[EventOut]:
    """Return one page of a timeline."""
    found = await list_history(
        desk.session,
        by=desk.by,
        subject=of,
        subject_id=subject_id,
        at=desk.at,
        after=after,
        limit=limit,
    )
    items = [event_out(item) for item in found.items]
    return Page(items=items, next=None if found.next is None else str(found.next))


async def _file(
    parts: Parts, subject: str, chosen: AuditQuestion, form: FileFormat, piece: EventPage
) -> AsyncIterator[bytes]:
    yield write_head(form)
    while True:
        yield write_events(form, piece.items)
        if piece.next is None:
            return
        piece = await _piece(parts, subject, chosen, piece.next)


async def _piece(
    parts: Parts, subject: str, chosen: AuditQuestion, before: int | None
) -> EventPage:
    at = parts.clock()
    async with parts.sessions.begin() as session:
        by = await sign_in(session, subject, at=at)
        return await export_events(session, by=by, chosen=chosen, at=at, before=before)


def _one_year(year: int | None, be_year: int | None) -> int | None:
    if be_year is None:
        return year
    if year is not None:
        raise InvalidError(
            "ระบุปีเพียงแบบเดียว ค.ศ. (year) หรือ พ.ศ. (be_year)", code="year_twice", field="be_year"
        )
    return be_year - BUDDHIST_ERA_OFFSET
