"""What happens when a sender takes a letter back before it is registered (ดึงกลับ)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import STAMP, ActingOfficer
from domain.errors import NotAllowedError
from domain.vocabulary import HopAction
from models import Hop
from services.settle_hop import Settlement, settle_hop
from services.visible_hops import get_hop


async def recall_hop(
    session: AsyncSession, *, by: ActingOfficer, hop_id: UUID, at: datetime, reason: str
) -> Hop:
    """Recall a hop that its recipient has not registered, with the reason.

    Raises:
        NotFoundError: The officer must not know of the hop.
        NotAllowedError: The officer is not a clerk or head of the sender.
        ConflictError: `hop_step_not_allowed`: once it is registered, only the recipient returns it.
    """
    hop, dispatch = await get_hop(session, by=by, hop_id=hop_id)
    if dispatch.sender_registry_id not in by.roles:
        raise NotAllowedError("ผู้ส่งเท่านั้นที่ดึงหนังสือกลับได้", code="not_the_sender")
    by.require(STAMP, at=dispatch.sender_registry_id)
    return await settle_hop(
        session,
        hop=hop,
        action=HopAction.RECALL,
        by=by.id,
        registry_id=dispatch.sender_registry_id,
        at=at,
        said=Settlement(remark=reason),
    )
