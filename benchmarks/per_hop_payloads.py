"""What the executions of the baseline are told; passed through the sandbox for its instants."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedHop:
    """A hop and its deadlines; `dispatch_id` is the dispatch below it, if it forwards."""

    hop_id: UUID
    register_by: datetime
    acknowledge_by: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ForwardedHop:
    """A dispatch below a hop, and the hops of that dispatch."""

    dispatch_id: UUID
    below: list[WatchedHop] = field(default_factory=list)
