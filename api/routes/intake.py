"""URLs of received texts: from what came, over what a clerk confirms, to a dispatch."""

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.dependencies import Act, ActingDesk, Parts, ReadingDesk
from api.routes.dispatches import sent_out
from api.schemas.base import Page, page
from api.schemas.intake import (
    CandidateOut,
    IntakeHeadOut,
    IntakeItemOut,
    IntakeOut,
    IntakeSentOut,
    IntendedOut,
    LineOut,
    TextOut,
    intake_out,
)
from api.schemas.intake_given import (
    DecisionIn,
    DiscardIn,
    IntakeDispatchIn,
    IntakeIn,
    RecipientIn,
    ValuesIn,
)
from api.schemas.intake_plan import IntakePlanOut
from domain.errors import InvalidError
from domain.intake.vocabulary import IntakeState
from services.confirm_values import confirm_values
from services.decide_recipient import add_recipient, decide_recipient
from services.discard_intake import discard_intake
from services.dispatch_intake import dispatch_intake
from services.intake.candidates import find_candidates
from services.intake.lines import list_lines
from services.intake.readiness import plan_received
from services.intake.sight import get_intake, get_intake_text
from services.intake.text import ReceivedText, take_file, take_pasted
from services.list_intakes import IntakeFilter, list_intakes
from services.list_intended import list_intended
from services.receive_text import check_receiving, receive_text
from services.show_intake import show_intake, tell_intake

router = APIRouter(tags=["intake"])
Limit = Annotated[int, Query(ge=1, le=100, description="Most items on a page")]
Place = Annotated[int, Query(ge=0, le=10_000, description="Which letter of the text, from 0")]
Position = Annotated[int, Path(ge=0, le=100_000, description="Which line of the list, from 0")]


