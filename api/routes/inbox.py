"""URLs of what waits at a desk: letters and notices."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.dependencies import ActingDesk, ReadingDesk
from api.schemas.base import Page, page
from api.schemas.figures import InboxCountOut
from api.schemas.hops import InboxItemOut
from api.schemas.registers import NoticeOut, NoticeReadOut
from domain.vocabulary import HopState, Urgency
from services.count_inbox import count_inbox
from services.list_inbox import InboxFilter, list_inbox
from services.list_notices import list_notices, read_notice

router = APIRouter(tags=["desk"])
Limit = Annotated[int, Query(ge=1, le=200, description="Most items on a page")]
After = Annotated[UUID | None, Query(description="`next` of the page before")]


@router.get("/inbox", summary="What waits for my registry (หนังสือรอดำเนินการ), oldest first")
async def get_inbox(
    desk: ReadingDesk,
    registry_id: UUID | None = None,
    state: Annotated[
        list[HopState] | None, Query(description="Left out: every state that still waits")
    ] = None,
    late: Annotated[bool | None, Query(description="Only late ones, or only those in time")] = None,
    urgency: Urgency | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[InboxItemOut]:
    items = await list_inbox(
        desk.session,
        by=desk.by,
        chosen=InboxFilter(
            registry_id=registry_id, states=state or (), is_late=late, urgency=urgency
        ),
        at=desk.at,
        after=after,
        limit=limit,
    )
    told = [InboxItemOut.model_validate(item) for item in items]
    return page(told, limit=limit, key=str(told[-1].hop_id) if told else None)


@router.get("/inbox/counts", summary="How much waits at my registries, and what this year came to")
async def get_inbox_counts(
    desk: ReadingDesk, registry_id: UUID | None = None
) -> list[InboxCountOut]:
    counts = await count_inbox(desk.session, by=desk.by, registry_id=registry_id, at=desk.at)
    return [InboxCountOut.model_validate(one) for one in counts]


@router.get("/notices", summary="Reminders and escalations for my registries, oldest first")
async def get_notices(
    desk: ReadingDesk,
    unread: Annotated[bool, Query(description="Only those nobody has read")] = False,
    after: After = None,
    limit: Limit = 50,
) -> Page[NoticeOut]:
    items = await list_notices(
        desk.session, by=desk.by, at=desk.at, is_unread=unread, after=after, limit=limit
    )
    told = [NoticeOut.model_validate(item) for item in items]
    return page(told, limit=limit, key=str(told[-1].id) if told else None)


@router.post(
    "/notices/{notice_id}/reading",
    status_code=201,
    response_model=NoticeReadOut,
    summary="Mark a notice as read",
)
async def post_reading(notice_id: UUID, desk: ActingDesk) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            notice = await read_notice(act.session, by=act.by, notice_id=notice_id, at=act.at)
            await act.answer(NoticeReadOut.model_validate(notice), status=201)
    return act.response()
