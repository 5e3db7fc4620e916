from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.alarms import Alarm
from domain.vocabulary import AlarmStep, OutboxKind
from services.close_dispatch import close_dispatch
from services.refuse_hop import refuse_hop
from services.relay_outbox import (
    claim_waiting,
    is_start_waiting,
    mark_sent,
    oldest_waiting,
    park,
    read_watch,
)
from tests.support.directory import Directory
from tests.support.letters import DAY, HOUR, MORNING, hop_to, messages, send


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
    assert watch.alarms[0] == Alarm(step=AlarmStep.REMIND_REGISTER, due_at=MORNING + 0.75 * DAY)
    assert len(watch.alarms) == 6
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
