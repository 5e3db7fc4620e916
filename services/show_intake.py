"""A received text with what was read in it, what was confirmed, and whom it is for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.intake.vocabulary import MatchStatus
from models import Intake
from services.intake.lines import Line, list_lines
from services.intake.sight import get_intake, seen_intake

_VALUES = text("""
SELECT DISTINCT ON (letter, field) letter, field, value -> 'value' AS value, confirmed_at,
    confirmed_by
FROM intake_value WHERE intake_id = :intake_id
ORDER BY letter, field, id DESC
""")


_MOST_EARLIER = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfirmedValue:
    """What a clerk said last that a field is; None says that there is none."""

    letter: int
    field: str
    value: Any
    confirmed_at: datetime
    confirmed_by: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakeDetail:
    """A received text with everything around it.

    Attributes:
        same_as: Texts with the same bytes that came to the same desk before.
    """

    intake: Intake
    values: Sequence[ConfirmedValue]
    lines: Sequence[Line]
    same_as: Sequence[UUID]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many lines were accepted, asked and rejected, and how many nobody has decided."""
        counts = {one.value: sum(line.status is one for line in self.lines) for one in MatchStatus}
        return counts | {
            "open": sum(line.is_open for line in self.lines),
            "left_out": sum(line.is_left_out for line in self.lines),
        }


async def show_intake(session: AsyncSession, *, by: ActingOfficer, intake_id: UUID) -> IntakeDetail:
    """Return a text of one of the officer's desks.

    Raises:
        NotFoundError: There is none, or the officer must not know of it.
    """
    return await tell_intake(
        session, by=by, intake=await get_intake(session, by=by, intake_id=intake_id)
    )


async def tell_intake(session: AsyncSession, *, by: ActingOfficer, intake: Intake) -> IntakeDetail:
    """Return what there is to say of a text that the officer may see."""
    earlier = (
        select(Intake.id)
        .where(
            Intake.registry_id == intake.registry_id,
            Intake.sha256 == intake.sha256,
            Intake.id < intake.id,
            seen_intake(by),
        )
        .order_by(Intake.id)
        .limit(_MOST_EARLIER)
    )
    return IntakeDetail(
        intake=intake,
        values=await list_values(session, intake.id),
        lines=await list_lines(session, intake.id),
        same_as=(await session.scalars(earlier)).all(),
    )


async def list_values(session: AsyncSession, intake_id: UUID) -> list[ConfirmedValue]:
    """Return what was confirmed last of each field."""
    rows = (await session.execute(_VALUES, {"intake_id": intake_id})).mappings()
    return [ConfirmedValue(**row) for row in rows]
