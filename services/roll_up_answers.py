"""The answers of everybody below, and who has not answered yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.answer_totals import add_up
from domain.vocabulary import HopState
from models import Dispatch, Hop, Registry
from services.note_reading import note_reading
from services.thai_text import in_thai_order
from services.visible_hops import check_circular, visible


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyAnswer:
    """What one recipient answered, or that it has not."""

    hop_id: UUID
    registry_id: UUID
    registry: str
    state: HopState
    remark: str | None
    answer: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerRollUp:
    """Answers below, in Thai order of the bodies, with totals per field of the form."""

    answered: list[BodyAnswer]
    missing: list[BodyAnswer]
    totals: dict[str, dict[str, float]]


async def roll_up_answers(
    session: AsyncSession, *, by: ActingOfficer, circular_id: UUID, at: datetime
) -> AnswerRollUp:
    """Collect the answers of a circular that the officer's registries may see.

    A body that forwarded the letter is not asked itself: the bodies below it answer.

    Raises:
        NotFoundError: There is no such circular, or the officer must not know of it.
    """
    await check_circular(session, by=by, circular_id=circular_id)
    query = (
        select(Hop, Dispatch.answer_form.is_not(None), Registry.name, Dispatch.letter_id)
        .join(Dispatch, Dispatch.id == Hop.dispatch_id)
        .join(Registry, Registry.id == Hop.recipient_registry_id)
        .where(Dispatch.circular_id == circular_id, visible(by))
    )
    rows = (await session.execute(query)).all()
    await note_reading(session, by=by, at=at, letters={row.letter_id for row in rows})
    asked = [
        BodyAnswer(
            hop_id=hop.id,
            registry_id=hop.recipient_registry_id,
            registry=name,
            state=hop.state,
            remark=hop.remark,
            answer=hop.answer,
        )
        for hop, is_asked, name, _ in rows
        if is_asked and hop.forwarded_at is None
    ]
    asked = in_thai_order(asked, key=lambda one: one.registry)
    answered = [one for one in asked if one.answer is not None]
    return AnswerRollUp(
        answered=answered,
        missing=[one for one in asked if one.answer is None],
        totals=add_up(one.answer for one in answered if one.answer is not None),
    )
