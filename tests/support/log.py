"""A sealer of a test's own, the witnesses that watch it, and how the log is verified there."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from domain.checkpoint import Checkpoint, log_origin, sign_checkpoint
from domain.merkle import Frontier, leaf_hashes
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from infra.log_key import LogKey, verifier
from infra.settings import Settings
from infra.witness import FolderWitness, Witness, WitnessAwayError, WitnessConflictError
from services.read_leaves import read_leaves
from services.read_log import LogReader, seals_after
from services.seal_log import LogSigner
from services.verify_log import LogState, LogVerdict, verify_log
from tests.conftest import Database
from tests.support.directory import Directory, create_directory
from tests.support.letters import register, send
from worker.sealer import Sealer, Stamp, StopRule, log_signer

NAME = "wian.test/log"
_NOBODY_WRITES = text("""
SELECT pg_snapshot_xmin(now) = pg_snapshot_xmax(now) FROM pg_current_snapshot() now
""")
REFUSE = StopRule(after=timedelta(hours=4), on_stop="refuse")


def new_signer() -> LogSigner:
    """Return a signer with a key of its own."""
    key = LogKey(Ed25519PrivateKey.generate())
    return LogSigner(name=NAME, public=key.public, sign=key.sign, verify=verifier(key.public))


SIGNER = new_signer()


@dataclass(slots=True)
class MemoryWitness:
    """A witness in memory, which may be away for a while."""

    name: str = "memory"
    is_away: bool = False
    kept: dict[str, dict[int, str]] = field(default_factory=dict)

    async def put(self, checkpoint: str, *, origin: str, size: int) -> None:
        self._be_there()
        known = self.kept.setdefault(origin, {})
        if known.get(size, checkpoint) != checkpoint or max(known, default=0) > size:
            raise WitnessConflictError(f"{self.name} keeps another one")
        known[size] = checkpoint

    async def latest(self, origin: str) -> str | None:
        self._be_there()
        known = self.kept.get(origin)
        return known[max(known)] if known else None

    async def all(self, origin: str) -> AsyncIterator[str]:
        self._be_there()
        for size in sorted(self.kept.get(origin, {})):
            yield self.kept[origin][size]

    def sizes(self, era: int = 1) -> list[int]:
        return list(self.kept.get(log_origin(NAME, era), {}))

    def _be_there(self) -> None:
        if self.is_away:
            raise WitnessAwayError(f"{self.name} does not answer")


@asynccontextmanager
async def sealing(
    database: Database,
    *witnesses: Witness,
    signer: LogSigner = SIGNER,
    rule: StopRule = REFUSE,
    stamp: Stamp | None = None,
) -> AsyncIterator[Sealer]:
    """Give a sealer that passes when it is told to, and let it go at the end."""
    engine = create_engine(database.worker_url, pool=1, role=WORKER_ROLE)
    sealer = Sealer(engine, signer, witnesses, rule=rule, stamp=stamp)
    yield sealer
    await sealer.close()
    await engine.dispose()


async def verify(
    sessions: async_sessionmaker[AsyncSession],
    *witnesses: Witness,
    signer: LogReader = SIGNER,
    era: int | None = None,
    since: LogState | None = None,
) -> LogVerdict:
    """Verify the log of an era with what the witnesses hold of it."""
    origin = log_origin(NAME, era or 1)
    async with sessions() as session:
        return await verify_log(
            session,
            reader=signer,
            kept={one.name: one.all(origin) for one in witnesses},
            era=era,
            since=since,
        )


async def all_finished(sessions: async_sessionmaker[AsyncSession]) -> None:
    """Wait until nobody holds a transaction open: PostgreSQL's own upkeep has some too."""
    async with sessions() as session, asyncio.timeout(30):
        while not await session.scalar(_NOBODY_WRITES):
            await session.rollback()
            await asyncio.sleep(0.01)


