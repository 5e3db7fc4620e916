"""How a finished dispatch reports to the one above it, so that acknowledgments climb the tree."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import classes_up_to
from domain.hop_states import SETTLED
from domain.vocabulary import DispatchState, EventKind, HopAction, HopState
from models import Dispatch, Hop
from services.count_hops import count_below, count_hops
from services.record_event import SYSTEM_OFFICER, record_event
from services.settle_hop import Settlement, settle_hop


async def report_upward(session: AsyncSession, *, dispatch_id: UUID, at: datetime) -> bool:
    """Complete a dispatch whose hops are all settled, and settle the hop it answers to.

    Safe to run again: it re-reads the ledger and returns False when there is nothing to do,
    because somebody is still missing, or it was done before.
    """
    dispatch = await session.get_one(Dispatch, dispatch_id, with_for_update=True)
    if dispatch.state is DispatchState.OPEN and not await _complete(session, dispatch, at):
        return False
    if dispatch.parent_hop_id is None:
        return False
    hop = await session.get_one(Hop, dispatch.parent_hop_id, with_for_update=True)
    if hop.state is not HopState.FORWARDED or await _is_waiting(session, hop):
        return False
    # Whoever may see this hop need not have the clearance for a secret cover below it.
    counts = await count_below(session, hop_id=hop.id, at=at, classes=classes_up_to(hop.secrecy))
    await settle_hop(
        session,
        hop=hop,
        action=HopAction.REPORT,
        by=SYSTEM_OFFICER,
        registry_id=hop.recipient_registry_id,
        at=at,
        said=Settlement(facts={"below": dict(counts.as_facts())}),
    )
    return True


async def _complete(session: AsyncSession, dispatch: Dispatch, at: datetime) -> bool:
    waiting = select(exists().where(Hop.dispatch_id == dispatch.id, Hop.state.not_in(SETTLED)))
    if await session.scalar(waiting):
        return False
    dispatch.state = DispatchState.COMPLETED
    dispatch.completed_at, dispatch.completed_by = at, SYSTEM_OFFICER
    counts = await count_hops(session, dispatch_id=dispatch.id, at=at, whole_tree=False)
    await record_event(
        session,
        EventKind.DISPATCH_COMPLETED,
        at=at,
        by=SYSTEM_OFFICER,
        registry_id=dispatch.sender_registry_id,
        circular_id=dispatch.circular_id,
        letter_id=dispatch.letter_id,
        dispatch_id=dispatch.id,
        facts=dict(counts.as_facts()),
    )
    return True


async def _is_waiting(session: AsyncSession, hop: Hop) -> bool:
    # A hop that was forwarded twice reports when its last dispatch is done.
    open_below = select(
        exists().where(Dispatch.parent_hop_id == hop.id, Dispatch.state == DispatchState.OPEN)
    )
    return bool(await session.scalar(open_below))
