"""How many hops of a dispatch, or of everything below it, stand where."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# `answers` counts hops; a hop that was forwarded answers through the bodies below it.
_COUNT = """
SELECT count(*) AS hops,
    count(h.registered_at) AS registered,
    count(*) FILTER (WHERE h.state = 'forwarded') AS forwarded,
    count(*) FILTER (WHERE h.state = 'acknowledged') AS acknowledged,
    count(*) FILTER (WHERE h.state = 'refused') AS refused,
    count(*) FILTER (WHERE h.state = 'returned') AS returned,
    count(*) FILTER (WHERE h.state = 'recalled') AS recalled,
    count(*) FILTER (WHERE h.settled_at IS NULL) AS missing,
    count(*) FILTER (WHERE h.settled_at IS NULL AND h.suspended_at IS NULL
        AND (p.acknowledge_by < :at OR (h.state = 'sent' AND p.register_by < :at))) AS late,
    count(h.answer) AS answers
FROM hop h JOIN dispatch d ON d.id = h.dispatch_id JOIN deadline_plan p ON p.id = h.plan_id
"""
_DIRECT = text(_COUNT + "WHERE d.id = :dispatch_id")
_WHOLE_TREE = text(_COUNT + "WHERE d.lineage @> ARRAY[CAST(:dispatch_id AS uuid)]")
_BELOW_HOP = text(
    _COUNT + "JOIN dispatch top ON d.lineage @> ARRAY[top.id] WHERE top.parent_hop_id = :hop_id"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class HopCounts:
    """Counts of hops; `missing` are those nobody has settled, `late` those past a deadline."""

    hops: int
    registered: int
    forwarded: int
    acknowledged: int
    refused: int
    returned: int
    recalled: int
    missing: int
    late: int
    answers: int

    def as_facts(self) -> Mapping[str, int]:
        """Return the counts as an event records them."""
        return asdict(self)


async def count_hops(
    session: AsyncSession, *, dispatch_id: UUID, at: datetime, whole_tree: bool
) -> HopCounts:
    """Count the hops of one dispatch, or of it and every dispatch below."""
    query = _WHOLE_TREE if whole_tree else _DIRECT
    row = (await session.execute(query, {"dispatch_id": dispatch_id, "at": at})).mappings().one()
    return HopCounts(**row)


async def count_below(session: AsyncSession, *, hop_id: UUID, at: datetime) -> HopCounts:
    """Count the hops of every dispatch that a hop was forwarded by, and of all below them."""
    row = (await session.execute(_BELOW_HOP, {"hop_id": hop_id, "at": at})).mappings().one()
    return HopCounts(**row)
