import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.vocabulary import DispatchState, EventKind, HopState, OutboxKind
from models import Dispatch, Hop
from services.acknowledge_hop import acknowledge_hop
from services.close_dispatch import close_dispatch
from services.count_hops import count_hops
from services.forward_letter import forward_letter
from services.record_event import SYSTEM_OFFICER
from services.refuse_hop import refuse_hop
from services.report_upward import report_upward
from tests.support.directory import Desk, Directory
from tests.support.letters import (
    ACKNOWLEDGE_BY,
    DAY,
    HOUR,
    MORNING,
    StoredFiles,
    events,
    hop_after,
    hop_to,
    messages,
    order,
    pass_on,
    register,
    send,
    size_of_ledger,
)

NONE_SETTLED = {
    "hops": 2,
    "registered": 0,
    "forwarded": 0,
    "acknowledged": 0,
    "refused": 0,
    "returned": 0,
    "recalled": 0,
    "missing": 2,
    "late": 0,
    "answers": 0,
}


async def _acknowledge(session: AsyncSession, dispatch: Dispatch, desk: Desk) -> None:
    hop_id = (await register(session, dispatch, desk)).hop_id
    await acknowledge_hop(session, by=desk.clerk, hop_id=hop_id, at=MORNING)


async def _report(session: AsyncSession, dispatch: Dispatch) -> bool:
    return await report_upward(session, dispatch_id=dispatch.id, at=MORNING + HOUR)


async def _forward_again(
    session: AsyncSession, hop_id: UUID | None, desk: Desk, *recipients: Desk
) -> Dispatch:
    assert hop_id is not None
    return await forward_letter(
        session,
        by=desk.clerk,
        hop_id=hop_id,
        order=order(*recipients),
        files=StoredFiles(),
        at=MORNING,
    )


