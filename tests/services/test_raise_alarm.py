import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import psycopg
import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.alarms import Alarm
from domain.vocabulary import AlarmStep, EventKind, NoticeKind
from models import DeadlinePlan, Dispatch, Hop, Notice
from services.acknowledge_hop import acknowledge_hop
from services.close_dispatch import close_dispatch
from services.raise_alarm import raise_alarm
from services.record_event import SYSTEM_OFFICER
from services.refuse_hop import refuse_hop
from services.register_hop import register_hop
from tests.support.directory import Directory
from tests.support.ladder import due_of
from tests.support.letters import (
    DAY,
    MORNING,
    events,
    hop_to,
    messages,
    pass_on,
    register,
    send,
    size_of_ledger,
)
from tests.support.waiting import until_blocked


async def _raise(
    session: AsyncSession, dispatch: Dispatch, step: AlarmStep | str, *, chunk: int = 0
) -> int:
    due = await due_of(session, dispatch.id, AlarmStep(step))
    alarm = Alarm(step=AlarmStep(step), due_at=due)
    return await raise_alarm(
        session, dispatch_id=dispatch.id, chunk=chunk, alarm=alarm, at=due + timedelta(seconds=1)
    )


async def _notices(session: AsyncSession) -> Sequence[Notice]:
    return (await session.scalars(select(Notice).order_by(Notice.id))).all()


@pytest.mark.parametrize(
    ("step", "addressee", "kind", "event_kind"),
    [
        ("remind_register", "district_a", NoticeKind.REMINDER, EventKind.REMINDED),
        ("overdue_register", "district_a", NoticeKind.OVERDUE, EventKind.OVERDUE),
        ("remind_acknowledge", "district_a", NoticeKind.REMINDER, EventKind.REMINDED),
        ("overdue_acknowledge", "district_a", NoticeKind.OVERDUE, EventKind.OVERDUE),
        ("escalate_register_head", "district_a", NoticeKind.ESCALATION, EventKind.ESCALATED),
        ("escalate_head", "district_a", NoticeKind.ESCALATION, EventKind.ESCALATED),
        # The district is commanded by the hall; the letter came from the office under the agency.
        ("escalate_superior", "hall", NoticeKind.ESCALATION, EventKind.ESCALATED),
        ("escalate_origin", "agency", NoticeKind.ESCALATION, EventKind.ESCALATED),
    ],
)
async def test_each_step_has_its_addressee(
    session: AsyncSession,
    directory: Directory,
    step: str,
    addressee: str,
    kind: NoticeKind,
    event_kind: EventKind,
) -> None:
    office, district = directory["office"], directory["district_a"]
    above = await send(session, directory["agency"], office)
    below = await pass_on(session, above, office, district)
    told = len(await messages(session))
    assert await _raise(session, below, step) == 1
    (notice,) = await _notices(session)
    assert notice.hop_id == await hop_to(session, below, district)
    assert notice.registry_id == directory[addressee].registry_id
    assert (notice.kind, notice.step, notice.read_at) == (kind, AlarmStep(step), None)
    (event,) = await events(session, event_kind)
    assert (event.hop_id, event.dispatch_id) == (notice.hop_id, below.id)
    assert (event.officer_id, event.registry_id) == (SYSTEM_OFFICER, notice.registry_id)
    assert event.facts["step"] == step
    assert len(await messages(session)) == told


@pytest.mark.parametrize(
    ("recipient", "superior"),
    [
        pytest.param("district_a", "hall", id="command"),
        pytest.param("body_a1", "district_a", id="supervision"),
        pytest.param("office", "hall", id="part of"),
        pytest.param("hall", "agency", id="nobody above: the sender"),
    ],
)
async def test_the_superior_is_who_stands_above_the_recipient(
    session: AsyncSession, directory: Directory, recipient: str, superior: str
) -> None:
    dispatch = await send(session, directory["agency"], directory[recipient])
    await _raise(session, dispatch, "escalate_superior")
    (notice,) = await _notices(session)
    assert notice.registry_id == directory[superior].registry_id


