"""Posts of a registry, outside."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from api.schemas.base import Given, GregorianDate, Reason, Told
from domain.vocabulary import Role
from services.fill_post import PostTerm


class PostIn(Given):
    """Who holds a post for a time, in place of its usual holders."""

    post: Role = Field(description="clerk, head or deputy")
    officer_id: UUID | None = Field(
        None, description="Left out: the post is empty on those days, and the deputies stand in"
    )
    first_day: GregorianDate = Field(examples=["2021-03-01"])
    last_day: GregorianDate = Field(description="Inclusive", examples=["2021-03-05"])
    reason: Reason = Field(examples=["หัวหน้าลาพักผ่อน"])

    def term(self) -> PostTerm:
        """Return what the use case takes."""
        return PostTerm(
            post=self.post,
            officer_id=self.officer_id,
            first_day=self.first_day,
            last_day=self.last_day,
            reason=self.reason,
        )


class PostPeriodOut(Told):
    """Days for which somebody, or nobody, is named for a post."""

    id: UUID
    registry_id: UUID
    post: Role
    officer_id: UUID | None
    first_day: date
    last_day: date
    reason: str
    recorded_at: datetime
    withdrawn_at: datetime | None


class PostHolderOut(Told):
    """One person at a post today."""

    post: Role
    officer_id: UUID
    officer: str
    is_acting: bool = Field(description="There in place of the usual holders")


class PeriodOut(Told):
    """A period that has not ended yet, with the name of who holds the post."""

    id: UUID
    post: Role
    officer_id: UUID | None
    officer: str | None
    first_day: date
    last_day: date
    reason: str


class PostsOut(Told):
    """Who holds which post today, and what is decided from there on."""

    registry_id: UUID
    today: date = Field(description="The day in Bangkok")
    holders: list[PostHolderOut]
    periods: list[PeriodOut]
