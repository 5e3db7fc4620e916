import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.deadline_plan import in_order
from domain.vocabulary import OutboxKind
from models import Dispatch, Outbox
from services.close_dispatch import close_dispatch
from services.list_plans import list_plans
from services.read_plan import read_plan
from services.report_upward import report_upward
from tests.support.directory import Directory
from tests.support.dispatch_process import ProcessBench, eventually, finish
from tests.support.relay_desk import (
    TODAY,
    Gate,
    Sessions,
    answer,
    fates,
    listening,
    outbox,
    process_of,
    send_today,
    signals_of,
)
from worker.deliveries import UNKNOWN
from worker.relay import LATE, Relay
from workflows.dispatch import DispatchWorkflow, Progress
from workflows.names import CIRCULAR_ID, DISPATCH_ID, NEXT_DUE_AT, REGISTRY_ID

Relays = Callable[..., Relay]


@pytest.fixture
def forgetful(sessions: Sessions) -> Sessions:
    """Sessions that die before every commit, as a process may between the call and the mark."""

    class Dying(Session):
        pass

    def die(_: Session) -> None:
        raise OperationalError("COMMIT", None, Exception("the process was killed"))

    event.listen(Dying, "before_commit", die)
    return Sessions(sessions.kw["bind"], sync_session_class=Dying, expire_on_commit=False)


async def close(sessions: Sessions, directory: Directory, dispatch: Dispatch) -> None:
    async with sessions.begin() as session:
        await close_dispatch(
            session,
            by=directory["agency"].head,
            dispatch_id=dispatch.id,
            reason="หมดความจำเป็น",
            at=TODAY + timedelta(minutes=5),
        )


async def test_a_dispatch_starts_its_process_with_what_the_ledger_says(
    sessions: Sessions, own_directory: Directory, relay: Relay, temporal_client: Client
) -> None:
    agency, hall, direct = (own_directory[name] for name in ("agency", "hall", "direct"))
    dispatch = await send_today(sessions, agency, hall, direct)
    assert await relay.deliver_batch() == 1
    assert await relay.deliver_batch() == 0
    assert await fates(sessions) == ["sent"]
    handle = process_of(temporal_client, dispatch)
    told: Progress = await handle.query(DispatchWorkflow.progress)
    assert (told.unsettled, told.is_closed) == (2, False)
    async with sessions() as session:
        plans = await list_plans(session, dispatch_id=dispatch.id)
    # Each instant once, although the two share most of them; only the hall must send it on.
    expected = {alarm for plan in plans for alarm in read_plan(plan).alarms}
    assert (len(plans), len(expected)) == (2, 11)
    assert told.alarms == in_order(expected)
    attributes = (await handle.describe()).typed_search_attributes
    assert attributes[CIRCULAR_ID] == str(dispatch.circular_id)
    assert attributes[DISPATCH_ID] == str(dispatch.id)
    assert attributes[REGISTRY_ID] == str(agency.registry_id)
    assert attributes[NEXT_DUE_AT] == told.alarms[0].due_at


async def test_answers_travel_in_one_signal_and_end_the_process(
    sessions: Sessions,
    own_directory: Directory,
    relay: Relay,
    temporal_client: Client,
    bench: ProcessBench,
) -> None:
    agency, hall, direct = (own_directory[name] for name in ("agency", "hall", "direct"))
    dispatch = await send_today(sessions, agency, hall, direct)
    await relay.deliver_batch()
    await answer(sessions, dispatch, hall, direct)
    assert await relay.deliver_batch() == 2
    handle = process_of(temporal_client, dispatch)
    await finish(handle)
    assert await signals_of(handle) == 1
    assert bench.done.reports == [dispatch.id]
    assert await fates(sessions) == ["sent"] * 3


async def test_what_happened_before_the_start_needs_no_signal(
    sessions: Sessions, own_directory: Directory, relay: Relay, temporal_client: Client
) -> None:
    agency, hall, direct = (own_directory[name] for name in ("agency", "hall", "direct"))
    dispatch = await send_today(sessions, agency, hall, direct)
    await answer(sessions, dispatch, hall)
    assert await relay.deliver_batch() == 2
    handle = process_of(temporal_client, dispatch)
    assert (await handle.query(DispatchWorkflow.progress)).unsettled == 1
    await answer(sessions, dispatch, direct)
    await relay.deliver_batch()
    await finish(handle)
    assert await signals_of(handle) == 1


