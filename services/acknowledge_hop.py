"""What happens when a recipient reports a letter done (ตอบรับ, รายงานผล)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.hop_states import target
from domain.vocabulary import HopAction
from models import Hop
from services.answer_forms import check_answer
from services.settle_hop import Settlement, settle_hop
from services.visible_hops import get_received_hop


async def acknowledge_hop(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    hop_id: UUID,
    at: datetime,
    remark: str | None = None,
    answer: dict[str, Any] | None = None,
) -> Hop:
    """Acknowledge a registered hop, with the answer that its dispatch asked for.

    Raises:
        NotFoundError: The officer must not know of the hop.
        NotAllowedError: The officer is not a clerk or head of the recipient.
        ConflictError: `hop_step_not_allowed`.
        InvalidError: `answer_missing`, `answer_not_asked` or `answer_invalid` with each field.
    """
    hop, dispatch = await get_received_hop(session, by=by, hop_id=hop_id)
    target(hop.state, HopAction.ACKNOWLEDGE)
    check_answer(answer, form=dispatch.answer_form)
    return await settle_hop(
        session,
        hop=hop,
        action=HopAction.ACKNOWLEDGE,
        by=by.id,
        registry_id=hop.recipient_registry_id,
        at=at,
        said=Settlement(remark=remark, answer=answer, facts={"answered": answer is not None}),
    )
