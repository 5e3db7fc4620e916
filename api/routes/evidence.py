"""URL of the evidence of a hop."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.dependencies import ReadingDesk
from api.schemas.evidence import EvidenceOut
from domain.evidence_bundle import write_bundle
from services.make_evidence import make_evidence

router = APIRouter(prefix="/hops", tags=["evidence"])

_HEADERS: dict[str, Any] = {
    "Content-Disposition": {"schema": {"type": "string"}, "description": "A name for the file"}
}


@router.get(
    "/{hop_id}/evidence",
    response_model=EvidenceOut,
    responses={200: {"headers": _HEADERS}},
    summary="What a stranger needs to check a hop offline (หลักฐานการส่ง)",
)
async def get_evidence(hop_id: UUID, desk: ReadingDesk) -> Response:
    bundle = await make_evidence(desk.session, by=desk.by, hop_id=hop_id, at=desk.at)
    # The bytes themselves are what is checked: they are not written anew on the way out.
    return Response(
        write_bundle(bundle),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="wian-evidence-{hop_id}.json"'},
    )
