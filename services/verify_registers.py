"""Whether every register still says what was written: chain recomputed, numbers counted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.register_chain import ChainFault, Entry, first_fault
from domain.vocabulary import Book, EntryKind
from models import Register, RegisterEntry, Registry


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterVerdict:
    """What was found in one register; `fault` is None when it is whole."""

    registry: str
    book: Book
    year: int
    entries: int
    fault: ChainFault | None


async def verify_registers(session: AsyncSession) -> AsyncIterator[RegisterVerdict]:
    """Recompute every chain in Python, independently of the SQL that wrote it."""
    query = (
        select(Register.id, Registry.name, Register.book, Register.year)
        .join(Registry, Registry.id == Register.registry_id)
        .order_by(Registry.name, Register.year, Register.book)
    )
    for register_id, name, book, year in (await session.execute(query)).all():
        fault, entries = await _verify(session, register_id)
        yield RegisterVerdict(registry=name, book=book, year=year, entries=entries, fault=fault)


async def _verify(session: AsyncSession, register_id: UUID) -> tuple[ChainFault | None, int]:
    # One statement, so the head and the entries are of the same instant while desks go on
    # stamping.
    query = (
        select(Register, RegisterEntry)
        .join(RegisterEntry, RegisterEntry.register_id == Register.id, isouter=True)
        .where(Register.id == register_id)
        .order_by(RegisterEntry.position)
        .execution_options(populate_existing=True)
    )
    rows = (await session.execute(query)).all()
    entries = [
        (_entry(row), row.entry_hash)
        for _, row in rows
        if row is not None  # type: ignore[redundant-expr]  # an empty book has no entry to join
    ]
    return _fault(rows[0][0], entries), len(entries)


def _fault(register: Register, entries: list[tuple[Entry, bytes]]) -> ChainFault | None:
    fault = first_fault(entries, head=register.head_hash, last_position=register.positions)
    if fault is not None:
        return fault
    given = sorted(one.number for one, _ in entries if one.kind is EntryKind.ALLOCATED)
    first = register.opened_after + 1
    for expected, number in enumerate(given, start=first):
        if number != expected:
            return ChainFault(position=number, problem=f"number {expected} is missing")
    if len(given) != register.allocated:
        return ChainFault(position=len(entries), problem="count differs from the register")
    return None


def _entry(row: RegisterEntry) -> Entry:
    return Entry(
        register_id=row.register_id,
        position=row.position,
        number=row.number,
        kind=row.kind,
        letter_id=row.letter_id,
        hop_id=row.hop_id,
        stamped_at=row.stamped_at,
        stamp_has_time=row.stamp_has_time,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        reason=row.reason,
    )
