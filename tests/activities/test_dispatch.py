from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.testing import ActivityEnvironment

from activities.dispatch import DispatchActivities, DueAlarm
from domain.alarms import Alarm
from domain.vocabulary import AlarmStep, DispatchState, EventKind, HopState, OutboxKind
from models import Dispatch
from services.acknowledge_hop import acknowledge_hop
from tests.support.directory import Directory
from tests.support.ladder import due_of
from tests.support.letters import (
    ACKNOWLEDGE_BY,
    HOUR,
    MORNING,
    events,
    hop_after,
    hop_to,
    messages,
    pass_on,
    register,
    send,
    size_of_ledger,
)

Sessions = async_sessionmaker[AsyncSession]
LATER = ACKNOWLEDGE_BY + HOUR


@pytest.fixture
def activities(sessions: Sessions) -> DispatchActivities:
    def clock() -> datetime:
        return LATER

    return DispatchActivities(sessions, clock)


async def ledger(sessions: Sessions) -> dict[str, int]:
    async with sessions() as session:
        return await size_of_ledger(session)


# How many notices a step makes of two hops: of a late tier, its sender is told too.
WRITTEN = dict.fromkeys(AlarmStep, 2) | {AlarmStep.ARRIVED: 0, AlarmStep.OVERDUE_FORWARD: 4}


async def test_an_alarm_raised_again_changes_nothing(
    sessions: Sessions, own_directory: Directory, activities: DispatchActivities
) -> None:
    agency, hall, office = (own_directory[name] for name in ("agency", "hall", "office"))
    async with sessions.begin() as session:
        dispatch = await send(session, agency, hall, office)
    once = ActivityEnvironment()
    for step, written in WRITTEN.items():
        async with sessions() as session:
            alarm = Alarm(step=step, due_at=await due_of(session, dispatch.id, step))
        before = await ledger(sessions)
        due = DueAlarm(dispatch_id=dispatch.id, chunk=0, alarm=alarm)
        assert await once.run(activities.raise_alarm, due) == written
        after = await ledger(sessions)
        assert after == before | {
            "notice": before["notice"] + written,
            "event": before["event"] + written,
        }
        assert await once.run(activities.raise_alarm, due) == 0
        assert await ledger(sessions) == after
        async with sessions() as session:
            assert written == 0 or (await events(session))[-1].at == LATER


async def test_a_report_made_again_changes_nothing(
    sessions: Sessions, own_directory: Directory, activities: DispatchActivities
) -> None:
    agency, hall, office = (own_directory[name] for name in ("agency", "hall", "office"))
    async with sessions.begin() as session:
        above = await send(session, agency, hall)
        below = await pass_on(session, above, hall, office)
        await register(session, below, office)
    report, once = activities.report_upward, ActivityEnvironment()
    assert await once.run(report, below.id) is False
    async with sessions.begin() as session:
        hop_id = await hop_to(session, below, office)
        await acknowledge_hop(session, by=office.clerk, hop_id=hop_id, at=MORNING)
    assert await once.run(report, below.id) is True
    after = await ledger(sessions)
    assert await once.run(report, below.id) is False
    assert await ledger(sessions) == after
    async with sessions() as session:
        hop = await hop_after(session, await hop_to(session, above, hall))
        assert (hop.state, hop.settled_at) == (HopState.ACKNOWLEDGED, LATER)
        done = await session.get_one(Dispatch, below.id)
        assert (done.state, done.completed_at) == (DispatchState.COMPLETED, LATER)
        assert len(await events(session, EventKind.REPORTED)) == 1
        told = (await messages(session))[-1]
        assert (told.kind, told.hop_id, told.dispatch_id) == (OutboxKind.SETTLED, hop.id, above.id)
