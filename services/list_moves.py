"""How often, by whom and why the clocks of a dispatch were moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.vocabulary import MoveKind
from models import DeadlineMove, Officer
from services.note_reading import note_reading
from services.visible_hops import get_dispatch


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveItem:
    """One move, with the name of who allowed it."""

    id: UUID
    kind: MoveKind
    dispatch_id: UUID
    hop_id: UUID | None
    days: int | None
    reason: str
    hops: int
    at: datetime
    officer: str


async def list_moves(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    dispatch_id: UUID,
    at: datetime,
    after: UUID | None,
    limit: int,
) -> Sequence[MoveItem]:
    """Return one page of the moves of a dispatch and of its hops, oldest first.

    Args:
        session: The transaction.
        by: The officer who looks.
        dispatch_id: The dispatch.
        at: Now, as an aware instant.
        after: The last move of the page before, or None for the first page.
        limit: Most rows to return.

    Raises:
        NotFoundError: There is no such dispatch, or the officer must not know of it.
    """
    dispatch = await get_dispatch(session, by=by, dispatch_id=dispatch_id)
    await note_reading(session, by=by, at=at, letters=[dispatch.letter_id])
    query = (
        select(DeadlineMove, Officer.name)
        .join(Officer, Officer.id == DeadlineMove.officer_id)
        .where(DeadlineMove.dispatch_id == dispatch_id)
        .order_by(DeadlineMove.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(DeadlineMove.id > after)
    return [_item(*row) for row in (await session.execute(query))]


def _item(move: DeadlineMove, officer: str) -> MoveItem:
    return MoveItem(
        id=move.id,
        kind=move.kind,
        dispatch_id=move.dispatch_id,
        hop_id=move.hop_id,
        days=move.days,
        reason=move.reason,
        hops=move.hops,
        at=move.at,
        officer=officer,
    )
