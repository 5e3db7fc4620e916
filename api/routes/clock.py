"""URLs of moved clocks: a deadline is put off, stopped, or goes on."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.dependencies import Act, ActingDesk, ReadingDesk
from api.schemas.base import Page, page
from api.schemas.clock import ExtensionIn, MovedOut, MoveItemOut, MoveOut, StopIn
from services.extend_deadlines import extend_deadlines
from services.list_moves import list_moves
from services.lock_open_hops import MoveTarget
from services.resume_hops import resume_hops
from services.suspend_hops import suspend_hops
from services.write_move import Moved

router = APIRouter(tags=["clock"])


async def _answer(act: Act, moved: Moved) -> None:
    told = MovedOut(
        **MoveOut.model_validate(moved.move).model_dump(),
        capped=moved.capped,
        register_by=moved.register_by,
        acknowledge_by=moved.acknowledge_by,
    )
    await act.answer(told, status=201)


async def _extend(desk: ActingDesk, target: MoveTarget, body: ExtensionIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            moved = await extend_deadlines(
                act.session,
                by=act.by,
                target=target,
                length=body.length(),
                reason=body.reason,
                at=act.at,
            )
            await _answer(act, moved)
    return act.response()


async def _turn(
    desk: ActingDesk, target: MoveTarget, body: StopIn, how: Callable[..., Awaitable[Moved]]
) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            moved = await how(act.session, by=act.by, target=target, reason=body.reason, at=act.at)
            await _answer(act, moved)
    return act.response()


@router.post(
    "/dispatches/{dispatch_id}/extension",
    status_code=201,
    response_model=MovedOut,
    summary="Put off the deadlines of a dispatch and of everything open below (ขยายกำหนดเวลา)",
)
async def post_dispatch_extension(
    dispatch_id: UUID, desk: ActingDesk, body: ExtensionIn
) -> Response:
    return await _extend(desk, MoveTarget(dispatch_id=dispatch_id), body)


@router.post(
    "/hops/{hop_id}/extension",
    status_code=201,
    response_model=MovedOut,
    summary="Put off the deadlines of one recipient and of everything open below it",
)
async def post_hop_extension(hop_id: UUID, desk: ActingDesk, body: ExtensionIn) -> Response:
    return await _extend(desk, MoveTarget(hop_id=hop_id), body)


@router.post(
    "/dispatches/{dispatch_id}/suspension",
    status_code=201,
    response_model=MovedOut,
    summary="Stop the clock of a dispatch and of everything open below (หยุดนับเวลา)",
)
async def post_dispatch_suspension(dispatch_id: UUID, desk: ActingDesk, body: StopIn) -> Response:
    return await _turn(desk, MoveTarget(dispatch_id=dispatch_id), body, suspend_hops)


@router.post(
    "/hops/{hop_id}/suspension",
    status_code=201,
    response_model=MovedOut,
    summary="Stop the clock of one recipient and of everything open below it",
)
async def post_hop_suspension(hop_id: UUID, desk: ActingDesk, body: StopIn) -> Response:
    return await _turn(desk, MoveTarget(hop_id=hop_id), body, suspend_hops)


@router.post(
    "/dispatches/{dispatch_id}/resumption",
    status_code=201,
    response_model=MovedOut,
    summary="Let a stopped clock go on; deadlines move by the working time it stood (นับเวลาต่อ)",
)
async def post_dispatch_resumption(dispatch_id: UUID, desk: ActingDesk, body: StopIn) -> Response:
    return await _turn(desk, MoveTarget(dispatch_id=dispatch_id), body, resume_hops)


@router.post(
    "/hops/{hop_id}/resumption",
    status_code=201,
    response_model=MovedOut,
    summary="Let the stopped clock of one recipient go on, and of everything open below it",
)
async def post_hop_resumption(hop_id: UUID, desk: ActingDesk, body: StopIn) -> Response:
    return await _turn(desk, MoveTarget(hop_id=hop_id), body, resume_hops)


@router.get("/dispatches/{dispatch_id}/moves", summary="How often, by whom and why clocks moved")
async def get_moves(
    dispatch_id: UUID,
    desk: ReadingDesk,
    after: Annotated[UUID | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Most items on a page")] = 50,
) -> Page[MoveItemOut]:
    items = await list_moves(
        desk.session, by=desk.by, dispatch_id=dispatch_id, at=desk.at, after=after, limit=limit
    )
    told = [MoveItemOut.model_validate(item) for item in items]
    return page(told, limit=limit, key=str(told[-1].id) if told else None)