async def test_at_the_root_the_sender_is_the_origin(
    session: AsyncSession, directory: Directory
) -> None:
    dispatch = await send(session, directory["agency"], directory["hall"])
    await _raise(session, dispatch, "escalate_origin")
    (notice,) = await _notices(session)
    assert notice.registry_id == directory["agency"].registry_id


async def test_a_step_happens_once_for_each_hop(
    session: AsyncSession, directory: Directory
) -> None:
    dispatch = await send(session, directory["agency"], directory["hall"], directory["direct"])
    assert await _raise(session, dispatch, "overdue_register") == 2
    before = await size_of_ledger(session)
    assert await _raise(session, dispatch, "overdue_register") == 0
    assert await size_of_ledger(session) == before
    assert await _raise(session, dispatch, "overdue_acknowledge") == 2


async def test_only_the_asked_chunk_is_chased(session: AsyncSession, directory: Directory) -> None:
    dispatch = await send(session, directory["agency"], directory["hall"])
    assert await _raise(session, dispatch, "overdue_register", chunk=1) == 0
    assert await _raise(session, dispatch, "overdue_register", chunk=0) == 1


async def test_a_registered_hop_is_chased_only_for_its_answer(
    session: AsyncSession, directory: Directory
) -> None:
    hall, direct = directory["hall"], directory["direct"]
    dispatch = await send(session, directory["agency"], hall, direct)
    await register(session, dispatch, hall)
    for step in ("remind_register", "overdue_register"):
        assert await _raise(session, dispatch, step) == 1
    for step in ("remind_acknowledge", "overdue_acknowledge", "escalate_superior"):
        assert await _raise(session, dispatch, step) == 2
    addressed = {one.registry_id for one in await _notices(session) if "register" in one.step}
    assert addressed == {direct.registry_id}


async def test_hops_settled_in_between_are_not_chased(
    session: AsyncSession, directory: Directory
) -> None:
    hall, direct, body = directory["hall"], directory["direct"], directory["body_a1"]
    dispatch = await send(session, directory["agency"], hall, direct, body)
    hop_id = (await register(session, dispatch, hall)).hop_id
    await acknowledge_hop(session, by=hall.clerk, hop_id=hop_id, at=MORNING)
    refused = await hop_to(session, dispatch, direct)
    await refuse_hop(session, by=direct.clerk, hop_id=refused, at=MORNING, reason="ผิด")
    for step in AlarmStep:
        # The body passes nothing on, and an arrival is no alarm.
        is_due = step not in {AlarmStep.ARRIVED, AlarmStep.OVERDUE_FORWARD}
        assert await _raise(session, dispatch, step) == is_due
    assert {one.hop_id for one in await _notices(session)} == {
        await hop_to(session, dispatch, body)
    }


