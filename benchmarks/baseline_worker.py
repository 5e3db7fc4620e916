"""The process that runs the baseline's workflows, as `wian worker` runs ours."""

import asyncio

from temporalio.client import Client
from temporalio.worker import Worker

from activities.dispatch import DispatchActivities
from benchmarks.per_hop_workflow import HopWorkflow
from cli.serve import until_stopped
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.settings import Settings
from worker.main import now


async def _run_worker(settings: Settings, stop: asyncio.Event) -> None:
    url = settings.process_database_url
    assert url is not None
    assert settings.temporal_address is not None
    engine = create_engine(url, pool=settings.database_pool, role=WORKER_ROLE)
    activities = DispatchActivities(create_sessions(engine), now)
    async with Worker(
        await Client.connect(settings.temporal_address),
        task_queue=settings.task_queue,
        workflows=[HopWorkflow],
        activities=[activities.report_upward],
    ):
        await stop.wait()
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(until_stopped(_run_worker))
