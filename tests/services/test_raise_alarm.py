import asyncio
from collections.abc import Sequence
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.alarms import Alarm
from domain.buddhist_era import bangkok_date
from domain.vocabulary import AlarmStep, EdgeKind, EventKind, NoticeKind
from infra.database import create_engine
from models import Dispatch, Notice, OrganizationEdge
from services.acknowledge_hop import acknowledge_hop
from services.close_dispatch import close_dispatch
from services.raise_alarm import raise_alarm
from services.record_event import SYSTEM_OFFICER
from services.refuse_hop import refuse_hop
from services.register_hop import register_hop
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.letters import (
    ACKNOWLEDGE_BY,
    DAY,
    MORNING,
    REGISTER_BY,
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
    due = REGISTER_BY if "register" in step else ACKNOWLEDGE_BY
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


TODAY = bangkok_date(ACKNOWLEDGE_BY)
Edge = tuple[str, EdgeKind, int, int | None]


@pytest.mark.parametrize(
    ("edges", "superior"),
    [
        pytest.param(
            [
                ("stranger", EdgeKind.SECTION_OF, -9, None),
                ("hall", EdgeKind.SUPERVISION, -9, None),
                ("office", EdgeKind.COMMAND, -9, None),
            ],
            "office",
            id="command before supervision",
        ),
        pytest.param(
            [
                ("stranger", EdgeKind.SECTION_OF, -9, None),
                ("hall", EdgeKind.SUPERVISION, -9, None),
            ],
            "hall",
            id="supervision before part",
        ),
        pytest.param(
            [("office", EdgeKind.COMMAND, -9, -1), ("hall", EdgeKind.SUPERVISION, 0, None)],
            "hall",
            id="ended yesterday, begins today",
        ),
        pytest.param(
            [("office", EdgeKind.COMMAND, 1, None), ("hall", EdgeKind.SUPERVISION, -9, 0)],
            "hall",
            id="begins tomorrow, ends today",
        ),
        pytest.param([], "agency", id="nobody"),
    ],
)
async def test_of_several_superiors_today_one_is_told(
    database: Database,
    sessions: async_sessionmaker[AsyncSession],
    own_directory: Directory,
    edges: list[Edge],
    superior: str,
) -> None:
    body = own_directory["direct"]
    owner = create_engine(database.owner_url, pool=1, role=None)
    async with owner.begin() as connection:
        await connection.execute(
            delete(OrganizationEdge).where(OrganizationEdge.child_id == body.organization_id)
        )
        for parent, kind, begins, ends in edges:
            await connection.execute(
                insert(OrganizationEdge).values(
                    child_id=body.organization_id,
                    parent_id=own_directory[parent].organization_id,
                    kind=kind,
                    valid_from=TODAY + begins * DAY,
                    valid_until=None if ends is None else TODAY + ends * DAY,
                )
            )
    await owner.dispose()
    # Two in the morning in Bangkok, while it is still yesterday in UTC.
    at = ACKNOWLEDGE_BY - timedelta(hours=7)
    alarm = Alarm(step=AlarmStep.ESCALATE_SUPERIOR, due_at=at)
    async with sessions.begin() as session:
        dispatch = await send(session, own_directory["agency"], body)
        await raise_alarm(session, dispatch_id=dispatch.id, chunk=0, alarm=alarm, at=at)
        (notice,) = await _notices(session)
    assert notice.registry_id == own_directory[superior].registry_id


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
        assert await _raise(session, dispatch, step) == 1
    assert {one.hop_id for one in await _notices(session)} == {
        await hop_to(session, dispatch, body)
    }


async def test_a_closed_dispatch_is_silent(session: AsyncSession, directory: Directory) -> None:
    agency = directory["agency"]
    dispatch = await send(session, agency, directory["hall"])
    await close_dispatch(session, by=agency.head, dispatch_id=dispatch.id, reason="พอ", at=MORNING)
    for step in AlarmStep:
        assert await _raise(session, dispatch, step) == 0
    assert await _notices(session) == []


@pytest.mark.parametrize("is_committed", [True, False], ids=["committed", "rolled back"])
async def test_a_receipt_that_is_being_written_comes_first(
    database: Database,
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
