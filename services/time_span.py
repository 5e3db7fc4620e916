"""Between which event numbers a stretch of time lies: a search need not walk past others."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

BEYOND: Final = 2**63 - 1

# An event says when its act began, and gets its number when it is written. No transaction lasts
# longer than 12 hours (infra/database.py), and the clocks of our machines are not hours apart.
_SLACK: Final = timedelta(days=1)
_ABOUT = text("SELECT before, after FROM events_about(:moment)")


async def time_span(
    session: AsyncSession, *, since: datetime | None, until: datetime | None
) -> tuple[int, int]:
    """Return two event numbers: every event from `since` and before `until` lies between them.

    The first is the least that such an event can have, the second is beyond them all. Some events
    of the days around lie between them too.
    """
    first, end = 0, BEYOND
    if since is not None:
        about = (await session.execute(_ABOUT, {"moment": since - _SLACK})).one()
        first = about.before or 0
    if until is not None:
        about = (await session.execute(_ABOUT, {"moment": until + _SLACK})).one()
        end = about.after or BEYOND
    return first, end
