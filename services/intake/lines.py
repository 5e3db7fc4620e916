"""The lines of a received list of recipients: what is written there, and whom each means."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Integer

from domain.buddhist_era import bangkok_date
from domain.errors import InvalidError
from domain.intake.reading import TextReading
from domain.intake.vocabulary import MatchStatus
from domain.vocabulary import OrganizationKind
from services.candidate_directory import CandidateDirectory
from services.intake.known_bodies import known_bodies
from services.match_recipients import RowMatch, match_rows

# A list of ten thousand lines is one statement.
_INSERT = text("""
INSERT INTO intake_recipient (intake_id, position, no, as_written, district_as_written,
    district_code, kind, begins, ends, status, score, matched_id, candidates, organization_id)
SELECT :intake_id, position, no, as_written, district_as_written, district_code, kind, begins, ends,
    status, score, matched_id, candidates, organization_id
FROM jsonb_to_recordset(:lines) AS line (position int, no int, as_written text,
    district_as_written text, district_code text, kind text, begins int, ends int, status text,
    score int, matched_id uuid, candidates jsonb, organization_id uuid)
""").bindparams(bindparam("lines", type_=JSONB()))

_LINES = text("""
SELECT r.position, r.no, r.as_written, r.district_as_written, r.district_code, r.kind, r.begins,
    r.ends, r.status, r.score, r.matched_id, m.name AS matched, r.organization_id,
    o.code AS organization_code, o.name AS organization, r.is_left_out, r.decided_at, r.decided_by,
    CASE WHEN :positions IS NOT NULL OR r.organization_id IS NULL AND NOT r.is_left_out
        THEN r.candidates ELSE '[]' END AS candidates
FROM intake_recipient r
LEFT JOIN organization m ON m.id = r.matched_id
LEFT JOIN organization o ON o.id = r.organization_id
WHERE r.intake_id = :intake_id AND r.position = ANY (coalesce(:positions, ARRAY[r.position]))
ORDER BY r.position
""").bindparams(bindparam("positions", type_=ARRAY(Integer())))

MOST_LINES = 10_000
"""Recipients of one dispatch."""

_LIKE = 30
"""Below it a body is like the line by chance only; a clerk finds others by typing."""

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the list: what is written, what the rules said, and what was decided.

    Attributes:
        matched_id: Whom the rules take it for, with more or less certainty.
        candidates: Bodies that it may mean, best first, as the rules ranked them; in a whole list
            only those of open lines, for they are most of it.
        organization_id: Who is written to; None where nobody is, or nobody yet.
    """

    position: int
    no: int | None
    as_written: str
    district_as_written: str | None
    district_code: str | None
    kind: OrganizationKind | None
    begins: int
    ends: int
    status: MatchStatus
    score: int
    matched_id: UUID | None
    matched: str | None
    candidates: Sequence[Mapping[str, Any]]
    organization_id: UUID | None
    organization_code: str | None
    organization: str | None
    is_left_out: bool
    decided_at: datetime | None
    decided_by: UUID | None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to say whom it means."""
        return self.organization_id is None and not self.is_left_out

    @property
    def is_added(self) -> bool:
        """Whether a clerk added it: it stands nowhere in the text."""
        return self.begins == self.ends


async def match_lines(session: AsyncSession, reading: TextReading, *, at: datetime) -> list[Json]:
    """Return the lines of all lists of a text as they are stored, matched with the directory.

    Raises:
        InvalidError: `recipients_too_many`: more than one dispatch may have.
    """
    if not reading.rows:
        return []
    if len(reading.rows) > MOST_LINES:
        raise InvalidError(
            f"รายชื่อผู้รับยาวเกิน {MOST_LINES:,} ราย กรุณาแยกไฟล์",
            code="recipients_too_many",
            most=MOST_LINES,
        )
    directory = await known_bodies(session, on=bangkok_date(at))
    # Thousands of names are compared, in which the other desks must not wait.
    matches = await asyncio.to_thread(_match, reading, directory)
    return [_stored(position, match) for position, match in enumerate(matches)]


async def insert_lines(session: AsyncSession, *, intake_id: UUID, lines: Sequence[Json]) -> None:
    """Store the lines of a text."""
    if lines:
        await session.execute(_INSERT, {"intake_id": intake_id, "lines": list(lines)})


async def list_lines(
    session: AsyncSession, intake_id: UUID, *, positions: Sequence[int] | None = None
) -> list[Line]:
    """Return the lines of a text in their order; only those at `positions` if these are given."""
    values = {"intake_id": intake_id, "positions": None if positions is None else list(positions)}
    rows = (await session.execute(_LINES, values)).mappings()
    return [_line(dict(row)) for row in rows]


def _match(reading: TextReading, directory: CandidateDirectory) -> list[RowMatch]:
    return [
        match
        for one in reading.lists
        for match in match_rows(one.rows, province=one.province, directory=directory)
    ]


def _stored(position: int, match: RowMatch) -> Json:
    row, meant = match.row, match.organization
    understood = match.district.area if match.district else None
    is_sure = match.status is MatchStatus.ACCEPTED and meant is not None
    return {
        "position": position,
        "no": row.no,
        "as_written": row.as_written,
        "district_as_written": row.district_as_written,
        "district_code": understood.code if understood else None,
        "kind": row.kind,
        "begins": row.start,
        "ends": row.end,
        "status": match.status,
        "score": match.score,
        "matched_id": _id(meant.id) if meant else None,
        "candidates": [
            {
                "organization_id": _id(one.candidate.id),
                "code": one.candidate.code,
                "name": one.candidate.name,
                "district": one.candidate.district_name,
                "score": one.score,
            }
            for one in match.candidates
            if one.score >= _LIKE
        ],
        "organization_id": _id(meant.id) if is_sure and meant else None,
    }


def _id(id_: UUID | None) -> str | None:
    return str(id_) if id_ else None


def _line(row: Json) -> Line:
    kind = OrganizationKind(row.pop("kind")) if row["kind"] else row.pop("kind")
    return Line(kind=kind, status=MatchStatus(row.pop("status")), **row)
