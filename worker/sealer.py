"""The process that seals the record: one at a time, behind the writers, watched by witnesses."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from domain.checkpoint import Checkpoint
from infra.database import WORKER_ROLE, create_engine
from infra.log_key import ensure_log_key, verifier
from infra.settings import Settings
from infra.time_stamp import TimeStampError, time_stamp
from infra.witness import Witness, open_witnesses
from services.fence_ledger import fence_ledger, set_stop_rule, show_sealing
from services.read_log import current_era, newest_root, read_present
from services.seal_log import (
    LogEdge,
    LogSigner,
    catch_up,
    draft_seal,
    store_seal,
)
from worker.witnesses import (
    Confirmed,
    ForkError,
    ask_witnesses,
    compare_ledger,
    edge_of,
    refuse_later_log,
    root_at,
    tell_witness,
)

log = logging.getLogger(__name__)

MAX_BACKOFF = 60.0
# Any number will do, as long as nothing else of the ledger takes the same.
_LOCK_KEY = 7_261_500_012
_LOCK = text("SELECT pg_try_advisory_lock(:key)").bindparams(key=_LOCK_KEY)

Stamp = Callable[[bytes], Awaitable[bytes]]
"""Returns a time-stamp over a sha256 digest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StopRule:
    """What becomes of numbers when nothing was sealed for `after`; None lets them go on."""

    after: timedelta | None
    on_stop: str


