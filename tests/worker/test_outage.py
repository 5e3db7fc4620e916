"""Alarms that come due while every worker is off."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from temporalio.client import Client

from domain.deadlines import Deadlines
from domain.vocabulary import AlarmStep, EventKind
from infra.embedded.temporal import TemporalServer
from infra.settings import Settings
from models import DeadlinePlan, Event, Hop, Notice
from services.read_plan import read_plan
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.dispatch_process import eventually
from tests.support.letters import send
from tests.support.relay_desk import Sessions
from worker.main import run_worker
from worker.relay import Relay

# Bodies with nobody below them: each of their letters has ten steps.
LAST = ("direct", "body_a1", "body_a2", "body_b1", "stranger")
DISPATCHES, ALARMS = 20, 1000
LONG_AGO = datetime.now(UTC) - timedelta(days=60)
OVER = Deadlines(acknowledge_by=LONG_AGO + timedelta(days=30))
CHASING = (EventKind.REMINDED, EventKind.OVERDUE, EventKind.ESCALATED)


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """Run a worker until the block ends."""
    stop = asyncio.Event()
    worker = asyncio.ensure_future(run_worker(settings, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(worker, 30)


async def _until_told(sessions: Sessions, times: int) -> None:
    async def is_told() -> bool:
        async with sessions() as session:
            return (await session.scalar(select(func.count(Notice.id))) or 0) >= times

    await eventually(is_told)


async def _planned(sessions: Sessions) -> dict[UUID, list[tuple[AlarmStep, datetime]]]:
    """The steps of each hop and their instants, in the order in which they are due."""
    async with sessions() as session:
        query = select(Hop.id, DeadlinePlan).join(DeadlinePlan, DeadlinePlan.id == Hop.plan_id)
        return {
            hop_id: [(alarm.step, alarm.due_at) for alarm in read_plan(plan).alarms]
            for hop_id, plan in await session.execute(query)
        }


async def test_a_thousand_alarms_that_came_due_meanwhile_are_raised_once_and_in_order(
    database: Database,
    sessions: Sessions,
    own_directory: Directory,
    temporal: TemporalServer,
    temporal_client: Client,
) -> None:
    settings = Settings(
        worker_database_url=database.worker_url,
        temporal_address=temporal.address,
        task_queue=f"test-{uuid4()}",
        database_pool=8,
    )
    relay = Relay(
        sessions, temporal_client, task_queue=settings.task_queue, clock=lambda: datetime.now(UTC)
    )
    recipients = [own_directory[name] for name in LAST]
    async with sessions.begin() as session:
        for _ in range(DISPATCHES):
            await send(session, own_directory["agency"], *recipients, at=LONG_AGO, deadlines=OVER)
    assert await relay.deliver_batch() == DISPATCHES
    planned = await _planned(sessions)
    restarted = datetime.now(UTC)
    assert sum(due_at < restarted for steps in planned.values() for _, due_at in steps) == ALARMS
    async with working(settings):
        await _until_told(sessions, ALARMS)
    async with sessions() as session:
        notices = (await session.scalars(select(Notice).order_by(Notice.id))).all()
        query = select(Event).where(Event.kind.in_(CHASING)).order_by(Event.id)
        events = (await session.scalars(query)).all()
    assert (len(notices), len(events)) == (ALARMS, ALARMS)
    raised, recorded = defaultdict(list), defaultdict(list)
    for notice in notices:
        raised[notice.hop_id].append((notice.step, notice.due_at))
        assert notice.due_at < restarted <= notice.created_at
    for event in events:
        due_at = datetime.fromisoformat(event.facts["due_at"])
        recorded[event.hop_id].append((AlarmStep(event.facts["step"]), due_at))
        assert due_at < restarted <= event.at
    assert raised == recorded == planned
