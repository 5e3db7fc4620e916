"""URLs of notices by mail: what became of them, and sending again what was given up."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.dependencies import ActingDesk, ReadingDesk
from api.schemas.base import Page, page
from api.schemas.mails import MailOut, ResendIn, ResendOut
from domain.vocabulary import MailState
from services.list_mails import list_mails
from services.resend_mail import resend_mail

router = APIRouter(tags=["desk"])


@router.get("/mails", summary="Notices by mail to my registries; state=dead are those given up")
async def get_mails(
    desk: ReadingDesk,
    state: Annotated[MailState | None, Query(description="Left out: every state")] = None,
    after: Annotated[UUID | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Most items on a page")] = 50,
) -> Page[MailOut]:
    rows = await list_mails(desk.session, by=desk.by, state=state, after=after, limit=limit)
    told = [MailOut.model_validate(row) for row in rows]
    return page(told, limit=limit, key=str(told[-1].id) if told else None)


@router.post(
    "/mails/resend",
    status_code=201,
    response_model=ResendOut,
    summary="Send again the mails that were given up, of a registry or one by one",
)
async def post_resend(desk: ActingDesk, body: ResendIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            resent = await resend_mail(
                act.session,
                by=act.by,
                registry_id=body.registry_id,
                mail_ids=body.mail_ids,
                at=act.at,
            )
            await act.answer(ResendOut(resent=resent), status=201)
    return act.response()
