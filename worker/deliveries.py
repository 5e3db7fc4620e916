"""What the relay carries: the messages of one batch, by the execution that they go to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from domain.alarms import Alarm
from domain.vocabulary import OutboxKind
from models import Outbox
from services.relay_outbox import (
    DispatchWatch,
    claim_waiting,
    lock_moves,
    park,
    pending_alarms,
    read_watch,
)

UNKNOWN = "unknown: the ledger has no such dispatch"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """The messages of one batch that go to the same execution."""

    dispatch_id: UUID
    chunk: int
    rows: Sequence[Outbox]
    start: DispatchWatch | None
    alarms: Sequence[Alarm] = ()

    @property
    def ids(self) -> list[int]:
        """The outbox rows that this delivery carries."""
        return [row.id for row in self.rows]


async def claim_messages(session: AsyncSession, *, limit: int, at: datetime) -> list[Delivery]:
    """Claim messages, oldest first; park those about a dispatch that the ledger does not know."""
    deliveries = []
    for (dispatch_id, chunk), rows in (await _claim(session, limit, moves=False)).items():
        start = None
        if any(row.kind is OutboxKind.DISPATCHED for row in rows):
            try:
                start = await read_watch(session, dispatch_id=dispatch_id, chunk=chunk)
            except NoResultFound:
                await park(session, ids=[row.id for row in rows], reason=UNKNOWN, at=at)
                continue
        deliveries.append(Delivery(dispatch_id=dispatch_id, chunk=chunk, rows=rows, start=start))
    return deliveries


async def claim_moves(session: AsyncSession, *, limit: int) -> list[Delivery]:
    """Claim moved deadlines, with the alarms that the ledger has now."""
    groups = await _claim(session, limit, moves=True)
    return [
        Delivery(
            dispatch_id=dispatch_id,
            chunk=chunk,
            rows=rows,
            start=None,
            alarms=await pending_alarms(session, dispatch_id=dispatch_id, chunk=chunk),
        )
        for (dispatch_id, chunk), rows in groups.items()
        if await lock_moves(session, dispatch_id)
    ]


async def _claim(
    session: AsyncSession, limit: int, *, moves: bool
) -> Mapping[tuple[UUID, int], list[Outbox]]:
    groups: defaultdict[tuple[UUID, int], list[Outbox]] = defaultdict(list)
    for row in await claim_waiting(session, limit=limit, moves=moves):
        groups[row.dispatch_id, row.chunk].append(row)
    return groups
