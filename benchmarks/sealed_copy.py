"""A sealed ledger copied into memory: rows, registers, seals and what a witness holds.

It is judged by the same functions as `wian verify` judges the database by.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from domain.entry_leaves import RegisterHead, read_entry, register_fault
from domain.leaf import ENTRY, EVENT
from domain.log_walk import LogWalk, SealedBatch, Witnessed, first_difference
from domain.merkle import Frontier, Subtree, leaf_hashes
from domain.register_chain import GENESIS
from models import LogNode, Register
from services.read_leaves import read_leaves
from services.read_log import seals_after
from services.seal_log import LogSigner

_TXIDS = text("""
SELECT CAST(txid AS text) FROM (SELECT txid FROM register_entry UNION SELECT txid FROM event) known
WHERE txid < CAST(:end AS xid8) ORDER BY known.txid
""")


class Row(NamedTuple):
    """A row of the record; `order` is its id as the database sorts it."""

    table: str
    txid: int
    order: bytes
    leaf: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedCopy:
    """A ledger in memory; `witnessed` lies outside it and is beyond whoever changes the rest."""

    rows: Sequence[Row]
    heads: Mapping[bytes, RegisterHead]
    seals: Sequence[SealedBatch]
    nodes: Mapping[Subtree, bytes]
    witnessed: Sequence[str]


def id_of(leaf: bytes) -> bytes:
    """Return the id of a row as its leaf has it: big-endian, so bytes sort as the ids do."""
    return leaf[15:31] if leaf[6:11] == ENTRY.encode() else leaf[15:23]


async def copy_ledger(session: AsyncSession, witnessed: Sequence[str], *, era: int) -> SealedCopy:
    """Copy what is sealed in an era."""
    rows: list[Row] = []
    seals: list[SealedBatch] = []
    async for some in seals_after(session, era=era, size=0, until=2**62, most=100):
        seals += some
    for txid in await session.scalars(_TXIDS, {"end": str(seals[-1].until_txid)}):
        leaves = await read_leaves(session, start=int(txid), end=int(txid) + 1)
        rows += [
            Row(ENTRY if leaf[6:11] == ENTRY.encode() else EVENT, int(txid), id_of(leaf), leaf)
            for leaf in leaves
        ]
    nodes = await session.execute(
        select(LogNode.height, LogNode.position, LogNode.hash).where(LogNode.era == era)
    )
    return SealedCopy(
        rows=rows,
        heads=await _heads(session),
        seals=seals,
        nodes={Subtree(height, position): node for height, position, node in nodes},
        witnessed=witnessed,
    )


async def _heads(session: AsyncSession) -> dict[bytes, RegisterHead]:
    return {
        one.id.bytes: RegisterHead(
            opened_after=one.opened_after,
            allocated=one.allocated,
            positions=one.positions,
            head_hash=one.head_hash,
        )
        for one in await session.scalars(select(Register))
    }


def chain_finds(copy: SealedCopy) -> bool:
    """Tell whether the chains and counters of the registers show that something was changed."""
    books = defaultdict(list)
    for row in copy.rows:
        if row.table == ENTRY:
            entry = read_entry(row.leaf)
            books[entry.register_id].append(entry)
    if not books.keys() <= copy.heads.keys():
        return True
    return any(
        register_fault(sorted(books[register_id], key=lambda one: one.position), head)
        for register_id, head in copy.heads.items()
    )


def log_finds(copy: SealedCopy, signer: LogSigner) -> bool:
    """Tell whether rows, seals and the witness show that something was changed."""
    key = signer.key(1)
    walk = LogWalk(key=key, verify=signer.verify)
    kept = {open_checkpoint(one, key=key, verify=signer.verify).size: one for one in copy.witnessed}
    by_place = sorted(copy.rows, key=lambda row: (row.table != ENTRY, row.txid, row.order))
    for seal in copy.seals:
        rows = [one.leaf for one in by_place if seal.from_txid <= one.txid < seal.until_txid]
        hashes = leaf_hashes(rows)
        sizes = [size for size in kept if size <= seal.size]
        witnessed = [Witnessed(witness="memory", note=kept.pop(size)) for size in sizes]
        if first_difference(seal.leaves, hashes) or walk.step(
            seal, hashes, nodes=copy.nodes, witnessed=witnessed
        ):
            return True
    # What is left is of a log that was longer.
    return bool(kept)


def rechain(copy: SealedCopy, rows: Sequence[Row], register_id: bytes) -> SealedCopy:
    """Let a register's hashes, counters and head follow from `rows`, as an insider would."""
    rows = list(rows)
    places = [
        nth
        for nth, row in enumerate(rows)
        if row.table == ENTRY and read_entry(row.leaf).register_id == register_id
    ]
    places.sort(key=lambda nth: read_entry(rows[nth].leaf).position)
    previous, allocated = GENESIS, 0
    for nth in places:
        entry = read_entry(rows[nth].leaf)
        previous = sha256(previous + entry.covered).digest()
        allocated += entry.is_allocated
        rows[nth] = rows[nth]._replace(leaf=rows[nth].leaf[:-32] + previous)
    head = replace(
        copy.heads[register_id], allocated=allocated, positions=len(places), head_hash=previous
    )
    return replace(copy, rows=rows, heads={**copy.heads, register_id: head})


def reseal(copy: SealedCopy, signer: LogSigner) -> SealedCopy:
    """Let all seals and nodes follow from the rows, signed with the real key."""
    edge, seals, nodes = Frontier(), [], {}
    by_place = sorted(copy.rows, key=lambda row: (row.table != ENTRY, row.txid, row.order))
    for seal in copy.seals:
        hashes = leaf_hashes(
            one.leaf for one in by_place if seal.from_txid <= one.txid < seal.until_txid
        )
        first_index = edge.size
        nodes.update({Subtree(*node[:2]): node.hash for node in edge.extend(hashes)})
        state = Checkpoint(origin=signer.name, size=edge.size, root=edge.root())
        seals.append(
            replace(
                seal,
                first_index=first_index,
                size=edge.size,
                root=state.root,
                leaves=b"".join(hashes),
                checkpoint=sign_checkpoint(state, public=signer.public, sign=signer.sign),
            )
        )
    return replace(copy, seals=seals, nodes=nodes)
