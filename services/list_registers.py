"""The books of a registry and the numbers in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import READ, ActingOfficer
from domain.errors import NotFoundError
from domain.vocabulary import EntryKind
from models import Dispatch, Hop, Letter, Register, RegisterEntry, Registry
from services.note_reading import note_reading
from services.take_number import Shelf

# A CASE, because behind a policy neither an OR of both nor coalesce() finds the letter by its key.
_LETTER = case(
    (RegisterEntry.letter_id.is_not(None), RegisterEntry.letter_id), else_=Dispatch.letter_id
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterRow:
    """One line of a register: the number, and the letter that it stands for."""

    id: UUID
    position: int
    number: int
    kind: EntryKind
    letter_id: UUID | None
    letter_number: str | None
    subject: str | None
    stamped_at: datetime
    stamp_has_time: bool
    recorded_at: datetime
    reason: str | None
    entry_hash: bytes


async def list_registers(
    session: AsyncSession, *, by: ActingOfficer, registry_id: UUID | None = None
) -> Sequence[Register]:
    """Return the books of the officer's registries, newest year first."""
    query = (
        select(Register)
        .where(Register.registry_id.in_(list(by.roles)), Register.secrecy.in_(by.classes))
        .order_by(
            Register.year.desc(), Register.registry_id, Register.book, Register.secrecy, Register.id
        )
    )
    if registry_id is not None:
        query = query.where(Register.registry_id == registry_id)
    return (await session.scalars(query)).all()


async def list_entries(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    shelf: Shelf,
    year: int,
    at: datetime,
    after: int,
    limit: int,
) -> Sequence[RegisterRow]:
    """Return one page of a book, in the order in which its entries were chained.

    Args:
        session: The transaction.
        by: The officer who looks.
        shelf: Whose book, which, and of which class of letters.
        year: Its Gregorian year.
        at: Now, as an aware instant.
        after: The last position of the page before, 0 for the first page.
        limit: Most rows to return.

    Raises:
        NotFoundError: There is no such book, or it is not the officer's to read.
    """
    chosen = (
        Register.registry_id == shelf.registry_id,
        Register.book == shelf.book,
        Register.year == year,
        Register.secrecy == shelf.secrecy,
    )
    may_read = (Register.registry_id.in_(by.registries(READ)), Register.secrecy.in_(by.classes))
    register_id = await session.scalar(select(Register.id).where(*chosen, *may_read))
    if register_id is None:
        raise NotFoundError("ทะเบียน (register)")
    query = (
        select(RegisterEntry, Letter.id, Letter.number, Letter.subject)
        .join(Hop, Hop.id == RegisterEntry.hop_id, isouter=True)
        .join(Dispatch, Dispatch.id == Hop.dispatch_id, isouter=True)
        .join(Letter, Letter.id == _LETTER, isouter=True)
        .where(RegisterEntry.register_id == register_id, RegisterEntry.position > after)
        .order_by(RegisterEntry.position)
        .limit(limit)
    )
    rows = [_row(*row) for row in (await session.execute(query))]
    told = {row.letter_id for row in rows if row.letter_id is not None}
    await note_reading(session, by=by, at=at, letters=told)
    return rows


async def list_registries(session: AsyncSession, *, by: ActingOfficer) -> Sequence[Registry]:
    """Return the registries at which the officer holds a role."""
    query = select(Registry).where(Registry.id.in_(list(by.roles))).order_by(Registry.id)
    return (await session.scalars(query)).all()


def _row(
    entry: RegisterEntry, letter_id: UUID | None, number: str | None, subject: str | None
) -> RegisterRow:
    return RegisterRow(
        id=entry.id,
        position=entry.position,
        number=entry.number,
        kind=entry.kind,
        letter_id=letter_id,
        letter_number=number,
        subject=subject,
        stamped_at=entry.stamped_at,
        stamp_has_time=entry.stamp_has_time,
        recorded_at=entry.recorded_at,
        reason=entry.reason,
        entry_hash=entry.entry_hash,
    )
