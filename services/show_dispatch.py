"""A dispatch with how many of its hops, and of those below it, stand where."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from models import Dispatch
from services.count_hops import HopCounts, count_hops
from services.note_reading import note_reading
from services.visible_hops import get_dispatch


@dataclass(frozen=True, kw_only=True, slots=True)
class DispatchDetail:
    """A dispatch, the counts of its own hops, and those of its whole tree."""

    dispatch: Dispatch
    direct: HopCounts
    below: HopCounts


async def show_dispatch(
    session: AsyncSession, *, by: ActingOfficer, dispatch_id: UUID, at: datetime
) -> DispatchDetail:
    """Return a dispatch with its counts; a hop too secret for the officer is not counted.

    Raises:
        NotFoundError: There is none, or the officer must not know of it.
    """
    dispatch = await get_dispatch(session, by=by, dispatch_id=dispatch_id)
    await note_reading(session, by=by, at=at, letters=[dispatch.letter_id])
    direct, below = [
        await count_hops(
            session, dispatch_id=dispatch_id, at=at, whole_tree=whole_tree, classes=by.classes
        )
        for whole_tree in (False, True)
    ]
    return DispatchDetail(dispatch=dispatch, direct=direct, below=below)