async def test_the_report_settles_the_hop_above_and_tells_its_process(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall, office = directory["agency"], directory["hall"], directory["office"]
    above = await send(session, agency, hall)
    below = await pass_on(session, above, hall, office, directory["direct"])
    await _acknowledge(session, below, office)
    assert below.parent_hop_id is not None
    assert await _report(session, below) is False
    direct = await hop_to(session, below, directory["direct"])
    await refuse_hop(session, by=directory["direct"].clerk, hop_id=direct, at=MORNING, reason="ผิด")
    assert await _report(session, below) is True

    hop = await hop_after(session, below.parent_hop_id)
    assert (hop.state, hop.settled_by) == (HopState.ACKNOWLEDGED, SYSTEM_OFFICER)
    assert (below.state, below.completed_by) == (DispatchState.COMPLETED, SYSTEM_OFFICER)
    assert below.completed_at == MORNING + HOUR
    counts = NONE_SETTLED | {"registered": 1, "acknowledged": 1, "refused": 1, "missing": 0}
    (done,) = await events(session, EventKind.DISPATCH_COMPLETED)
    assert (done.dispatch_id, done.facts) == (below.id, counts)
    (report,) = await events(session, EventKind.REPORTED)
    assert (report.hop_id, report.dispatch_id) == (hop.id, above.id)
    assert (report.officer_id, report.registry_id) == (SYSTEM_OFFICER, hall.registry_id)
    assert report.facts == {"before": "forwarded", "after": "acknowledged", "below": counts}
    message = (await messages(session))[-1]
    assert (message.kind, message.dispatch_id, message.hop_id) == (
        OutboxKind.SETTLED,
        above.id,
        hop.id,
    )


async def test_a_second_report_changes_nothing(session: AsyncSession, directory: Directory) -> None:
    hall, office = directory["hall"], directory["office"]
    above = await send(session, directory["agency"], hall)
    below = await pass_on(session, above, hall, office)
    await _acknowledge(session, below, office)
    assert await _report(session, below) is True
    before = await size_of_ledger(session)
    assert await _report(session, below) is False
    assert await size_of_ledger(session) == before


async def test_the_root_completes_and_reports_to_nobody(
    session: AsyncSession, directory: Directory
) -> None:
    root = await send(session, directory["agency"], directory["hall"])
    await _acknowledge(session, root, directory["hall"])
    assert await _report(session, root) is False
    assert root.state is DispatchState.COMPLETED
    assert await events(session, EventKind.REPORTED) == []
    before = await size_of_ledger(session)
    assert await _report(session, root) is False
    assert await size_of_ledger(session) == before


async def test_nothing_happens_while_somebody_is_missing(
    session: AsyncSession, directory: Directory
) -> None:
    hall, office = directory["hall"], directory["office"]
    below = await pass_on(
        session, await send(session, directory["agency"], hall), hall, office, directory["direct"]
    )
    await _acknowledge(session, below, office)
    before = await size_of_ledger(session)
    assert await _report(session, below) is False
    assert below.state is DispatchState.OPEN
    assert await size_of_ledger(session) == before


async def test_a_hop_forwarded_twice_waits_for_both_and_counts_both(
    session: AsyncSession, directory: Directory
) -> None:
    hall, office, direct = directory["hall"], directory["office"], directory["direct"]
    above = await send(session, directory["agency"], hall)
    first = await pass_on(session, above, hall, office)
    second = await _forward_again(session, first.parent_hop_id, hall, direct)
    assert first.parent_hop_id is not None
    await _acknowledge(session, first, office)
    assert await _report(session, first) is False
    assert first.state is DispatchState.COMPLETED
    assert (await hop_after(session, first.parent_hop_id)).state is HopState.FORWARDED
    await _acknowledge(session, second, direct)
    assert await _report(session, second) is True
    (report,) = await events(session, EventKind.REPORTED)
    assert report.facts["below"]["hops"] == 2
    assert report.facts["below"]["acknowledged"] == 2


async def test_the_counts_are_of_the_whole_tree_below(
    session: AsyncSession, directory: Directory
) -> None:
    hall, office, district = directory["hall"], directory["office"], directory["district_a"]
    root = await send(session, directory["agency"], hall)
    second = await pass_on(session, root, hall, office)
    third = await pass_on(session, second, office, district)
    await _acknowledge(session, third, district)
    assert await _report(session, third) is True
    assert await _report(session, second) is True
    reports = await events(session, EventKind.REPORTED)
    assert [one.facts["below"]["hops"] for one in reports] == [1, 2]
    completed = await events(session, EventKind.DISPATCH_COMPLETED)
    assert [one.facts["hops"] for one in completed] == [1, 1]


async def test_a_closed_dispatch_reports_with_its_missing_bodies(
    session: AsyncSession, directory: Directory
) -> None:
    hall, office = directory["hall"], directory["office"]
    above = await send(session, directory["agency"], hall)
    below = await pass_on(session, above, hall, office, directory["direct"])
    await close_dispatch(session, by=hall.head, dispatch_id=below.id, reason="พ้น", at=MORNING)
    late = ACKNOWLEDGE_BY + DAY
    assert await report_upward(session, dispatch_id=below.id, at=late) is True
    (report,) = await events(session, EventKind.REPORTED)
    assert report.facts["below"] == NONE_SETTLED | {"late": 2}
    assert below.state is DispatchState.CLOSED
    assert await events(session, EventKind.DISPATCH_COMPLETED) == []


async def test_two_last_reports_at_once_settle_the_hop_once(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    hall, office, direct = own_directory["hall"], own_directory["office"], own_directory["direct"]
    async with sessions.begin() as session:
        below = []
        for _ in range(8):
            above = await send(session, own_directory["agency"], hall)
            first = await pass_on(session, above, hall, office)
            second = await _forward_again(session, first.parent_hop_id, hall, direct)
            await _acknowledge(session, first, office)
            await _acknowledge(session, second, direct)
            below += [first, second]

    async def report(dispatch: Dispatch) -> bool:
        async with sessions.begin() as session:
            return await _report(session, dispatch)

    outcomes = await asyncio.gather(*(report(one) for one in below for _ in range(3)))
    assert sum(outcomes) == 8
    async with sessions() as session:
        assert len(await events(session, EventKind.REPORTED)) == 8
        assert len(await events(session, EventKind.DISPATCH_COMPLETED)) == 16
        for dispatch in below:
            assert dispatch.parent_hop_id is not None
            hop = await session.get_one(Hop, dispatch.parent_hop_id)
            assert hop.state is HopState.ACKNOWLEDGED


async def test_lateness_counts_a_hop_once_whichever_deadline_it_missed(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    dispatch = await send(session, directory["agency"], hall, directory["direct"])
    await register(session, dispatch, hall)
    late = [
        (await count_hops(session, dispatch_id=dispatch.id, at=at, whole_tree=tree)).late
        for tree in (False, True)
        for at in (MORNING + DAY, MORNING + DAY + HOUR, ACKNOWLEDGE_BY + HOUR)
    ]
    assert late == [0, 1, 2, 0, 1, 2]