async def test_a_crash_between_start_and_mark_starts_nothing_twice(
    sessions: Sessions,
    own_directory: Directory,
    make_relay: Relays,
    forgetful: Sessions,
    temporal_client: Client,
    bench: ProcessBench,
) -> None:
    agency, hall = own_directory["agency"], own_directory["hall"]
    dispatch = await send_today(sessions, agency, hall)
    with pytest.raises(OperationalError):
        await make_relay(own=forgetful).deliver_batch()
    handle = process_of(temporal_client, dispatch)
    first = (await handle.describe()).run_id
    assert await fates(sessions) == ["waiting"]
    # The desk goes on meanwhile: the second attempt finds a process that knows less.
    await answer(sessions, dispatch, hall)
    assert await make_relay().deliver_batch() == 2
    await finish(handle)
    assert (await handle.describe()).run_id == first
    assert await fates(sessions) == ["sent", "sent"]
    assert bench.done.reports == [dispatch.id]


async def test_a_crash_between_signal_and_mark_changes_nothing(
    sessions: Sessions,
    own_directory: Directory,
    make_relay: Relays,
    forgetful: Sessions,
    temporal_client: Client,
    bench: ProcessBench,
) -> None:
    agency, hall, direct = (own_directory[name] for name in ("agency", "hall", "direct"))
    dispatch = await send_today(sessions, agency, hall, direct)
    await make_relay().deliver_batch()
    await answer(sessions, dispatch, hall)
    for _ in range(2):
        with pytest.raises(OperationalError):
            await make_relay(own=forgetful).deliver_batch()
    assert await make_relay().deliver_batch() == 1
    handle = process_of(temporal_client, dispatch)
    assert await signals_of(handle) == 3
    assert (await handle.query(DispatchWorkflow.progress)).unsettled == 1
    await answer(sessions, dispatch, direct)
    await make_relay().deliver_batch()
    await finish(handle)
    assert bench.done.reports == [dispatch.id]


async def test_a_start_sent_again_after_the_end_is_done(
    sessions: Sessions,
    own_directory: Directory,
    make_relay: Relays,
    forgetful: Sessions,
    temporal_client: Client,
    bench: ProcessBench,
) -> None:
    agency, hall = own_directory["agency"], own_directory["hall"]
    dispatch = await send_today(sessions, agency, hall)
    await answer(sessions, dispatch, hall)
    with pytest.raises(OperationalError):
        await make_relay(own=forgetful).deliver_batch()
    await finish(process_of(temporal_client, dispatch))
    async with sessions.begin() as session:
        assert await report_upward(session, dispatch_id=dispatch.id, at=TODAY) is False
    assert await make_relay().deliver_batch() == 2
    assert await fates(sessions) == ["sent", "sent"]
    assert bench.done.reports == [dispatch.id]


async def test_an_execution_that_was_killed_is_started_again_while_somebody_is_waited_for(
    sessions: Sessions, own_directory: Directory, relay: Relay, temporal_client: Client
) -> None:
    agency, hall = own_directory["agency"], own_directory["hall"]
    dispatch = await send_today(sessions, agency, hall)
    assert await relay.deliver_batch() == 1
    await process_of(temporal_client, dispatch).terminate("an operator's mistake")
    async with sessions.begin() as session:
        await session.execute(
            insert(Outbox).values(
                kind=OutboxKind.DISPATCHED, dispatch_id=dispatch.id, chunk=0, created_at=TODAY
            )
        )
    assert await relay.deliver_batch() == 1
    told: Progress = await process_of(temporal_client, dispatch).query(DispatchWorkflow.progress)
    assert told.unsettled == 1


