"""What a received text would become, outside."""

from typing import Any, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import Told
from domain.vocabulary import OrganizationKind
from services.intake.readiness import OpenPoint, ReceivedPlan
from services.plan_findings import Finding, Severity


class DraftFieldOut(Told):
    """One part of the letter."""

    name: str = Field(examples=["subject"])
    value: Any = Field(description="What would go into the letter")
    is_confirmed: bool
    confidence: float | None = Field(description="Null where nothing was read")


class OpenPointOut(Told):
    """What a person has still to say."""

    code: str = Field(examples=["value_unconfirmed"])
    detail: str = Field(examples=["โปรดยืนยันเรื่อง"])
    field: str | None
    position: int | None
    organization_id: UUID | None


class PlannedBodyOut(Told):
    """A body on the way of the letter."""

    organization_id: UUID
    code: str | None
    name: str | None
    kind: OrganizationKind | None


class PlanGroupOut(Told):
    """Bodies that are reached through one that passes the letter on."""

    via: PlannedBodyOut | None = Field(description="Null: written to directly")
    members: list[PlannedBodyOut]


class FindingOut(Told):
    """What is in the way, or only to be known."""

    code: str = Field(examples=["recipient_closed"])
    severity: Severity
    organization_id: UUID | None
    detail: str

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """Return an obstacle as it is told."""
        return cls(
            code=finding.code,
            severity=finding.severity,
            organization_id=finding.body.organization_id if finding.body else None,
            detail=finding.sentence,
        )

    @classmethod
    def warning(cls, point: OpenPoint) -> Self:
        """Return what is to be known of the text, as it is told."""
        return cls(
            code=point.code, severity=Severity.WARNS, organization_id=None, detail=point.detail
        )


class IntakePlanOut(Told):
    """What a text would become; nothing is written and no number is spent."""

    letter: int
    draft: list[DraftFieldOut]
    questions: list[OpenPointOut]
    groups: list[PlanGroupOut]
    tiers: list[int] = Field(description="Recipients, and those reached through them")
    findings: list[FindingOut]
    is_ready: bool = Field(description="Nothing keeps the letter back but, perhaps, warnings")

    @classmethod
    def of(cls, plan: ReceivedPlan) -> Self:
        """Return a plan as it is told."""
        return cls(
            letter=plan.letter,
            draft=[
                DraftFieldOut(
                    name=one.name,
                    value=one.value,
                    is_confirmed=one.confirmed is not None,
                    confidence=one.read.confidence if one.read else None,
                )
                for one in plan.fields
            ],
            questions=[OpenPointOut.model_validate(one) for one in plan.questions],
            groups=[PlanGroupOut.model_validate(one) for one in plan.route.groups],
            tiers=plan.route.tiers,
            findings=[
                *(FindingOut.of(one) for one in plan.route.findings),
                *(FindingOut.warning(one) for one in plan.warnings),
            ],
            is_ready=not plan.still_open(with_warnings=False),
        )
