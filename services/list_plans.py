"""The deadlines of a dispatch, as they stand now."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import DeadlinePlan, Hop


async def list_plans(session: AsyncSession, *, dispatch_id: UUID) -> Sequence[DeadlinePlan]:
    """Return the plans that hops of a dispatch have now, the most urgent first."""
    query = (
        select(DeadlinePlan)
        .where(
            DeadlinePlan.dispatch_id == dispatch_id,
            exists().where(Hop.plan_id == DeadlinePlan.id, Hop.dispatch_id == dispatch_id),
        )
        .order_by(DeadlinePlan.acknowledge_by, DeadlinePlan.register_by, DeadlinePlan.id)
    )
    return (await session.scalars(query)).all()