@router.post(
    "/intake",
    status_code=201,
    response_model=IntakeOut,
    summary="Take in a letter's text: fields, contradictions and recipients (รับข้อความหนังสือ)",
)
async def post_intake(desk: ActingDesk, body: IntakeIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            await check_receiving(
                act.session, by=act.by, registry_id=body.registry_id, hop_id=body.hop_id
            )
    if act.is_repeat:
        return act.response()
    # Between two transactions: a scan takes a minute to read, and holds no connection meanwhile.
    received = await _read(desk.parts, body, by=act.by.id, at=act.at)
    async with desk.begin() as act:
        if not act.is_repeat:
            intake = await receive_text(
                act.session,
                by=act.by,
                registry_id=body.registry_id,
                received=received,
                at=act.at,
                hop_id=body.hop_id,
            )
            told = await tell_intake(act.session, by=act.by, intake=intake)
            await act.answer(intake_out(told), status=201)
    return act.response()


@router.get("/intake", summary="The texts that came to my desks, newest first")
async def get_intakes(
    desk: ReadingDesk,
    registry_id: UUID | None = None,
    state: IntakeState | None = None,
    after: Annotated[UUID | None, Query(description="`next` of the page before")] = None,
    limit: Limit = 20,
) -> Page[IntakeItemOut]:
    items = await list_intakes(
        desk.session,
        by=desk.by,
        chosen=IntakeFilter(registry_id=registry_id, state=state),
        after=after,
        limit=limit,
    )
    told = [IntakeItemOut.model_validate(item) for item in items]
    return page(told, limit=limit, key=str(told[-1].id) if told else None)


@router.get("/intake/{intake_id}", summary="A text with what was read, confirmed and decided")
async def read_intake(intake_id: UUID, desk: ReadingDesk) -> IntakeOut:
    return intake_out(await show_intake(desk.session, by=desk.by, intake_id=intake_id))


@router.get("/intake/{intake_id}/text", summary="The text itself, to which all places refer")
async def get_text(intake_id: UUID, desk: ReadingDesk) -> TextOut:
    return TextOut(text=await get_intake_text(desk.session, by=desk.by, intake_id=intake_id))


@router.post(
    "/intake/{intake_id}/values",
    status_code=201,
    response_model=IntakeOut,
    summary="Say what fields of the text really are; what was read stays beside it",
)
async def post_values(intake_id: UUID, desk: ActingDesk, body: ValuesIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            intake = await confirm_values(
                act.session,
                by=act.by,
                intake_id=intake_id,
                letter=body.letter,
                values=body.given(),
                as_read=body.as_read,
                at=act.at,
            )
            told = await tell_intake(act.session, by=act.by, intake=intake)
            await act.answer(intake_out(told), status=201)
    return act.response()


@router.post(
    "/intake/{intake_id}/recipients",
    status_code=201,
    response_model=LineOut,
    summary="Add a recipient that the list lacks",
)
async def post_recipient(intake_id: UUID, desk: ActingDesk, body: RecipientIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            position = await add_recipient(
                act.session,
                by=act.by,
                intake_id=intake_id,
                organization_id=body.organization_id,
                at=act.at,
            )
            await act.answer(await _line(act, intake_id, position), status=201)
    return act.response()


@router.post(
    "/intake/{intake_id}/recipients/{position}",
    status_code=201,
    response_model=LineOut,
    summary="Say whom a line of the list means, or leave it out",
)
async def post_decision(
    intake_id: UUID, position: Position, desk: ActingDesk, body: DecisionIn
) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            await decide_recipient(
                act.session,
                by=act.by,
                intake_id=intake_id,
                position=position,
                organization_id=body.organization_id,
                at=act.at,
            )
            await act.answer(await _line(act, intake_id, position), status=201)
    return act.response()


@router.get(
    "/intake/{intake_id}/candidates", summary="Bodies of the directory that a line may mean"
)
async def get_candidates(
    intake_id: UUID,
    desk: ReadingDesk,
    q: Annotated[
        str | None, Query(max_length=200, description="Left out: what is written in the line")
    ] = None,
    position: Annotated[int | None, Query(ge=0, le=100_000)] = None,
    limit: Limit = 10,
) -> list[CandidateOut]:
    found = await find_candidates(
        desk.session,
        by=desk.by,
        intake_id=intake_id,
        words=q,
        position=position,
        at=desk.at,
        limit=limit,
    )
    return [CandidateOut.of(one) for one in found]


@router.get(
    "/intake/{intake_id}/plan",
    summary="Whom the letter would go to through whom, and what is still open (แผนการส่ง)",
)
async def get_plan(intake_id: UUID, desk: ReadingDesk, letter: Place = 0) -> IntakePlanOut:
    found = await get_intake(desk.session, by=desk.by, intake_id=intake_id)
    plan = await plan_received(desk.session, by=desk.by, intake=found, letter=letter, at=desk.at)
    return IntakePlanOut.of(plan)


@router.post(
    "/intake/{intake_id}/dispatch",
    status_code=201,
    response_model=IntakeSentOut,
    summary="Let the text become a letter and send it, as planned",
)
async def post_dispatch(intake_id: UUID, desk: ActingDesk, body: IntakeDispatchIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            sent = await dispatch_intake(
                act.session,
                by=act.by,
                intake_id=intake_id,
                order=body.intake_order(),
                files=desk.parts.files,
                at=act.at,
            )
            told = IntakeSentOut(
                intake_id=intake_id,
                letter_id=sent.letter.id,
                number=sent.letter.number,
                intended=sent.intended,
                dispatch=await sent_out(act.session, sent.dispatch),
            )
            await act.answer(told, status=201)
    return act.response()


@router.post(
    "/intake/{intake_id}/discard",
    status_code=201,
    response_model=IntakeHeadOut,
    summary="Put a text aside with a reason",
)
async def post_discard(intake_id: UUID, desk: ActingDesk, body: DiscardIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            intake = await discard_intake(
                act.session, by=act.by, intake_id=intake_id, reason=body.reason, at=act.at
            )
            await act.answer(IntakeHeadOut.model_validate(intake), status=201)
    return act.response()


@router.get(
    "/hops/{hop_id}/intended",
    summary="Whom the sender means below the recipient of a hop, ready to be sent on to",
)
async def get_intended(hop_id: UUID, desk: ReadingDesk) -> list[IntendedOut]:
    found = await list_intended(desk.session, by=desk.by, hop_id=hop_id, at=desk.at)
    return [IntendedOut.model_validate(one) for one in found]


async def _read(parts: Parts, body: IntakeIn, *, by: UUID, at: datetime) -> ReceivedText:
    if body.file is None:
        return await take_pasted(body.text or "", at=at)
    digest = bytes.fromhex(body.file.sha256)
    if await parts.files.size(digest, depositor=by) is None:
        raise InvalidError("ไม่พบไฟล์ในที่เก็บ โปรดส่งไฟล์ก่อน", code="file_unknown", field="file/sha256")
    data = await asyncio.to_thread(parts.files.path(digest).read_bytes)
    return await take_file(
        data, media_type=body.file.media_type, file_name=body.file.file_name, at=at
    )


async def _line(act: Act, intake_id: UUID, position: int) -> LineOut:
    (line,) = await list_lines(act.session, intake_id, positions=[position])
    return LineOut.model_validate(line)