async def sealed_sizes(sessions: async_sessionmaker[AsyncSession], era: int = 1) -> Sequence[int]:
    """Return how many leaves the log had after each seal."""
    async with sessions() as session:
        query = text("SELECT size FROM seal WHERE era = :era ORDER BY size")
        return (await session.scalars(query, {"era": era})).all()


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedLedger:
    """A ledger with eight seals, the superuser's way to it, and its settings."""

    database: Database
    powerful: AsyncEngine
    settings: Settings
    signer: LogSigner

    @property
    def witness(self) -> FolderWitness:
        return FolderWitness(self.settings.witness_folder)

    @asynccontextmanager
    async def tampered(self, *statements: str) -> AsyncIterator[AsyncSession]:
        """Change it as its superuser, against whom no trigger helps; afterwards undo all."""
        async with AsyncSession(self.powerful, expire_on_commit=False) as session:
            await session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                await session.execute(text(statement))
            yield session
            await session.rollback()


@asynccontextmanager
async def sealed_ledger(postgres: PostgresServer, folder: Path) -> AsyncIterator[SealedLedger]:
    """Eight times: a letter goes to three desks, two of which stamp it; sealed each time."""
    database = Database(postgres)
    database.create()
    desks = await create_directory(database.owner_url)
    settings = Settings(data_dir=folder)
    signer = log_signer(settings)
    engine = create_engine(database.worker_url, pool=2, role=WORKER_ROLE)
    sessions = create_sessions(engine)
    async with sealing(database, FolderWitness(settings.witness_folder), signer=signer) as sealer:
        for _ in range(8):
            await write_round(sessions, desks)
            await all_finished(sessions)
            await sealer.pass_once()
    await engine.dispose()
    url = postgres.superuser_url.rsplit("/", 1)[0] + f"/{database.name}"
    powerful = create_engine(SecretStr(url), pool=1, role=None)
    yield SealedLedger(database=database, powerful=powerful, settings=settings, signer=signer)
    await powerful.dispose()
    database.drop()


async def write_round(sessions: async_sessionmaker[AsyncSession], desks: Directory) -> None:
    """Let a letter go to three desks, two of which stamp it, each in a transaction of its own."""
    recipients = [desks[name] for name in ("hall", "office", "direct")]
    async with sessions.begin() as session:
        dispatch = await send(session, desks["agency"], *recipients)
    for desk in recipients[:2]:
        async with sessions.begin() as session:
            await register(session, dispatch, desk)


RECHAIN = """
DO $$ DECLARE book register; entry register_entry; head bytea; BEGIN
    FOR book IN SELECT * FROM register LOOP
        head := decode(repeat('00', 32), 'hex');
        FOR entry IN SELECT * FROM register_entry WHERE register_id = book.id ORDER BY position LOOP
            head := register_entry_hash(head, entry);
            UPDATE register_entry SET entry_hash = head WHERE id = entry.id;
        END LOOP;
        UPDATE register SET head_hash = head, positions = (SELECT count(*) FROM register_entry e
            WHERE e.register_id = book.id), allocated = (SELECT count(*) FROM register_entry e
            WHERE e.register_id = book.id AND e.kind = 'allocated') WHERE id = book.id;
    END LOOP;
END $$
"""
"""Lets the chains follow from the entries as they are, with the database's own function."""


async def reseal(session: AsyncSession, signer: LogSigner) -> None:
    """Let all seals follow from the rows as they are, signed with the real key."""
    edge = Frontier()
    (seals,) = [one async for one in seals_after(session, era=1, size=0, until=2**62, most=100)]
    for seal in seals:
        rows = await read_leaves(session, start=seal.from_txid, end=seal.until_txid)
        hashes = leaf_hashes(rows)
        edge.extend(hashes)
        state = Checkpoint(origin=signer.name, size=edge.size, root=edge.root())
        values = {
            "old": seal.size,
            "first": edge.size - len(hashes),
            "size": edge.size,
            "root": state.root,
            "leaves": b"".join(hashes),
            "note": sign_checkpoint(state, public=signer.public, sign=signer.sign),
        }
        await session.execute(
            text(
                "UPDATE seal SET first_index = :first, size = :size, root = :root,"
                " leaves = :leaves, checkpoint = :note WHERE size = :old"
            ),
            values,
        )
