"""How what was recorded is sealed: hashed into the log behind the writers, and signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.checkpoint import Checkpoint, Sign, open_checkpoint, sign_checkpoint
from domain.errors import ConflictError, InvalidError
from domain.log_walk import SealedBatch
from domain.merkle import Frontier, Node, leaf_hashes
from models import LogNode
from services.read_leaves import find_cut, read_leaves
from services.read_log import (
    LogReader,
    Present,
    current_era,
    edge_at,
    newest_root,
    newest_seal,
)

MOST_LEAVES: Final = 10_000
"""Leaves of one seal, unless a single transaction wrote more."""

_LOCK = text("SELECT fenced_at IS NOT NULL AS is_fenced FROM sealing FOR UPDATE")
_INSERT = text("""
INSERT INTO seal (era, first_index, size, from_txid, until_txid, root, leaves, checkpoint, token,
    sealed_at)
VALUES (:era, :first_index, :size, CAST(:from_txid AS xid8), CAST(:until_txid AS xid8), :root,
    :leaves, :checkpoint, :token, statement_timestamp())
""")
_CATCH_UP = text("UPDATE sealing SET caught_up_at = :at")


@dataclass(frozen=True, kw_only=True, slots=True)
class LogSigner(LogReader):
    """Who signs for the log, with a key whose private half stays where it is."""

    sign: Sign


@dataclass(frozen=True, kw_only=True, slots=True)
class LogEdge:
    """Where the log of an era ends, as it was last seen."""

    era: int
    edge: Frontier
    txid: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftSeal:
    """A seal that is signed but not stored; nobody outside has seen it."""

    era: int
    batch: SealedBatch
    nodes: Sequence[Node]
    edge: Frontier


async def find_edge(session: AsyncSession, *, era: int, signer: LogSigner) -> LogEdge:
    """Return where the log ends, once its newest seal agrees with what is stored below it.

    Raises:
        ConflictError: `log_inconsistent`: it does not; nothing may be signed upon it.
    """
    seal = await newest_seal(session, era=era)
    if seal is None:
        return LogEdge(era=era, edge=Frontier(), txid=0)
    try:
        edge = await edge_at(session, era=era, size=seal.size)
        signed = open_checkpoint(seal.checkpoint, key=signer.key(era), verify=signer.verify)
    except LookupError as error:
        raise log_inconsistent(str(error)) from error
    except InvalidError as error:
        raise log_inconsistent(f"its newest checkpoint is refused: {error.reason}") from error
    if not edge.root() == seal.root == signed.root or signed.size != seal.size:
        raise log_inconsistent("its newest root does not follow from what is stored")
    return LogEdge(era=era, edge=edge, txid=seal.until_txid)


async def draft_seal(
    session: AsyncSession, *, known: LogEdge, present: Present, signer: LogSigner
) -> DraftSeal | None:
    """Hash and sign the next rows that are finished; return None when there are none.

    Only reads. Whoever waits for a time-stamp afterwards holds no transaction open.

    Args:
        session: A transaction that only reads.
        known: Where the log ends.
        present: Where transactions stand.
        signer: Who signs.
    """
    end = await find_cut(session, start=known.txid, end=present.oldest, most=MOST_LEAVES)
    hashes = leaf_hashes(await read_leaves(session, start=known.txid, end=end))
    if not hashes:
        return None
    edge = known.edge.copy()
    nodes = edge.extend(hashes)
    checkpoint = Checkpoint(origin=signer.key(known.era).name, size=edge.size, root=edge.root())
    batch = SealedBatch(
        first_index=known.edge.size,
        size=edge.size,
        from_txid=known.txid,
        until_txid=end,
        root=checkpoint.root,
        leaves=b"".join(hashes),
        checkpoint=sign_checkpoint(checkpoint, public=signer.public, sign=signer.sign),
    )
    return DraftSeal(era=known.era, batch=batch, nodes=nodes, edge=edge)


async def store_seal(
    session: AsyncSession, *, draft: DraftSeal, token: bytes | None, caught_up_at: datetime | None
) -> LogEdge:
    """Add a seal to the log, with its nodes and how far sealing has come.

    Args:
        session: A transaction of its own.
        draft: The seal.
        token: A time-stamp over its checkpoint.
        caught_up_at: Before when everything is sealed with it, where that is known.

    Raises:
        ConflictError: `log_inconsistent`: the log has gone on or begun anew, or the ledger was
            fenced, since it was drafted. It was never shown to anybody and is forgotten.
    """
    batch = draft.batch
    is_fenced = await session.scalar(_LOCK)
    size, _ = await newest_root(session, era=draft.era)
    era = await current_era(session)
    if is_fenced or era != draft.era or size != batch.first_index:
        raise log_inconsistent("it changed while a seal was being made")
    await session.execute(
        _INSERT,
        {
            "era": draft.era,
            "first_index": batch.first_index,
            "size": batch.size,
            "from_txid": str(batch.from_txid),
            "until_txid": str(batch.until_txid),
            "root": batch.root,
            "leaves": batch.leaves,
            "checkpoint": batch.checkpoint,
            "token": token,
        },
    )
    if draft.nodes:
        rows = [node._asdict() | {"era": draft.era} for node in draft.nodes]
        await session.execute(insert(LogNode), rows)
    if caught_up_at is not None:
        await catch_up(session, at=caught_up_at)
    return LogEdge(era=draft.era, edge=draft.edge, txid=batch.until_txid)


async def catch_up(session: AsyncSession, *, at: datetime) -> None:
    """Note that everything committed before `at` is sealed."""
    await session.execute(_CATCH_UP, {"at": at})


def log_inconsistent(problem: str) -> ConflictError:
    """Return the error that stops the log from being signed."""
    return ConflictError("บันทึกปิดผนึกไม่สอดคล้องกับที่ลงนามไว้", code="log_inconsistent", problem=problem)
