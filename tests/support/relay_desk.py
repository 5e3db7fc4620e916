"""Letters of today, so that their alarms lie ahead, and what the relay made of their messages."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.api.enums.v1 import PendingWorkflowTaskState
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
    WorkflowHandle,
)

from domain.deadlines import Deadlines
from models import Dispatch, Outbox
from services.acknowledge_hop import acknowledge_hop
from services.register_hop import register_hop
from tests.support.directory import Desk
from tests.support.dispatch_process import eventually
from tests.support.letters import hop_to, pass_on, send
from workflows.names import dispatch_workflow_id

Sessions = async_sessionmaker[AsyncSession]
Hook = Callable[[str], Awaitable[None]]

TODAY = datetime.now(UTC)
AHEAD = Deadlines(register_by=TODAY + timedelta(days=1), acknowledge_by=TODAY + timedelta(days=8))


async def send_today(sessions: Sessions, desk: Desk, *recipients: Desk) -> Dispatch:
    async with sessions.begin() as session:
        return await send(session, desk, *recipients, at=TODAY, deadlines=AHEAD)


async def pass_on_today(
    sessions: Sessions, above: Dispatch, desk: Desk, *recipients: Desk
) -> Dispatch:
    async with sessions.begin() as session:
        return await pass_on(session, above, desk, *recipients, at=TODAY, deadlines=AHEAD)


async def answer(sessions: Sessions, dispatch: Dispatch, *desks: Desk) -> None:
    """Let desks register and acknowledge what the dispatch brought them."""
    async with sessions.begin() as session:
        for desk in desks:
            hop_id = await hop_to(session, dispatch, desk)
            await register_hop(session, by=desk.clerk, hop_id=hop_id, at=TODAY)
            await acknowledge_hop(session, by=desk.clerk, hop_id=hop_id, at=TODAY)


async def outbox(sessions: Sessions) -> Sequence[Outbox]:
    async with sessions() as session:
        return (await session.scalars(select(Outbox).order_by(Outbox.id))).all()


async def fates(sessions: Sessions) -> list[str]:
    """What became of each message: `waiting`, `sent`, or why it was parked."""
    return [
        row.parked_reason or ("sent" if row.sent_at is not None else "waiting")
        for row in await outbox(sessions)
    ]


def process_of(client: Client, dispatch: Dispatch, chunk: int = 0) -> WorkflowHandle[Any, None]:
    return client.get_workflow_handle(dispatch_workflow_id(dispatch.id, chunk))


async def signals_of(handle: WorkflowHandle[Any, None]) -> int:
    """How many signals an execution got.

    One that arrives while a workflow task runs enters the history only when the task has ended.
    """

    async def is_idle() -> bool:
        task = (await handle.describe()).raw_description.pending_workflow_task
        return task.state != PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED

    await eventually(is_idle)
    history = await handle.fetch_history()
    return sum(
        event.HasField("workflow_execution_signaled_event_attributes") for event in history.events
    )


def listening(client: Client, *, start: Hook | None = None, signal: Hook | None = None) -> Client:
    """A client that asks a hook before each start or signal; the hook may wait or raise."""
    config = client.config()
    config["interceptors"] = [*config["interceptors"], _Listener(start, signal)]
    return Client(**config)


class Gate:
    """Holds whoever passes, and tells that somebody is held."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def hold(self, _: str) -> None:
        self.reached.set()
        await asyncio.wait_for(self.opened.wait(), 30)


class _Listener(Interceptor):
    def __init__(self, start: Hook | None, signal: Hook | None) -> None:
        super().__init__()
        self._hooks = (start, signal)

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _Outbound(next, *self._hooks)


class _Outbound(OutboundInterceptor):
    def __init__(
        self, following: OutboundInterceptor, start: Hook | None, signal: Hook | None
    ) -> None:
        super().__init__(following)
        self._start, self._signal = start, signal

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        if self._start is not None:
            await self._start(input.id)
        return await super().start_workflow(input)

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002
        if self._signal is not None:
            await self._signal(input.id)
        await super().signal_workflow(input)
