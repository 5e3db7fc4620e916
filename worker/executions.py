"""Which executions watch a dispatch now, as the process lists them."""

import re
from collections.abc import Sequence
from uuid import UUID

from temporalio.client import Client

from domain.reconciliation import RunningChunk
from workflows.names import NEXT_DUE_AT

_RUNNING = "WorkflowType = 'DispatchWorkflow' AND ExecutionStatus = 'Running'"
# What `workflows.names.dispatch_workflow_id` writes.
_ID = re.compile(r"dispatch-([0-9a-f-]{36})(?:/chunk-([0-9]+))?")


async def list_running(client: Client) -> Sequence[RunningChunk]:
    """Return every execution that watches a chunk; the listing lags a few seconds behind."""
    found = []
    async for one in client.list_workflows(_RUNNING, page_size=1000):
        named = _ID.fullmatch(one.id)
        if named is not None:
            found.append(
                RunningChunk(
                    dispatch_id=UUID(named[1]),
                    chunk=int(named[2] or 0),
                    next_due_at=one.typed_search_attributes.get(NEXT_DUE_AT),
                )
            )
    return found
