"""What is done each day for the whole ledger: a method is one transaction, safe to repeat."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio import activity

from domain.figures import RecountResult
from domain.reconciliation import Reconciliation, RunningChunk
from services.add_event_years import add_event_years
from services.make_digests import make_digests
from services.reconcile import reconcile
from services.recount_figures import recount_figures


class UpkeepActivities:
    """The side effects of the schedules; `running` lists the executions that watch a dispatch."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        clock: Callable[[], datetime],
        running: Callable[[], Awaitable[Sequence[RunningChunk]]],
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._running = running

    @activity.defn
    async def make_digests(self) -> int:
        """Make the mails of this working day; return how many."""
        async with self._sessions.begin() as session:
            return await make_digests(session, at=self._clock())

    @activity.defn
    async def reconcile(self) -> Reconciliation:
        """Tell the process what it has missed, and return how much that was.

        What is done every night for the ledger alone comes first: the years of the record.
        """
        async with self._sessions.begin() as session:
            await add_event_years(session, at=self._clock())
        # Listed before the ledger is read: what happens in between looks early, never late.
        running = await self._running()
        async with self._sessions.begin() as session:
            return await reconcile(session, running=running, at=self._clock())

    @activity.defn
    async def recount_figures(self) -> RecountResult:
        """Compare the figures with the events; what differs is told and left as it is."""
        async with self._sessions() as session:
            found = await recount_figures(session, tell=activity.heartbeat)
        for one in found.differences:
            activity.logger.error("figures differ from the events: %s", one)
        first = str(found.differences[0]) if found.differences else None
        return RecountResult(differing=found.differing, first=first)
