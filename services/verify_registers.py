"""Whether every register still says what was written: chain recomputed, numbers counted."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.entry_leaves import ReadEntry, RegisterHead, read_entry, register_fault
from domain.register_chain import ChainFault
from domain.vocabulary import Book
from models import Register, Registry
from services.read_leaves import copy_rows, entries_by_register

_HEADS: Select[*tuple[Any, ...]] = select(
    Register.id,
    Registry.name,
    Register.book,
    Register.year,
    Register.opened_after,
    Register.allocated,
    Register.positions,
    Register.head_hash,
).join(Registry, Registry.id == Register.registry_id)
_BY_NAME = _HEADS.order_by(Registry.name, Register.year, Register.book, Register.id)
_TOUCHED = "register_id IN (SELECT register_id FROM register_entry WHERE txid >= '{txid}')"


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterVerdict:
    """What was found in one register; `fault` is None when it is whole."""

    registry: str
    book: Book
    year: int
    entries: int
    fault: ChainFault | None


async def register_heads(session: AsyncSession) -> dict[UUID, RegisterHead]:
    """Return what every register says of its entries."""
    return {row.id: _head(row) for row in await session.execute(_HEADS)}


async def verify_registers(
    session: AsyncSession, *, since_txid: int = 0, only: Collection[UUID] | None = None
) -> AsyncIterator[RegisterVerdict]:
    """Recompute every chain in Python, independently of the SQL that wrote it.

    Desks may go on stamping: a register is judged by its head of before the entries were read,
    with the entries that it counts.

    Args:
        session: Any transaction that sees all registers.
        since_txid: Judge only registers into which this transaction or a later one wrote.
        only: Judge only these registers.
    """
    query = _BY_NAME if only is None else _BY_NAME.where(Register.id.in_(only))
    heads = {row.id.bytes: row for row in await session.execute(query)}
    condition = _condition(since_txid, only)
    written_since: list[tuple[Row[*tuple[Any, ...]], list[ReadEntry]]] = []
    async for entries in _by_register(session, condition):
        head = heads.pop(entries[0].register_id, None)
        if head is not None and entries[-1].position > head.positions:
            written_since.append((head, entries))
        elif head is not None:
            yield _judge(head, entries)
    for head, entries in written_since:
        yield await _judge_again(session, head, entries)
    for head in () if since_txid else heads.values():
        yield _judge(head, [])


async def _judge_again(
    session: AsyncSession, head: Row[*tuple[Any, ...]], entries: Sequence[ReadEntry]
) -> RegisterVerdict:
    # Whatever was seen beyond the head of before must be counted by the head of now.
    now = (await session.execute(_HEADS.where(Register.id == head.id))).one()
    counted = [entry for entry in entries if entry.position <= head.positions]
    verdict = _judge(head, counted)
    if verdict.fault is None and entries[-1].position > now.positions:
        beyond = ChainFault(position=now.positions + 1, problem="entry beyond the last one")
        return replace(verdict, fault=beyond)
    return verdict


def _judge(head: Row[*tuple[Any, ...]], entries: Sequence[ReadEntry]) -> RegisterVerdict:
    return RegisterVerdict(
        registry=head.name,
        book=head.book,
        year=head.year,
        entries=len(entries),
        fault=register_fault(entries, _head(head)),
    )


def _head(row: Row[*tuple[Any, ...]]) -> RegisterHead:
    return RegisterHead(
        opened_after=row.opened_after,
        allocated=row.allocated,
        positions=row.positions,
        head_hash=row.head_hash,
    )


def _condition(since_txid: int, only: Collection[UUID] | None) -> str:
    if only is not None:
        return f"register_id = ANY('{{{','.join(map(str, only))}}}')"
    return _TOUCHED.format(txid=int(since_txid)) if since_txid else "true"


async def _by_register(session: AsyncSession, condition: str) -> AsyncIterator[list[ReadEntry]]:
    waiting: list[ReadEntry] = []
    async for rows in copy_rows(session, entries_by_register(condition)):
        for entry in map(read_entry, rows):
            if waiting and waiting[-1].register_id != entry.register_id:
                yield waiting
                waiting = []
            waiting.append(entry)
    if waiting:
        yield waiting
