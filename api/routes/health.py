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
from services.fence_ledger import SealingState, show_sealing
from services.relay_outbox import oldest_waiting

router = APIRouter(tags=["health"])
State = Literal["ok", "missing", "outdated", "unknown"]
Sealed = Literal["ok", "behind", "off", "fenced", "unknown"]


class Readiness(BaseModel):
    """Which parts are there; desks work as long as the ledger is."""

    status: Literal["ok", "degraded", "unavailable"]
    ledger: State = Field(description="PostgreSQL, and whether its schema is this version's")
    process: State = Field(description="Temporal; without it reminders wait, desks do not")
    outbox_seconds: float | None = Field(
        description="How long the oldest message waits for the process, null when none waits"
    )
    sealing: Sealed = Field(
        description="Whether the record is sealed; fenced: it contradicts what was sealed, and no"
        " number is given until an operator has acted"
    )
    sealing_seconds: float | None = Field(
        description="Everything recorded so long ago is sealed; null when sealing never began"
    )


@router.get("/healthz", summary="The process lives")
async def get_health() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", summary="Which part is missing", responses={503: {"model": Readiness}})
async def get_readiness(parts: GivenParts, response: Response) -> Readiness:
    ledger, waiting, sealing = await _ledger(parts)
    address = parts.settings.temporal_address
    process: State = "ok" if address and await is_reachable(address) else "missing"
    sealed = _sealed(sealing, warn_after=parts.settings.seal_warn_after)
    if ledger != "ok" or sealed == "fenced":
        response.status_code = 503
    return Readiness(
        status=_status(ledger, process, sealed),
        ledger=ledger,
        process=process,
        outbox_seconds=waiting,
        sealing=sealed,
        sealing_seconds=sealing.seconds if sealing else None,
    )


def _status(
    ledger: State, process: State, sealed: Sealed
) -> Literal["ok", "degraded", "unavailable"]:
    if ledger != "ok" or sealed == "fenced":
        return "unavailable"
    return "ok" if process == "ok" and sealed != "behind" else "degraded"


def _sealed(state: SealingState | None, *, warn_after: float) -> Sealed:
    if state is None:
        return "unknown"
    if state.fenced_at is not None:
        return "fenced"
    if state.seconds is None:
        return "behind" if state.has_seals else "off"
    # An instant that has not come yet is none at which everything was sealed.
    return "ok" if 0 <= state.seconds <= warn_after else "behind"


async def _ledger(parts: Parts) -> tuple[State, float | None, SealingState | None]:
    try:
        async with parts.sessions() as session:
            if await _revision(session) != newest_revision():
                return "outdated", None, None
            since = await oldest_waiting(session)
            sealing = await show_sealing(session)
    except (SQLAlchemyError, OSError):
        return "missing", None, None
    return "ok", (parts.clock() - since).total_seconds() if since else None, sealing


async def _revision(session: AsyncSession) -> str | None:
    revision: str | None = await session.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
