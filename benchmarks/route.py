"""The route of `engine_events_per_hop` and `per_hop_workflow_vs_ours`, walked both ways."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from benchmarks.measure import until
from benchmarks.nation import Body, NoFiles, dispatch, order
from benchmarks.per_hop_payloads import ForwardedHop, WatchedHop
from benchmarks.per_hop_workflow import HopWorkflow, hop_workflow_id, start_hop
from domain.vocabulary import DispatchState, HopState
from models import Dispatch, Hop
from services.acknowledge_hop import acknowledge_hop
from services.forward_letter import forward_letter
from services.refuse_hop import refuse_hop
from services.register_hop import register_hop

DISTRICTS = 12
BODIES = 9
HOPS = DISTRICTS + DISTRICTS * BODIES
DESKS = 16
PATIENCE_SECONDS = 120.0

Told = Callable[[Hop, str, Dispatch | None], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Province:
    """A sender, its districts, and the bodies below each."""

    sender: Body
    districts: list[Body]
    bodies: dict[UUID, list[Body]]


def divide(people: list[Body]) -> Province:
    """Make a province of the first 1 + 12 + 108 bodies."""
    sender, districts = people[0], people[1 : 1 + DISTRICTS]
    rest = iter(people[1 + DISTRICTS :])
    return Province(
        sender=sender,
        districts=districts,
        bodies={one.registry_id: [next(rest) for _ in range(BODIES)] for one in districts},
    )


class Walk:
    """Every desk of a province registers and passes on, or acknowledges."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], province: Province) -> None:
        self._sessions = sessions
        self._province = province
        self._desks = asyncio.Semaphore(DESKS)
        self._by_registry = {
            body.registry_id: body
            for body in [*province.districts, *(b for g in province.bodies.values() for b in g)]
        }

    async def walk(self, told: Told) -> UUID:
        """Send, register, forward and acknowledge everything; return the top dispatch."""
        top = await dispatch(self._sessions, self._province.sender, self._province.districts)
        hops = await self._hops(top)
        for hop in hops:
            await told(hop, "sent", None)
        await asyncio.gather(*(self._district(hop, told) for hop in hops))
        return top

    async def settled(self, top: UUID) -> bool:
        """Return whether the top dispatch is completed and every hop acknowledged."""
        async with self._sessions() as session:
            state = await session.scalar(select(Dispatch.state).where(Dispatch.id == top))
            acknowledged = await session.scalar(
                select(func.count())
                .select_from(Hop)
                .join(Dispatch, Dispatch.id == Hop.dispatch_id)
                .where(Dispatch.lineage.contains([top]), Hop.state == HopState.ACKNOWLEDGED)
            )
        return state is DispatchState.COMPLETED and acknowledged == HOPS

    async def _district(self, hop: Hop, told: Told) -> None:
        body = self._by_registry[hop.recipient_registry_id]
        async with self._desks:
            await self._register(hop, body)
            await told(hop, "registered", None)
            async with self._sessions.begin() as session:
                below = await forward_letter(
                    session,
                    by=body.clerk,
                    hop_id=hop.id,
                    order=order(self._province.bodies[body.registry_id], days=8),
                    files=NoFiles(),
                    at=datetime.now(UTC),
                )
        await told(hop, "forwarded", below)
        await asyncio.gather(*(self._body(one, told) for one in await self._hops(below.id)))

    async def _body(self, hop: Hop, told: Told) -> None:
        body = self._by_registry[hop.recipient_registry_id]
        async with self._desks:
            await self._register(hop, body)
            await told(hop, "registered", None)
            async with self._sessions.begin() as session:
                await acknowledge_hop(session, by=body.clerk, hop_id=hop.id, at=datetime.now(UTC))
            await told(hop, "acknowledged", None)

    async def _register(self, hop: Hop, body: Body) -> None:
        async with self._sessions.begin() as session:
            await register_hop(session, by=body.clerk, hop_id=hop.id, at=datetime.now(UTC))

    async def _hops(self, dispatch_id: UUID) -> Sequence[Hop]:
        async with self._sessions() as session:
            return (await session.scalars(select(Hop).where(Hop.dispatch_id == dispatch_id))).all()


