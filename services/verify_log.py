"""Whether the log still says what was sealed: rows, seals and witnesses compared, one by one."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.checkpoint import open_checkpoint, read_checkpoint
from domain.errors import InvalidError
from domain.leaf import ENTRY, read_leaf
from domain.log_walk import MISSING, LogWalk, SealedBatch, Witnessed, first_difference
from domain.merkle import leaf_hashes
from services.list_restarts import restart_fault
from services.read_leaves import read_batches
from services.read_log import (
    LogReader,
    current_era,
    edge_at,
    newest_seal,
    nodes_of,
    read_together,
    seal_of,
    seals_after,
    split_hashes,
)
from services.stray_rows import stray_fault

TOGETHER = 50
"""Seals that are fetched at a time; their rows too, unless there are too many."""

_REGISTER = text("""
SELECT r.book, r.year, g.name FROM register r JOIN registry g ON g.id = r.registry_id
WHERE r.id = CAST(:id AS uuid)
""")
_UNSEALED = text("""
SELECT (SELECT count(*) FROM register_entry WHERE txid >= CAST(:txid AS xid8))
    + (SELECT count(*) FROM event WHERE txid >= CAST(:txid AS xid8))
""")
# The sealer tells witnesses after each seal; what is younger may still be on its way.
_TOLD = text("""
SELECT max(size) FROM seal
WHERE era = :era AND sealed_at < statement_timestamp() - interval '60 seconds'
""")

Kept = Mapping[str, AsyncIterator[str]]
"""The checkpoints that each witness holds, by size."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogState:
    """Up to where a log was found good; everything before transaction `txid` is in it."""

    era: int
    size: int
    root: bytes
    txid: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LogVerdict:
    """What was found in the log; `fault` names the first row or seal that is wrong.

    `unsealed` counts the rows that wait for the sealer. `state` is up to where all is well.
    """

    era: int
    seals: int
    leaves: int
    witnessed: int
    unsealed: int
    fault: str | None
    state: LogState


async def verify_log(
    session: AsyncSession,
    *,
    reader: LogReader,
    kept: Kept,
    era: int | None = None,
    since: LogState | None = None,
    are_rows_compared: bool = False,
    away: Collection[str] = (),
) -> LogVerdict:
    """Recompute a log from the rows as they are now, while desks and sealer go on.

    Args:
        session: A transaction that sees every row.
        reader: Whose signature is believed.
        kept: What witnesses hold of the log of this era.
        era: Which log; the present one unless it is given.
        since: Begin behind what was found good before.
        are_rows_compared: Believe the stored leaf hashes, because `compare_rows` compares them.
        away: Witnesses that turned out to be away, by the time their checkpoints end.
    """
    present = await current_era(session)
    era = era or present
    newest = await newest_seal(session, era=era)
    walked = _Walked(session, reader, era, _Queues(kept), are_rows_compared)
    told = int(await session.scalar(_TOLD, {"era": era}) or 0)
    fault = await restart_fault(session) or await walked.begin(since)
    if fault is None and newest is not None:
        fault = await walked.walk_to(newest.size)
    if fault is None:
        fault = await walked.compare_the_rest()
    if fault is None and era == present:
        fault = walked.queues.behind(told, away=away)
        fault = fault or await stray_fault(session, era=era, txid=walked.log.txid)
    return LogVerdict(
        era=era,
        seals=walked.seals,
        leaves=walked.log.size,
        witnessed=walked.queues.taken,
        unsealed=int(await session.scalar(_UNSEALED, {"txid": str(walked.log.txid)}) or 0),
        fault=fault,
        state=LogState(era=era, size=walked.log.size, root=walked.log.root(), txid=walked.log.txid),
    )