async def test_a_tier_that_keeps_the_letter_too_long_is_told_with_its_sender(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    dispatch = await send(session, agency, hall, directory["body_a1"])
    assert await _raise(session, dispatch, "overdue_forward") == 2
    notices = await _notices(session)
    assert {one.registry_id for one in notices} == {agency.registry_id, hall.registry_id}
    assert {one.hop_id for one in notices} == {await hop_to(session, dispatch, hall)}
    plan_id = await session.scalar(select(Hop.plan_id).where(Hop.id == notices[0].hop_id))
    plan = await session.get_one(DeadlinePlan, plan_id)
    days = {"days_used": plan.share_days, "days_left": plan.left_days}
    assert [one.facts for one in notices] == [days, days]
    assert {one.due_at for one in notices} == {plan.forward_by}


async def test_what_a_tier_used_is_counted_until_it_is_told(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    dispatch = await send(session, agency, hall)
    plan_id = await session.scalar(select(Hop.plan_id).where(Hop.dispatch_id == dispatch.id))
    plan = await session.get_one(DeadlinePlan, plan_id)
    assert plan.forward_by is not None
    alarm = Alarm(step=AlarmStep.OVERDUE_FORWARD, due_at=plan.forward_by)
    # The worker was away: it is 11 March, seven working days after 2 March, a day too late.
    at = MORNING + 9 * DAY
    await raise_alarm(session, dispatch_id=dispatch.id, chunk=0, alarm=alarm, at=at)
    assert [one.facts for one in await _notices(session)] == [
        {"days_used": 7, "days_left": -1},
        {"days_used": 7, "days_left": -1},
    ]


async def test_a_closed_dispatch_is_silent(session: AsyncSession, directory: Directory) -> None:
    agency = directory["agency"]
    dispatch = await send(session, agency, directory["hall"])
    await close_dispatch(session, by=agency.head, dispatch_id=dispatch.id, reason="พอ", at=MORNING)
    for step in AlarmStep:
        assert await _raise(session, dispatch, step) == 0
    assert await _notices(session) == []


@pytest.mark.parametrize("is_committed", [True, False], ids=["committed", "rolled back"])
async def test_a_receipt_that_is_being_written_comes_first(
    sessions: async_sessionmaker[AsyncSession],
    own_directory: Directory,
    superuser: psycopg.AsyncConnection,
    is_committed: bool,
) -> None:
    hall = own_directory["hall"]
    async with sessions.begin() as session:
        dispatch = await send(session, own_directory["agency"], hall)
        hop_id = await hop_to(session, dispatch, hall)

    async def alarm() -> int:
        async with sessions.begin() as session:
            return await _raise(session, dispatch, "overdue_register")

    async with sessions() as stamping:
        await register_hop(stamping, by=hall.clerk, hop_id=hop_id, at=MORNING)
        pid = (await stamping.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        raised = asyncio.create_task(alarm())
        await until_blocked(superuser, by=pid)
        if is_committed:
            await stamping.commit()
        else:
            await stamping.rollback()
    assert await raised == (0 if is_committed else 1)
    async with sessions() as session:
        assert len(await _notices(session)) == (0 if is_committed else 1)


async def test_the_same_alarm_raised_by_many_at_once_happens_once(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    async with sessions.begin() as session:
        dispatch = await send(
            session, own_directory["agency"], own_directory["hall"], own_directory["direct"]
        )

    async def alarm(_: int) -> int:
        async with sessions.begin() as session:
            return await _raise(session, dispatch, "escalate_superior")

    assert sum(await asyncio.gather(*map(alarm, range(12)))) == 2
    async with sessions() as session:
        assert len(await events(session, EventKind.ESCALATED)) == 2


@pytest.mark.parametrize("is_committed", [True, False], ids=["committed", "rolled back"])
async def test_a_plan_that_is_being_replaced_comes_first(
    sessions: async_sessionmaker[AsyncSession],
    own_directory: Directory,
    superuser: psycopg.AsyncConnection,
    is_committed: bool,
) -> None:
    async with sessions.begin() as session:
        dispatch = await send(session, own_directory["agency"], own_directory["hall"])

    async def alarm() -> int:
        async with sessions.begin() as session:
            return await _raise(session, dispatch, "escalate_head")

    async with sessions() as moving:
        await _put_off(moving, dispatch)
        pid = (await moving.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        raised = asyncio.create_task(alarm())
        await until_blocked(superuser, by=pid)
        if is_committed:
            await moving.commit()
        else:
            await moving.rollback()
    assert await raised == (0 if is_committed else 1)


async def _put_off(session: AsyncSession, dispatch: Dispatch) -> None:
    hop = (await session.scalars(select(Hop).where(Hop.dispatch_id == dispatch.id))).one()
    old = await session.get_one(DeadlinePlan, hop.plan_id)
    columns = {
        column.key: getattr(old, column.key)
        for column in DeadlinePlan.__table__.columns
        if column.key != "id"
    }
    later = [one | {"due_at": _later(one["due_at"])} for one in old.alarms]
    plan_id = await session.scalar(
        insert(DeadlinePlan)
        .values(columns | {"alarms": later, "replaces_id": old.id})
        .returning(DeadlinePlan.id)
    )
    await session.execute(update(Hop).where(Hop.id == hop.id).values(plan_id=plan_id))


def _later(instant: str) -> str:
    return (datetime.fromisoformat(instant) + DAY).isoformat()
