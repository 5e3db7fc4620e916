"""How many hops of a dispatch, or of everything below it, stand where."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from domain.vocabulary import Secrecy

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
_KNOWN = " AND h.secrecy = ANY(:classes)"
_CLASSES = bindparam("classes", type_=ARRAY(Text()))
_DIRECT = text(_COUNT + "WHERE d.id = :dispatch_id" + _KNOWN).bindparams(_CLASSES)
# The circular is named because behind a policy only a comparison like this one uses an index.
_WHOLE_TREE = text(
    _COUNT + "JOIN dispatch top ON d.circular_id = top.circular_id AND d.lineage @> ARRAY[top.id]"
    " WHERE top.id = :dispatch_id" + _KNOWN
).bindparams(_CLASSES)
_BELOW_HOP = text(
    _COUNT + "JOIN dispatch top ON d.circular_id = top.circular_id AND d.lineage @> ARRAY[top.id]"
    " WHERE top.parent_hop_id = :hop_id" + _KNOWN
).bindparams(_CLASSES)


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
    session: AsyncSession,
    *,
    dispatch_id: UUID,
    at: datetime,
    whole_tree: bool,
    classes: Sequence[Secrecy] = tuple(Secrecy),
) -> HopCounts:
    """Count the hops of one dispatch, or of it and every dispatch below.

    Args:
        session: The transaction.
        dispatch_id: The dispatch.
        at: Now, for lateness.
        whole_tree: Whether what is below counts too; a cover letter may be more secret.
        classes: The classes of secrecy of which whoever asks may know.
    """
    query = _WHOLE_TREE if whole_tree else _DIRECT
    values = {"dispatch_id": dispatch_id, "at": at, "classes": [one.value for one in classes]}
    row = (await session.execute(query, values)).mappings().one()
    return HopCounts(**row)


async def count_below(
    session: AsyncSession, *, hop_id: UUID, at: datetime, classes: Sequence[Secrecy]
) -> HopCounts:
    """Count the hops of every dispatch that a hop was forwarded by, and of all below them.

    Args:
        session: The transaction.
        hop_id: The hop.
        at: Now, for lateness.
        classes: The classes of secrecy of which whoever is told may know.
    """
    values = {"hop_id": hop_id, "at": at, "classes": [one.value for one in classes]}
    row = (await session.execute(_BELOW_HOP, values)).mappings().one()
    return HopCounts(**row)
