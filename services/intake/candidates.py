"""The bodies that a clerk may mean by a few words, best first."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_date
from domain.errors import InvalidError, NotFoundError
from models import IntakeRecipient
from services.candidate_directory import Candidate, CandidateDirectory
from services.intake.known_bodies import known_bodies
from services.intake.sight import get_intake
from services.match_recipients import Ranked
from services.matching.kinds import bare_place
from services.matching.names import FoldedName, folded, likeness

_FLOOR = 50
_PLACE_ALONE = 3.0
"""What a body loses whose place is the same but whose kind is another."""
_CONTAINED = 95.0
"""A name that holds every word that was typed is hardly beaten by one that only looks like it."""
_ELSEWHERE = 5.0
"""What a body outside the district of the line loses."""


async def find_candidates(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    intake_id: UUID,
    words: str | None,
    position: int | None,
    at: datetime,
    limit: int,
) -> Sequence[Ranked]:
    """Return the bodies of the directory that are most like the words, or like a line.

    Args:
        session: The transaction.
        by: The officer who looks.
        intake_id: The text.
        words: What was typed; None looks for what is written in the line.
        position: The line, whose district comes first.
        at: Now, as an aware instant.
        limit: Most bodies to return.

    Raises:
        NotFoundError: The officer must not know of the text, or it has no such line.
        InvalidError: `words_missing`: neither words nor a line.
    """
    await get_intake(session, by=by, intake_id=intake_id)
    line = await _line(session, intake_id, position)
    asked = words or (line.as_written if line else "")
    if not asked.strip():
        raise InvalidError("ต้องระบุคำค้นหรือลำดับของผู้รับ", code="words_missing", field="q")
    directory = await known_bodies(session, on=bangkok_date(at))
    return await asyncio.to_thread(
        _rank, directory, asked, line.district_code if line else None, limit
    )


async def _line(
    session: AsyncSession, intake_id: UUID, position: int | None
) -> IntakeRecipient | None:
    if position is None:
        return None
    line = await session.get(IntakeRecipient, (intake_id, position))
    if line is None:
        raise NotFoundError("ผู้รับลำดับนี้ (position)")
    return line


def _rank(
    directory: CandidateDirectory, asked: str, district: str | None, limit: int
) -> list[Ranked]:
    whole, place = folded(asked), folded(bare_place(asked))
    words = [folded(word).letters for word in asked.split()]
    scored = [
        (_score(one, whole, place, words, district), one.code, one) for one in directory.candidates
    ]
    best = sorted((one for one in scored if one[0] >= _FLOOR), key=lambda one: (-one[0], one[1]))
    return [Ranked(candidate=one, score=round(score)) for score, _, one in best[:limit]]


def _score(
    one: Candidate, whole: FoldedName, place: FoldedName, words: list[str], district: str | None
) -> float:
    name, bare = folded(one.name), folded(one.place)
    score = max(likeness(whole, name), likeness(place, bare) - _PLACE_ALONE)
    everything = name.letters + folded(one.district_name or "").letters
    if all(word in everything for word in words):
        score = max(score, _CONTAINED)
    return score - (_ELSEWHERE if district and one.district_code not in {None, district} else 0.0)
