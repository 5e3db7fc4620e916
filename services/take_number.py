"""How a number is taken from a register; the database gives it, under the register's lock."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.buddhist_era import register_year
from domain.errors import ConflictError, UnavailableError
from domain.vocabulary import Book, EntryKind, Secrecy
from models import Register

# SQLSTATEs of the numbering trigger, and PostgreSQL's own for a unique index.
_NEVER_GIVEN = "WN001"
_IN_USE = "WN003"
_FENCED = "WN005"
_NOT_SEALED = "WN006"
_UNIQUE_VIOLATION = "23505"

_INSERT = text("""
INSERT INTO register_entry
    (register_id, number, kind, letter_id, stamped_at, recorded_at, recorded_by, reason)
SELECT id, :number, :kind, :letter_id, :stamped_at, :at, :by, :reason
FROM register
WHERE registry_id = :registry_id AND book = :book AND year = :year AND secrecy = :secrecy
RETURNING id, number, recorded_at
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """Where the books of one kind of a registry stand, a new one each year.

    Letters of each class of secrecy have books of their own (ทะเบียนหนังสือลับ).
    """

    registry_id: UUID
    book: Book
    secrecy: Secrecy


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
    shelf: Shelf,
    letter_id: UUID,
    by: UUID,
    at: datetime,
    stamped_at: datetime | None = None,
    paper: PaperNumber | None = None,
) -> TakenNumber:
    """Enter a letter into the book of the year of its date, and return its number.

    Args:
        session: The transaction that issues the letter.
        shelf: Which books, and whose.
        letter_id: The letter, which need not exist yet.
        by: The officer who issues it.
        at: Now, as an aware instant.
        stamped_at: The instant that the letter bears, where it is not now.
        paper: The number it has on paper, where it has one.

    Raises:
        ConflictError: `number_not_on_paper` or `number_taken`, for a number copied from paper.
        UnavailableError: `ledger_fenced` or `sealing_behind`: no number is given to anybody.
    """
    year = register_year(stamped_at or at)
    values = {
        "registry_id": shelf.registry_id,
        "book": shelf.book.value,
        "secrecy": shelf.secrecy.value,
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
            await ensure_register(session, shelf=shelf, year=year, by=by, at=at)
            row = (await session.execute(_INSERT, values)).one()
    except DBAPIError as error:
        raise number_refused(error) from error
    return TakenNumber(entry_id=row.id, number=row.number, recorded_at=row.recorded_at)


async def ensure_register(
    session: AsyncSession, *, shelf: Shelf, year: int, by: UUID, at: datetime
) -> None:
    """Open a register at number 1 unless somebody has opened it already.

    The first letter of a new year must not wait for somebody to open a book.
    """
    book = {**asdict(shelf), "year": year, "opened_at": at, "opened_by": by}
    await session.execute(insert(Register).values(book).on_conflict_do_nothing())


def number_refused(error: DBAPIError) -> Exception:
    """Return the rule behind the database's refusal of a number, or the error itself."""
    state = getattr(error.orig, "sqlstate", None)
    if state == _NEVER_GIVEN:
        return ConflictError(
            "เลขนี้ไม่อยู่ในช่วงเลขที่ใช้บนกระดาษ ให้ระบบออกเลขให้", code="number_not_on_paper"
        )
    if state == _IN_USE:
        return number_in_use()
    if state == _FENCED:
        return UnavailableError(
            "บัญชีทะเบียนถูกระงับการออกเลขไว้ตรวจสอบ โปรดแจ้งผู้ดูแลระบบ", code="ledger_fenced"
        )
    if state == _NOT_SEALED:
        return UnavailableError(
            "ระบบปิดผนึกหลักฐานหยุดทำงาน จึงยังออกเลขไม่ได้ โปรดแจ้งผู้ดูแลระบบ", code="sealing_behind"
        )
    if state == _UNIQUE_VIOLATION and "register_entry" in str(error.orig):
        return ConflictError("เลขนี้มีอยู่ในทะเบียนแล้ว", code="number_taken")
    return error


def number_in_use() -> ConflictError:
    """Return the error that says why a number cannot be voided."""
    return ConflictError("เลขนี้ใช้กับหนังสือที่ส่งหรือรับไปแล้ว ยกเลิกไม่ได้", code="number_in_use")
