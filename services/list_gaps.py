"""Which numbers of a register carry no letter: voided, left on paper, or missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import READ, ActingOfficer
from domain.errors import NotFoundError
from domain.figures import GapKind
from domain.vocabulary import Book, Secrecy
from models import Register

# Numbers that stand in the book are walked in their order; what lies between two of them is a
# hole, which the end of the paper range may cut in two.
_GAPS = text("""
WITH book AS (
    SELECT id, opened_after, opened_after + allocated AS last FROM register WHERE id = :register_id
), standing AS (
    SELECT DISTINCT e.number FROM register_entry e
    WHERE e.register_id = :register_id AND e.number > :after
), steps AS (
    SELECT number, lead(number) OVER (ORDER BY number) AS following
    FROM (SELECT CAST(:after AS integer) AS number UNION ALL SELECT number FROM standing) walked
), holes AS (
    SELECT number + 1 AS first, coalesce(following - 1, book.last) AS last FROM steps, book
), gaps AS (
    SELECT first, least(holes.last, opened_after) AS last, 'left_on_paper' AS kind
    FROM holes, book WHERE first <= least(holes.last, opened_after)
    UNION ALL
    SELECT greatest(first, opened_after + 1), holes.last, 'missing'
    FROM holes, book WHERE greatest(first, opened_after + 1) <= holes.last
    UNION ALL
    SELECT number, number, 'voided' FROM register_entry
    WHERE register_id = :register_id AND kind = 'voided' AND number > :after
)
SELECT gaps.first, gaps.last, gaps.kind, e.reason, officer.name AS officer, e.recorded_at
FROM gaps
LEFT JOIN register_entry e ON gaps.kind = 'voided' AND e.register_id = :register_id
    AND e.number = gaps.first AND e.kind = 'voided'
LEFT JOIN officer ON officer.id = e.recorded_by
ORDER BY gaps.first
LIMIT :limit
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Numbers that follow each other and carry no letter for the same reason.

    A voided number stands alone and says why, by whom and when.
    """

    first: int
    last: int
    kind: GapKind
    reason: str | None
    officer: str | None
    recorded_at: datetime | None


async def list_gaps(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    registry_id: UUID,
    book: Book,
    year: int,
    secrecy: Secrecy,
    after: int,
    limit: int,
) -> Sequence[Gap]:
    """Return one page of the numbers of a book that carry no letter, in their order.

    Args:
        session: The transaction.
        by: The officer who looks.
        registry_id: Whose book.
        book: Which book.
        year: Its Gregorian year.
        secrecy: Of which class of letters; each has a book of its own.
        after: The last number of the page before, 0 for the first page.
        limit: Most gaps to return.

    Raises:
        NotFoundError: There is no such book, or it is not the officer's to read.
    """
    chosen = (
        Register.registry_id == registry_id,
        Register.book == book,
        Register.year == year,
        Register.secrecy == secrecy,
    )
    may_read = (Register.registry_id.in_(by.registries(READ)), Register.secrecy.in_(by.classes))
    register_id = await session.scalar(select(Register.id).where(*chosen, *may_read))
    if register_id is None:
        raise NotFoundError("ทะเบียน (register)")
    values = {"register_id": register_id, "after": after, "limit": limit}
    rows = (await session.execute(_GAPS, values)).mappings()
    return [Gap(**dict(row, kind=GapKind(row["kind"]))) for row in rows]
