"""What a search shows of the letters that it found."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from domain.access import ActingOfficer
from domain.vocabulary import Secrecy
from models import Letter, Organization, Registry
from services.search.marks import Marked, mark_line, mark_snippet
from services.search.question import Question
from services.visible_hops import readable


class Match(StrEnum):
    """Why a letter was found, the best reason first."""

    SUBJECT = "subject"
    TEXT = "text"
    SUBJECT_WORDS = "subject_words"
    WORDS = "words"
    SIMILAR = "similar"


_MATCH: Final = {
    6: Match.SUBJECT,
    5: Match.TEXT,
    4: Match.SUBJECT_WORDS,
    3: Match.TEXT,
    2: Match.WORDS,
    1: Match.TEXT,
    0: Match.SIMILAR,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundLetter:
    """A letter that was found, and what in it."""

    letter: Letter
    registry: str
    organization_id: UUID
    organization: str
    match: Match
    subject: Marked
    snippet: Marked


async def read_results(
    session: AsyncSession,
    *,
    by: ActingOfficer | None,
    question: Question,
    rows: Sequence[Row[Any]],
) -> list[FoundLetter]:
    """Return the letters that the index named, as far as the officer may read them.

    Args:
        session: The transaction.
        by: The officer; None is an operator, who reads whatever is not secret.
        question: What was searched for.
        rows: Letter and grade, in the order of the answer.
    """
    # The index named them; what the reader is shown comes through the walls around the letters.
    seen = Letter.secrecy == Secrecy.NORMAL if by is None else readable(by)
    query = (
        select(Letter, Registry.name, Organization.id, Organization.name)
        .join(Registry, Registry.id == Letter.registry_id)
        .join(Organization, Organization.id == Registry.organization_id)
        # One statement for any number of them, so that it is planned once.
        .where(Letter.id == any_(bindparam("letters", type_=ARRAY(Uuid()))), seen)
    )
    found: dict[UUID, Row[Letter, str, UUID, str]] = {}
    if rows:
        named = {"letters": [row.letter_id for row in rows]}
        found = {one[0].id: one for one in (await session.execute(query, named)).all()}
    return [
        _found(found[row.letter_id], _MATCH[row.grade], question)
        for row in rows
        if row.letter_id in found
    ]


def _found(row: Row[Letter, str, UUID, str], match: Match, question: Question) -> FoundLetter:
    letter, registry, organization_id, organization = row
    return FoundLetter(
        letter=letter,
        registry=registry,
        organization_id=organization_id,
        organization=organization,
        match=match,
        subject=mark_line(letter.subject, question),
        snippet=mark_snippet(letter.body, question),
    )
