"""The posts of a registry: who holds which today, and for which days others are named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.errors import NotFoundError
from domain.vocabulary import Role
from models import Officer, PostPeriod
from services.post_holders import HOLDERS

# A deputy who stands in for an absent head is told under the post of the head too.
_TODAY = """
WITH desks AS (
    SELECT CAST(:registry_id AS uuid) AS registry_id
), {holders}, posts AS (
    SELECT post, officer_id, is_acting FROM holders
    UNION ALL
    SELECT 'head', officer_id, true FROM holders
    WHERE post = 'deputy' AND EXISTS (
        SELECT FROM declared WHERE declared.post = 'head' AND declared.officer_id IS NULL
    )
)
SELECT posts.post, posts.officer_id, officer.name AS officer, posts.is_acting
FROM posts JOIN officer ON officer.id = posts.officer_id
ORDER BY array_position(ARRAY['head', 'deputy', 'clerk'], posts.post), officer.name
"""
_HOLDERS = text(_TODAY.format(holders=HOLDERS))


@dataclass(frozen=True, kw_only=True, slots=True)
class PostHolder:
    """One person at a post today; `is_acting` tells who is there in place of others."""

    post: Role
    officer_id: UUID
    officer: str
    is_acting: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodItem:
    """Days for which somebody, or nobody, is named for a post."""

    id: UUID
    post: Role
    officer_id: UUID | None
    officer: str | None
    first_day: date
    last_day: date
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Posts:
    """The posts of a registry on a day, and the periods that have not ended by then."""

    holders: Sequence[PostHolder]
    periods: Sequence[PeriodItem]


async def list_posts(
    session: AsyncSession, *, by: ActingOfficer, registry_id: UUID, today: date
) -> Posts:
    """Return who holds which post on the Bangkok day `today`, and what is decided from there on.

    Raises:
        NotFoundError: The officer has no part in the registry.
    """
    if registry_id not in by.roles:
        raise NotFoundError("หน่วยสารบรรณ (registry)")
    values = {"registry_id": registry_id, "today": today}
    rows = await session.execute(_HOLDERS, values)
    periods = (
        select(PostPeriod, Officer.name)
        .join(Officer, Officer.id == PostPeriod.officer_id, isouter=True)
        .where(
            PostPeriod.registry_id == registry_id,
            PostPeriod.withdrawn_at.is_(None),
            PostPeriod.last_day >= today,
        )
        .order_by(PostPeriod.first_day, PostPeriod.id)
    )
    return Posts(
        holders=[_holder(row) for row in rows],
        periods=[_period(*row) for row in await session.execute(periods)],
    )


def _holder(row: Row[Any]) -> PostHolder:
    return PostHolder(
        post=Role(row.post),
        officer_id=row.officer_id,
        officer=row.officer,
        is_acting=row.is_acting,
    )


def _period(period: PostPeriod, officer: str | None) -> PeriodItem:
    return PeriodItem(
        id=period.id,
        post=period.post,
        officer_id=period.officer_id,
        officer=officer,
        first_day=period.first_day,
        last_day=period.last_day,
        reason=period.reason,
    )
