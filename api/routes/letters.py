"""URLs of letters and of the files that go with them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse

from api.dependencies import ActingDesk, GivenParts, ReadingDesk, Subject, sign_in
from api.schemas.letters import FileOut, LetterIn, LetterOut
from domain.access import STAMP
from domain.errors import InvalidError, NotAllowedError
from infra.file_store import HashDiffersError
from models import Attachment, Letter
from services.issue_letter import issue_letter
from services.show_letter import find_enclosure, list_enclosures, show_letter

MAX_FILE_BYTES = 32 * 1024 * 1024

router = APIRouter(tags=["letters"])
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="sha256 of the bytes, in hex")]


@router.post(
    "/letters",
    status_code=201,
    response_model=LetterOut,
    summary="Issue a letter: it takes its number (ออกเลขที่หนังสือ)",
)
async def post_letter(desk: ActingDesk, body: LetterIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            letter = await issue_letter(
                act.session,
                by=act.by,
                registry_id=body.registry_id,
                draft=body.draft(),
                files=desk.parts.files,
                at=act.at,
            )
            enclosed = await list_enclosures(act.session, letter.id)
            await act.answer(_told(letter, list(enclosed)), status=201)
    return act.response()


@router.get("/letters/{letter_id}", summary="Read a letter")
async def get_letter(letter_id: UUID, desk: ReadingDesk) -> LetterOut:
    letter, enclosed = await show_letter(desk.session, by=desk.by, letter_id=letter_id, at=desk.at)
    return _told(letter, list(enclosed))


@router.put(
    "/files/{digest}",
    status_code=201,
    response_class=Response,
    summary="Put a file into the store before a letter encloses it",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
async def put_file(
    digest: Digest, request: Request, parts: GivenParts, subject: Subject
) -> Response:
    async with parts.sessions() as session:
        by = await sign_in(session, subject, at=parts.clock())
    if not by.registries(STAMP):
        raise NotAllowedError("ต้องเป็นเจ้าหน้าที่หรือหัวหน้าสารบรรณ")
    try:
        await parts.files.put(bytes.fromhex(digest), request.stream(), depositor=by.id)
    except HashDiffersError as error:
        raise InvalidError("ไฟล์ที่ส่งมาไม่ตรงกับ sha256 ที่แจ้ง", code="file_hash_differs") from error
    return Response(status_code=201)


@router.get(
    "/files/{digest}",
    summary="Fetch an enclosure of a letter that may be read",
    response_class=FileResponse,
    responses={200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def get_file(digest: Digest, desk: ReadingDesk, parts: GivenParts) -> Response:
    enclosure = await find_enclosure(
        desk.session, by=desk.by, sha256=bytes.fromhex(digest), at=desk.at
    )
    return FileResponse(
        parts.files.path(enclosure.sha256),
        media_type=enclosure.media_type,
        filename=enclosure.file_name,
        headers={"X-Content-Type-Options": "nosniff"},
    )


def _told(letter: Letter, enclosed: list[Attachment]) -> LetterOut:
    told = LetterOut.model_validate(letter)
    told.attachments = [
        FileOut(
            sha256=one.sha256.hex(),
            file_name=one.file_name,
            media_type=one.media_type,
            size=one.size,
        )
        for one in enclosed
    ]
    return told
