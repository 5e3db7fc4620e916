"""Whether letters still say what they said when they were issued."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.letter_digest import letter_digest
from models import Attachment, Letter
from services.letter_content import letter_content

PAGE = 500

# What was issued before the record kept digests is compared without one.
_ISSUED = text("""
SELECT id, letter_id, registry_id, circular_id, officer_id, at, facts ->> 'sha256' AS sha256
FROM event WHERE kind = 'letter_issued' AND id > :after AND txid >= CAST(:txid AS xid8)
ORDER BY id LIMIT :most
""")
# A letter comes with the entry of its number, in the same transaction.
_NEVER_ISSUED = text("""
SELECT l.id, l.number FROM letter l
WHERE NOT EXISTS (SELECT FROM event e WHERE e.kind = 'letter_issued' AND e.letter_id = l.id)
    AND (CAST(:txid AS xid8) = '0' OR EXISTS (SELECT FROM register_entry r
        WHERE r.id = l.register_entry_id AND r.txid >= CAST(:txid AS xid8)))
ORDER BY l.id LIMIT 1
""")

# Rows, not objects: there are millions of letters, and a session would keep each that it made.
_IDS = bindparam("ids", type_=ARRAY(Uuid()))
_LETTERS = select(Letter.__table__).where(Letter.id == any_(_IDS))
_FILES = (
    select(Attachment.__table__)
    .where(Attachment.letter_id == any_(_IDS))
    .order_by(Attachment.letter_id, Attachment.position)
)


class _Found(NamedTuple):
    """A letter as it is now."""

    number: str
    digest: str
    issue: tuple[UUID, UUID, UUID, datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class LettersVerdict:
    """How many letters were compared; `fault` names the first that is not as it was issued."""

    letters: int
    fault: str | None


async def verify_letters(session: AsyncSession, *, since_txid: int = 0) -> LettersVerdict:
    """Hash every letter anew and compare it with the event of its issue, which each must have.

    Args:
        session: Any transaction that sees all letters.
        since_txid: Compare only letters issued in this transaction or later.
    """
    letters = 0
    async for issued in _issued(session, since_txid):
        letters_now = await _letters(session, issued)
        for row in issued:
            fault = _fault(row, letters_now.get(row.letter_id))
            if fault is not None:
                return LettersVerdict(letters=letters, fault=fault)
            letters += 1
    return LettersVerdict(letters=letters, fault=await _never_issued(session, since_txid))


async def _never_issued(session: AsyncSession, txid: int) -> str | None:
    row = (await session.execute(_NEVER_ISSUED, {"txid": str(txid)})).one_or_none()
    return None if row is None else f"letter {row.id} ({row.number}) was never issued: no event"


async def _issued(session: AsyncSession, txid: int) -> AsyncIterator[Sequence[Row[Any]]]:
    after = 0
    while True:
        values = {"after": after, "txid": str(txid), "most": PAGE}
        rows = (await session.execute(_ISSUED, values)).all()
        if not rows:
            return
        after = rows[-1].id
        yield rows


async def _letters(session: AsyncSession, issued: Sequence[Row[Any]]) -> dict[UUID, _Found]:
    """Return, by id, the letters that are there."""
    ids = {"ids": [row.letter_id for row in issued]}
    files = await session.execute(_FILES, ids)
    enclosed = {key: list(own) for key, own in groupby(files, attrgetter("letter_id"))}
    return {
        one.id: _Found(
            number=one.number,
            digest=letter_digest(letter_content(one, enclosed.get(one.id, []))).hex(),
            issue=(one.registry_id, one.circular_id, one.issued_by, one.issued_at),
        )
        for one in await session.execute(_LETTERS, ids)
    }


def _fault(row: Row[Any], found: _Found | None) -> str | None:
    if found is None:
        return f"letter {row.letter_id}, issued by event {row.id}, is missing"
    issue = (row.registry_id, row.circular_id, row.officer_id, row.at)
    if found.issue == issue and row.sha256 in {found.digest, None}:
        return None
    return f"letter {row.letter_id} ({found.number}) differs from what was issued by event {row.id}"
