"""The texts that came to a desk, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import READ, ActingOfficer
from domain.errors import NotFoundError
from domain.intake.vocabulary import IntakeState, TextMethod
from domain.vocabulary import Secrecy
from models import Intake, IntakeRecipient
from services.intake.sight import seen_intake


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakeFilter:
    """Which texts to list; None leaves a filter out."""

    registry_id: UUID | None = None
    state: IntakeState | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakeItem:
    """A text in a list; `open_lines` are recipients that nobody has decided."""

    id: UUID
    registry_id: UUID
    hop_id: UUID | None
    dispatch_id: UUID | None
    secrecy: Secrecy
    state: IntakeState
    received_at: datetime
    received_by: UUID
    file_name: str | None
    method: TextMethod
    subject: str | None
    letters: int
    open_lines: int


async def list_intakes(
    session: AsyncSession,
    *,
    by: ActingOfficer,
    chosen: IntakeFilter,
    after: UUID | None,
    limit: int,
) -> Sequence[IntakeItem]:
    """Return one page of the texts of the officer's desks, newest first.

    Args:
        session: The transaction.
        by: The officer who looks.
        chosen: The filters.
        after: The last text of the page before, or None for the first page.
        limit: Most rows to return.

    Raises:
        NotFoundError: The officer may not read for the registry that was asked for.
    """
    if chosen.registry_id is not None and chosen.registry_id not in by.registries(READ):
        raise NotFoundError("หน่วยสารบรรณ (registry)")
    letters = Intake.reading["letters"]
    waiting = (
        select(func.count())
        .select_from(IntakeRecipient)
        .where(
            IntakeRecipient.intake_id == Intake.id,
            IntakeRecipient.organization_id.is_(None),
            ~IntakeRecipient.is_left_out,
        )
        .scalar_subquery()
    )
    own = [getattr(Intake, name) for name in _OWN]
    query = (
        select(
            *own,
            letters[0]["subject"]["value"].astext.label("subject"),
            func.jsonb_array_length(letters).label("letters"),
            waiting.label("open_lines"),
        )
        .where(and_(seen_intake(by), *_wanted(chosen, after)))
        .order_by(Intake.id.desc())
        .limit(limit)
    )
    return [IntakeItem(**row) for row in (await session.execute(query)).mappings()]


_OWN = (
    "id",
    "registry_id",
    "hop_id",
    "dispatch_id",
    "secrecy",
    "state",
    "received_at",
    "received_by",
    "file_name",
    "method",
)


def _wanted(chosen: IntakeFilter, after: UUID | None) -> list[ColumnElement[bool]]:
    wanted = []
    if chosen.registry_id is not None:
        wanted.append(Intake.registry_id == chosen.registry_id)
    if chosen.state is not None:
        wanted.append(Intake.state == chosen.state)
    if after is not None:
        wanted.append(Intake.id < after)
    return wanted
