"""What the schedules start, on a real Temporal server, with activities that only remember."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from activities.upkeep import UpkeepActivities
from domain.figures import NightlyFindings, RecountResult
from domain.reconciliation import Reconciliation
from workflows.upkeep import ATTEMPT_TIMEOUT, PATIENT, DigestWorkflow, ReconcileWorkflow

FOUND = Reconciliation(running=7, started=1, settled=2, closed=3, moved=4)
DIFFERS = "desk_count: received is 2, counted 1"


class Remembered:
    """Activities with the names of the real ones, the first of which fails once."""

    def __init__(self) -> None:
        self.asked = 0

    @activity.defn
    async def make_digests(self) -> int:
        self.asked += 1
        if self.asked == 1:
            raise OSError("the ledger is away")
        return 5

    @activity.defn
    async def reconcile(self) -> Reconciliation:
        return FOUND

    @activity.defn
    async def recount_figures(self) -> RecountResult:
        return RecountResult(differing=5, first=DIFFERS)


@workflow.defn(name="ReconcileWorkflow")
class ReconcileBefore:
    """The same before it recounted figures."""

    @workflow.run
    async def run(self) -> Reconciliation:
        return await workflow.execute_activity_method(
            UpkeepActivities.reconcile,
            start_to_close_timeout=ATTEMPT_TIMEOUT,
            retry_policy=PATIENT,
        )


@pytest.fixture
async def task_queue(temporal_client: Client) -> AsyncIterator[str]:
    name, done = f"test-{uuid4()}", Remembered()
    async with Worker(
        temporal_client,
        task_queue=name,
        workflows=[DigestWorkflow, ReconcileWorkflow],
        activities=[done.make_digests, done.reconcile, done.recount_figures],
        workflow_failure_exception_types=[Exception],
    ):
        yield name


async def test_digests_are_made_though_the_ledger_was_away(
    temporal_client: Client, task_queue: str
) -> None:
    async with asyncio.timeout(30):
        made = await temporal_client.execute_workflow(
            DigestWorkflow.run, id=f"digest-{uuid4()}", task_queue=task_queue
        )
    assert made == 5


async def test_a_night_returns_its_counts_and_what_differs(
    temporal_client: Client, task_queue: str
) -> None:
    async with asyncio.timeout(30):
        found = await temporal_client.execute_workflow(
            ReconcileWorkflow.run, id=f"reconcile-{uuid4()}", task_queue=task_queue
        )
    assert found == NightlyFindings(
        running=7,
        started=1,
        settled=2,
        closed=3,
        moved=4,
        figures_differing=5,
        first_difference=DIFFERS,
    )


async def test_a_night_that_began_before_figures_were_recounted_goes_on(
    temporal_client: Client,
) -> None:
    name, done = f"test-{uuid4()}", Remembered()
    async with (
        asyncio.timeout(30),
        Worker(
            temporal_client,
            task_queue=name,
            workflows=[ReconcileBefore],
            activities=[done.reconcile],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ),
    ):
        handle = await temporal_client.start_workflow(
            ReconcileBefore.run, id=f"before-{uuid4()}", task_queue=name
        )
        assert await handle.result() == FOUND
    await Replayer(workflows=[ReconcileWorkflow]).replay_workflow(await handle.fetch_history())
