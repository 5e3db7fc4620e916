"""The two processes beside the API: the Temporal worker and the relay."""

import asyncio
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from temporalio.client import Client
from temporalio.worker import Worker

from activities.dispatch import DispatchActivities
from infra.database import create_engine, create_sessions
from infra.settings import Settings
from infra.temporal import connect_patiently, ensure_search_attributes
from worker.relay import Relay
from workflows.dispatch import DispatchWorkflow
from workflows.names import SEARCH_ATTRIBUTES

GRACE = timedelta(seconds=10)


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


async def run_worker(settings: Settings, stop: asyncio.Event) -> None:
    """Run workflows and activities until `stop`; activities under way may finish."""
    engine = create_engine(_database(settings), pool=settings.database_pool)
    client = await _connect(settings, stop)
    if client is None:
        return
    activities = DispatchActivities(create_sessions(engine), now)
    async with Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[DispatchWorkflow],
        activities=[activities.raise_alarm, activities.report_upward],
        # An activity holds one connection; more of them than connections would only wait.
        max_concurrent_activities=max(1, settings.database_pool // 2),
        max_concurrent_local_activities=max(1, settings.database_pool // 2),
        graceful_shutdown_timeout=GRACE,
    ):
        await stop.wait()
    await engine.dispose()


async def run_relay(settings: Settings, stop: asyncio.Event) -> None:
    """Carry messages until `stop`."""
    engine = create_engine(_database(settings), pool=2)
    client = await _connect(settings, stop)
    if client is None:
        return
    await ensure_search_attributes(client, SEARCH_ATTRIBUTES)
    relay = Relay(create_sessions(engine), client, task_queue=settings.task_queue, clock=now)
    await relay.run(interval=settings.relay_interval, stop=stop)
    await engine.dispose()


def _database(settings: Settings) -> SecretStr:
    if settings.database_url is None:
        raise SystemExit("WIAN_DATABASE_URL is not set; `wian up` sets it for one machine")
    return settings.database_url


async def _connect(settings: Settings, stop: asyncio.Event) -> Client | None:
    if settings.temporal_address is None:
        raise SystemExit("WIAN_TEMPORAL_ADDRESS is not set; `wian up` sets it for one machine")
    return await connect_patiently(
        settings.temporal_address, namespace=settings.temporal_namespace, stop=stop
    )
