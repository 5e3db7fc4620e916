"""What the schedules start, on a real Temporal server, with activities that only remember."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from domain.reconciliation import Reconciliation
from workflows.upkeep import DigestWorkflow, ReconcileWorkflow

FOUND = Reconciliation(running=7, started=1, settled=2, closed=3, moved=4)


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


@pytest.fixture
async def task_queue(temporal_client: Client) -> AsyncIterator[str]:
    name, done = f"test-{uuid4()}", Remembered()
    async with Worker(
        temporal_client,
        task_queue=name,
        workflows=[DigestWorkflow, ReconcileWorkflow],
        activities=[done.make_digests, done.reconcile],
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


async def test_a_reconciliation_returns_its_counts(
    temporal_client: Client, task_queue: str
) -> None:
    async with asyncio.timeout(30):
        found = await temporal_client.execute_workflow(
            ReconcileWorkflow.run, id=f"reconcile-{uuid4()}", task_queue=task_queue
        )
    assert found == FOUND
