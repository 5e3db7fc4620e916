"""The follower as `wian relay` runs it: it follows, it survives a ledger that is away, it stops."""

import asyncio
import logging
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import HopTime
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.dispatch_process import eventually
from tests.support.letters import send
from tests.support.relay_desk import Sessions
from worker.figures import FigureFollower, follow_figures


async def hops(sessions: Sessions) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(HopTime)) or 0


async def test_figures_follow_the_events_until_they_are_told_to_stop(
    database: Database, sessions: Sessions, own_directory: Directory
) -> None:
    stop = asyncio.Event()
    following = asyncio.create_task(follow_figures(database.worker_url, stop))
    for sent in (1, 2):
        async with sessions.begin() as session:
            await send(session, own_directory["agency"], own_directory["hall"])

        async def is_told(wanted: int = sent) -> bool:
            return await hops(sessions) == wanted

        await eventually(is_told)
    stop.set()
    await asyncio.wait_for(following, 10)


class Away:
    """A ledger that cannot be reached the first times it is asked."""

    def __init__(self, sessions: Sessions, times: int) -> None:
        self._sessions = sessions
        self._times = times

    @property
    def begin(self) -> Callable[[], object]:
        self._times -= 1
        if self._times >= 0:
            raise OSError("the ledger is away")
        return self._sessions.begin


async def test_a_ledger_that_is_away_is_waited_for(
    sessions: Sessions, own_directory: Directory, caplog: pytest.LogCaptureFixture
) -> None:
    async with sessions.begin() as session:
        await send(session, own_directory["agency"], own_directory["hall"])
    stop = asyncio.Event()
    follower = FigureFollower(Away(sessions, times=2))  # type: ignore[arg-type]  # enough of one
    with caplog.at_level(logging.WARNING, logger="worker.figures"):
        following = asyncio.create_task(follower.run(interval=0.01, stop=stop))

        async def is_told() -> bool:
            return await hops(sessions) == 1

        await eventually(is_told)
        stop.set()
        await asyncio.wait_for(following, 10)
    assert [record.getMessage() for record in caplog.records] == [
        f"figures wait {pause} s: OSError('the ledger is away')" for pause in ("0.0", "0.0")
    ]


async def test_a_stop_is_heard_between_two_batches(
    sessions: Sessions, own_directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, folded = asyncio.Event(), 0

    async def fold(session: AsyncSession) -> bool:
        nonlocal folded
        del session
        folded += 1
        stop.set()
        return True

    del own_directory
    monkeypatch.setattr("worker.figures.roll_up_figures", fold)
    await asyncio.wait_for(FigureFollower(sessions).catch_up(stop), 10)
    assert folded == 1
