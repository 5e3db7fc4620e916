"""Whether rows still hash to what was sealed: yes or no, for a part of the log.

What is wrong is for `verify_log` and `verify_registers` to say. Parts are independent of each
other, so that as many processes may compare as there are processors.
"""

from collections.abc import AsyncIterator, Sequence
from itertools import takewhile

from sqlalchemy.ext.asyncio import AsyncSession

from domain.entry_leaves import ReadEntry, is_entry, read_entry
from domain.entry_runs import Runs
from domain.log_walk import SealedBatch
from domain.merkle import leaf_hashes
from services.read_leaves import read_batches
from services.read_log import read_together, seals_after

TOGETHER = 50
MANY_ENTRIES = 50_000
"""So many wait until they are sorted into registers: the more, the longer are the runs."""


async def compare_rows(session: AsyncSession, *, era: int, after: int, until: int) -> Runs | None:
    """Compare the rows of the seals that end behind leaf `after` and not behind `until`.

    Returns the runs of the register entries in them, or None if a row is not as it was sealed.
    """
    runs, waiting = Runs(), list[ReadEntry]()
    async for seal, rows in _seals(session, era, after, until):
        if b"".join(leaf_hashes(rows)) != seal.leaves:
            return None
        waiting += map(read_entry, takewhile(is_entry, rows))
        if len(waiting) > MANY_ENTRIES:
            runs.add(waiting)
            waiting = []
    runs.add(waiting)
    return runs


async def add_unsealed(session: AsyncSession, runs: Runs, *, txid: int, end: int) -> None:
    """Add the register entries of the transactions from `txid` on, which no seal covers yet."""
    (rows,) = await read_batches(session, bounds=[txid, max(txid, end)])
    runs.add(map(read_entry, takewhile(is_entry, rows)))


async def _seals(
    session: AsyncSession, era: int, after: int, until: int
) -> AsyncIterator[tuple[SealedBatch, Sequence[bytes]]]:
    async for seals in seals_after(session, era=era, size=after, until=until, most=TOGETHER):
        for group in read_together(seals):
            bounds = [group[0].from_txid, *(seal.until_txid for seal in group)]
            batches = await read_batches(session, bounds=bounds)
            for seal, rows in zip(group, batches, strict=True):
                yield seal, rows
