"""What happens when a received text is not to become a letter."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.intake.vocabulary import IntakeState
from models import Intake
from services.intake.sight import lock_intake


async def discard_intake(
    session: AsyncSession, *, by: ActingOfficer, intake_id: UUID, reason: str, at: datetime
) -> Intake:
    """Put a text aside with a reason; it stays as it came.

    Raises:
        NotFoundError: The officer must not know of the text.
        NotAllowedError: The officer is neither clerk nor head at its desk.
        ConflictError: `intake_settled`.
    """
    intake = await lock_intake(session, by=by, intake_id=intake_id)
    await session.execute(
        update(Intake)
        .where(Intake.id == intake_id)
        .values(state=IntakeState.DISCARDED, discard_reason=reason, settled_at=at, settled_by=by.id)
    )
    await session.refresh(intake)
    return intake
