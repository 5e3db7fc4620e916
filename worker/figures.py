"""How the figures follow the events: folded in behind the writers, a second or so later."""

import asyncio
import logging
from contextlib import suppress

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from infra.database import WORKER_ROLE, create_engine, create_sessions
from services.roll_up_figures import roll_up_figures

log = logging.getLogger(__name__)

INTERVAL = 1.0
MAX_BACKOFF = 60.0


async def follow_figures(database: SecretStr, stop: asyncio.Event) -> None:
    """Keep the figures up until `stop`, over a connection that nobody else waits for."""
    engine = create_engine(database, pool=1, role=WORKER_ROLE)
    await FigureFollower(create_sessions(engine)).run(interval=INTERVAL, stop=stop)
    await engine.dispose()


class FigureFollower:
    """Folds events into the figures; where several run, one works and the others wait."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    async def run(self, *, interval: float, stop: asyncio.Event) -> None:
        """Follow until `stop`; while that fails, wait longer each time.

        Whatever goes wrong here ends in the log: the relay that runs beside it must go on.
        """
        pause = interval
        while not stop.is_set():
            (outcome,) = await asyncio.gather(self.catch_up(stop), return_exceptions=True)
            if isinstance(outcome, BaseException):
                pause = min(pause * 2, MAX_BACKOFF)
                log.warning("figures wait %.1f s: %r", pause, outcome)
            else:
                pause = interval
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def catch_up(self, stop: asyncio.Event | None = None) -> None:
        """Fold in what is finished, a transaction for each batch.

        Args:
            stop: Set it to end after the batch under way.
        """
        is_behind = True
        while is_behind and not (stop and stop.is_set()):
            async with self._sessions.begin() as session:
                is_behind = await roll_up_figures(session)
