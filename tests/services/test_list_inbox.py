from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.deadlines import Deadlines
from domain.errors import NotFoundError
from domain.vocabulary import HopState, Role, Urgency
from models import Hop
from services.acknowledge_hop import acknowledge_hop
from services.list_inbox import InboxFilter, InboxItem, list_inbox
from tests.support.directory import Directory
from tests.support.letters import (
    ACKNOWLEDGE_BY,
    DAY,
    HOUR,
    MORNING,
    REGISTER_BY,
    hop_to,
    issue,
    register,
    send,
)

LATER = MORNING + 20 * DAY
ALL = InboxFilter()


async def _fill(session: AsyncSession, directory: Directory) -> dict[str, UUID]:
    """Four letters for the hall, one in each situation, and noise for the desk beside it."""
    agency, hall, direct = directory["agency"], directory["hall"], directory["direct"]
    long = Deadlines(register_by=LATER, acknowledge_by=LATER)
    urgent = await issue(session, agency, urgency=Urgency.MOST_URGENT)
    dispatches = {
        "late": await send(session, agency, hall, direct),
        "urgent": await send(session, agency, hall, letter=urgent, deadlines=long),
        "registered": await send(session, agency, direct, hall, deadlines=long),
        "settled": await send(session, agency, hall),
    }
    await register(session, dispatches["registered"], hall)
    settled = await register(session, dispatches["settled"], hall)
    await acknowledge_hop(session, by=hall.clerk, hop_id=settled.hop_id, at=MORNING)
    return {name: await hop_to(session, one, hall) for name, one in dispatches.items()}


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        pytest.param(ALL, ["late", "urgent", "registered"], id="everything unsettled"),
        pytest.param(InboxFilter(states=[HopState.REGISTERED]), ["registered"], id="registered"),
        pytest.param(InboxFilter(states=[HopState.ACKNOWLEDGED]), ["settled"], id="settled"),
        pytest.param(InboxFilter(is_late=True), ["late"], id="late"),
        pytest.param(InboxFilter(is_late=False), ["urgent", "registered"], id="not late"),
        pytest.param(InboxFilter(urgency=Urgency.MOST_URGENT), ["urgent"], id="urgent"),
        pytest.param(
            InboxFilter(urgency=Urgency.MOST_URGENT, is_late=True), [], id="urgent and late"
        ),
    ],
)
async def test_the_filters_choose(
    session: AsyncSession, directory: Directory, chosen: InboxFilter, expected: list[str]
) -> None:
    hops = await _fill(session, directory)
    page = await list_inbox(
        session,
        by=directory["hall"].auditor,
        chosen=chosen,
        at=REGISTER_BY + HOUR,
        after=None,
        limit=50,
    )
    assert [item.hop_id for item in page] == [hops[name] for name in expected]


async def test_an_item_says_what_a_clerk_needs(session: AsyncSession, directory: Directory) -> None:
    hall, agency = directory["hall"], directory["agency"]
    dispatch = await send(session, agency, hall)
    page = await list_inbox(session, by=hall.clerk, chosen=ALL, at=REGISTER_BY, after=None, limit=1)
    assert page == [
        InboxItem(
            hop_id=await hop_to(session, dispatch, hall),
            registry_id=hall.registry_id,
            state=HopState.SENT,
            letter_id=dispatch.letter_id,
            number="ทด 0017/ว 1",
            dated=MORNING.date(),
            subject="ขอให้รายงานผล",
            urgency=Urgency.NORMAL,
            sender=agency.name,
            sent_at=MORNING,
            register_by=REGISTER_BY,
            forward_by=datetime(2021, 3, 3, 9, 30, tzinfo=UTC),
            acknowledge_by=ACKNOWLEDGE_BY,
            is_suspended=False,
            is_late=False,
        )
    ]


