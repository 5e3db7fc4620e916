"""What executions and search attributes are called: opaque ids, for they are never encrypted."""

from datetime import datetime
from uuid import UUID

from temporalio.common import SearchAttributeKey

CIRCULAR_ID = SearchAttributeKey.for_keyword("WianCircularId")
DISPATCH_ID = SearchAttributeKey.for_keyword("WianDispatchId")
REGISTRY_ID = SearchAttributeKey.for_keyword("WianRegistryId")
NEXT_DUE_AT = SearchAttributeKey.for_datetime("WianNextDueAt")

SEARCH_ATTRIBUTES: tuple[SearchAttributeKey[str] | SearchAttributeKey[datetime], ...] = (
    CIRCULAR_ID,
    DISPATCH_ID,
    REGISTRY_ID,
    NEXT_DUE_AT,
)


def dispatch_workflow_id(dispatch_id: UUID, chunk: int) -> str:
    """Return the id of the execution that watches one chunk of a dispatch."""
    return f"dispatch-{dispatch_id}" + (f"/chunk-{chunk}" if chunk else "")