async def test_closing_ends_the_process_and_what_comes_later_is_parked_with_the_reason(
    sessions: Sessions,
    own_directory: Directory,
    relay: Relay,
    temporal_client: Client,
    bench: ProcessBench,
) -> None:
    agency, hall, direct = (own_directory[name] for name in ("agency", "hall", "direct"))
    dispatch = await send_today(sessions, agency, hall, direct)
    await relay.deliver_batch()
    await answer(sessions, dispatch, hall)
    await close(sessions, own_directory, dispatch)
    assert await relay.deliver_batch() == 2
    await finish(process_of(temporal_client, dispatch))
    await answer(sessions, dispatch, direct)
    assert await relay.deliver_batch() == 1
    assert await relay.deliver_batch() == 0
    assert await fates(sessions) == ["sent", "sent", "sent", LATE]
    parked = (await outbox(sessions))[-1]
    assert (parked.kind, parked.sent_at is None) == (OutboxKind.SETTLED, True)
    assert parked.parked_at is not None
    assert bench.done.reports == [dispatch.id]


@pytest.mark.parametrize("together", [True, False])
async def test_a_dispatch_closed_before_its_process_started_ends_at_once(
    sessions: Sessions,
    own_directory: Directory,
    make_relay: Relays,
    temporal_client: Client,
    bench: ProcessBench,
    together: bool,
) -> None:
    gate = Gate()
    dispatch = await send_today(sessions, own_directory["agency"], own_directory["hall"])
    if together:
        await close(sessions, own_directory, dispatch)
        assert await make_relay().deliver_batch() == 2
    else:
        # The start is under way with what was known before the close.
        starting = asyncio.create_task(
            make_relay(listening(temporal_client, start=gate.hold)).deliver_batch()
        )
        await asyncio.wait_for(gate.reached.wait(), 30)
        await close(sessions, own_directory, dispatch)
        gate.opened.set()
        assert await starting == 1
        assert await make_relay().deliver_batch() == 1
    await finish(process_of(temporal_client, dispatch))
    assert await fates(sessions) == ["sent", "sent"]
    assert bench.done.reports == [dispatch.id]


async def test_two_relays_share_the_work_and_each_message_is_sent_once(
    sessions: Sessions, own_directory: Directory, make_relay: Relays, temporal_client: Client
) -> None:
    agency, hall = own_directory["agency"], own_directory["hall"]
    gate = Gate()
    dispatches = [await send_today(sessions, agency, hall) for _ in range(3)]
    starts: list[str] = []

    async def count(name: str) -> None:
        starts.append(name)

    async def count_and_hold(name: str) -> None:
        await count(name)
        await gate.hold(name)

    slow = make_relay(listening(temporal_client, start=count_and_hold))
    quick = make_relay(listening(temporal_client, start=count))
    under_way = asyncio.create_task(slow.deliver_batch())
    await asyncio.wait_for(gate.reached.wait(), 30)
    dispatches += [await send_today(sessions, agency, hall) for _ in range(2)]
    # The second neither waits for the rows that the first holds nor takes them.
    assert await asyncio.wait_for(quick.deliver_batch(), 30) == 2
    gate.opened.set()
    assert await under_way == 3
    assert sorted(starts) == sorted(f"dispatch-{dispatch.id}" for dispatch in dispatches)
    assert await fates(sessions) == ["sent"] * 5


async def test_an_answer_that_overtakes_the_start_of_its_process_waits_for_it(
    sessions: Sessions, own_directory: Directory, make_relay: Relays, temporal_client: Client
) -> None:
    agency, hall = own_directory["agency"], own_directory["hall"]
    gate = Gate()
    dispatch = await send_today(sessions, agency, hall)
    first = make_relay(listening(temporal_client, start=gate.hold))
    starting = asyncio.create_task(first.deliver_batch())
    await asyncio.wait_for(gate.reached.wait(), 30)
    await answer(sessions, dispatch, hall)
    assert await make_relay().deliver_batch() == 0
    assert await fates(sessions) == ["waiting", "waiting"]
    gate.opened.set()
    assert await starting == 1
    assert await make_relay().deliver_batch() == 1
    await finish(process_of(temporal_client, dispatch))
    assert await fates(sessions) == ["sent", "sent"]


