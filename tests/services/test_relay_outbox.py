from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.alarms import Alarm
from domain.deadlines import Deadlines
from domain.vocabulary import AlarmStep, OutboxKind
from models import Hop
from services.close_dispatch import close_dispatch
from services.forward_letter import forward_letter
from services.list_plans import list_plans
from services.raise_alarm import raise_alarm
from services.read_plan import read_plan
from services.refuse_hop import refuse_hop
from services.relay_outbox import (
    claim_waiting,
    is_start_waiting,
    lock_moves,
    mark_sent,
    oldest_waiting,
    park,
    pending_alarms,
    read_watch,
)
from tests.support.directory import Directory
from tests.support.letters import (
    DAY,
    HOUR,
    MORNING,
    StoredFiles,
    hop_to,
    messages,
    order,
    register,
    send,
)


async def test_messages_wait_until_they_are_sent_or_parked(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    assert await oldest_waiting(session) is None
    for hours in (0, 1, 2):
        await send(session, agency, hall, at=MORNING + hours * HOUR)
    first, second, third = await claim_waiting(session, limit=9)
    assert first.id < second.id < third.id
    assert await oldest_waiting(session) == MORNING
    await mark_sent(session, ids=[first.id], at=MORNING + DAY)
    assert await oldest_waiting(session) == MORNING + HOUR
    await park(session, ids=[second.id], reason="already completed", at=MORNING + DAY)
    assert [one.id for one in await claim_waiting(session, limit=9)] == [third.id]
    session.expire_all()
    sent, parked, waiting = await messages(session)
    assert (sent.sent_at, sent.parked_at) == (MORNING + DAY, None)
    assert (parked.parked_at, parked.parked_reason) == (MORNING + DAY, "already completed")
    assert (waiting.sent_at, waiting.parked_at) == (None, None)


async def test_two_relays_never_hold_the_same_message(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    async with sessions.begin() as session:
        for _ in range(3):
            await send(session, own_directory["agency"], own_directory["hall"])
    async with sessions() as one, sessions() as other:
        mine = [message.id for message in await claim_waiting(one, limit=2)]
        theirs = [message.id for message in await claim_waiting(other, limit=2)]
        assert (len(mine), len(theirs)) == (2, 1)
        assert set(mine).isdisjoint(theirs)
        await one.rollback()
        await other.rollback()
    async with sessions() as session:
        assert len(await claim_waiting(session, limit=9)) == 3


async def test_a_process_is_started_with_the_unsettled_hops_and_the_frozen_alarms(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall, direct = directory["agency"], directory["hall"], directory["direct"]
    dispatch = await send(session, agency, direct, hall)
    refused = await hop_to(session, dispatch, direct)
    await refuse_hop(session, by=direct.clerk, hop_id=refused, at=MORNING, reason="ผิด")
    watch = await read_watch(session, dispatch_id=dispatch.id, chunk=0)
    assert watch.hop_ids == [await hop_to(session, dispatch, hall)]
    assert (watch.dispatch_id, watch.chunk, watch.is_closed) == (dispatch.id, 0, False)
    assert (watch.circular_id, watch.registry_id) == (dispatch.circular_id, agency.registry_id)
    (plan,) = [
        one
        for one in await list_plans(session, dispatch_id=dispatch.id)
        if one.forward_by is not None
    ]
    assert watch.alarms == read_plan(plan).alarms
    assert watch.alarms[0] == Alarm(step=AlarmStep.REMIND_REGISTER, due_at=MORNING + 6 * HOUR)
    assert len(watch.alarms) == 11
    await close_dispatch(session, by=agency.head, dispatch_id=dispatch.id, reason="พอ", at=MORNING)
    assert (await read_watch(session, dispatch_id=dispatch.id, chunk=0)).is_closed
    assert (await read_watch(session, dispatch_id=dispatch.id, chunk=1)).hop_ids == []


async def test_a_start_waits_until_it_is_sent(session: AsyncSession, directory: Directory) -> None:
    dispatch = await send(session, directory["agency"], directory["hall"])
    assert await is_start_waiting(session, dispatch_id=dispatch.id, chunk=0)
    assert not await is_start_waiting(session, dispatch_id=dispatch.id, chunk=1)
    (message,) = await claim_waiting(session, limit=1)
    assert message.kind is OutboxKind.DISPATCHED
    await mark_sent(session, ids=[message.id], at=MORNING)
    assert not await is_start_waiting(session, dispatch_id=dispatch.id, chunk=0)


ACKNOWLEDGE = ["remind_acknowledge", "overdue_acknowledge"] + [
    f"escalate_{rung}" for rung in ("head", "superior", "origin")
]
REGISTER = ["remind_register", "overdue_register"] + [
    f"escalate_register_{rung}" for rung in ("head", "superior", "origin")
]


async def test_a_process_is_told_only_what_its_hops_still_have_before_them(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    dispatch = await send(session, agency, hall)

    async def steps() -> list[str]:
        pending = await pending_alarms(session, dispatch_id=dispatch.id, chunk=0)
        assert [one.due_at for one in pending] == sorted(one.due_at for one in pending)
        return sorted(one.step for one in pending)

    assert await steps() == sorted([*REGISTER, "overdue_forward", *ACKNOWLEDGE])
    reminder = (await pending_alarms(session, dispatch_id=dispatch.id, chunk=0))[0]
    await raise_alarm(session, dispatch_id=dispatch.id, chunk=0, alarm=reminder, at=reminder.due_at)
    assert await steps() == sorted([*REGISTER[1:], "overdue_forward", *ACKNOWLEDGE])
    hop_id = (await register(session, dispatch, hall)).hop_id
    assert await steps() == sorted(["overdue_forward", *ACKNOWLEDGE])
    await forward_letter(
        session,
        by=hall.clerk,
        hop_id=hop_id,
        order=order(directory["direct"]),
        files=StoredFiles(),
        at=MORNING,
    )
    assert await steps() == sorted(ACKNOWLEDGE)
    stopped = {"suspended_at": MORNING, "suspended_by": agency.head.id}
    await session.execute(update(Hop).where(Hop.id == hop_id).values(stopped))
    assert await steps() == []


async def test_a_process_is_told_each_instant_of_its_hops_once(
    session: AsyncSession, directory: Directory
) -> None:
    hall, direct = directory["hall"], directory["direct"]
    three_days = Deadlines(acknowledge_within=3)
    dispatch = await send(
        session, directory["agency"], hall, direct, directory["stranger"], deadlines=three_days
    )
    await register(session, dispatch, direct)
    pending = await pending_alarms(session, dispatch_id=dispatch.id, chunk=0)
    assert len(set(pending)) == len(pending)
    # The one that was registered counts from its receipt, the two others not yet.
    late = [one.due_at for one in pending if one.step is AlarmStep.OVERDUE_ACKNOWLEDGE]
    assert [at.isoformat()[:10] for at in late] == ["2021-03-05", "2021-03-09"]


async def test_moved_deadlines_are_claimed_apart_from_the_rest(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    three_days = Deadlines(acknowledge_within=3)
    dispatch = await send(session, directory["agency"], hall, deadlines=three_days)
    hop_id = (await register(session, dispatch, hall)).hop_id
    (start,) = await claim_waiting(session, limit=9)
    (move,) = await claim_waiting(session, limit=9, moves=True)
    assert (start.kind, move.kind) == (OutboxKind.DISPATCHED, OutboxKind.MOVED)
    assert (move.dispatch_id, move.chunk, move.hop_id) == (dispatch.id, 0, hop_id)


async def test_one_relay_at_a_time_moves_the_timers_of_a_dispatch(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions() as one, sessions() as other:
        assert await lock_moves(one, UUID(int=1))
        assert not await lock_moves(other, UUID(int=1))
        assert await lock_moves(other, UUID(int=2))
        await one.rollback()
        assert await lock_moves(other, UUID(int=1))
        await other.rollback()
