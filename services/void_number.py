"""What happens when a number will never be used: it stays in the book, voided with a reason."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import DECIDE, ActingOfficer
from domain.errors import NotFoundError
from domain.vocabulary import EntryKind, EventKind
from models import Dispatch, Letter, Register, RegisterEntry
from services.dispatch_letter import lock_use_of_letter
from services.record_event import record_event
from services.take_number import TakenNumber, number_in_use, number_refused

_VOID = text("""
INSERT INTO register_entry
    (register_id, number, kind, letter_id, recorded_at, recorded_by, reason)
VALUES (:register_id, :number, 'voided', :letter_id, :at, :by, :reason)
RETURNING id, recorded_at
""")


async def void_number(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    register_id: UUID,
    number: int,
    reason: str,
    at: datetime,
) -> TakenNumber:
    """Void a number that no letter went out with, or that was spoiled on paper.

    Raises:
        NotFoundError: The officer has no part in the registry of this register.
        NotAllowedError: The officer is not its head.
        ConflictError: `number_in_use`: it is on a receipt, or on a letter that was sent.
            `number_taken`: it is voided already. `number_not_on_paper`: it was never given.
    """
    register = await session.get(Register, register_id)
    known = register is not None and register.secrecy in by.classes
    if register is None or not known or register.registry_id not in by.roles:
        raise NotFoundError("ทะเบียน (register)")
    by.require(DECIDE, at=register.registry_id)
    entry = await _entry(session, register_id, number)
    await _check_unused(session, entry)
    letter = await _letter(session, entry)
    values: dict[str, object] = {
        "register_id": register_id,
        "number": number,
        "letter_id": letter.id if letter else None,
        "at": at,
        "by": by.id,
        "reason": reason,
    }
    try:
        row = (await session.execute(_VOID, values)).one()
    except DBAPIError as error:
        raise number_refused(error) from error
    await record_event(
        session,
        EventKind.NUMBER_VOIDED,
        at=at,
        by=by.id,
        registry_id=register.registry_id,
        secrecy=register.secrecy,
        circular_id=letter.circular_id if letter else None,
        letter_id=letter.id if letter else None,
        facts={
            "book": register.book.value,
            "year": register.year,
            "number": number,
            "reason": reason,
        },
    )
    return TakenNumber(entry_id=row.id, number=number, recorded_at=row.recorded_at)


async def _entry(session: AsyncSession, register_id: UUID, number: int) -> RegisterEntry | None:
    query = select(RegisterEntry).where(
        RegisterEntry.register_id == register_id,
        RegisterEntry.number == number,
        RegisterEntry.kind != EntryKind.VOIDED,
    )
    return (await session.scalars(query)).one_or_none()


async def _letter(session: AsyncSession, entry: RegisterEntry | None) -> Letter | None:
    if entry is None or entry.letter_id is None:
        return None
    return await session.get_one(Letter, entry.letter_id)


async def _check_unused(session: AsyncSession, entry: RegisterEntry | None) -> None:
    if entry is None:
        return
    used = entry.hop_id is not None
    if entry.letter_id is not None:
        await lock_use_of_letter(session, entry.letter_id)
        sent = select(exists().where(Dispatch.letter_id == entry.letter_id))
        used = bool(await session.scalar(sent))
    if used:
        raise number_in_use()