async def test_an_answer_is_not_parked_when_the_start_succeeds_a_moment_after_its_signal(
    sessions: Sessions, own_directory: Directory, make_relay: Relays, temporal_client: Client
) -> None:
    agency, hall = own_directory["agency"], own_directory["hall"]
    gate = Gate()
    dispatch = await send_today(sessions, agency, hall)
    first = make_relay(listening(temporal_client, start=gate.hold))
    starting = asyncio.create_task(first.deliver_batch())
    await asyncio.wait_for(gate.reached.wait(), 30)
    await answer(sessions, dispatch, hall)

    async def fail_and_let_the_start_succeed(_: str) -> None:
        if not gate.opened.is_set():
            gate.opened.set()
            await starting
            raise RPCError("not found", RPCStatusCode.NOT_FOUND, b"")

    hasty = make_relay(listening(temporal_client, signal=fail_and_let_the_start_succeed))
    await hasty.deliver_batch()
    assert starting.done()
    assert await fates(sessions) == ["sent", "sent"]
    await finish(process_of(temporal_client, dispatch))


@pytest.mark.parametrize(
    "error",
    [RPCError("refused", RPCStatusCode.INVALID_ARGUMENT, b""), ValueError("a bug")],
    ids=["refused", "bug"],
)
async def test_a_message_that_cannot_be_delivered_does_not_hold_up_the_others(
    sessions: Sessions,
    own_directory: Directory,
    make_relay: Relays,
    temporal_client: Client,
    error: Exception,
) -> None:
    agency, hall = own_directory["agency"], own_directory["hall"]
    poisoned = await send_today(sessions, agency, hall)
    stop = asyncio.Event()

    async def refuse(name: str) -> None:
        if str(poisoned.id) in name:
            raise error

    relay = make_relay(listening(temporal_client, start=refuse))
    running = asyncio.create_task(relay.run(interval=0.01, stop=stop))
    for _ in range(2):
        await until_sent(sessions, await send_today(sessions, agency, hall))
    stop.set()
    await asyncio.wait_for(running, 30)
    assert await fates(sessions) == ["waiting", "sent", "sent"]
    # Once the cause is removed it is delivered: nothing was thrown away.
    assert await make_relay().deliver_batch() == 1


async def until_sent(sessions: Sessions, dispatch: Dispatch) -> None:
    async def is_sent() -> bool:
        rows = [row for row in await outbox(sessions) if row.dispatch_id == dispatch.id]
        return all(row.sent_at is not None for row in rows)

    await eventually(is_sent)


async def test_a_message_of_an_unknown_dispatch_is_parked_with_the_reason(
    sessions: Sessions, own_directory: Directory, relay: Relay
) -> None:
    async with sessions.begin() as session:
        await session.execute(
            insert(Outbox).values(
                kind=OutboxKind.DISPATCHED, dispatch_id=uuid4(), chunk=0, created_at=TODAY
            )
        )
    await send_today(sessions, own_directory["agency"], own_directory["hall"])
    await relay.deliver_batch()
    assert await fates(sessions) == [UNKNOWN, "sent"]
    assert await relay.deliver_batch() == 0


async def test_a_batch_takes_the_oldest_messages_of_many_dispatches(
    sessions: Sessions,
    own_directory: Directory,
    relay: Relay,
    temporal_client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("worker.relay.BATCH", 3)
    agency, hall, direct = (own_directory[name] for name in ("agency", "hall", "direct"))
    dispatches = [await send_today(sessions, agency, hall, direct) for _ in range(4)]
    for dispatch in dispatches:
        await answer(sessions, dispatch, hall, direct)
    # The answers of the fourth are claimed after its start, in whichever batch that falls.
    delivered = [await relay.deliver_batch() for _ in range(5)]
    assert delivered == [3, 3, 3, 3, 0]
    for dispatch in dispatches:
        handle = process_of(temporal_client, dispatch)
        await finish(handle)
        assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED
    # A process that began with every hop settled ends before its answers come: they are late.
    assert set(await fates(sessions)) <= {"sent", LATE}
