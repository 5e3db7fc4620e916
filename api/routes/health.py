"""Whether the process lives, and which part it misses."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from api.dependencies import GivenParts, Parts
from infra.migrate import newest_revision
from infra.temporal import is_reachable
from services.relay_outbox import oldest_waiting

router = APIRouter(tags=["health"])
State = Literal["ok", "missing", "outdated", "unknown"]


class Readiness(BaseModel):
    """Which parts are there; desks work as long as the ledger is."""

    status: Literal["ok", "degraded", "unavailable"]
    ledger: State = Field(description="PostgreSQL, and whether its schema is this version's")
    process: State = Field(description="Temporal; without it reminders wait, desks do not")
    outbox_seconds: float | None = Field(
        description="How long the oldest message waits for the process, null when none waits"
    )


@router.get("/healthz", summary="The process lives")
async def get_health() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", summary="Which part is missing", responses={503: {"model": Readiness}})
async def get_readiness(parts: GivenParts, response: Response) -> Readiness:
    ledger, waiting = await _ledger(parts)
    address = parts.settings.temporal_address
    process: State = "ok" if address and await is_reachable(address) else "missing"
    if ledger != "ok":
        response.status_code = 503
    status = "unavailable" if ledger != "ok" else "ok" if process == "ok" else "degraded"
    return Readiness(status=status, ledger=ledger, process=process, outbox_seconds=waiting)


async def _ledger(parts: Parts) -> tuple[State, float | None]:
    try:
        async with parts.sessions() as session:
            if await _revision(session) != newest_revision():
                return "outdated", None
            since = await oldest_waiting(session)
    except (SQLAlchemyError, OSError):
        return "missing", None
    return "ok", (parts.clock() - since).total_seconds() if since else None


async def _revision(session: AsyncSession) -> str | None:
    revision: str | None = await session.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
