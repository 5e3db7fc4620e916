"""A small ledger that was really written and sealed, for what is then tried on a copy of it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from benchmarks.nation import Body, dispatch, found_nation
from benchmarks.sealed_copy import SealedCopy, copy_ledger
from benchmarks.verifying import seal_everything
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from infra.migrate import upgrade_database
from infra.settings import Settings
from infra.witness import FolderWitness
from models import Hop
from services.register_hop import register_hop
from services.seal_log import LogSigner
from worker.sealer import log_signer

BODIES = 9
ROUNDS = 10


async def _write_and_seal(server: PostgresServer, settings: Settings) -> SealedCopy:
    """Send a letter to eight desks, let them stamp it, seal; and so on. Return a copy."""
    bodies = await found_nation(SecretStr(server.owner_url), prefix="m", bodies=BODIES)
    url = SecretStr(server.worker_url)
    engine = create_engine(url, pool=2, role=WORKER_ROLE)
    sessions = create_sessions(engine)
    for _ in range(ROUNDS):
        await _round(sessions, bodies)
        await seal_everything(url, settings)
    notes = [note async for note in FolderWitness(settings.witness_folder).all(settings.log_origin)]
    async with sessions() as session:
        copy = await copy_ledger(session, notes, era=1)
    await engine.dispose()
    return copy


async def _round(sessions: async_sessionmaker[AsyncSession], bodies: list[Body]) -> None:
    sent = await dispatch(sessions, bodies[0], bodies[1:])
    clerks = {body.registry_id: body.clerk for body in bodies}
    async with sessions() as session:
        hops = (await session.scalars(select(Hop).where(Hop.dispatch_id == sent))).all()
    for hop in hops:
        async with sessions.begin() as session:
            await register_hop(
                session,
                by=clerks[hop.recipient_registry_id],
                hop_id=hop.id,
                at=datetime.now(UTC),
            )


def make_sealed_ledger(folder: Path) -> tuple[SealedCopy, LogSigner]:
    """Write and seal a ledger on a server of its own; return a copy, and who signed it."""
    settings = Settings(data_dir=folder)
    with PostgresServer.start(folder / "postgres", options={"fsync": "off"}) as server:
        upgrade_database(SecretStr(server.owner_url))
        copy = asyncio.run(_write_and_seal(server, settings))
    return copy, log_signer(settings)
