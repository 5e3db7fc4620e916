"""What happens when a clerk says whom a line of a received list means, or adds a line to it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_date
from domain.errors import ConflictError, InvalidError, NotFoundError
from models import IntakeRecipient
from services.candidate_directory import alias_key
from services.intake.lines import MOST_LINES
from services.intake.sight import lock_intake
from services.learn_alias import learn_alias

_BODY = text("""
SELECT name, valid_from <= :today AND (valid_until IS NULL OR valid_until >= :today) AS is_valid
FROM organization WHERE id = :organization_id
""")
_DISTRICT = text("""
SELECT id FROM organization WHERE kind = 'district' AND area_code = :code
    AND valid_from <= :today AND (valid_until IS NULL OR valid_until >= :today)
""")
_DECIDE = text("""
UPDATE intake_recipient SET organization_id = :organization_id, is_left_out = :is_left_out,
    decided_at = :at, decided_by = :by
WHERE intake_id = :intake_id AND position = :position
""").bindparams(bindparam("organization_id", type_=Uuid()))
_ADD = text("""
INSERT INTO intake_recipient (intake_id, position, as_written, begins, ends, status, score,
    candidates, organization_id, decided_at, decided_by)
SELECT :intake_id, coalesce(max(position) + 1, 0), :name, 0, 0, 'asked', 0, '[]', :organization_id,
    :at, :by
FROM intake_recipient WHERE intake_id = :intake_id
HAVING count(*) < :most
RETURNING position
""")


async def decide_recipient(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    intake_id: UUID,
    position: int,
    organization_id: UUID | None,
    at: datetime,
) -> None:
    """Say whom a line means, or with None that it is left out; a spelling is learned.

    Raises:
        NotFoundError: The officer must not know of the text, or it has no such line.
        NotAllowedError: The officer is neither clerk nor head at its desk.
        InvalidError: `recipient_unknown`, `recipient_closed`.
        ConflictError: `intake_settled`.
    """
    await lock_intake(session, by=by, intake_id=intake_id)
    line = await session.get(IntakeRecipient, (intake_id, position))
    if line is None:
        raise NotFoundError("ผู้รับลำดับนี้ (position)")
    today = bangkok_date(at)
    name = await _name(session, organization_id, today) if organization_id else None
    values = {
        "intake_id": intake_id,
        "position": position,
        "organization_id": organization_id,
        "is_left_out": organization_id is None,
        "at": at,
        "by": by.id,
    }
    await session.execute(_DECIDE, values)
    is_spelling = line.begins < line.ends and line.as_written != name
    if organization_id is not None and is_spelling and alias_key(line.as_written):
        await learn_alias(
            session,
            by=by,
            kind=line.kind,
            district_id=await _district(session, line, today),
            as_written=line.as_written,
            organization_id=organization_id,
            at=at,
        )


async def add_recipient(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    intake_id: UUID,
    organization_id: UUID,
    at: datetime,
) -> int:
    """Add a recipient that the list lacks, and return its position.

    Raises:
        NotFoundError: The officer must not know of the text.
        NotAllowedError: The officer is neither clerk nor head at its desk.
        InvalidError: `recipient_unknown`, `recipient_closed`.
        ConflictError: `intake_settled`, `list_full`.
    """
    await lock_intake(session, by=by, intake_id=intake_id)
    name = await _name(session, organization_id, bangkok_date(at))
    values = {
        "intake_id": intake_id,
        "name": name,
        "organization_id": organization_id,
        "at": at,
        "by": by.id,
        "most": MOST_LINES,
    }
    position: int | None = await session.scalar(_ADD, values)
    if position is None:
        raise ConflictError(f"รายชื่อผู้รับเต็มแล้ว ({MOST_LINES:,} ราย)", code="list_full")
    return position


async def _name(session: AsyncSession, organization_id: UUID, today: date) -> str:
    values = {"organization_id": organization_id, "today": today}
    body = (await session.execute(_BODY, values)).one_or_none()
    if body is None:
        raise InvalidError("ไม่รู้จักหน่วยงานนี้", code="recipient_unknown", field="organization_id")
    if not body.is_valid:
        raise InvalidError(
            "หน่วยงานนี้ยุบหรือยังไม่ตั้งขึ้น", code="recipient_closed", field="organization_id"
        )
    name: str = body.name
    return name


async def _district(session: AsyncSession, line: IntakeRecipient, today: date) -> UUID | None:
    if line.district_code is None:
        return None
    values = {"code": line.district_code, "today": today}
    return (await session.scalars(_DISTRICT, values)).first()
