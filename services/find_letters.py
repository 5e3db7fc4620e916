"""Letters by any number that a person types, and where each of them is now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from domain.access import READ, ActingOfficer
from domain.document_number import LetterSearch
from domain.vocabulary import Secrecy
from models import Letter
from services.note_reading import note_reading
from services.show_whereabouts import Whereabouts, show_whereabouts
from services.visible_hops import readable

# A receipt's number is searched in the reader's own books alone: with those of others it would
# tell how far they have counted.
_RECEIVED = text("""
SELECT DISTINCT d.letter_id
FROM register r
JOIN register_entry e ON e.register_id = r.id AND e.number = :number AND e.kind <> 'voided'
JOIN hop h ON h.id = e.hop_id
JOIN dispatch d ON d.id = h.dispatch_id
WHERE r.registry_id = ANY(:desks) AND r.book = 'incoming' AND r.secrecy = ANY(:classes)
    AND (CAST(:year AS integer) IS NULL OR r.year = :year)
""").bindparams(bindparam("desks", type_=ARRAY(Uuid())), bindparam("classes", type_=ARRAY(Text())))


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterQuestion:
    """Which letters are asked for.

    Attributes:
        search: What was typed, as it was read.
        year: Gregorian year in which the letter is dated or was received; None means any.
        after: The last letter of the page before, None for the first page.
        limit: Most letters to return.
    """

    search: LetterSearch
    year: int | None = None
    after: UUID | None = None
    limit: int = 20


async def find_letters(
    session: AsyncSession, *, by: ActingOfficer, asked: LetterQuestion, at: datetime
) -> Sequence[Whereabouts]:
    """Return one page of the letters that bear a number, newest first, with where they are now.

    Args:
        session: The transaction.
        by: The officer who looks.
        asked: What for.
        at: Now, for lateness.
    """
    page = await letters_by_number(session, by=by, asked=asked)
    secret = [one.id for one in page if one.secrecy is not Secrecy.NORMAL]
    await note_reading(session, by=by, at=at, letters=secret)
    return await show_whereabouts(session, by=by, letters=page, at=at)


async def letters_by_number(
    session: AsyncSession, *, by: ActingOfficer | None, asked: LetterQuestion
) -> Sequence[Letter]:
    """Return the letters that bear a number, newest first.

    Args:
        session: The transaction.
        by: The officer who looks; None is an operator, who finds what is not secret, but has no
            registers whose receipts could be meant.
        asked: What for.
    """
    letters: dict[UUID, Letter] = {}
    if by is not None and asked.search.is_receipt is not False:
        letters |= await _received(session, by, asked)
    if asked.search.is_receipt is not True:
        letters |= await _numbered(session, by, asked)
    return sorted(letters.values(), key=lambda letter: letter.id, reverse=True)[: asked.limit]


async def _received(
    session: AsyncSession, by: ActingOfficer, asked: LetterQuestion
) -> dict[UUID, Letter]:
    values = {
        "number": asked.search.value,
        "desks": by.registries(READ),
        "classes": [one.value for one in by.classes],
        "year": asked.year,
    }
    ids = (await session.scalars(_RECEIVED, values)).all()
    query = select(Letter).where(Letter.id.in_(ids), readable(by))
    if asked.after is not None:
        query = query.where(Letter.id < asked.after)
    return {letter.id: letter for letter in await session.scalars(query)}


async def _numbered(
    session: AsyncSession, by: ActingOfficer | None, asked: LetterQuestion
) -> dict[UUID, Letter]:
    search = asked.search
    seen = Letter.secrecy == Secrecy.NORMAL if by is None else readable(by)
    query = (
        select(Letter)
        .where(Letter.number_value == search.value, seen)
        .order_by(Letter.id.desc())
        .limit(asked.limit)
    )
    if search.letters is not None:
        query = query.where(Letter.number_letters == search.letters)
    if search.owner is not None:
        query = query.where(Letter.number_owner == search.owner)
    if search.is_circular is not None:
        query = query.where(Letter.number_is_circular == search.is_circular)
    if asked.year is not None:
        query = query.where(Letter.dated.between(date(asked.year, 1, 1), date(asked.year, 12, 31)))
    if asked.after is not None:
        query = query.where(Letter.id < asked.after)
    return {letter.id: letter for letter in await session.scalars(query)}
