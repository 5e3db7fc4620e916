"""`verify_vs_sha256`: `wian verify` over a whole ledger, against hashing alone."""

import time
from collections.abc import Sequence
from hashlib import sha256

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.measure import Row, alternate, ratios
from cli.verify import Findings, verify_everything
from domain.entry_leaves import read_entry
from domain.register_chain import GENESIS
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.settings import Settings
from infra.witness import FolderWitness
from services.read_leaves import copy_rows, entries_by_register, read_leaves
from services.read_log import newest_seal, seals_after
from worker.sealer import Sealer, StopRule, log_signer


async def verify_vs_sha256(url: SecretStr, settings: Settings, *, pairs: int) -> Row:
    """Seal what a ledger holds, then verify it and hash the same inputs, in turn.

    Args:
        url: The ledger as the worker reaches it; nobody may write meanwhile.
        settings: Where the log's key and its witness are.
        pairs: How often.
    """
    await seal_everything(url, settings)
    engine = create_engine(url, pool=1, role=WORKER_ROLE)
    sessions = create_sessions(engine)
    async with sessions() as session:
        inputs = await hashed_inputs(session)
    findings: list[Findings] = []

    async def verify() -> float:
        began = time.perf_counter()
        async with sessions() as session:
            findings.append(await verify_everything(session, settings))
        return time.perf_counter() - began

    async def hash_alone() -> float:
        began = time.perf_counter()
        for one in inputs:
            sha256(one).digest()
        return time.perf_counter() - began

    await alternate(hash_alone, verify, pairs=1)
    measured = await alternate(hash_alone, verify, pairs=pairs)
    await engine.dispose()
    ratio, spread = ratios(measured)
    faults, last = sum(one.faults for one in findings), findings[-1]
    leaves = last.log.leaves if last.log else 0
    return Row(
        name="verify_vs_sha256",
        ratio=ratio,
        spread=spread,
        target=">= 0.5",
        check=f"{leaves} leaves, {last.registers.entries} entries, {faults} at fault",
        is_correct=faults == 0 and leaves > 0,
        detail={
            "hashes": len(inputs),
            "mebibytes": round(sum(map(len, inputs)) / 2**20),
            "hashing_seconds": [round(one, 3) for one, _ in measured],
            "verifying_seconds": [round(other, 3) for _, other in measured],
        },
    )


async def seal_everything(url: SecretStr, settings: Settings) -> None:
    """Seal everything that is finished, under the key and for the witness of the settings."""
    engine = create_engine(url, pool=1, role=WORKER_ROLE)
    sealer = Sealer(
        engine,
        log_signer(settings),
        [FolderWitness(settings.witness_folder)],
        rule=StopRule(after=None, on_stop="refuse"),
    )
    await sealer.pass_once()
    await sealer.close()
    await engine.dispose()


async def hashed_inputs(session: AsyncSession) -> list[bytes]:
    """Return everything that a verification of the log and of the registers hashes."""
    inputs: list[bytes] = []
    newest = await newest_seal(session, era=1)
    assert newest is not None
    hashes: list[bytes] = []
    async for seals in seals_after(session, era=1, size=0, until=newest.size, most=50):
        for seal in seals:
            rows = await read_leaves(session, start=seal.from_txid, end=seal.until_txid)
            inputs += [b"\x00" + row for row in rows]
            hashes += [seal.leaves[at : at + 32] for at in range(0, len(seal.leaves), 32)]
    inputs += _node_inputs(hashes)
    return inputs + await _chain_inputs(session)


def _node_inputs(hashes: Sequence[bytes]) -> list[bytes]:
    inputs: list[bytes] = []
    level = list(hashes)
    while len(level) > 1:
        pairs = [b"\x01" + one + other for one, other in zip(level[::2], level[1::2], strict=False)]
        inputs += pairs
        level = [sha256(one).digest() for one in pairs] + level[len(level) & ~1 :]
    return inputs


async def _chain_inputs(session: AsyncSession) -> list[bytes]:
    inputs: list[bytes] = []
    register_id = previous = b""
    async for rows in copy_rows(session, entries_by_register()):
        for entry in map(read_entry, rows):
            previous = previous if entry.register_id == register_id else GENESIS
            inputs.append(previous + entry.covered)
            register_id, previous = entry.register_id, entry.stored
    return inputs
