"""Ledger and process compared; tests/worker/test_schedules.py does it with real executions."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.reconciliation import Reconciliation, RunningChunk
from domain.vocabulary import AlarmStep, DispatchState, HopState, OutboxKind
from models import Dispatch, Hop, Outbox
from services.close_dispatch import close_dispatch
from services.reconcile import GRACE, reconcile
from services.relay_outbox import pending_alarms
from services.report_upward import report_upward
from tests.support.directory import Directory
from tests.support.letters import MORNING, pass_on, send
from tests.support.mail_ledger import (
    SENT_AT,
    Sent,
    alarm,
    bangkok,
    close,
    notify,
    replan,
    send_out,
    settle,
    stamp,
    suspend,
)

NIGHT = bangkok(9, "02:00")
MOMENT = timedelta(minutes=1)
REGISTER, ACKNOWLEDGE = bangkok(10, "10:00"), bangkok(12, "16:30")
ALARMS = [
    alarm(AlarmStep.OVERDUE_REGISTER, REGISTER),
    alarm(AlarmStep.OVERDUE_ACKNOWLEDGE, ACKNOWLEDGE),
]


def told(**counts: int) -> Reconciliation:
    nothing = {"running": 0, "started": 0, "settled": 0, "closed": 0, "moved": 0}
    return Reconciliation(**nothing | counts)


def runs(sent: Sent, next_due_at: datetime | None = REGISTER) -> RunningChunk:
    return RunningChunk(dispatch_id=sent.dispatch_id, chunk=0, next_due_at=next_due_at)


async def messages(session: AsyncSession) -> list[tuple[OutboxKind, int, bool]]:
    rows = await session.scalars(select(Outbox).order_by(Outbox.id))
    return [(row.kind, row.chunk, row.hop_id is not None) for row in rows]


@pytest.fixture
async def sent(session: AsyncSession, directory: Directory) -> Sent:
    return await send_out(session, directory["agency"], directory["hall"], alarms=ALARMS)


async def test_where_both_agree_nothing_is_told(session: AsyncSession, sent: Sent) -> None:
    assert await reconcile(session, running=[runs(sent)], at=NIGHT) == told(running=1)
    assert await messages(session) == []


async def test_a_dispatch_that_nobody_watches_is_started_once(
    session: AsyncSession, sent: Sent
) -> None:
    assert await reconcile(session, running=[], at=NIGHT) == told(started=1)
    assert await messages(session) == [(OutboxKind.DISPATCHED, 0, False)]
    # The message is still on its way.
    assert await reconcile(session, running=[], at=NIGHT) == told()
    del sent


async def test_what_has_just_been_sent_may_still_start(session: AsyncSession, sent: Sent) -> None:
    del sent
    assert await reconcile(session, running=[], at=SENT_AT + GRACE - MOMENT) == told()
    assert await reconcile(session, running=[], at=SENT_AT + GRACE + MOMENT) == told(started=1)


async def test_an_execution_that_waits_for_nobody_is_told_who_has_answered(
    session: AsyncSession, sent: Sent
) -> None:
    await settle(session, sent, at=NIGHT - MOMENT)
    assert await reconcile(session, running=[runs(sent)], at=NIGHT) == told(running=1)
    later = NIGHT + GRACE
    assert await reconcile(session, running=[runs(sent)], at=later) == told(running=1, settled=1)
    (row,) = await session.scalars(select(Outbox))
    assert (row.kind, row.hop_id, row.created_at) == (OutboxKind.SETTLED, sent.hop_id, later)


async def test_an_open_dispatch_that_nobody_reported_is_started_to_report(
    session: AsyncSession, sent: Sent
) -> None:
    await settle(session, sent)
    assert await reconcile(session, running=[], at=NIGHT) == told(started=1)


async def test_a_finished_chunk_beside_one_that_waits_is_left_alone(
    session: AsyncSession, directory: Directory, sent: Sent
) -> None:
    await settle(session, sent)
    plan = await session.scalar(select(Hop.plan_id).where(Hop.id == sent.hop_id))
    await session.execute(
        insert(Hop).values(
            dispatch_id=sent.dispatch_id,
            position=1,
            chunk=1,
            recipient_registry_id=directory["office"].registry_id,
            circular_id=sent.letter_id,
            senders=[sent.sender.registry_id],
            state=HopState.SENT,
            plan_id=plan,
        )
    )
    second = RunningChunk(dispatch_id=sent.dispatch_id, chunk=1, next_due_at=REGISTER)
    assert await reconcile(session, running=[second], at=NIGHT) == told(running=1)
    # Without it, only the chunk that is waited for is started.
    assert await reconcile(session, running=[], at=NIGHT) == told(started=1)
    assert await messages(session) == [(OutboxKind.DISPATCHED, 1, False)]


async def test_an_execution_of_a_closed_dispatch_is_told_so(
    session: AsyncSession, sent: Sent
) -> None:
    await close(session, sent)
    assert await reconcile(session, running=[runs(sent)], at=NIGHT) == told(running=1, closed=1)
    assert await messages(session) == [(OutboxKind.CLOSED, 0, False)]


async def test_what_is_completed_and_runs_no_more_needs_nothing(
    session: AsyncSession, sent: Sent
) -> None:
    await settle(session, sent)
    await session.execute(
        update(Dispatch)
        .where(Dispatch.id == sent.dispatch_id)
        .values(
            state=DispatchState.COMPLETED, completed_at=SENT_AT, completed_by=sent.sender.head.id
        )
    )
    assert await reconcile(session, running=[], at=NIGHT) == told()


@pytest.mark.parametrize(
    ("next_due_at", "is_moved"),
    [
        (REGISTER, False),
        # The index of the executions may round.
        (REGISTER + timedelta(milliseconds=900), False),
        (None, True),
        (ACKNOWLEDGE, True),
        (REGISTER + MOMENT, True),
        (REGISTER - MOMENT, True),
    ],
    ids=["right", "rounded", "none", "next step", "late", "early"],
)
async def test_an_execution_that_would_wake_at_a_wrong_instant_is_moved(
    session: AsyncSession, sent: Sent, next_due_at: datetime | None, is_moved: bool
) -> None:
    running = [runs(sent, next_due_at)]
    assert await reconcile(session, running=running, at=NIGHT) == told(
        running=1, moved=int(is_moved)
    )
    assert await messages(session) == [(OutboxKind.MOVED, 0, False)] * is_moved


async def test_an_instant_that_is_no_longer_owed_is_as_good_as_right(
    session: AsyncSession, sent: Sent
) -> None:
    """The execution wakes at the old instant of registration, and finds it done."""
    await stamp(session, sent)
    for next_due_at, moved in ((REGISTER, 0), (ACKNOWLEDGE, 0), (None, 1)):
        async with session.begin_nested() as attempt:
            found = await reconcile(session, running=[runs(sent, next_due_at)], at=NIGHT)
            await attempt.rollback()
        assert found == told(running=1, moved=moved)


async def test_a_step_that_was_raised_is_not_waited_for(session: AsyncSession, sent: Sent) -> None:
    running = [runs(sent, ACKNOWLEDGE)]
    await notify(session, sent, AlarmStep.OVERDUE_REGISTER, at=REGISTER)
    assert await reconcile(session, running=running, at=NIGHT) == told(running=1)


async def test_a_step_that_was_raised_for_an_older_deadline_is_waited_for_again(
    session: AsyncSession, sent: Sent
) -> None:
    await notify(session, sent, AlarmStep.OVERDUE_REGISTER, at=REGISTER - MOMENT)
    running = [runs(sent, ACKNOWLEDGE)]
    assert await reconcile(session, running=running, at=NIGHT) == told(running=1, moved=1)


async def test_a_deadline_that_was_put_off_moves_the_execution(
    session: AsyncSession, sent: Sent
) -> None:
    later = bangkok(19, "16:30")
    await stamp(session, sent)
    await replan(
        session,
        sent,
        acknowledge_by=later,
        alarms=[alarm(AlarmStep.OVERDUE_ACKNOWLEDGE, later)],
    )
    running = [runs(sent, ACKNOWLEDGE)]
    assert await reconcile(session, running=running, at=NIGHT) == told(running=1, moved=1)


async def test_a_suspended_hop_has_no_instant(session: AsyncSession, sent: Sent) -> None:
    await suspend(session, sent)
    assert await reconcile(session, running=[runs(sent, None)], at=NIGHT) == told(running=1)


async def test_an_execution_of_another_ledger_is_none_of_ours(
    session: AsyncSession, sent: Sent
) -> None:
    stranger = RunningChunk(dispatch_id=sent.letter_id, chunk=3, next_due_at=NIGHT)
    running = [runs(sent), stranger]
    assert await reconcile(session, running=running, at=NIGHT) == told(running=2)


async def test_a_dispatch_that_ended_without_a_report_is_started_again_to_give_it(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall, office = (directory[name] for name in ("agency", "hall", "office"))
    above = await send(session, agency, hall)
    below = await pass_on(session, above, hall, office)
    await close_dispatch(session, by=hall.head, dispatch_id=below.id, reason="เลิกติดตาม", at=MORNING)
    at = MORNING + GRACE + MOMENT
    (due, *_) = await pending_alarms(session, dispatch_id=above.id, chunk=0)
    watched = RunningChunk(dispatch_id=above.id, chunk=0, next_due_at=due.due_at)
    await session.execute(update(Outbox).values(sent_at=MORNING))
    assert await reconcile(session, running=[watched], at=at - 2 * MOMENT) == told(running=1)
    assert await reconcile(session, running=[watched], at=at) == told(running=1, started=1)
    last = (await session.scalars(select(Outbox).order_by(Outbox.id.desc()).limit(1))).one()
    assert (last.kind, last.dispatch_id) == (OutboxKind.DISPATCHED, below.id)
    assert await report_upward(session, dispatch_id=below.id, at=at)
    await session.execute(update(Outbox).values(sent_at=at))
    settled = await reconcile(session, running=[watched], at=at + MOMENT)
    assert settled.started == 0
