"""A relay between a database of the test's own and a worker of the test's own."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client

from tests.support.dispatch_process import ProcessBench, process_bench
from worker.relay import Relay


@pytest.fixture
async def bench(temporal_client: Client) -> AsyncIterator[ProcessBench]:
    async with process_bench(temporal_client) as bench:
        yield bench


@pytest.fixture
def make_relay(
    sessions: async_sessionmaker[AsyncSession], temporal_client: Client, bench: ProcessBench
) -> Callable[..., Relay]:
    """Make a relay; a test may give it a client or sessions of its own."""

    def make(
        client: Client | None = None, own: async_sessionmaker[AsyncSession] | None = None
    ) -> Relay:
        return Relay(
            own or sessions,
            client or temporal_client,
            task_queue=bench.task_queue,
            clock=lambda: datetime.now(UTC),
        )

    return make


@pytest.fixture
def relay(make_relay: Callable[..., Relay]) -> Relay:
    return make_relay()
