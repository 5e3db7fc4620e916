"""How much waits at a desk now, and what its year came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from domain.access import READ, ActingOfficer
from domain.buddhist_era import register_year
from domain.errors import NotFoundError
from domain.vocabulary import Urgency

# What waits now is read from the hops that are open, lateness included; what a year came to is
# read from counts that are kept up behind the events, so that no screen counts a year of rows.
_COUNT = text("""
WITH waiting AS (
    SELECT h.recipient_registry_id AS registry_id, l.urgency,
        count(*) FILTER (WHERE h.state = 'sent') AS to_register,
        count(*) FILTER (WHERE h.state <> 'sent') AS to_settle,
        count(*) FILTER (WHERE h.suspended_at IS NULL AND (p.acknowledge_by < :at
            OR (h.state = 'sent' AND p.register_by < :at))) AS late
    FROM hop h
    JOIN deadline_plan p ON p.id = h.plan_id
    JOIN dispatch d ON d.id = h.dispatch_id
    JOIN letter l ON l.id = d.letter_id
    WHERE h.recipient_registry_id = ANY(:desks) AND h.settled_at IS NULL
        AND h.secrecy = ANY(:classes)
    GROUP BY h.recipient_registry_id, l.urgency
), year AS (
    SELECT registry_id, urgency, sum(received) AS received, sum(registered) AS registered,
        sum(settled) AS settled, sum(registered_late) AS registered_late,
        sum(settled_late) AS settled_late
    FROM desk_count
    WHERE registry_id = ANY(:desks) AND year = :year AND secrecy = ANY(:classes)
    GROUP BY registry_id, urgency
)
SELECT registry_id, urgency, coalesce(to_register, 0) AS to_register,
    coalesce(to_settle, 0) AS to_settle, coalesce(late, 0) AS late,
    coalesce(received, 0) AS received, coalesce(registered, 0) AS registered,
    coalesce(settled, 0) AS settled, coalesce(registered_late, 0) AS registered_late,
    coalesce(settled_late, 0) AS settled_late
FROM waiting FULL JOIN year USING (registry_id, urgency)
ORDER BY registry_id, array_position(:urgencies, urgency)
""").bindparams(
    bindparam("desks", type_=ARRAY(Uuid())),
    bindparam("classes", type_=ARRAY(Text())),
    bindparam("urgencies", type_=ARRAY(Text())),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxCount:
    """What one desk has of one urgency: waiting now, and in the letters sent to it this year.

    `to_register` waits for a receipt, `to_settle` is registered and not settled, `late` are those
    of both that are past a deadline. The others count letters sent to it in the year.
    """

    registry_id: UUID
    urgency: Urgency
    to_register: int
    to_settle: int
    late: int
    received: int
    registered: int
    settled: int
    registered_late: int
    settled_late: int


async def count_inbox(
    session: AsyncSession, *, by: ActingOfficer, registry_id: UUID | None, at: datetime
) -> Sequence[InboxCount]:
    """Return the counts of the officer's desks, by desk and urgency, without those that are empty.

    Args:
        session: The transaction.
        by: The officer who looks.
        registry_id: One of the officer's desks, or None for all.
        at: Now, for lateness and for the year in Bangkok.

    Raises:
        NotFoundError: The officer may not read for the registry that was asked for.
    """
    desks = by.registries(READ)
    if registry_id is not None:
        if registry_id not in desks:
            raise NotFoundError("หน่วยสารบรรณ (registry)")
        desks = [registry_id]
    values = {
        "desks": desks,
        "classes": [one.value for one in by.classes],
        "urgencies": [one.value for one in Urgency],
        "year": register_year(at),
        "at": at,
    }
    rows = (await session.execute(_COUNT, values)).mappings()
    return [InboxCount(**dict(row, urgency=Urgency(row["urgency"]))) for row in rows]
