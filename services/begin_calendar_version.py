"""How every change of the calendar begins: one after the other, each with a number of its own."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from models import CalendarVersion

# Any number will do, as long as nothing else of the ledger takes the same.
_CALENDAR_LOCK: Final = 7_261_500_001
_POLICY_LOCK: Final = 7_261_500_002
_LOCK = text("SELECT pg_advisory_xact_lock(:key)")


async def lock_calendar(session: AsyncSession) -> None:
    """Wait until nobody else changes the calendar, and keep others out until the commit.

    Taken before the number of the version is: so numbers become visible in their order, and
    whoever has read a version will never find more in it.
    """
    await session.execute(_LOCK, {"key": _CALENDAR_LOCK})


async def lock_policies(session: AsyncSession) -> None:
    """Do the same for the policies."""
    await session.execute(_LOCK, {"key": _POLICY_LOCK})


async def begin_calendar_version(
    session: AsyncSession, *, by: UUID, note: str, at: datetime
) -> int:
    """Add a version of the calendar and return its number; the calendar must be locked."""
    version = await session.execute(
        insert(CalendarVersion)
        .values(at=at, officer_id=by, note=note)
        .returning(CalendarVersion.number)
    )
    return version.scalar_one()
