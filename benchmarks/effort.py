"""How long to measure."""

from dataclasses import dataclass

from benchmarks.record_screens import FULL_SCREENS, QUICK_SCREENS, ScreenEffort
from benchmarks.search_letters import FULL_SEARCH, QUICK_SEARCH, SearchEffort


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How long to measure; the quick one is for a look, the full one for a record."""

    dispatch_pairs: int
    receipt_seconds: float
    receipt_pairs: int
    route_pairs: int
    screens: ScreenEffort
    search: SearchEffort


QUICK = Effort(
    dispatch_pairs=3,
    receipt_seconds=2.0,
    receipt_pairs=3,
    route_pairs=1,
    screens=QUICK_SCREENS,
    search=QUICK_SEARCH,
)
FULL = Effort(
    dispatch_pairs=7,
    receipt_seconds=6.0,
    receipt_pairs=5,
    route_pairs=3,
    screens=FULL_SCREENS,
    search=FULL_SEARCH,
)
