"""URLs of dispatches."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.dependencies import ActingDesk, ReadingDesk
from api.schemas.deadlines import DeadlinesOut
from api.schemas.dispatches import (
    ClosedOut,
    CloseIn,
    CountsOut,
    DispatchCountsOut,
    DispatchIn,
    DispatchOut,
    MissingOut,
    PlanOut,
    SentOut,
)
from models import Dispatch
from services.close_dispatch import close_dispatch
from services.dispatch_letter import dispatch_letter
from services.list_plans import list_plans
from services.show_deadlines import show_dispatch_deadlines
from services.show_dispatch import show_dispatch

router = APIRouter(prefix="/dispatches", tags=["dispatches"])


async def sent_out(session: AsyncSession, dispatch: Dispatch) -> SentOut:
    """Return a dispatch as it is told, with the deadlines of its recipients."""
    plans = await list_plans(session, dispatch_id=dispatch.id)
    return SentOut(
        **DispatchOut.model_validate(dispatch).model_dump(),
        plans=[PlanOut.model_validate(plan) for plan in plans],
    )


@router.post(
    "",
    status_code=201,
    response_model=SentOut,
    summary="Send a letter to its recipients, with deadlines (ส่งหนังสือเวียน)",
)
async def post_dispatch(desk: ActingDesk, body: DispatchIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            dispatch = await dispatch_letter(
                act.session, by=act.by, letter_id=body.letter_id, order=body.order(), at=act.at
            )
            await act.answer(await sent_out(act.session, dispatch), status=201)
    return act.response()


@router.get("/{dispatch_id}", summary="A dispatch with its counts, direct and of everything below")
async def read_dispatch(dispatch_id: UUID, desk: ReadingDesk) -> DispatchCountsOut:
    detail = await show_dispatch(desk.session, by=desk.by, dispatch_id=dispatch_id, at=desk.at)
    return DispatchCountsOut(
        dispatch=await sent_out(desk.session, detail.dispatch),
        direct=CountsOut.model_validate(detail.direct),
        below=CountsOut.model_validate(detail.below),
    )


@router.get(
    "/{dispatch_id}/deadlines", summary="Plan against fact of a dispatch and of everything below it"
)
async def get_deadlines(dispatch_id: UUID, desk: ReadingDesk) -> DeadlinesOut:
    found = await show_dispatch_deadlines(
        desk.session, by=desk.by, dispatch_id=dispatch_id, at=desk.at
    )
    return DeadlinesOut.model_validate(found)


@router.post(
    "/{dispatch_id}/closure",
    status_code=201,
    response_model=ClosedOut,
    summary="Stop waiting: close a dispatch and learn who is missing (ปิดเรื่อง)",
)
async def post_closure(dispatch_id: UUID, desk: ActingDesk, body: CloseIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            dispatch, missing = await close_dispatch(
                act.session, by=act.by, dispatch_id=dispatch_id, reason=body.reason, at=act.at
            )
            told = ClosedOut(
                dispatch=DispatchOut.model_validate(dispatch),
                missing=[MissingOut.model_validate(one) for one in missing],
            )
            await act.answer(told, status=201)
    return act.response()
