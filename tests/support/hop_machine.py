"""How a random walk acts on the ledger and reads it back."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import WianError
from models import Dispatch
from tests.support.directory import Directory
from tests.support.hop_model import ModelDispatch, ModelHop
from tests.support.letters import MORNING, hop_to

T = TypeVar("T")
_EVERYTHING = text("""
SELECT 'hop', h.id::text, h.state, e.number
    FROM hop h LEFT JOIN register_entry e ON e.id = h.receipt_entry_id
UNION ALL SELECT 'dispatch', id::text, state, NULL FROM dispatch
UNION ALL SELECT 'notice', hop_id::text, step, NULL FROM notice
UNION ALL SELECT 'event', '', kind, count(*) FROM event GROUP BY kind
UNION ALL SELECT 'told', '', kind, count(*) FROM outbox GROUP BY kind
UNION ALL SELECT 'given', '', book, sum(allocated) FROM register WHERE book = 'incoming'
    GROUP BY book
""")


class LedgerWalk:
    """Acts on the ledger step by step, with a model beside it."""

    def __init__(self, session: AsyncSession, directory: Directory) -> None:
        self.session, self.directory = session, directory
        self.hops: list[ModelHop] = []
        self.dispatches: list[ModelDispatch] = []
        self.events: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self.now = MORNING

    async def act(self, work: Callable[[datetime], Awaitable[T]]) -> T | str:
        """Do it in a savepoint of its own; return the result, or the code of the refusal."""
        self.now += timedelta(seconds=1)
        try:
            async with self.session.begin_nested():
                return await work(self.now)
        except WianError as error:
            return error.reason

    async def note(
        self, dispatch: Dispatch, sender: str, above: ModelHop | None, names: list[str]
    ) -> None:
        made = ModelDispatch(
            id=dispatch.id,
            sender=sender,
            above=above,
            counts_from_receipt=dispatch.acknowledge_within is not None,
        )
        for name in names:
            hop_id = await hop_to(self.session, dispatch, self.directory[name])
            made.hops.append(ModelHop(id=hop_id, recipient=name, dispatch=made))
        if above is not None:
            above.below.append(made)
        self.dispatches.append(made)
        self.hops += made.hops
        self.events["dispatched"] += 1
        self.events["sent"] += len(names)
        self.told["dispatched"] += 1

    async def read(self) -> set[tuple[str, str, str, int | None]]:
        """Everything that the ledger says: what, about which, in which state, how much."""
        rows = await self.session.execute(_EVERYTHING)
        return {(what, which, state, number) for what, which, state, number in rows}
