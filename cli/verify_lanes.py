"""Rows compared with what was sealed by several processes, each over a part of the log."""

import asyncio
import gc
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from domain.entry_leaves import RegisterHead
from domain.entry_runs import Runs
from infra.database import WORKER_ROLE, create_engine, create_sessions
from services.compare_rows import add_unsealed, compare_rows
from services.read_log import newest_seal, read_present
from services.verify_registers import register_heads

WORTH_IT = 100_000
"""Leaves of a lane, so that its process is worth the half second that it takes to start."""


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """Processes at work, and what the registers said when they began."""

    heads: Mapping[UUID, RegisterHead]
    txid: int
    begun: Sequence[asyncio.Future[Runs | None]]

    @classmethod
    async def begin(
        cls, session: AsyncSession, *, era: int, lanes: int | None = None
    ) -> "Lanes | None":
        """Begin to compare all rows of an era; return None where one process is as quick."""
        heads = await register_heads(session)
        newest = await newest_seal(session, era=era)
        size = newest.size if newest else 0
        count = min(os.cpu_count() or 1, size // WORTH_IT) if lanes is None else lanes
        if newest is None or count < 1:
            return None
        url = (await session.connection()).engine.url.render_as_string(hide_password=False)
        # Not forked: a copy of this process would share its connections.
        # Millions of small rows and no cycle among them: nothing to look for.
        pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=gc.disable)
        loop, ends = asyncio.get_running_loop(), [size * nth // count for nth in range(count + 1)]
        begun = [
            loop.run_in_executor(pool, _compare, url, era, after, until)
            for after, until in pairwise(ends)
        ]
        pool.shutdown(wait=False)
        return cls(heads=heads, txid=newest.until_txid, begun=begun)

    @property
    def entries(self) -> int:
        """How many entries the registers had when the lanes began."""
        return sum(head.positions for head in self.heads.values())

    async def doubtful(self, session: AsyncSession) -> list[UUID] | None:
        """Return the registers that are not plainly whole; None if a row is not as sealed.

        A register into which somebody wrote meanwhile is among them.
        """
        runs = Runs()
        for part in await asyncio.gather(*self.begun):
            if part is None:
                return None
            runs.join(part)
        present = await read_present(session)
        await add_unsealed(session, runs, txid=self.txid, end=present.next)
        return [one for one, head in self.heads.items() if not runs.are_whole(one.bytes, head)]


def _compare(url: str, era: int, after: int, until: int) -> Runs | None:
    return asyncio.run(_compare_part(SecretStr(url), era, after, until))


async def _compare_part(url: SecretStr, era: int, after: int, until: int) -> Runs | None:
    engine = create_engine(url, pool=1, role=WORKER_ROLE)
    try:
        async with create_sessions(engine)() as session:
            return await compare_rows(session, era=era, after=after, until=until)
    finally:
        await engine.dispose()
