"""Which policies deadlines are computed with today."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import PolicyVersion


async def show_policies(session: AsyncSession) -> PolicyVersion:
    """Return the newest version of the policies; migration 0006 wrote the first."""
    query = select(PolicyVersion).order_by(PolicyVersion.number.desc()).limit(1)
    return (await session.scalars(query)).one()
