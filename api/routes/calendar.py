"""URLs of the calendar and of the policies that deadlines are computed with."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.dependencies import ActingDesk, ReadingDesk
from api.schemas.base import GregorianYear
from api.schemas.calendar import (
    SCOPE_EXAMPLES,
    CalendarDayOut,
    CalendarOut,
    OverrideIn,
    OverrideOut,
    PoliciesOut,
)
from domain.buddhist_era import bangkok_date
from domain.calendar_scope import NATION
from services.add_own_days import add_own_days
from services.show_calendar import show_calendar
from services.show_policies import show_policies

router = APIRouter(tags=["calendar"])


@router.get("/calendar", summary="A month of working days and holidays (ปฏิทินวันทำการ)")
async def get_calendar(
    desk: ReadingDesk,
    scope: Annotated[
        str, Query(max_length=120, description="Whose calendar", examples=SCOPE_EXAMPLES)
    ] = NATION,
    year: Annotated[GregorianYear | None, Query(description="This year if left out")] = None,
    month: Annotated[int | None, Query(ge=1, le=12, description="This month if left out")] = None,
) -> CalendarOut:
    today = bangkok_date(desk.at)
    shown = await show_calendar(
        desk.session, scope=scope, year=year or today.year, month=month or today.month
    )
    return CalendarOut(
        scopes=list(shown.scopes),
        year=shown.year,
        month=shown.month,
        version=shown.version,
        holidays_release=shown.holidays_release,
        is_announced=shown.is_announced,
        opens=f"{shown.hours.opens:%H:%M}",
        closes=f"{shown.hours.closes:%H:%M}",
        days=[CalendarDayOut.model_validate(day) for day in shown.days],
    )


@router.post(
    "/calendar/overrides",
    status_code=201,
    response_model=OverrideOut,
    summary="Declare days of my own organization (วันหยุดหรือวันทำการของหน่วยงาน)",
)
async def post_override(desk: ActingDesk, body: OverrideIn) -> Response:
    async with desk.begin() as act:
        if not act.is_repeat:
            change = await add_own_days(act.session, by=act.by, days=body.days(), at=act.at)
            await act.answer(OverrideOut.model_validate(change), status=201)
    return act.response()


@router.get("/policies", summary="What each urgency class means, and who may extend")
async def get_policies(desk: ReadingDesk) -> PoliciesOut:
    return PoliciesOut.model_validate(await show_policies(desk.session))
