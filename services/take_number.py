"""How a number is taken from a register; the database gives it, under the register's lock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.buddhist_era import register_year
from domain.errors import ConflictError
from domain.vocabulary import Book, EntryKind
from models import Register

# SQLSTATEs of migration 0002's trigger, and PostgreSQL's own for a unique index.
_NEVER_GIVEN = "WN001"
_IN_USE = "WN003"
_UNIQUE_VIOLATION = "23505"

_INSERT = text("""
INSERT INTO register_entry
    (register_id, number, kind, letter_id, stamped_at, recorded_at, recorded_by, reason)
SELECT id, :number, :kind, :letter_id, :stamped_at, :at, :by, :reason
FROM register
WHERE registry_id = :registry_id AND book = :book AND year = :year
RETURNING id, number, recorded_at
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperNumber:
    """A number that was given on paper and is copied into the register, with the reason why."""

    number: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenNumber:
    """A number that now stands in a register."""

    entry_id: UUID
    number: int
    recorded_at: datetime


async def take_number(
    session: AsyncSession,
    *,
    registry_id: UUID,
    book: Book,
    letter_id: UUID,
    by: UUID,
    at: datetime,
    stamped_at: datetime | None = None,
    paper: PaperNumber | None = None,
) -> TakenNumber:
    """Enter a letter into the book of the year of its date, and return its number.

    Args:
        session: The transaction that issues the letter.
        registry_id: Whose book.
        book: Which book.
        letter_id: The letter, which need not exist yet.
        by: The officer who issues it.
        at: Now, as an aware instant.
        stamped_at: The instant that the letter bears, where it is not now.
        paper: The number it has on paper, where it has one.

    Raises:
        ConflictError: `number_not_on_paper` or `number_taken`, for a number copied from paper.
    """
    year = register_year(stamped_at or at)
    values = {
        "registry_id": registry_id,
        "book": book.value,
        "year": year,
        "number": paper.number if paper else None,
        "kind": (EntryKind.BACK_ENTERED if paper else EntryKind.ALLOCATED).value,
        "letter_id": letter_id,
        "stamped_at": stamped_at,
        "at": at,
        "by": by,
        "reason": paper.reason if paper else None,
    }
    try:
        row = (await session.execute(_INSERT, values)).one_or_none()
        if row is None:
            await ensure_register(
                session, registry_id=registry_id, book=book, year=year, by=by, at=at
            )
            row = (await session.execute(_INSERT, values)).one()
    except DBAPIError as error:
        raise number_refused(error) from error
    return TakenNumber(entry_id=row.id, number=row.number, recorded_at=row.recorded_at)


async def ensure_register(
    session: AsyncSession, *, registry_id: UUID, book: Book, year: int, by: UUID, at: datetime
) -> None:
    """Open a register at number 1 unless somebody has opened it already.

    The first letter of a new year must not wait for somebody to open a book.
    """
    await session.execute(
        insert(Register)
        .values(registry_id=registry_id, book=book, year=year, opened_at=at, opened_by=by)
        .on_conflict_do_nothing()
    )


def number_refused(error: DBAPIError) -> Exception:
    """Return the rule behind the database's refusal of a number, or the error itself."""
    state = getattr(error.orig, "sqlstate", None)
    if state == _NEVER_GIVEN:
        return ConflictError(
            "เลขนี้ไม่อยู่ในช่วงเลขที่ใช้บนกระดาษ ให้ระบบออกเลขให้", code="number_not_on_paper"
        )
    if state == _IN_USE:
        return number_in_use()
    if state == _UNIQUE_VIOLATION and "register_entry" in str(error.orig):
        return ConflictError("เลขนี้มีอยู่ในทะเบียนแล้ว", code="number_taken")
    return error


def number_in_use() -> ConflictError:
    """Return the error that says why a number cannot be voided."""
    return ConflictError("เลขนี้ใช้กับหนังสือที่ส่งหรือรับไปแล้ว ยกเลิกไม่ได้", code="number_in_use")
