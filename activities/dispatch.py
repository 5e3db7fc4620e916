"""What the process does to the ledger: a method is one transaction, safe to repeat."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio import activity

from domain.alarms import Alarm
from services.raise_alarm import raise_alarm
from services.report_upward import report_upward


@dataclass(frozen=True, kw_only=True, slots=True)
class DueAlarm:
    """An alarm of one chunk of a dispatch that is due now."""

    dispatch_id: UUID
    chunk: int
    alarm: Alarm


class DispatchActivities:
    """The side effects of a dispatch; what differs between machines is given to it."""

    def __init__(
        self, sessions: async_sessionmaker[AsyncSession], clock: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._clock = clock

    @activity.defn
    async def raise_alarm(self, due: DueAlarm) -> int:
        """Write the notices of one step for the hops still waiting; return how many are new."""
        async with self._sessions.begin() as session:
            return await raise_alarm(
                session,
                dispatch_id=due.dispatch_id,
                chunk=due.chunk,
                alarm=due.alarm,
                at=self._clock(),
            )

    @activity.defn
    async def report_upward(self, dispatch_id: UUID) -> bool:
        """Complete the dispatch if nobody is missing, and settle the hop it answers to."""
        async with self._sessions.begin() as session:
            return await report_upward(session, dispatch_id=dispatch_id, at=self._clock())
