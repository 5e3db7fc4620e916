"""What is done each day for the whole ledger: a method is one transaction, safe to repeat."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio import activity

from domain.reconciliation import Reconciliation, RunningChunk
from services.make_digests import make_digests
from services.reconcile import reconcile


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
        """Tell the process what it has missed; return how much that was."""
        # Listed before the ledger is read: what happens in between looks early, never late.
        running = await self._running()
        async with self._sessions.begin() as session:
            return await reconcile(session, running=running, at=self._clock())
