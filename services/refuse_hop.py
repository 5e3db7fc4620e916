"""What happens when a recipient refuses a letter before registering it (ปฏิเสธ)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.vocabulary import HopAction
from models import Hop
from services.settle_hop import Settlement, settle_hop
from services.visible_hops import get_received_hop


async def refuse_hop(
    session: AsyncSession, *, by: ActingOfficer, hop_id: UUID, at: datetime, reason: str
) -> Hop:
    """Refuse a hop that is not yet registered, with the reason.

    Raises:
        NotFoundError: The officer must not know of the hop.
        NotAllowedError: The officer is not a clerk or head of the recipient.
        ConflictError: `hop_step_not_allowed`.
    """
    hop, _ = await get_received_hop(session, by=by, hop_id=hop_id)
    return await settle_hop(
        session,
        hop=hop,
        action=HopAction.REFUSE,
        by=by.id,
        registry_id=hop.recipient_registry_id,
        at=at,
        said=Settlement(remark=reason),
    )