async def _not_told(hop: Hop, step: str, below: Dispatch | None) -> None:
    # The relay carries what the process has to know.
    del hop, step, below


async def wake_ours(sessions: async_sessionmaker[AsyncSession], people: list[Body]) -> None:
    """Wait until relay and worker carry a dispatch of one hop from end to end."""
    sender, recipient = people
    sent = await dispatch(sessions, sender, [recipient])
    async with sessions.begin() as session:
        hop_id = (await session.scalars(select(Hop.id).where(Hop.dispatch_id == sent))).one()
        await refuse_hop(
            session, by=recipient.clerk, hop_id=hop_id, at=datetime.now(UTC), reason="ทดลอง"
        )

    async def is_completed() -> bool:
        async with sessions() as session:
            state = await session.scalar(select(Dispatch.state).where(Dispatch.id == sent))
        return state is DispatchState.COMPLETED

    await until(is_completed, seconds=PATIENCE_SECONDS)


async def wake_baseline(client: Client, *, task_queue: str) -> None:
    """Wait until the baseline's worker carries one hop from end to end."""
    later = datetime.now(UTC) + timedelta(days=1)
    hop = WatchedHop(hop_id=uuid4(), register_by=later, acknowledge_by=later)
    await start_hop(client, hop, task_queue=task_queue)
    handle = client.get_workflow_handle(hop_workflow_id(hop.hop_id))
    await handle.signal(HopWorkflow.acknowledged)
    await handle.result()


async def walk_ours(walk: Walk) -> float:
    """Walk with one workflow per dispatch; return the seconds until the top is completed."""
    began = time.perf_counter()
    top = await walk.walk(_not_told)
    await until(lambda: walk.settled(top), seconds=PATIENCE_SECONDS)
    return time.perf_counter() - began


async def walk_per_hop(walk: Walk, client: Client, *, task_queue: str) -> float:
    """Walk with one workflow per hop, each event a signal; return the seconds it took."""

    async def told(hop: Hop, step: str, below: Dispatch | None) -> None:
        if step == "sent":
            await start_hop(client, await _watched(walk, hop), task_queue=task_queue)
            return
        handle = client.get_workflow_handle(hop_workflow_id(hop.id))
        if step == "registered":
            await handle.signal(HopWorkflow.registered)
            return
        if step == "acknowledged":
            await handle.signal(HopWorkflow.acknowledged)
            return
        assert below is not None
        watched = [await _watched(walk, one) for one in await walk._hops(below.id)]  # noqa: SLF001 (same module)
        await handle.signal(
            HopWorkflow.forwarded, ForwardedHop(dispatch_id=below.id, below=watched)
        )
        # The parent starts its children in this order, a moment later.
        await _started(client, hop_workflow_id(watched[-1].hop_id))

    began = time.perf_counter()
    top = await walk.walk(told)
    await until(lambda: _all_reported(walk, top), seconds=PATIENCE_SECONDS)
    return time.perf_counter() - began


async def _all_reported(walk: Walk, top: UUID) -> bool:
    async with walk._sessions() as session:  # noqa: SLF001 (same module)
        missing = await session.scalar(
            select(func.count())
            .select_from(Hop)
            .join(Dispatch, Dispatch.id == Hop.dispatch_id)
            .where(Dispatch.lineage.contains([top]), Hop.state != HopState.ACKNOWLEDGED)
        )
    return missing == 0


async def _watched(walk: Walk, hop: Hop) -> WatchedHop:
    async with walk._sessions() as session:  # noqa: SLF001 (same module)
        dispatch_ = await session.get_one(Dispatch, hop.dispatch_id)
    return WatchedHop(
        hop_id=hop.id,
        register_by=dispatch_.register_by,
        acknowledge_by=dispatch_.acknowledge_by,
    )


async def _started(client: Client, workflow_id: str) -> None:
    while True:
        try:
            await client.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            await asyncio.sleep(0.02)
        else:
            return


async def count_events(client: Client, query: str) -> tuple[int, int]:
    """Return how many executions match, and how many history events they hold."""
    executions = events = 0
    async for found in client.list_workflows(query):
        description = await client.get_workflow_handle(found.id, run_id=found.run_id).describe()
        executions += 1
        events += description.history_length
    return executions, events
