"""A planned route, outside."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.schemas.base import Given, GregorianDate, Instant, Told
from domain.deadlines import Deadlines
from domain.vocabulary import Urgency
from services.plan_route import RouteRequest


class PlanQuery(Given):
    """What a sender wants to know the plan of."""

    registry_id: UUID = Field(description="The registry that would send")
    recipient: list[UUID] = Field(
        min_length=1, max_length=200, description="Ids of organizations; repeat it for each"
    )
    acknowledge_by: Instant | None = None
    acknowledge_on: GregorianDate | None = None
    acknowledge_within: int | None = Field(None, ge=1, le=250)
    register_by: Instant | None = None
    weight: list[Annotated[int, Field(ge=1, le=1000)]] | None = Field(
        None, max_length=10, description="Shares of the tiers, the recipients first; repeat it"
    )
    urgency: Urgency = Urgency.NORMAL
    deliver_by: Instant | None = None

    def request(self) -> RouteRequest:
        """Return what the use case takes."""
        return RouteRequest(
            registry_id=self.registry_id,
            recipients=self.recipient,
            deadlines=Deadlines(
                acknowledge_by=self.acknowledge_by,
                acknowledge_on=self.acknowledge_on,
                acknowledge_within=self.acknowledge_within,
                register_by=self.register_by,
                weights=self.weight,
            ),
            urgency=self.urgency,
            deliver_by=self.deliver_by,
        )


class TierPlanOut(Told):
    """The frozen instants that bodies of one tier would get."""

    register_by: datetime
    forward_by: datetime | None
    acknowledge_by: datetime
    share_days: int
    left_days: int


class PlannedBodiesOut(Told):
    """The bodies of one tier that share a calendar."""

    province: str | None = Field(description="First two digits of their area codes")
    bodies: int
    plan: TierPlanOut


class PlannedTierOut(Told):
    """One tier, as if each above it sent the letter on at the last moment."""

    tier: int
    bodies: int
    share_days: int = Field(description="Working days that the tier may use", examples=[5])
    register_by: datetime
    forward_by: datetime | None = Field(description="Null where nobody stands below")
    acknowledge_by: datetime
    unannounced_years: list[int] = Field(description="Years whose holidays are a forecast")
    plans: list[PlannedBodiesOut]
