"""URLs of plans: what a route would look like, before anything is sent."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import ReadingDesk
from api.schemas.plans import PlannedTierOut, PlanQuery
from services.plan_route import plan_route

router = APIRouter(prefix="/plans", tags=["dispatches"])


@router.get(
    "", summary="Plan a route backwards from its final date, tier by tier (วางแผนกำหนดเวลา)"
)
async def get_plan(
    desk: ReadingDesk, wanted: Annotated[PlanQuery, Query()]
) -> list[PlannedTierOut]:
    tiers = await plan_route(desk.session, by=desk.by, wanted=wanted.request(), at=desk.at)
    return [PlannedTierOut.model_validate(tier) for tier in tiers]
