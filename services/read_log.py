"""What is stored of the log: its era, its seals, and its right edge at any size."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, Select, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from domain.checkpoint import VerifierKey, Verify, log_origin
from domain.log_walk import HASH_BYTES, SealedBatch
from domain.merkle import (
    EMPTY_ROOT,
    STORED_HEIGHT,
    Frontier,
    Subtree,
    needed_for_frontier,
    small_subtrees,
    windows_of,
)
from models import LogNode, Seal
from services.record_directory import NO_REGISTRY
from services.record_event import SYSTEM_OFFICER

ROWS = 10_000
"""Rows that are read at once, unless a single seal has more."""

FIRST_ERA = 1
LATER_ERAS = 3
"""So many eras after the present one a witness is asked for: some end before anything is sealed."""

# Whoever may append an event does not thereby begin a log.
OF_THE_SYSTEM = """
(kind = 'log_restarted' AND registry_id = :nowhere AND officer_id = :system
    AND coalesce(facts ->> 'era', '') ~ '^[0-9]{1,6}$')
"""
RESTARTED_BY = {"nowhere": NO_REGISTRY, "system": SYSTEM_OFFICER}

_WINDOW = 1 << STORED_HEIGHT

_ERA = text(f"SELECT max(CAST(facts ->> 'era' AS integer)) FROM event WHERE {OF_THE_SYSTEM}")  # noqa: S608 (our own words)
_SEALS = select(
    Seal.first_index,
    Seal.size,
    Seal.from_txid,
    Seal.until_txid,
    Seal.root,
    Seal.leaves,
    Seal.checkpoint,
)
_NODES = text("""
SELECT n.height, n.position, n.hash
FROM unnest(CAST(:heights AS smallint[]), CAST(:firsts AS bigint[]), CAST(:ends AS bigint[]))
    AS span (height, first, until)
JOIN log_node n ON n.era = :era AND n.height = span.height AND n.position >= span.first
    AND n.position < span.until
""")
# One statement, before any id is taken: everything that was committed before `at` has a
# transaction below `next`, and everything below `oldest` is finished.
_PRESENT = text("""
SELECT CAST(pg_snapshot_xmin(now) AS text) AS oldest, CAST(pg_snapshot_xmax(now) AS text) AS next,
    statement_timestamp() AS at
FROM pg_current_snapshot() now
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Present:
    """Where the database's transactions stand.

    Attributes:
        oldest: Every transaction below it is finished.
        next: The id that the next transaction takes, or later.
        at: An instant before that.
    """

    oldest: int
    next: int
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class LogReader:
    """Who believes the log: its name, and the public half of its key."""

    name: str
    public: bytes
    verify: Verify

    def key(self, era: int) -> VerifierKey:
        """Return what verifies the checkpoints of an era."""
        return VerifierKey(name=log_origin(self.name, era), public=self.public)


async def read_present(session: AsyncSession) -> Present:
    """Return where transactions stand now, by the database's own clock."""
    row = (await session.execute(_PRESENT)).one()
    return Present(oldest=int(row.oldest), next=int(row.next), at=row.at)


async def current_era(session: AsyncSession) -> int:
    """Return which log is being written: each restart is an event of the record."""
    return int(await session.scalar(_ERA, RESTARTED_BY) or FIRST_ERA)


async def newest_seal(session: AsyncSession, *, era: int) -> SealedBatch | None:
    """Return the last seal of an era, or None."""
    query = _SEALS.where(Seal.era == era).order_by(Seal.size.desc()).limit(1)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _batch(row)


async def newest_root(session: AsyncSession, *, era: int) -> tuple[int, bytes]:
    """Return size and root of the last seal of an era."""
    query = select(Seal.size, Seal.root).where(Seal.era == era).order_by(Seal.size.desc()).limit(1)
    row = (await session.execute(query)).one_or_none()
    return (0, EMPTY_ROOT) if row is None else (row.size, row.root)


async def seal_of(session: AsyncSession, *, era: int, size: int) -> SealedBatch | None:
    """Return the seal that ends at `size`, or None."""
    query = _SEALS.where(Seal.era == era, Seal.size == size)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _batch(row)


