"""The journey of a circular, outside."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from api.schemas.base import Told
from api.schemas.dispatches import CountsOut
from domain.vocabulary import AlarmStep, DispatchState, HopState


class RouteHopOut(Told):
    """One recipient on the route."""

    id: UUID
    registry_id: UUID
    registry: str = Field(examples=["ศาลากลางจังหวัดบึงกาฬ"])
    state: HopState
    receipt_number: int | None = Field(examples=[1097])
    stamped_at: datetime | None
    stamp_has_time: bool | None
    recorded_at: datetime | None
    settled_at: datetime | None
    acknowledge_by: datetime
    is_suspended: bool
    is_late: bool
    notices: list[AlarmStep] = Field(description="Steps of the ladder that were raised for it")
    dispatches: list["RouteDispatchOut"]


class RouteDispatchOut(Told):
    """One dispatch on the route."""

    id: UUID
    letter_id: UUID
    number: str = Field(examples=["บก 0023.4/ว 927"])
    sender_registry_id: UUID
    sender: str
    state: DispatchState
    sent_at: datetime
    register_by: datetime
    acknowledge_by: datetime
    hops: list[RouteHopOut]


class RouteOut(Told):
    """The trees of a circular that start at what the asking registries sent or received."""

    circular_id: UUID
    counts: CountsOut
    route: list[RouteDispatchOut]


class BodyAnswerOut(Told):
    """What one body answered."""

    hop_id: UUID
    registry_id: UUID
    registry: str
    state: HopState
    remark: str | None
    answer: dict[str, Any] | None


class AnswersOut(Told):
    """The answers below, who is missing, and totals per field of the form."""

    answered: list[BodyAnswerOut]
    missing: list[BodyAnswerOut]
    totals: dict[str, dict[str, float]] = Field(
        examples=[
            {"joined": {"answered": 45, "true": 45}, "participants": {"answered": 45, "items": 90}}
        ]
    )
