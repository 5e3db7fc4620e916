"""The URL under which letters are found by what they say."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import GivenParts, ReadingDesk
from api.schemas.search import SearchAsked, SearchPageOut, found_letter_out
from domain.cursor import fingerprint, read_cursor, write_cursor
from infra.cursor_key import cursor_key
from services.search_letters import search_letters

router = APIRouter(tags=["desk"])


@router.get(
    "/search",
    summary="Letters that say what I type, the best matches first",
    description="Searched are subject, text, number and the names of who issued the letter. Only"
    " letters that my registries issued, received or sent are found. A page may be short, or even"
    " empty, while `next` is not null.",
)
async def get_search(
    desk: ReadingDesk, parts: GivenParts, asked: Annotated[SearchAsked, Query()]
) -> SearchPageOut:
    settings = parts.settings
    secret = cursor_key(settings.cursor_key, file=settings.cursor_key_file)
    query = fingerprint({"search_by": str(desk.by.id)} | asked.named())
    after = None if asked.cursor is None else read_cursor(secret, asked.cursor, query=query)
    page = await search_letters(
        desk.session, by=desk.by, asked=asked.question(after=after), at=desk.at
    )
    return SearchPageOut(
        items=[found_letter_out(one) for one in page.items],
        next=None if page.next is None else write_cursor(secret, query=query, last=page.next),
        is_partial=page.is_partial,
    )
