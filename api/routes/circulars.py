"""URLs of the journey of a circular."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.dependencies import ReadingDesk
from api.routes.audit import tell_history
from api.schemas.audit import EventOut
from api.schemas.base import Page
from api.schemas.circulars import AnswersOut, RouteOut
from api.schemas.deadlines import DeadlinesOut
from services.list_history import Subject
from services.roll_up_answers import roll_up_answers
from services.show_deadlines import show_circular_deadlines
from services.show_route import show_route

router = APIRouter(prefix="/circulars", tags=["circulars"])


@router.get("/{circular_id}/route", summary="The route as a tree, with every receipt number")
async def get_route(circular_id: UUID, desk: ReadingDesk) -> RouteOut:
    route = await show_route(desk.session, by=desk.by, circular_id=circular_id, at=desk.at)
    return RouteOut.model_validate(route)


@router.get("/{circular_id}/deadlines", summary="Plan against fact, by tier and by hop (แผนและผล)")
async def get_deadlines(circular_id: UUID, desk: ReadingDesk) -> DeadlinesOut:
    found = await show_circular_deadlines(
        desk.session, by=desk.by, circular_id=circular_id, at=desk.at
    )
    return DeadlinesOut.model_validate(found)


@router.get("/{circular_id}/history", summary="What happened, in the order of the record")
async def get_history(
    circular_id: UUID,
    desk: ReadingDesk,
    after: Annotated[int, Query(ge=0, le=2**62, description="`next` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[EventOut]:
    return await tell_history(desk, Subject.CIRCULAR, circular_id, after=after, limit=limit)


@router.get("/{circular_id}/answers", summary="The answers of everybody below, and who is missing")
async def get_answers(circular_id: UUID, desk: ReadingDesk) -> AnswersOut:
    rolled_up = await roll_up_answers(desk.session, by=desk.by, circular_id=circular_id, at=desk.at)
    return AnswersOut.model_validate(rolled_up)
