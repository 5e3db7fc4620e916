"""How something that happened enters the append-only record."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.vocabulary import EventKind
from models import Event

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
        **subject: `circular_id`, `letter_id`, `dispatch_id` or `hop_id`, as far as they apply.
    """
    await session.execute(
        insert(Event).values(
            kind=kind, at=at, officer_id=by, registry_id=registry_id, facts=facts, **subject
        )
    )
