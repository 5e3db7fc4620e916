"""Where in the record the events of one letter lie."""

from sqlalchemy.ext.asyncio import AsyncSession

from models import Letter
from services.read_events import MOST_PLACES, EventFilter
from services.visible_events import Sight, few_hops


async def letter_filter(session: AsyncSession, *, sight: Sight, letter: Letter) -> EventFilter:
    """Return where the events of a letter lie, for a reader who may see it."""
    hops = await few_hops(
        session,
        sight=sight,
        circular_id=letter.circular_id,
        letter_id=letter.id,
        most=MOST_PLACES,
    )
    return EventFilter(letters=[letter.id], hops=hops)
