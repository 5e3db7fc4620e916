"""What is compared when ledger and process are reconciled, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningChunk:
    """An execution as the process lists it: which chunk it watches, and when it wakes next."""

    dispatch_id: UUID
    chunk: int
    next_due_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciliation:
    """How many executions run, and how many chunks the process is told of again, and why.

    Attributes:
        running: Executions that were listed.
        started: Chunks that are waited for and that nobody watches.
        settled: Chunks that an execution watches though everybody has answered.
        closed: Chunks that an execution watches though the sender has stopped waiting.
        moved: Chunks whose execution would wake at a wrong instant.
    """

    running: int
    started: int
    settled: int
    closed: int
    moved: int
