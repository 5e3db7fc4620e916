"""URLs of figures: how fast and punctual hops are, and which numbers carry no letter."""

from dataclasses import fields
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.dependencies import ReadingDesk
from api.schemas.base import GregorianYear, Page, page
from api.schemas.figures import FigurePageOut, FigureQuery, FiguresOut, GapOut
from domain.vocabulary import Book, Secrecy
from services.list_gaps import list_gaps
from services.show_figures import FigureFilter, show_figures

router = APIRouter(tags=["audit"])
FILTERS = {one.name for one in fields(FigureFilter)}
Limit = Annotated[int, Query(ge=1, le=500, description="Most items on a page")]


@router.get(
    "/audit/figures",
    summary="Counts, shares in time and working hours of the hops I may see (สถิติ)",
)
async def get_figures(desk: ReadingDesk, chosen: Annotated[FigureQuery, Query()]) -> FigurePageOut:
    found = await show_figures(
        desk.session,
        by=desk.by,
        group=chosen.by,
        chosen=FigureFilter(**chosen.model_dump(include=FILTERS)),
        at=desk.at,
        after=chosen.after,
        limit=chosen.limit,
    )
    return FigurePageOut(
        by=chosen.by,
        total=FiguresOut.model_validate(found.total),
        groups=[FiguresOut.model_validate(one) for one in found.groups],
        next=found.next,
    )


@router.get(
    "/registers/{registry_id}/{book}/{year}/gaps",
    summary="Numbers of a book that carry no letter: voided, left on paper, or missing",
)
async def get_gaps(
    registry_id: UUID,
    book: Book,
    year: GregorianYear,
    desk: ReadingDesk,
    secrecy: Annotated[
        Secrecy, Query(description="Letters of each class have a book of their own")
    ] = Secrecy.NORMAL,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="`next` of the page before")] = 0,
    limit: Limit = 100,
) -> Page[GapOut]:
    gaps = await list_gaps(
        desk.session,
        by=desk.by,
        registry_id=registry_id,
        book=book,
        year=year,
        secrecy=secrecy,
        after=after,
        limit=limit,
    )
    told = [GapOut.model_validate(one) for one in gaps]
    return page(told, limit=limit, key=told[-1].last if told else None)
