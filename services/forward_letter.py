"""What happens when a recipient sends a letter on, as it is or under a cover letter (ส่งต่อ)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.hop_states import sources, step_not_allowed, target
from domain.vocabulary import EventKind, HopAction, HopState
from models import Dispatch, Hop, Letter
from services.create_dispatch import SendOrder, create_dispatch
from services.files import FileStore
from services.issue_letter import issue_letter
from services.letter_draft import LetterDraft
from services.record_event import record_event
from services.visible_hops import get_received_hop

_MOVE = text("""
UPDATE hop SET state = 'forwarded', forwarded_at = coalesce(forwarded_at, :at),
    forwarded_by = coalesce(forwarded_by, :by)
WHERE id = :hop_id AND state = ANY(CAST(:sources AS text[]))
RETURNING old.state
""")


async def forward_letter(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    hop_id: UUID,
    order: SendOrder,
    files: FileStore,
    at: datetime,
    cover: LetterDraft | None = None,
) -> Dispatch:
    """Start a dispatch below a registered hop.

    With `cover`, a new letter with a number of its own goes out and names the received one as
    its parent; without, the received letter itself is passed on. An answer form that is not
    given is the one that came with the letter.

    Raises:
        NotFoundError: The officer must not know of the hop.
        NotAllowedError: The officer is not a clerk or head of the recipient.
        ConflictError: `hop_step_not_allowed`, or what `issue_letter` raises.
        InvalidError: What `create_dispatch` and `issue_letter` raise.
    """
    hop, above = await get_received_hop(session, by=by, hop_id=hop_id)
    target(hop.state, HopAction.FORWARD)
    before = await _move(session, hop, by.id, at)
    letter = await session.get_one(Letter, above.letter_id)
    desk = hop.recipient_registry_id
    if cover is not None:
        letter = await issue_letter(
            session, by=by, registry_id=desk, draft=cover, files=files, at=at, parent=letter
        )
    dispatch = await create_dispatch(
        session,
        letter=letter,
        sender=desk,
        order=replace(order, answer_form=order.answer_form or above.answer_form),
        by=by.id,
        at=at,
        parent=(hop, above),
    )
    await record_event(
        session,
        EventKind.FORWARDED,
        at=at,
        by=by.id,
        registry_id=desk,
        circular_id=above.circular_id,
        letter_id=above.letter_id,
        dispatch_id=above.id,
        hop_id=hop.id,
        facts=_facts(before, hop, dispatch, letter),
    )
    return dispatch


def _facts(before: str, hop: Hop, dispatch: Dispatch, letter: Letter) -> dict[str, str]:
    facts = {"before": before, "after": HopState.FORWARDED.value}
    # Who may see the hop need not have the clearance for the cover that it went on under.
    if letter.secrecy is hop.secrecy:
        facts |= {"dispatch_id": str(dispatch.id), "number": letter.number}
    return facts


async def _move(session: AsyncSession, hop: Hop, by: UUID, at: datetime) -> str:
    legal = [state.value for state in sources(HopAction.FORWARD)]
    values = {"hop_id": hop.id, "at": at, "by": by, "sources": legal}
    before: str | None = await session.scalar(_MOVE, values)
    await session.refresh(hop)
    if before is None:
        raise step_not_allowed(hop.state, HopAction.FORWARD)
    return before
