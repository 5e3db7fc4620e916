"""What happens when a post period is taken back: the usual holders hold the post again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import KEEP_BOOKS, ActingOfficer
from domain.errors import ConflictError, NotFoundError
from domain.vocabulary import EventKind
from models import PostPeriod
from services.record_event import record_event


async def withdraw_post(
    session: AsyncSession, *, by: ActingOfficer, post_period_id: UUID, at: datetime
) -> PostPeriod:
    """End a post period at once; it stays on record, with who withdrew it and when.

    Raises:
        NotFoundError: There is none, or the officer has no part in its registry.
        NotAllowedError: The officer is neither head nor administrator there.
        ConflictError: `post_period_withdrawn`: it is withdrawn already.
    """
    period = await session.get(PostPeriod, post_period_id, with_for_update=True)
    if period is None or period.registry_id not in by.roles:
        raise NotFoundError("ช่วงเวลารักษาการ (post period)")
    by.require(KEEP_BOOKS, at=period.registry_id)
    if period.withdrawn_at is not None:
        raise ConflictError("ช่วงเวลานี้ถูกยกเลิกไปแล้ว", code="post_period_withdrawn")
    period.withdrawn_at, period.withdrawn_by = at, by.id
    await session.flush()
    await record_event(
        session,
        EventKind.POST_CLEARED,
        at=at,
        by=by.id,
        registry_id=period.registry_id,
        facts={"post_period_id": str(period.id), "post": period.post.value},
    )
    return period