class _Walked:
    """A walk through the log of one era, and what was counted on the way."""

    def __init__(
        self,
        session: AsyncSession,
        reader: LogReader,
        era: int,
        queues: "_Queues",
        are_rows_compared: bool,
    ) -> None:
        self._session, self._era, self._reader = session, era, reader
        self._are_rows_compared = are_rows_compared
        self.queues = queues
        self.log = LogWalk(key=reader.key(era), verify=reader.verify)
        self.seals = 0

    async def begin(self, since: LogState | None) -> str | None:
        """Go to where the walk begins; return what is wrong there."""
        if since is None or since.era != self._era or not since.size:
            return None
        seal = await seal_of(self._session, era=self._era, size=since.size)
        try:
            edge = await edge_at(self._session, era=self._era, size=since.size)
        except LookupError as error:
            return str(error)
        if seal is None or not seal.root == since.root == edge.root():
            return f"the first {since.size} leaves are not those that were found good before"
        self.log = LogWalk(
            key=self._reader.key(self._era),
            verify=self._reader.verify,
            edge=edge,
            txid=seal.until_txid,
        )
        await self.queues.skip(since.size)
        return None

    async def walk_to(self, size: int) -> str | None:
        """Walk up to the seal that ends at `size`; return the first fault."""
        start = self.log.size
        async for seals in seals_after(
            self._session, era=self._era, size=start, until=size, most=TOGETHER
        ):
            for batches in read_together(seals):
                fault = await self._compare(batches)
                if fault is not None:
                    return fault
        return None

    async def _compare(self, seals: Sequence[SealedBatch]) -> str | None:
        batches: Sequence[Sequence[bytes]] = [[] for _ in seals]
        if not self._are_rows_compared:
            bounds = [seals[0].from_txid, *(seal.until_txid for seal in seals)]
            batches = await read_batches(self._session, bounds=bounds)
        for seal, rows in zip(seals, batches, strict=True):
            fault = await self._step(seal, rows)
            if fault is not None:
                return fault
            self.seals += 1
        return None

    async def _step(self, seal: SealedBatch, rows: Sequence[bytes]) -> str | None:
        hashes = split_hashes(seal.leaves) if self._are_rows_compared else leaf_hashes(rows)
        difference = first_difference(seal.leaves, hashes)
        if difference is not None:
            return await _name_fault(self._session, rows, difference.nth, difference.problem)
        problem = self.log.step(
            seal,
            hashes,
            nodes=await nodes_of(
                self._session, era=self._era, first_index=seal.first_index, size=seal.size
            ),
            witnessed=[one async for one in self.queues.up_to(seal.size)],
        )
        if problem is None:
            return None
        first = await _name_row(self._session, rows[0]) if rows else "no row"
        return f"the seal of leaves {seal.first_index} to {seal.size}, from {first} on: {problem}"

    async def compare_the_rest(self) -> str | None:
        """Compare what witnesses hold beyond the walk with what was sealed meanwhile."""
        key = self._reader.key(self._era)
        async for one in self.queues.up_to(None):
            try:
                held = open_checkpoint(one.note, key=key, verify=self._reader.verify)
            except InvalidError as error:
                return f"{one.witness} keeps a checkpoint that is refused: {error.reason}"
            newest = await newest_seal(self._session, era=self._era)
            if newest is None or held.size > newest.size:
                size = newest.size if newest else 0
                return f"{one.witness} holds {held.size} leaves, the ledger {size}"
        return None


class _Queues:
    """The checkpoints of several witnesses, each taken when the walk has come to its size."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._next: dict[str, tuple[int, str] | None] = {}
        self._newest = dict.fromkeys(kept, 0)
        self.taken = 0

    async def up_to(self, size: int | None) -> AsyncIterator[Witnessed]:
        """Take the checkpoints of at most `size` leaves; all that are left where it is None."""
        for name in self._kept:
            while (one := await self._peek(name)) and (size is None or one[0] <= size):
                self._next.pop(name)
                self._newest[name] = max(self._newest[name], one[0])
                self.taken += 1
                yield Witnessed(witness=name, note=one[1])

    async def skip(self, size: int) -> None:
        """Pass over what was compared at an earlier walk."""
        async for _ in self.up_to(size):
            self.taken -= 1

    def behind(self, size: int, *, away: Collection[str]) -> str | None:
        """Return which witness answered, but does not hold what it was told, or None."""
        for name, newest in self._newest.items():
            if newest < size and name not in away:
                held = f"{newest} leaves" if newest else "nothing"
                return f"{name} holds {held} of this log, the ledger {size} leaves"
        return None

    async def _peek(self, name: str) -> tuple[int, str] | None:
        if name not in self._next:
            note = await anext(self._kept[name], None)
            self._next[name] = None if note is None else (_size(note), note)
        return self._next[name]


def _size(note: str) -> int:
    try:
        return read_checkpoint(note).size
    except InvalidError:
        # Let it be refused at once, with its name.
        return 0


async def _name_fault(session: AsyncSession, rows: Sequence[bytes], nth: int, problem: str) -> str:
    if nth < len(rows):
        row = await _name_row(session, rows[nth])
        return f"{problem}: before {row}" if problem == MISSING else f"{row} {problem}"
    if not rows:
        return f"{problem}: no row of its seal is left"
    return f"{problem}: after {await _name_row(session, rows[nth - 1])}"


async def _name_row(session: AsyncSession, leaf: bytes) -> str:
    row = read_leaf(leaf)
    if row["record"] != ENTRY:
        return f"event {row['id']} ({row['kind']}, {row['at']})"
    book = (await session.execute(_REGISTER, {"id": row["register_id"]})).one_or_none()
    place = f"{book.name}, {book.book} {book.year}" if book else row["register_id"]
    return f"register_entry {row['id']} (number {row['number']} of {place})"