async def test_lateness_follows_the_deadline_that_still_binds(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    dispatch = await send(session, directory["agency"], hall)

    async def is_late(at: object) -> bool:
        page = await list_inbox(session, by=hall.clerk, chosen=ALL, at=at, after=None, limit=1)  # type: ignore[arg-type]  # an instant
        return page[0].is_late

    assert await is_late(REGISTER_BY + HOUR)
    await register(session, dispatch, hall)
    assert not await is_late(REGISTER_BY + HOUR)
    assert not await is_late(ACKNOWLEDGE_BY)
    assert await is_late(ACKNOWLEDGE_BY + HOUR)


async def test_each_recipient_is_late_by_a_deadline_of_its_own(
    session: AsyncSession, directory: Directory
) -> None:
    hall, direct = directory["hall"], directory["direct"]
    three_days = Deadlines(acknowledge_within=3)
    dispatch = await send(session, directory["agency"], hall, direct, deadlines=three_days)
    for desk in (hall, direct):
        await register(session, dispatch, desk, at=MORNING if desk is hall else REGISTER_BY)
    friday, monday = (datetime(2021, 3, day, 9, 30, tzinfo=UTC) for day in (5, 8))
    for desk, until in ((hall, friday), (direct, monday)):
        for at, late in ((until, False), (until + HOUR, True)):
            page = await list_inbox(session, by=desk.clerk, chosen=ALL, at=at, after=None, limit=1)
            assert [(item.acknowledge_by, item.is_late) for item in page] == [(until, late)]


async def test_a_clock_that_stands_still_is_never_late(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    dispatch = await send(session, directory["agency"], hall)
    values = {"suspended_at": MORNING, "suspended_by": hall.head.id}
    await session.execute(update(Hop).where(Hop.dispatch_id == dispatch.id).values(values))
    page = await list_inbox(
        session, by=hall.clerk, chosen=ALL, at=ACKNOWLEDGE_BY + DAY, after=None, limit=1
    )
    assert [(item.is_suspended, item.is_late) for item in page] == [(True, False)]


@pytest.mark.parametrize("limit", [1, 2, 5])
async def test_pages_follow_each_other_without_a_gap_or_a_twin(
    session: AsyncSession, directory: Directory, limit: int
) -> None:
    hall = directory["hall"]
    hops = [
        await hop_to(session, await send(session, directory["agency"], hall), hall)
        for _ in range(5)
    ]
    seen: list[UUID] = []
    while page := await list_inbox(
        session,
        by=hall.clerk,
        chosen=ALL,
        at=MORNING,
        after=seen[-1] if seen else None,
        limit=limit,
    ):
        assert len(page) <= limit
        seen += [item.hop_id for item in page]
    assert seen == hops


async def test_an_officer_of_two_desks_reads_both_or_one(
    session: AsyncSession, directory: Directory
) -> None:
    hall, direct, office = directory["hall"], directory["direct"], directory["office"]
    dispatch = await send(session, directory["agency"], hall, direct, office)
    roles = {
        hall.registry_id: frozenset({Role.CLERK}),
        direct.registry_id: frozenset({Role.AUDITOR}),
        office.registry_id: frozenset({Role.ADMIN}),
    }
    by = ActingOfficer(id=hall.clerk.id, name="สองโต๊ะ", roles=roles)
    both = await list_inbox(session, by=by, chosen=ALL, at=MORNING, after=None, limit=9)
    assert [item.registry_id for item in both] == [hall.registry_id, direct.registry_id]
    one = InboxFilter(registry_id=direct.registry_id)
    page = await list_inbox(session, by=by, chosen=one, at=MORNING, after=None, limit=9)
    assert [item.hop_id for item in page] == [await hop_to(session, dispatch, direct)]
    for hidden in (office, directory["stranger"]):
        chosen = InboxFilter(registry_id=hidden.registry_id)
        with pytest.raises(NotFoundError):
            await list_inbox(session, by=by, chosen=chosen, at=MORNING, after=None, limit=9)
