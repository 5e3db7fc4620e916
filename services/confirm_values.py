"""What happens when a clerk says what the fields of a received text really are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer, may_read_secret
from domain.errors import InvalidError
from domain.vocabulary import Secrecy
from models import Intake, IntakeValue
from services.intake.draft import draft_fields
from services.intake.sight import lock_intake


async def confirm_values(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    intake_id: UUID,
    letter: int,
    values: Mapping[str, Any],
    at: datetime,
    as_read: Sequence[str] = (),
) -> Intake:
    """Keep confirmed values beside what was read; the last word on a field counts.

    Args:
        session: The transaction.
        by: The officer who says so.
        intake_id: The text.
        letter: Which of its letters, from 0.
        values: By name of the field, as JSON; None says that there is none.
        at: Now, as an aware instant.
        as_read: Fields that are right as the rules read them.

    Raises:
        NotFoundError: The officer must not know of the text.
        NotAllowedError: The officer is neither clerk nor head at its desk, or `clearance_missing`.
        InvalidError: `values_empty`, `letter_unknown`, `subject_empty`, `secrecy_too_high`;
            `field_not_read`: there is nothing that could be right.
        ConflictError: `intake_settled`.
    """
    intake = await lock_intake(session, by=by, intake_id=intake_id)
    check_letter(intake, letter)
    values = _read_values(intake, letter, as_read) | dict(values)
    _check(values)
    if "secrecy" in values:
        await _hide(session, by, intake, Secrecy(values["secrecy"]))
    rows = [
        {
            "intake_id": intake_id,
            "letter": letter,
            "field": field,
            "value": {"value": value},
            "confirmed_at": at,
            "confirmed_by": by.id,
        }
        for field, value in values.items()
    ]
    await session.execute(insert(IntakeValue), rows)
    return intake


def check_letter(intake: Intake, letter: int) -> None:
    """Refuse a letter that a text does not hold; one in which none was found may become one.

    Raises:
        InvalidError: `letter_unknown`.
    """
    if letter >= max(1, len(intake.reading["letters"])):
        raise InvalidError(
            "ข้อความนี้ไม่มีหนังสือฉบับที่ระบุ", code="letter_unknown", field="letter", letter=letter
        )


def _read_values(intake: Intake, letter: int, names: Sequence[str]) -> dict[str, Any]:
    read = {one.name: one.read for one in draft_fields(intake.reading, letter, ())}
    values = {}
    for name in names:
        found = read.get(name)
        if found is None:
            raise InvalidError(
                "ไม่มีค่าที่อ่านได้ในช่องนี้ โปรดระบุเอง", code="field_not_read", field=f"as_read/{name}"
            )
        values[name] = found.value
    return values


def _check(values: Mapping[str, Any]) -> None:
    if not values:
        raise InvalidError("ต้องระบุค่าอย่างน้อยหนึ่งช่อง", code="values_empty", field="values")
    if "subject" in values and not (values["subject"] or "").strip():
        raise InvalidError("ต้องระบุเรื่อง", code="subject_empty", field="values/subject")
    if values.get("secrecy") == Secrecy.TOP_SECRET:
        raise InvalidError(
            "หนังสือชั้นลับที่สุดส่งทางระบบอิเล็กทรอนิกส์ไม่ได้",
            code="secrecy_too_high",
            field="values/secrecy",
        )


async def _hide(session: AsyncSession, by: ActingOfficer, intake: Intake, secrecy: Secrecy) -> None:
    by.require_clearance(secrecy)
    # Never lowered: what was read as secret was perhaps not read wrongly.
    if may_read_secret(intake.secrecy, secrecy):
        return
    await session.execute(update(Intake).where(Intake.id == intake.id).values(secrecy=secrecy))
