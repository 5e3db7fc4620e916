import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_midnight
from domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, WianError
from domain.vocabulary import EventKind, Role
from infra.database import create_engine
from models import Officer, OfficerRole, PostPeriod, Registry
from services.fill_post import PostTerm, fill_post
from services.list_posts import PostHolder, Posts, list_posts
from services.record_event import SYSTEM_OFFICER
from services.withdraw_post import withdraw_post
from tests.conftest import Database
from tests.support.directory import Desk, Directory
from tests.support.letters import DAY, HOUR, MORNING, events, last_event, size_of_ledger

FIRST, LAST = date(2021, 3, 8), date(2021, 3, 12)
ABSENCE = PostTerm(
    post=Role.HEAD, officer_id=None, first_day=FIRST, last_day=LAST, reason="ลาพักผ่อน"
)


async def _fill(session: AsyncSession, desk: Desk, term: PostTerm = ABSENCE) -> PostPeriod:
    return await fill_post(
        session, by=desk.head, registry_id=desk.registry_id, term=term, at=MORNING
    )


async def _today(session: AsyncSession, desk: Desk, today: date) -> Posts:
    return await list_posts(session, by=desk.auditor, registry_id=desk.registry_id, today=today)


async def test_who_only_manages_a_desk_does_not_open_it_for_itself(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    term = replace(ABSENCE, officer_id=hall.admin.id)
    with pytest.raises(NotAllowedError, check=lambda error: error.reason == "post_own"):
        await fill_post(session, by=hall.admin, registry_id=hall.registry_id, term=term, at=MORNING)
    period = await fill_post(
        session, by=hall.head, registry_id=hall.registry_id, term=term, at=MORNING
    )
    assert period.officer_id == hall.admin.id


@pytest.mark.parametrize("role", ["head", "admin"])
async def test_who_keeps_the_books_names_who_acts(
    session: AsyncSession, directory: Directory, role: str
) -> None:
    hall, acting = directory["hall"], directory["hall"].deputy
    by: ActingOfficer = getattr(hall, role)
    term = replace(ABSENCE, officer_id=acting.id)
    period = await fill_post(session, by=by, registry_id=hall.registry_id, term=term, at=MORNING)
    assert (period.registry_id, period.post, period.officer_id) == (
        hall.registry_id,
        Role.HEAD,
        acting.id,
    )
    assert (period.first_day, period.last_day, period.reason) == (FIRST, LAST, "ลาพักผ่อน")
    assert (period.recorded_at, period.recorded_by, period.withdrawn_at) == (MORNING, by.id, None)
    event = await last_event(session)
    assert (event.kind, event.at, event.officer_id, event.registry_id) == (
        EventKind.POST_FILLED,
        MORNING,
        by.id,
        hall.registry_id,
    )
    assert event.facts == {
        "post_period_id": str(period.id),
        "post": "head",
        "officer_id": str(acting.id),
        "first_day": "2021-03-08",
        "last_day": "2021-03-12",
        "reason": "ลาพักผ่อน",
    }


@pytest.mark.parametrize("post", [Role.CLERK, Role.HEAD, Role.DEPUTY])
@pytest.mark.parametrize("holder", [None, "head", "clerk"])
async def test_every_post_may_be_filled_and_declared_empty(
    session: AsyncSession, directory: Directory, post: Role, holder: str | None
) -> None:
    hall = directory["hall"]
    officer_id = getattr(hall, holder).id if holder else None
    period = await _fill(session, hall, replace(ABSENCE, post=post, officer_id=officer_id))
    assert (period.post, period.officer_id) == (post, officer_id)
    assert (await last_event(session)).facts["officer_id"] == (
        str(officer_id) if officer_id else None
    )


@pytest.mark.parametrize(
    ("term", "code"),
    [
        pytest.param(
            replace(ABSENCE, first_day=LAST, last_day=FIRST), "period_backwards", id="backwards"
        ),
        pytest.param(
            replace(ABSENCE, last_day=FIRST - DAY), "period_backwards", id="a day too short"
        ),
        pytest.param(replace(ABSENCE, post=Role.AUDITOR), "post_unknown", id="auditor"),
        pytest.param(replace(ABSENCE, post=Role.ADMIN), "post_unknown", id="administrator"),
        pytest.param(
            replace(ABSENCE, officer_id=UUID(int=404)), "officer_unknown", id="unknown officer"
        ),
        pytest.param(
            replace(ABSENCE, officer_id=SYSTEM_OFFICER), "officer_unknown", id="the system"
        ),
        pytest.param(replace(ABSENCE, reason=" "), "reason_empty", id="no reason"),
    ],
)
async def test_a_term_that_makes_no_sense_changes_nothing(
    session: AsyncSession, directory: Directory, term: PostTerm, code: str
) -> None:
    before = await size_of_ledger(session)
    with pytest.raises(InvalidError) as refusal:
        await _fill(session, directory["hall"], term)
    assert refusal.value.reason == code
    assert await size_of_ledger(session) == before


@pytest.mark.parametrize("name", ["office", "agency", "district_a", "stranger"])
async def test_nobody_acts_at_another_body(
    session: AsyncSession, directory: Directory, name: str
) -> None:
    before = await size_of_ledger(session)
    term = replace(ABSENCE, officer_id=directory[name].head.id)
    with pytest.raises(InvalidError) as refusal:
        await _fill(session, directory["hall"], term)
    assert (refusal.value.reason, refusal.value.facts) == (
        "officer_of_other_body",
        {"field": "officer_id"},
    )
    assert await size_of_ledger(session) == before


async def test_a_role_at_another_registry_of_the_body_is_enough(
    shared_database: Database, directory: Directory
) -> None:
    hall, acting = directory["hall"], directory["office"].clerk.id
    # The owner, who may change the directory; nothing is committed.
    owner = create_engine(shared_database.owner_url, pool=1, role=None)
    async with owner.connect() as connection, AsyncSession(bind=connection) as session:
        inner = Registry(
            code="hall-inner",
            organization_id=hall.organization_id,
            name="กลุ่มงานหนึ่ง",
            receives=False,
            has_circular_book=False,
            circular_digits=4,
        )
        session.add(inner)
        await session.flush()
        session.add(OfficerRole(officer_id=acting, registry_id=inner.id, role=Role.CLERK))
        await session.flush()
        period = await _fill(session, hall, replace(ABSENCE, officer_id=acting))
        assert (period.registry_id, period.officer_id) == (hall.registry_id, acting)
    await owner.dispose()


async def test_a_period_may_end_today_and_not_before(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    term = replace(ABSENCE, first_day=FIRST - 9 * DAY, last_day=date(2021, 3, 2))
    midnight = bangkok_midnight(date(2021, 3, 3))
    before = await size_of_ledger(session)
    with pytest.raises(InvalidError, match="๒ มีนาคม ๒๕๖๔") as refusal:
        await fill_post(session, by=hall.head, registry_id=hall.registry_id, term=term, at=midnight)
    assert (refusal.value.reason, refusal.value.facts) == (
        "period_past",
        {"field": "last_day", "today": "2021-03-03"},
    )
    assert await size_of_ledger(session) == before
    at = midnight - timedelta(microseconds=1)
    await fill_post(session, by=hall.head, registry_id=hall.registry_id, term=term, at=at)


async def test_one_day_is_long_enough(session: AsyncSession, directory: Directory) -> None:
    period = await _fill(session, directory["hall"], replace(ABSENCE, last_day=FIRST))
    assert period.first_day == period.last_day == FIRST


async def test_who_has_left_cannot_act(
    database: Database, sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    hall, gone = own_directory["hall"], own_directory["hall"].clerk.id
    owner: AsyncEngine = create_engine(database.owner_url, pool=1, role=None)
    async with owner.begin() as connection:
        await connection.execute(
            update(Officer).where(Officer.id == gone).values(closed_at=MORNING)
        )
    await owner.dispose()
    async with sessions() as session:
        with pytest.raises(InvalidError) as refusal:
            await _fill(session, hall, replace(ABSENCE, officer_id=gone))
    assert refusal.value.reason == "officer_closed"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(0, 4, id="the same days"),
        pytest.param(-3, 0, id="ends on its first day"),
        pytest.param(4, 9, id="begins on its last day"),
        pytest.param(1, 2, id="within"),
        pytest.param(-3, 9, id="around"),
    ],
)
async def test_periods_of_a_post_do_not_overlap(
    session: AsyncSession, directory: Directory, first: int, last: int
) -> None:
    hall = directory["hall"]
    other = await _fill(session, hall)
    before = await size_of_ledger(session)
    with pytest.raises(ConflictError) as refusal:
        await _fill(
            session,
            hall,
            replace(
                ABSENCE,
                officer_id=hall.clerk.id,
                first_day=FIRST + first * DAY,
                last_day=FIRST + last * DAY,
            ),
        )
    assert refusal.value.reason == "post_period_overlaps"
    assert refusal.value.facts == {
        "post_period_id": str(other.id),
        "first_day": "2021-03-08",
        "last_day": "2021-03-12",
    }
    assert "๘ มีนาคม ๒๕๖๔" in refusal.value.detail
    assert await size_of_ledger(session) == before


async def test_neighbours_other_posts_and_other_desks_do_not_overlap(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    await _fill(session, hall)
    before_and_after = [
        replace(ABSENCE, first_day=FIRST - DAY, last_day=FIRST - DAY),
        replace(ABSENCE, first_day=LAST + DAY, last_day=LAST + DAY),
    ]
    for term in (*before_and_after, replace(ABSENCE, post=Role.CLERK)):
        await _fill(session, hall, term)
    await _fill(session, directory["office"])
    assert len(await events(session, EventKind.POST_FILLED)) == 5


async def test_a_withdrawn_period_makes_room(session: AsyncSession, directory: Directory) -> None:
    hall = directory["hall"]
    first = await _fill(session, hall)
    done = await withdraw_post(session, by=hall.admin, post_period_id=first.id, at=MORNING + HOUR)
    assert (done.withdrawn_at, done.withdrawn_by) == (MORNING + HOUR, hall.admin.id)
    event = await last_event(session)
    assert (event.kind, event.registry_id, event.officer_id) == (
        EventKind.POST_CLEARED,
        hall.registry_id,
        hall.admin.id,
    )
    assert event.facts == {"post_period_id": str(first.id), "post": "head"}
    again = await _fill(session, hall)
    assert again.id != first.id
    before = await size_of_ledger(session)
    with pytest.raises(ConflictError) as refusal:
        await withdraw_post(session, by=hall.head, post_period_id=first.id, at=MORNING)
    assert refusal.value.reason == "post_period_withdrawn"
    assert await size_of_ledger(session) == before


async def test_only_head_and_administrator_of_the_desk_decide(
    session: AsyncSession, directory: Directory
) -> None:
    hall, other = directory["hall"], directory["office"]
    period = await _fill(session, hall)
    next_week = replace(ABSENCE, first_day=FIRST + 7 * DAY, last_day=LAST + 7 * DAY)
    cases: list[tuple[ActingOfficer, UUID, UUID, type[WianError], str]] = [
        (hall.clerk, hall.registry_id, period.id, NotAllowedError, "role_missing"),
        (hall.deputy, hall.registry_id, period.id, NotAllowedError, "role_missing"),
        (hall.auditor, hall.registry_id, period.id, NotAllowedError, "role_missing"),
        (other.head, hall.registry_id, period.id, NotFoundError, "not_found"),
        (hall.head, other.registry_id, UUID(int=404), NotFoundError, "not_found"),
        (hall.head, UUID(int=404), UUID(int=404), NotFoundError, "not_found"),
    ]
    before = await size_of_ledger(session)
    for by, registry_id, period_id, error, code in cases:
        with pytest.raises(error) as filling:
            await fill_post(session, by=by, registry_id=registry_id, term=next_week, at=MORNING)
        with pytest.raises(error) as withdrawing:
            await withdraw_post(session, by=by, post_period_id=period_id, at=MORNING)
        assert filling.value.reason == withdrawing.value.reason == code
    assert await size_of_ledger(session) == before


async def test_of_many_at_once_one_is_named(
    sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    hall = own_directory["hall"]

    async def fill(nth: int) -> bool:
        days = replace(ABSENCE, first_day=FIRST + nth % 4 * DAY)
        async with sessions.begin() as session:
            await _fill(session, hall, days)
        return True

    outcomes = await asyncio.gather(*map(fill, range(12)), return_exceptions=True)
    assert outcomes.count(True) == 1
    refused = [one for one in outcomes if one is not True]
    assert {isinstance(one, ConflictError) and one.reason for one in refused} == {
        "post_period_overlaps"
    }
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(PostPeriod)) == 1


async def test_who_holds_which_post_changes_with_the_day(
    session: AsyncSession, directory: Directory
) -> None:
    hall, acting = directory["hall"], directory["hall"].auditor
    usual = [
        PostHolder(post=post, officer_id=one.id, officer=one.name, is_acting=False)
        for post, one in (
            (Role.HEAD, hall.head),
            (Role.DEPUTY, hall.deputy),
            (Role.CLERK, hall.clerk),
        )
    ]
    _, deputy, clerk = usual
    absence = await _fill(session, hall)
    named = await _fill(
        session,
        hall,
        PostTerm(
            post=Role.CLERK,
            officer_id=acting.id,
            first_day=LAST,
            last_day=LAST + DAY,
            reason="ไปราชการ",
        ),
    )
    stands_in = replace(deputy, post=Role.HEAD, is_acting=True)
    acts = PostHolder(post=Role.CLERK, officer_id=acting.id, officer=acting.name, is_acting=True)
    days = {
        FIRST - DAY: usual,
        FIRST: [stands_in, deputy, clerk],
        LAST: [stands_in, deputy, acts],
        LAST + DAY: [usual[0], deputy, acts],
        LAST + 2 * DAY: usual,
    }
    for day, holders in days.items():
        assert (await _today(session, hall, day)).holders == holders
    periods = (await _today(session, hall, FIRST)).periods
    assert [(one.id, one.officer) for one in periods] == [
        (absence.id, None),
        (named.id, acting.name),
    ]
    await withdraw_post(session, by=hall.head, post_period_id=named.id, at=MORNING)
    assert (await _today(session, hall, LAST + DAY)).periods == []
    with pytest.raises(NotFoundError):
        await list_posts(
            session, by=directory["office"].head, registry_id=hall.registry_id, today=FIRST
        )
