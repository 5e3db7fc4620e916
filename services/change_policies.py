"""What happens when somebody edits the urgency, budget and extension policies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from models import PolicyVersion
from services.begin_calendar_version import lock_policies
from services.policy_document import read_policies, write_policies
from services.show_policies import show_policies


async def change_policies(
    session: AsyncSession, *, by: UUID, document: object, note: str, at: datetime
) -> int | None:
    """Let other policies hold from now on, and return their version.

    Returns None when they are those that hold already. Deadlines under way stay as they are.

    Raises:
        InvalidError: `policy_invalid`, with what is wrong.
    """
    policies = write_policies(read_policies(document))
    await lock_policies(session)
    if policies == write_policies(read_policies((await show_policies(session)).policies)):
        return None
    version = await session.execute(
        insert(PolicyVersion)
        .values(at=at, officer_id=by, note=note, policies=policies)
        .returning(PolicyVersion.number)
    )
    return version.scalar_one()
