"""What happens when a registry opens a book where its paper register stopped."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import KEEP_BOOKS, ActingOfficer
from domain.errors import ConflictError, NotFoundError
from domain.vocabulary import Book, EventKind, Secrecy
from models import Register
from services.record_event import record_event


async def open_register(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    registry_id: UUID,
    book: Book,
    year: int,
    last_paper_number: int,
    at: datetime,
    secrecy: Secrecy = Secrecy.NORMAL,
) -> Register:
    """Open a book of a Gregorian year; its first number follows the last one used on paper.

    Raises:
        NotFoundError: The officer has no part in the registry.
        NotAllowedError: The officer is neither head nor administrator there; or
            `clearance_missing`: the book is for letters the officer must not know of.
        ConflictError: `register_open`: the book of that year is open already.
    """
    if registry_id not in by.roles:
        raise NotFoundError("หน่วยสารบรรณ (registry)")
    by.require(KEEP_BOOKS, at=registry_id)
    by.require_clearance(secrecy)
    register: Register | None = await session.scalar(
        insert(Register)
        .values(
            registry_id=registry_id,
            book=book,
            year=year,
            secrecy=secrecy,
            opened_after=last_paper_number,
            opened_at=at,
            opened_by=by.id,
        )
        .on_conflict_do_nothing()
        .returning(Register)
    )
    if register is None:
        raise ConflictError("ทะเบียนเล่มนี้ของปีนี้เปิดไว้แล้ว", code="register_open")
    await record_event(
        session,
        EventKind.REGISTER_OPENED,
        at=at,
        by=by.id,
        registry_id=registry_id,
        secrecy=secrecy,
        facts={"book": book.value, "year": year, "last_paper_number": last_paper_number},
    )
    return register
