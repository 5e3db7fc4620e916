"""How the ledger's messages reach the process: at least once, in batches, and never in a hurry."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.vocabulary import OutboxKind
from services.relay_outbox import (
    DispatchWatch,
    is_start_waiting,
    mark_sent,
    park,
)
from worker.deliveries import Delivery, claim_messages, claim_moves
from workflows.dispatch import DeadlineChange, DispatchWorkflow, HopEvents, Watch
from workflows.names import (
    CIRCULAR_ID,
    DISPATCH_ID,
    NEXT_DUE_AT,
    REGISTRY_ID,
    dispatch_workflow_id,
)

log = logging.getLogger(__name__)

BATCH = 1000
# Each is a call that waits for a worker: more at once would only wait for each other.
MOVES = 100
CALL_TIMEOUT = timedelta(seconds=10)
MAX_BACKOFF = 5.0
LATE = "late: the process has ended"


class NothingDeliveredError(Exception):
    """Every message of a batch failed; the cause is the first failure."""


class Relay:
    """Carries outbox rows to Temporal; several may run, each row is held by one at a time."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        client: Client,
        *,
        task_queue: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._client = client
        self._task_queue = task_queue
        self._clock = clock

    async def run(self, *, interval: float, stop: asyncio.Event) -> None:
        """Deliver until `stop`; while Temporal or PostgreSQL is away, wait longer each time.

        Moved deadlines have a loop of their own: they wait for a worker, and nothing else must
        wait behind them.

        Args:
            interval: Seconds between two looks. A pause gathers messages into fewer signals.
            stop: Set it to end after the batch under way.
        """
        await asyncio.gather(
            self._repeat(self.deliver_batch, interval, stop),
            self._repeat(self.deliver_moves, interval, stop),
        )

    async def _repeat(
        self, deliver: Callable[[], Awaitable[int]], interval: float, stop: asyncio.Event
    ) -> None:
        pause = interval
        while not stop.is_set():
            try:
                await deliver()
                pause = interval
            except (NothingDeliveredError, RPCError, DBAPIError, OSError) as error:
                pause = min(pause * 2, MAX_BACKOFF)
                log.warning("relay waits %.1f s: %s", pause, type(error).__name__)
            try:
                await asyncio.wait_for(stop.wait(), pause)
            except TimeoutError:
                continue

    async def deliver_batch(self) -> int:
        """Deliver one batch and return how many messages were sent or parked.

        The rows stay locked until they are marked. A crash in between sends them again, which
        changes nothing at the other end.

        Raises:
            NothingDeliveredError: Messages are waiting, and none could be delivered.
        """
        async with self._sessions.begin() as session:
            deliveries = await claim_messages(session, limit=BATCH, at=self._clock())
            return await self._carry(session, deliveries, self._deliver)

    async def deliver_moves(self) -> int:
        """Move the timers of one batch of dispatches, and return how many messages that settled.

        Raises:
            NothingDeliveredError: Messages are waiting, and none could be delivered.
        """
        async with self._sessions.begin() as session:
            moves = await claim_moves(session, limit=MOVES)
            return await self._carry(session, moves, self._replan)

    async def _carry(
        self,
        session: AsyncSession,
        deliveries: Sequence[Delivery],
        deliver: Callable[[Delivery], Awaitable[bool]],
    ) -> int:
        outcomes = await asyncio.gather(
            *(deliver(one) for one in deliveries), return_exceptions=True
        )
        done = 0
        for delivery, outcome in zip(deliveries, outcomes, strict=True):
            done += await self._mark(session, delivery, outcome, deliver)
        failures = [one for one in outcomes if isinstance(one, BaseException)]
        if failures and not done:
            raise NothingDeliveredError from failures[0]
        return done

    async def _deliver(self, delivery: Delivery) -> bool:
        """Tell one execution; return whether it was still there to be told."""
        if delivery.start is not None and await self._start(delivery.start):
            # It was started from the ledger as it is now, so it knows the rest of the batch.
            return True
        return await self._signal(delivery)

    async def _start(self, watch: DispatchWatch) -> bool:
        try:
            await self._client.start_workflow(
                DispatchWorkflow.run,
                Watch(
                    dispatch_id=watch.dispatch_id,
                    chunk=watch.chunk,
                    unsettled=list(watch.hop_ids),
                    alarms=list(watch.alarms),
                    is_closed=watch.is_closed,
                ),
                id=dispatch_workflow_id(watch.dispatch_id, watch.chunk),
                task_queue=self._task_queue,
                # While the ledger waits for somebody, an execution that ended is none; afterwards
                # only one that was killed, for it may not have reported.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
                if watch.is_closed
                else WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                search_attributes=_search_attributes(watch),
                rpc_timeout=CALL_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def _signal(self, delivery: Delivery) -> bool:
        handle = self._client.get_workflow_handle_for(
            DispatchWorkflow.run, dispatch_workflow_id(delivery.dispatch_id, delivery.chunk)
        )
        settled = [row.hop_id for row in delivery.rows if row.hop_id is not None]
        try:
            if settled:
                await handle.signal(
                    DispatchWorkflow.record_events,
                    HopEvents(settled=settled),
                    rpc_timeout=CALL_TIMEOUT,
                )
            if any(row.kind is OutboxKind.CLOSED for row in delivery.rows):
                await handle.signal(DispatchWorkflow.close, rpc_timeout=CALL_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def _replan(self, delivery: Delivery) -> bool:
        handle = self._client.get_workflow_handle_for(
            DispatchWorkflow.run, dispatch_workflow_id(delivery.dispatch_id, delivery.chunk)
        )
        try:
            await handle.execute_update(
                DispatchWorkflow.change_deadline,
                DeadlineChange(alarms=list(delivery.alarms)),
                id=f"moved-{delivery.ids[-1]}",
                rpc_timeout=CALL_TIMEOUT,
            )
        except WorkflowUpdateFailedError:
            # It waits for nobody any more, and so has no timers to move.
            return True
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def _mark(
        self,
        session: AsyncSession,
        delivery: Delivery,
        outcome: bool | BaseException,
        deliver: Callable[[Delivery], Awaitable[bool]],
    ) -> int:
        if isinstance(outcome, BaseException):
            log.warning("dispatch %s was not told: %r", delivery.dispatch_id, outcome)
            return 0
        if outcome or delivery.start is not None:
            await mark_sent(session, ids=delivery.ids, at=self._clock())
        elif await is_start_waiting(
            session, dispatch_id=delivery.dispatch_id, chunk=delivery.chunk
        ):
            return 0
        # Another relay may have marked the start between our call and this look: only now is
        # "not there" final.
        elif await deliver(delivery):
            await mark_sent(session, ids=delivery.ids, at=self._clock())
        else:
            await park(session, ids=delivery.ids, reason=LATE, at=self._clock())
        return len(delivery.rows)


def _search_attributes(watch: DispatchWatch) -> TypedSearchAttributes:
    pairs: list[SearchAttributePair[str] | SearchAttributePair[datetime]] = [
        SearchAttributePair(CIRCULAR_ID, str(watch.circular_id)),
        SearchAttributePair(DISPATCH_ID, str(watch.dispatch_id)),
        SearchAttributePair(REGISTRY_ID, str(watch.registry_id)),
    ]
    if watch.alarms:
        pairs.append(SearchAttributePair(NEXT_DUE_AT, watch.alarms[0].due_at))
    return TypedSearchAttributes(pairs)
