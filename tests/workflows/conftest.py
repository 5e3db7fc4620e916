"""A worker for each test, on the one server of the session."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from tests.support.dispatch_process import ProcessBench, process_bench


@pytest.fixture
async def bench(temporal_client: Client) -> AsyncIterator[ProcessBench]:
    async with process_bench(temporal_client) as bench:
        yield bench