async def checkpoints_after(
    session: AsyncSession, *, era: int, size: int, most: int
) -> Sequence[tuple[int, str]]:
    """Return size and checkpoint of the seals after `size`, oldest first."""
    query = select(Seal.size, Seal.checkpoint).where(Seal.era == era, Seal.size > size)
    rows = await session.execute(query.order_by(Seal.size).limit(most))
    return [(row.size, row.checkpoint) for row in rows]


async def seals_after(
    session: AsyncSession, *, era: int, size: int, until: int, most: int
) -> AsyncIterator[list[SealedBatch]]:
    """Yield the seals after `size` in the order in which they were made, so many at a time."""
    while True:
        query = _SEALS.where(Seal.era == era, Seal.size > size, Seal.size <= until)
        rows = (await session.execute(query.order_by(Seal.size).limit(most))).all()
        if not rows:
            return
        size = rows[-1].size
        yield [_batch(row) for row in rows]


async def nodes_of(
    session: AsyncSession, *, era: int, first_index: int, size: int
) -> Mapping[Subtree, bytes]:
    """Return the stored nodes that the leaves from `first_index` to before `size` completed."""
    spans = [
        (height, first_index >> height, size >> height)
        for height in range(STORED_HEIGHT, size.bit_length())
        if first_index >> height < size >> height
    ]
    if not spans:
        return {}
    heights, firsts, ends = zip(*spans, strict=True)
    rows = await session.execute(
        _NODES, {"era": era, "heights": list(heights), "firsts": list(firsts), "ends": list(ends)}
    )
    return {Subtree(row.height, row.position): row.hash for row in rows}


async def edge_at(session: AsyncSession, *, era: int, size: int) -> Frontier:
    """Return the right edge of the log as it was at `size`.

    Raises:
        LookupError: Nodes or seals that it needs are not stored.
    """
    needed = needed_for_frontier(size)
    tall = [one for one in needed if one.height >= STORED_HEIGHT]
    query = select(LogNode.height, LogNode.position, LogNode.hash).where(
        LogNode.era == era, tuple_(LogNode.height, LogNode.position).in_(tall)
    )
    hashes = {Subtree(height, at): node for height, at, node in await session.execute(query)}
    windows = {
        window: await leaves_between(
            session, era=era, first=window * _WINDOW, until=min(size, (window + 1) * _WINDOW)
        )
        for window in windows_of(needed)
    }
    try:
        return Frontier.restore(size, hashes | small_subtrees(needed, windows))
    except (KeyError, ValueError) as error:
        raise LookupError(f"the log of {size} leaves is not stored whole: {error}") from error


async def leaves_between(session: AsyncSession, *, era: int, first: int, until: int) -> list[bytes]:
    """Return the sealed leaf hashes from `first` to before `until`, as far as they are stored."""
    found: list[bytes] = []
    for row in await session.execute(_overlapping(era, first, until)):
        low = max(first, row.first_index) - row.first_index
        high = min(until, row.size) - row.first_index
        found += split_hashes(row.leaves[low * HASH_BYTES : high * HASH_BYTES])
    return found


def _overlapping(era: int, first: int, until: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Seal.first_index, Seal.size, Seal.leaves)
        .where(Seal.era == era, Seal.size > first, Seal.first_index < until)
        .order_by(Seal.size)
    )


def split_hashes(leaves: bytes) -> list[bytes]:
    """Return the leaf hashes that a seal holds in one piece."""
    return [leaves[at : at + HASH_BYTES] for at in range(0, len(leaves), HASH_BYTES)]


def read_together(seals: Sequence[SealedBatch]) -> list[list[SealedBatch]]:
    """Part seals into groups whose rows are read at once: one behind the other, not too many."""
    groups, rows = [[seals[0]]], len(seals[0].leaves) // HASH_BYTES
    for before, seal in pairwise(seals):
        rows += seal.size - seal.first_index
        if rows > ROWS or seal.from_txid != before.until_txid:
            groups.append([])
            rows = seal.size - seal.first_index
        groups[-1].append(seal)
    return groups


def _batch(row: Row[*tuple[Any, ...]]) -> SealedBatch:
    return SealedBatch(
        first_index=row.first_index,
        size=row.size,
        from_txid=int(row.from_txid),
        until_txid=int(row.until_txid),
        root=row.root,
        leaves=row.leaves,
        checkpoint=row.checkpoint,
    )
