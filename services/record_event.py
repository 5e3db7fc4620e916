"""How something that happened enters the append-only record."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.vocabulary import EventKind, Secrecy
from models import Event, Letter

SYSTEM_OFFICER = UUID("00000000-0000-7000-8000-000000000001")
"""In whose name the system itself acts; migration 0004 adds the row."""


async def record_event(
    session: AsyncSession,
    kind: EventKind,
    *,
    at: datetime,
    by: UUID,
    registry_id: UUID,
    facts: dict[str, Any],
    secrecy: Secrecy = Secrecy.NORMAL,
    **subject: UUID | None,
) -> None:
    """Append one event.

    Args:
        session: The transaction of the act itself.
        kind: What happened.
        at: When, as an aware instant.
        by: The officer who acted.
        registry_id: The registry for which the officer acted.
        facts: What an auditor needs to know beside the ids.
        secrecy: The class of what it is about, where that is no letter.
        **subject: `circular_id`, `letter_id`, `dispatch_id` or `hop_id`, as far as they apply.
    """
    values: dict[str, Any] = {
        "kind": kind,
        "at": at,
        "officer_id": by,
        "registry_id": registry_id,
        "secrecy": secrecy,
        "facts": facts,
    }
    letter_id = subject.get("letter_id")
    if letter_id is not None:
        values |= {name: _of_letter(name, letter_id) for name in ("secrecy", "urgency")}
    await session.execute(insert(Event).values(values | subject))


def _of_letter(name: str, letter_id: UUID) -> ScalarSelect[Any]:
    return select(getattr(Letter, name)).where(Letter.id == letter_id).scalar_subquery()
