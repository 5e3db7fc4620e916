"""URLs of hops: what a desk does with a letter that was sent to it."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.dependencies import ActingDesk, ReadingDesk
from api.routes.dispatches import sent_out
from api.schemas.dispatches import ForwardIn, PlanOut, SentOut
from api.schemas.hops import (
    AcknowledgmentIn,
    HopDetailOut,
    HopOut,
    ReasonIn,
    ReceiptOut,
    StampIn,
)
from services.acknowledge_hop import acknowledge_hop
from services.forward_letter import forward_letter
from services.recall_hop import recall_hop
from services.refuse_hop import refuse_hop
from services.register_hop import register_hop
from services.return_hop import return_hop
from services.show_letter import show_hop

router = APIRouter(prefix="/hops", tags=["hops"])


@router.get("/{hop_id}", summary="A hop with its letter, deadlines and receipt")
async def read_hop(hop_id: UUID, desk: ReadingDesk) -> HopDetailOut:
    detail = await show_hop(desk.session, by=desk.by, hop_id=hop_id, at=desk.at)
    return HopDetailOut(
        hop=HopOut.model_validate(detail.hop),
        letter_id=detail.dispatch.letter_id,
        plan=PlanOut.model_validate(detail.plan),
        register_by=detail.plan.register_by,
        acknowledge_by=detail.plan.acknowledge_by,
        answer_form=detail.dispatch.answer_form,
        receipt=ReceiptOut.model_validate(detail.receipt) if detail.receipt else None,
    )


@router.post(
    "/{hop_id}/receipt",
    status_code=201,
    response_model=ReceiptOut,
    summary="Register a received letter: it takes its receipt number (ลงรับ)",
)
async def post_receipt(hop_id: UUID, desk: ActingDesk, body: StampIn | None = None) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            receipt = await register_hop(
                act.session,
                by=act.by,
                hop_id=hop_id,
                at=act.at,
                stamp=body.stamp() if body else None,
            )
            await act.answer(ReceiptOut.model_validate(receipt), status=201)
    return act.response()


@router.post(
    "/{hop_id}/forward",
    status_code=201,
    response_model=SentOut,
    summary="Send a received letter on, as it is or under a cover letter (ส่งต่อ)",
)
async def post_forward(hop_id: UUID, desk: ActingDesk, body: ForwardIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            dispatch = await forward_letter(
                act.session,
                by=act.by,
                hop_id=hop_id,
                order=body.order(),
                files=desk.parts.files,
                at=act.at,
                cover=body.cover.draft() if body.cover else None,
            )
            await act.answer(await sent_out(act.session, dispatch), status=201)
    return act.response()


@router.post(
    "/{hop_id}/acknowledgment",
    status_code=201,
    response_model=HopOut,
    summary="Report a letter done, with the answer that was asked for (ตอบรับ)",
)
async def post_acknowledgment(hop_id: UUID, desk: ActingDesk, body: AcknowledgmentIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            hop = await acknowledge_hop(
                act.session,
                by=act.by,
                hop_id=hop_id,
                at=act.at,
                remark=body.remark,
                answer=body.answer,
            )
            await act.answer(HopOut.model_validate(hop), status=201)
    return act.response()


@router.post(
    "/{hop_id}/refusal",
    status_code=201,
    response_model=HopOut,
    summary="Refuse a letter before registering it (ปฏิเสธ)",
)
async def post_refusal(hop_id: UUID, desk: ActingDesk, body: ReasonIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            hop = await refuse_hop(
                act.session, by=act.by, hop_id=hop_id, at=act.at, reason=body.reason
            )
            await act.answer(HopOut.model_validate(hop), status=201)
    return act.response()


@router.post(
    "/{hop_id}/return",
    status_code=201,
    response_model=HopOut,
    summary="Send a registered letter back (คืนเรื่อง)",
)
async def post_return(hop_id: UUID, desk: ActingDesk, body: ReasonIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            hop = await return_hop(
                act.session, by=act.by, hop_id=hop_id, at=act.at, reason=body.reason
            )
            await act.answer(HopOut.model_validate(hop), status=201)
    return act.response()


@router.post(
    "/{hop_id}/recall",
    status_code=201,
    response_model=HopOut,
    summary="Take a letter back before its recipient registers it (ดึงกลับ)",
)
async def post_recall(hop_id: UUID, desk: ActingDesk, body: ReasonIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            hop = await recall_hop(
                act.session, by=act.by, hop_id=hop_id, at=act.at, reason=body.reason
            )
            await act.answer(HopOut.model_validate(hop), status=201)
    return act.response()
