"""How a letter enters the index in which its words are found."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models import Letter, Organization, Registry
from services.search.words import Said, entries_of, folded_of, prepare, prepare_name

RULES: Final = 2
"""The edition of the rules; what another one entered, `wian search --reindex` enters anew."""

_PIECE: Final = 25
_ENTER: Final = """
INSERT INTO letter_search (letter_id, place, registry_id, circular_id, secrecy, urgency,
    is_circular, dated, words, folded, rules)
VALUES (:letter_id, :place, :registry_id, :circular_id, :secrecy, :urgency, :is_circular, :dated,
    array_to_tsvector(string_to_array(:entries, chr(10))), :folded, :rules)
"""
_NEW: Final = text(_ENTER)
_AGAIN: Final = text(
    f"{_ENTER} ON CONFLICT (letter_id) DO UPDATE SET words = excluded.words,"
    " folded = excluded.folded, rules = excluded.rules"
)
_FORGET: Final = text("UPDATE letter_search SET rules = 0 WHERE rules <> 0")


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterWords:
    """The words of a letter before it has a number."""

    subject: Said
    body: Said


def read_letter(subject: str, body: str) -> LetterWords:
    """Return the words of a letter, in some milliseconds a page."""
    return LetterWords(subject=prepare(subject.strip()), body=prepare(body))


async def read_letter_words(subject: str, body: str) -> LetterWords:
    """Return the same without making others wait; before a lock is taken, not under it."""
    return await asyncio.to_thread(read_letter, subject, body)


async def index_letter(session: AsyncSession, *, letter: Letter, words: LetterWords) -> None:
    """Enter a letter that was just issued, in the transaction that issued it.

    Args:
        session: The transaction.
        letter: The letter, written already.
        words: What `read_letter_words` returned for it.
    """
    names = await _issuers(session, [letter.registry_id])
    await session.execute(_NEW, index_row(letter, words, names[letter.registry_id]))


async def index_letters(session: AsyncSession, *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Enter the next letters that are not in the index, or by other rules, in the order of time.

    Args:
        session: The transaction, with the rights of the processes.
        after: The last letter of the batch before, None for the first.
        limit: Most letters to enter.

    Returns:
        The letters; none means that the index is complete.
    """
    letters = (
        await session.scalars(_LACKING, {"after": after or UUID(int=0), "most": limit})
    ).all()
    if not letters:
        return []
    names = await _issuers(session, list({one.registry_id for one in letters}))
    rows = await asyncio.to_thread(_rows, letters[:_PIECE], names)
    for at in range(_PIECE, len(letters) + _PIECE, _PIECE):
        # The next words are parted here while the server enters the last.
        _, rows = await asyncio.gather(
            session.execute(_AGAIN, rows),
            asyncio.to_thread(_rows, letters[at : at + _PIECE], names),
        )
    return [one.id for one in letters]


async def count_lacking(session: AsyncSession) -> int:
    """Return how many letters are not in the index, or by other rules."""
    count: int = (await session.execute(_HOW_MANY)).scalar_one()
    return count


async def forget_index(session: AsyncSession) -> None:
    """Let every letter be entered anew; until then it is found by what was entered before."""
    await session.execute(_FORGET)


_OTHER: Final = f"""
FROM letter l LEFT JOIN letter_search s ON s.letter_id = l.id
WHERE (s.letter_id IS NULL OR s.rules <> {RULES})
"""
_LACKING: Final = select(Letter).from_statement(
    text(f"SELECT l.* {_OTHER} AND l.id > :after ORDER BY l.id LIMIT :most")
)
_HOW_MANY: Final = text(f"SELECT count(*) {_OTHER}")


def _rows(letters: Sequence[Letter], names: Mapping[UUID, Sequence[str]]) -> list[dict[str, Any]]:
    return [
        index_row(one, read_letter(one.subject, one.body), names[one.registry_id])
        for one in letters
    ]


def index_row(letter: Letter, words: LetterWords, names: Sequence[str]) -> dict[str, Any]:
    """Return the row of a letter in the index; the same letter always gives the same."""
    numbers = prepare(f"ที่ {letter.number} {int(letter.number_running)}")
    others = [prepare(f"ที่ {letter.number}"), words.body, *map(prepare_name, names)]
    return {
        "letter_id": letter.id,
        "place": place_of(letter.id),
        "registry_id": letter.registry_id,
        "circular_id": letter.circular_id,
        "secrecy": letter.secrecy.value,
        "urgency": letter.urgency.value,
        "is_circular": letter.number_is_circular,
        "dated": letter.dated,
        # One text: to write a thousand entries as an array takes as long as to part a page.
        "entries": "\n".join(entries_of(subject=words.subject, others=[numbers, *others])),
        "folded": folded_of([words.subject, *others]),
        "rules": RULES,
    }


def place_of(letter_id: UUID) -> int:
    """Return the place of a letter in the order of time: the first 60 bits of its id that count.

    In a version 7 uuid these are the milliseconds and the fraction of one; letters of the same
    instant share a place.
    """
    raw = letter_id.bytes
    return int.from_bytes(raw[:6]) << 12 | (raw[6] & 0x0F) << 8 | raw[7]


async def _issuers(
    session: AsyncSession, registries: Sequence[UUID]
) -> Mapping[UUID, Sequence[str]]:
    query = (
        select(Registry.id, Registry.name, Organization.name)
        .join(Organization, Organization.id == Registry.organization_id)
        .where(Registry.id.in_(registries))
    )
    rows = (await session.execute(query)).all()
    return {row[0]: list(dict.fromkeys(row[1:])) for row in rows}