class Sealer:
    """Seals on one connection, which also holds the lock that lets only one sealer work."""

    def __init__(
        self,
        engine: AsyncEngine,
        signer: LogSigner,
        witnesses: Sequence[Witness],
        *,
        rule: StopRule,
        stamp: Stamp | None = None,
    ) -> None:
        self._engine = engine
        self._signer = signer
        self._witnesses = witnesses
        self._rule = rule
        self._stamp = stamp
        self._connection: AsyncConnection | None = None
        # Kept over a lost connection: the database behind the next one may be an older copy.
        self._known: LogEdge | None = None
        # The next transaction and the instant of each look: once all below are sealed, everything
        # that was committed before that instant is.
        self._looks: deque[tuple[int, datetime]] = deque()
        self._confirmed: Confirmed = {}

    async def run(self, *, interval: float, stop: asyncio.Event) -> None:
        """Seal until `stop`; while that fails, wait longer each time."""
        pause = interval
        while not stop.is_set():
            (outcome,) = await asyncio.gather(self.pass_once(), return_exceptions=True)
            if isinstance(outcome, BaseException):
                pause = min(pause * 2, MAX_BACKOFF)
                log.warning("sealing waits %.1f s: %r", pause, outcome)
            else:
                pause = interval
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
        await self.close()

    async def pass_once(self) -> int | None:
        """Look at the witnesses, seal everything that is finished, tell the witnesses.

        Returns how many leaves were sealed; None while another sealer works or the ledger is
        fenced.
        """
        try:
            return await self._pass() if await self._has_lock() else None
        except (SQLAlchemyError, OSError):
            # The lock may have gone with the connection: another sealer may be at work.
            await self.close()
            raise

    async def close(self) -> None:
        """Let another sealer work."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.invalidate()
            await connection.close()

    async def _has_lock(self) -> bool:
        if self._connection is not None:
            return True
        connection = await self._engine.connect()
        is_locked = await connection.scalar(_LOCK)
        await connection.commit()
        if is_locked:
            self._connection = connection
        else:
            await connection.close()
        return bool(is_locked)

    def _begin(self) -> AbstractAsyncContextManager[AsyncSession]:
        return _begin(self._connection)

    async def _pass(self) -> int | None:
        async with self._begin() as session:
            await set_stop_rule(session, stop_after=self._rule.after, on_stop=self._rule.on_stop)
            state = await show_sealing(session)
            era = await current_era(session)
        if state.fenced_at is not None:
            log.error("the ledger is fenced: %s", state.fence_reason)
            self._forget()
            return None
        if self._known is not None and self._known.era != era:
            self._forget()
        try:
            if self._known is None:
                await refuse_later_log(self._witnesses, self._signer, era=era)
            held = await ask_witnesses(
                self._witnesses, self._signer, era=era, confirmed=self._confirmed
            )
            before = await self._look(era, held)
            after = await self._seal(before)
        except ForkError as error:
            await self._fence(str(error))
            return None
        for witness, kept in zip(self._witnesses, held, strict=True):
            await tell_witness(
                self._begin,
                witness,
                name=self._signer.name,
                era=era,
                held=kept,
                confirmed=self._confirmed,
            )
        return after.edge.size - before.edge.size

    async def _look(self, era: int, held: Sequence[Checkpoint | None]) -> LogEdge:
        """Return where the log ends, once nothing that was signed contradicts it.

        Raises:
            ForkError: Something does.
        """
        async with self._begin() as session:
            known = await self._edge(session, era)
            present = await compare_ledger(
                session, known=known, witnesses=self._witnesses, held=held
            )
        self._looks.append((present.next, present.at))
        self._known = known
        return known

    async def _edge(self, session: AsyncSession, era: int) -> LogEdge:
        known = self._known
        newest = await newest_root(session, era=era)
        if known is not None and newest == (known.edge.size, known.edge.root()):
            return known
        found = await edge_of(session, self._signer, era=era)
        if known is not None:
            # A seal whose commit was never confirmed may be there; what was confirmed must be.
            await _follows(session, known, found)
        return found

    async def _seal(self, known: LogEdge) -> LogEdge:
        while True:
            async with self._begin() as session:
                present = await read_present(session)
                draft = await draft_seal(session, known=known, present=present, signer=self._signer)
            if draft is None:
                await self._catch_up(present.oldest)
                return known
            token = await self._token(draft.batch.checkpoint)
            async with self._begin() as session:
                caught_up_at = self._caught_up(draft.batch.until_txid)
                known = await store_seal(
                    session, draft=draft, token=token, caught_up_at=caught_up_at
                )
            self._known = known
            if draft.batch.until_txid == present.oldest:
                return known

    async def _catch_up(self, sealed: int) -> None:
        at = self._caught_up(sealed)
        if at is not None:
            async with self._begin() as session:
                await catch_up(session, at=at)

    def _caught_up(self, sealed: int) -> datetime | None:
        at = None
        while self._looks and self._looks[0][0] <= sealed:
            _, at = self._looks.popleft()
        return at

    async def _token(self, checkpoint: str) -> bytes | None:
        if self._stamp is None:
            return None
        try:
            return await self._stamp(sha256(checkpoint.encode()).digest())
        except TimeStampError as error:
            log.warning("a seal has no time-stamp: %s: %s", error.code, error)
            return None

    async def _fence(self, reason: str) -> None:
        log.critical("the ledger is fenced, no number will be given: %s", reason)
        async with self._begin() as session:
            await fence_ledger(session, reason=reason)
        self._forget()

    def _forget(self) -> None:
        # A look at a ledger that is gone says nothing of when the one after it was sealed.
        self._known = None
        self._looks.clear()


@asynccontextmanager
async def _begin(connection: AsyncConnection | None) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(connection, expire_on_commit=False) as session, session.begin():
        yield session


async def _follows(session: AsyncSession, known: LogEdge, found: LogEdge) -> None:
    size = known.edge.size
    if found.edge.size < size:
        raise ForkError(f"seals are gone: {size} leaves were sealed, {found.edge.size} are left")
    if await root_at(session, known=found, size=size) != known.edge.root():
        raise ForkError(f"the first {size} leaves are not those that were sealed")


async def run_sealer(settings: Settings, stop: asyncio.Event) -> None:
    """Seal until `stop`."""
    url = settings.process_database_url
    if url is None:
        raise SystemExit("WIAN_DATABASE_URL is not set; `wian up` sets it for one machine")
    try:
        signer = log_signer(settings)
        witnesses = open_witnesses(settings.witness_folder, settings.witness_urls)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    engine = create_engine(url, pool=1, role=WORKER_ROLE)
    sealer = Sealer(engine, signer, witnesses, rule=_rule(settings), stamp=_stamp(settings.tsa_url))
    await sealer.run(interval=settings.seal_interval, stop=stop)
    await engine.dispose()


def log_signer(settings: Settings) -> LogSigner:
    """Return who signs for the log; the key is made at the first call.

    Raises:
        ValueError: The key file holds something else.
    """
    key = ensure_log_key(settings.signing_key_file)
    return LogSigner(
        name=settings.log_origin, public=key.public, sign=key.sign, verify=verifier(key.public)
    )


def _rule(settings: Settings) -> StopRule:
    seconds = settings.seal_stop_after
    after = timedelta(seconds=seconds) if seconds else None
    return StopRule(after=after, on_stop=settings.seal_on_stop)


def _stamp(url: str | None) -> Stamp | None:
    return None if url is None else partial(time_stamp, url)
