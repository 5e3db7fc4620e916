from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, event, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain.deadlines import Deadlines
from domain.errors import InvalidError
from domain.vocabulary import AlarmStep, NoticeKind, OrganizationKind, OutboxKind, Urgency
from infra.database import create_engine
from models import (
    CalendarOverride,
    CalendarVersion,
    DeadlinePlan,
    Dispatch,
    Hop,
    Notice,
    OfficeHoursOverride,
    Organization,
    Registry,
)
from services.create_dispatch import SendOrder
from services.dispatch_letter import dispatch_letter
from services.letter_draft import Meeting
from services.list_plans import list_plans
from services.record_event import SYSTEM_OFFICER
from services.register_hop import Stamp, register_hop
from services.thai_holidays import RELEASE
from tests.conftest import Database
from tests.support.directory import LONG_AGO, Desk, Directory
from tests.support.letters import (
    ACKNOWLEDGE_BY,
    DAY,
    HOUR,
    MORNING,
    hop_after,
    hop_to,
    issue,
    messages,
    order,
    pass_on,
    register,
    send,
)
from tests.support.planning import bangkok, wall

UNTIL_THE_TENTH = Deadlines(acknowledge_on=date(2021, 3, 10))
HOLIDAY = date(2021, 3, 3)


async def _version(session: AsyncSession) -> int:
    query = insert(CalendarVersion).values(at=MORNING, officer_id=SYSTEM_OFFICER, note="ทดสอบ")
    return (await session.scalars(query.returning(CalendarVersion.number))).one()


async def _close(session: AsyncSession, scope: str, day: date) -> int:
    """Begin a version of the calendar in which a scope is closed on a day."""
    version = await _version(session)
    session.add(
        CalendarOverride(
            scope=scope,
            day=day,
            is_working=False,
            reason="งานประจำจังหวัด",
            source="ประกาศจังหวัด",
            since_version=version,
        )
    )
    await session.flush()
    return version


async def _plan_of(session: AsyncSession, dispatch: Dispatch, desk: Desk) -> DeadlinePlan:
    hop = await hop_after(session, await hop_to(session, dispatch, desk))
    return await session.get_one(DeadlinePlan, hop.plan_id)


async def test_recipients_share_a_plan_by_calendar_and_by_what_they_must_do(
    session: AsyncSession, directory: Directory
) -> None:
    names = ("hall", "district_a", "direct", "body_a1", "body_b1", "stranger")
    desks = {name: directory[name] for name in names}
    dispatch = await send(session, directory["agency"], *desks.values())
    plans = {name: await _plan_of(session, dispatch, desk) for name, desk in desks.items()}
    groups = {
        frozenset(name for name in names if plans[name].id == plan.id) for plan in plans.values()
    }
    # The stranger lies in no province, and its calendar is that of the nation.
    assert groups == {
        frozenset({"hall", "district_a"}),
        frozenset({"direct", "body_a1", "body_b1"}),
        frozenset({"stranger"}),
    }
    assert {plan.id for plan in await list_plans(session, dispatch_id=dispatch.id)} == {
        plan.id for plan in plans.values()
    }
    assert plans["hall"].forward_by is not None
    assert plans["direct"].forward_by is None
    assert plans["hall"].calendar_scopes == ["nation", "region:northeast", "province:38"]
    assert plans["stranger"].calendar_scopes == ["nation"]


async def test_a_holiday_of_a_province_moves_only_its_own_bodies(
    session: AsyncSession, directory: Directory
) -> None:
    direct, stranger = directory["direct"], directory["stranger"]
    before = await send(session, directory["agency"], direct, stranger, deadlines=UNTIL_THE_TENTH)
    version = await _close(session, "province:38", HOLIDAY)
    after = await send(session, directory["agency"], direct, stranger, deadlines=UNTIL_THE_TENTH)
    old, new = [await _plan_of(session, one, direct) for one in (before, after)]
    assert wall(old.register_by) == "2021-03-03 16:30"
    assert wall(new.register_by) == "2021-03-04 16:30"
    for one in (before, after):
        plan = await _plan_of(session, one, stranger)
        assert wall(plan.register_by) == "2021-03-03 16:30"
    assert wall(after.register_by) == "2021-03-04 16:30"
    assert (new.share_days, new.calendar_version, new.holidays_release) == (5, version, RELEASE)
    # What went out before keeps the version it came from.
    assert (old.share_days, old.calendar_version) == (6, 1)


async def test_the_day_of_a_region_or_the_nation_reaches_everybody_in_it(
    session: AsyncSession, directory: Directory
) -> None:
    direct, stranger = directory["direct"], directory["stranger"]
    expected = {
        "region:north": ("03", "03"),
        "region:northeast": ("04", "03"),
        "nation": ("04", "04"),
    }
    for scope, days in expected.items():
        await _close(session, scope, HOLIDAY)
        sent = await send(session, directory["agency"], direct, stranger, deadlines=UNTIL_THE_TENTH)
        plans = [await _plan_of(session, sent, desk) for desk in (direct, stranger)]
        assert tuple(wall(one.register_by) for one in plans) == tuple(
            f"2021-03-{day} 16:30" for day in days
        )


async def test_an_organization_may_have_days_and_hours_of_its_own(
    session: AsyncSession, directory: Directory
) -> None:
    names = ("direct", "body_a1", "body_a2")
    desks = {name: directory[name] for name in names}
    version = await _close(session, "organization:body_a1", HOLIDAY)
    session.add(
        OfficeHoursOverride(
            scope="organization:body_a2",
            opens=time(9),
            closes=time(15),
            source="คำสั่ง",
            since_version=version,
        )
    )
    await session.flush()
    dispatch = await send(session, directory["agency"], *desks.values(), deadlines=UNTIL_THE_TENTH)
    plans = {name: await _plan_of(session, dispatch, desk) for name, desk in desks.items()}
    assert {name: wall(plan.register_by) for name, plan in plans.items()} == {
        "direct": "2021-03-03 16:30",
        "body_a1": "2021-03-04 16:30",
        "body_a2": "2021-03-03 15:00",
    }
    assert {name: wall(plan.acknowledge_by) for name, plan in plans.items()} == {
        "direct": "2021-03-10 16:30",
        "body_a1": "2021-03-10 16:30",
        "body_a2": "2021-03-10 15:00",
    }
    assert [plan.calendar_scopes[-1] for plan in plans.values()] == [
        "province:38",
        "organization:body_a1",
        "organization:body_a2",
    ]
    assert len({plan.id for plan in plans.values()}) == 3


async def test_a_deadline_in_a_year_that_nobody_announced_is_flagged(
    session: AsyncSession, directory: Directory
) -> None:
    at = datetime(2026, 12, 1, 2, tzinfo=UTC)
    until = Deadlines(acknowledge_on=date(2027, 1, 15))
    dispatch = await send(session, directory["agency"], directory["hall"], at=at, deadlines=until)
    (plan,) = await list_plans(session, dispatch_id=dispatch.id)
    assert plan.unannounced_years == [2027]


@pytest.mark.parametrize(
    ("top", "own", "weights"),
    [
        pytest.param(None, None, ((2, 1, 2, 5), (1, 2, 5), (2, 5)), id="the policy of an agency"),
        pytest.param((5, 3, 2, 9), None, ((5, 3, 2, 9), (3, 2, 9), (2, 9)), id="left from above"),
        pytest.param((5, 9), None, ((5, 9), (9,), (3, 7)), id="used up: the policy of the sender"),
        pytest.param((5, 3, 2, 9), (4, 1), ((5, 3, 2, 9), (4, 1), (1,)), id="its own"),
    ],
)
async def test_the_shares_are_the_senders_own_or_left_from_above_or_the_policys(
    session: AsyncSession,
    directory: Directory,
    top: Sequence[int] | None,
    own: Sequence[int] | None,
    weights: tuple[Sequence[int], ...],
) -> None:
    hall, office = directory["hall"], directory["office"]
    until = Deadlines(acknowledge_by=ACKNOWLEDGE_BY)
    first = await send(session, directory["agency"], hall, deadlines=replace(until, weights=top))
    second = await pass_on(session, first, hall, office, deadlines=replace(until, weights=own))
    third = await pass_on(session, second, office, directory["district_a"], deadlines=until)
    assert tuple(tuple(one.weights) for one in (first, second, third)) == weights


async def test_the_reference_circular_is_shared_tier_by_tier(
    session: AsyncSession, directory: Directory
) -> None:
    until = Deadlines(acknowledge_by=bangkok("2021-03-15 16:30"))
    names = ("agency", "hall", "office", "district_a", "body_a1")
    times = ("02-15 09:00", "02-22 15:00", "02-25 15:00", "03-02 15:00")
    told, above = [], None
    for sender, recipient, at in zip(names, names[1:], times, strict=False):
        desks = directory[sender], directory[recipient]
        now = bangkok(f"2021-{at}")
        if above is None:
            first = replace(until, weights=(5, 3, 2, 9))
            above = await send(session, *desks, at=now, deadlines=first)
        else:
            above = await pass_on(session, above, *desks, at=now, deadlines=until)
        plan = await _plan_of(session, above, desks[1])
        told.append((plan.share_days, plan.left_days, wall(plan.forward_by)))
    assert told == [
        (5, 14, "2021-02-22 16:30"),
        (3, 11, "2021-02-25 16:30"),
        (2, 9, "2021-03-02 16:30"),
        (9, 0, None),
    ]


async def test_a_child_after_its_parent_is_refused_with_the_numbers(
    session: AsyncSession, directory: Directory
) -> None:
    hall, office = directory["hall"], directory["office"]
    above = await send(session, directory["agency"], hall, deadlines=UNTIL_THE_TENTH)
    for late in (
        Deadlines(acknowledge_by=above.acknowledge_by + timedelta(seconds=1)),
        Deadlines(acknowledge_on=date(2021, 3, 11)),
        Deadlines(acknowledge_within=5),
    ):
        with pytest.raises(InvalidError) as refusal:
            async with session.begin_nested():
                await pass_on(session, above, hall, office, deadlines=late)
        assert refusal.value.reason == "deadline_after_parent"
        assert refusal.value.facts["parent_acknowledge_by"] == "2021-03-10T09:30:00+00:00"
        assert str(refusal.value.facts["acknowledge_by"]) > "2021-03-10T09:30:00+00:00"
    below = await pass_on(session, above, hall, office, deadlines=UNTIL_THE_TENTH)
    assert below.acknowledge_by == above.acknowledge_by


WITHIN = Deadlines(acknowledge_within=3)


async def test_a_receipt_starts_a_plan_of_its_own_and_tells_the_process(
    session: AsyncSession, directory: Directory
) -> None:
    hall, office = directory["hall"], directory["office"]
    dispatch = await send(session, directory["agency"], hall, office, deadlines=WITHIN)
    old = await _plan_of(session, dispatch, hall)
    assert dispatch.acknowledge_within == 3
    hop_id = (await register(session, dispatch, hall, at=MORNING + HOUR)).hop_id
    new = await _plan_of(session, dispatch, hall)
    assert (new.replaces_id, new.made_at) == (old.id, MORNING + HOUR)
    assert (wall(old.acknowledge_by), wall(new.acknowledge_by)) == (
        "2021-03-09 16:30",
        "2021-03-05 16:30",
    )
    assert (new.calendar_scopes, new.dispatch_id) == (old.calendar_scopes, dispatch.id)
    due = {one["step"]: one["due_at"] for one in new.alarms}
    assert due["overdue_acknowledge"] == "2021-03-05T09:30:00+00:00"
    assert (await _plan_of(session, dispatch, office)).id == old.id
    told = await messages(session)
    assert [(one.kind, one.dispatch_id, one.chunk, one.hop_id) for one in told] == [
        (OutboxKind.DISPATCHED, dispatch.id, 0, None),
        (OutboxKind.MOVED, dispatch.id, 0, hop_id),
    ]
    # A repeat returns the receipt and starts nothing.
    await register(session, dispatch, hall, at=MORNING + DAY)
    assert (await _plan_of(session, dispatch, hall)).id == new.id
    assert len(await messages(session)) == 2


@pytest.mark.parametrize(
    ("stamp", "until"),
    [
        pytest.param(None, "2021-03-08 16:30", id="now"),
        pytest.param(("2021-03-02 16:00", True), "2021-03-05 16:30", id="an older stamp"),
        pytest.param(("2021-03-02 17:00", True), "2021-03-08 16:30", id="after closing"),
        pytest.param(("2021-03-02 00:00", False), "2021-03-05 16:30", id="without a time"),
    ],
)
async def test_the_time_counts_from_what_the_stamp_says(
    session: AsyncSession, directory: Directory, stamp: tuple[str, bool] | None, until: str
) -> None:
    hall = directory["hall"]
    dispatch = await send(session, directory["agency"], hall, deadlines=WITHIN)
    paper = Stamp(stamped_at=bangkok(stamp[0]), has_time=stamp[1]) if stamp else None
    hop_id = await hop_to(session, dispatch, hall)
    at = bangkok("2021-03-03 11:00")
    await register_hop(session, by=hall.clerk, hop_id=hop_id, at=at, stamp=paper)
    assert wall((await _plan_of(session, dispatch, hall)).acknowledge_by) == until


async def test_a_receipt_counts_in_the_calendar_of_who_received_it(
    session: AsyncSession, directory: Directory
) -> None:
    direct, stranger = directory["direct"], directory["stranger"]
    await _close(session, "province:38", HOLIDAY)
    dispatch = await send(session, directory["agency"], direct, stranger, deadlines=WITHIN)
    for desk, until in ((direct, "2021-03-08 16:30"), (stranger, "2021-03-05 16:30")):
        await register(session, dispatch, desk)
        assert wall((await _plan_of(session, dispatch, desk)).acknowledge_by) == until


async def test_a_receipt_never_gives_more_time_than_the_dispatch_above_has(
    session: AsyncSession, directory: Directory
) -> None:
    hall, office = directory["hall"], directory["office"]
    above = await send(session, directory["agency"], hall, deadlines=UNTIL_THE_TENTH)
    below = await pass_on(session, above, hall, office, deadlines=WITHIN)
    # Three working days would end on the 12th.
    await register(session, below, office, at=bangkok("2021-03-09 09:00"))
    plan = await _plan_of(session, below, office)
    assert wall(plan.acknowledge_by) == "2021-03-10 16:30"
    due = {one["step"]: datetime.fromisoformat(one["due_at"]) for one in plan.alarms}
    assert due["remind_acknowledge"] <= due["overdue_acknowledge"] == plan.acknowledge_by


async def test_a_receipt_after_the_end_above_is_late_at_once(
    session: AsyncSession, directory: Directory
) -> None:
    hall, office = directory["hall"], directory["office"]
    above = await send(session, directory["agency"], hall, deadlines=UNTIL_THE_TENTH)
    below = await pass_on(session, above, hall, office, deadlines=WITHIN)
    await register(session, below, office, at=bangkok("2021-03-12 09:00"))
    plan = await _plan_of(session, below, office)
    assert wall(plan.acknowledge_by) == "2021-03-10 16:30"
    assert (plan.share_days, plan.left_days) == (0, 0)


@pytest.mark.parametrize(
    ("draft", "arrivals"),
    [
        pytest.param({"urgency": Urgency.MOST_URGENT}, 2, id="most urgent"),
        pytest.param(
            {"urgency": Urgency.URGENT_WITHIN, "deliver_by": MORNING + 4 * HOUR}, 2, id="within"
        ),
        pytest.param({"urgency": Urgency.VERY_URGENT}, 0, id="very urgent"),
        pytest.param({}, 0, id="normal"),
    ],
)
async def test_what_must_be_done_at_once_is_told_at_once(
    session: AsyncSession, directory: Directory, draft: dict[str, Any], arrivals: int
) -> None:
    agency, hall, direct = directory["agency"], directory["hall"], directory["direct"]
    letter = await issue(session, agency, **draft)
    dispatch = await send(session, agency, hall, direct, letter=letter, deadlines=UNTIL_THE_TENTH)
    notices = (await session.scalars(select(Notice).order_by(Notice.id))).all()
    assert len(notices) == arrivals
    for notice, desk in zip(notices, (hall, direct), strict=False):
        assert (notice.kind, notice.step) == (NoticeKind.ARRIVAL, AlarmStep.ARRIVED)
        assert notice.hop_id == await hop_to(session, dispatch, desk)
        assert notice.registry_id == desk.registry_id
        assert (notice.due_at, notice.created_at, notice.read_at) == (MORNING, MORNING, None)


async def test_a_letter_says_until_when_it_must_be_there(
    session: AsyncSession, directory: Directory
) -> None:
    agency, hall = directory["agency"], directory["hall"]
    until = MORNING + 4 * HOUR
    meeting = Meeting(starts_at=MORNING + 9 * DAY, ends_at=MORNING + 10 * DAY, place="ห้องประชุม")
    letter = await issue(
        session, agency, urgency=Urgency.URGENT_WITHIN, deliver_by=until, meeting=meeting
    )
    assert letter.deliver_by == until
    assert (letter.event_starts_at, letter.event_ends_at, letter.event_place) == (
        meeting.starts_at,
        meeting.ends_at,
        meeting.place,
    )
    dispatch = await send(session, agency, hall, letter=letter, deadlines=UNTIL_THE_TENTH)
    assert dispatch.register_by == until


BAD_TIMES: list[tuple[str, dict[str, Any], str, str]] = [
    ("none", {"urgency": Urgency.URGENT_WITHIN}, "deliver_by_missing", "deliver_by"),
    ("one too many", {"deliver_by": MORNING + HOUR}, "deliver_by_unexpected", "deliver_by"),
    (
        "for another class",
        {"urgency": Urgency.MOST_URGENT, "deliver_by": MORNING + HOUR},
        "deliver_by_unexpected",
        "deliver_by",
    ),
    (
        "now",
        {"urgency": Urgency.URGENT_WITHIN, "deliver_by": MORNING},
        "deadline_in_past",
        "deliver_by",
    ),
    (
        "a meeting that ends first",
        {"meeting": Meeting(starts_at=MORNING + DAY, ends_at=MORNING, place=None)},
        "meeting_backwards",
        "meeting",
    ),
    (
        "a meeting of no length",
        {"meeting": Meeting(starts_at=MORNING + DAY, ends_at=MORNING + DAY, place=None)},
        "meeting_backwards",
        "meeting",
    ),
]


@pytest.mark.parametrize(
    ("draft", "code", "field"), [one[1:] for one in BAD_TIMES], ids=[one[0] for one in BAD_TIMES]
)
async def test_times_on_a_letter_that_contradict_are_refused(
    session: AsyncSession, directory: Directory, draft: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(InvalidError) as refusal:
        await issue(session, directory["agency"], **draft)
    assert (refusal.value.reason, refusal.value.facts["field"]) == (code, field)


MANY, PROVINCES = 400, 8


async def _many_bodies(session: AsyncSession) -> list[UUID]:
    """Bodies with a desk each, spread over some provinces."""
    names = [f"body-{nth}" for nth in range(MANY)]
    query = insert(Organization).returning(Organization.id, sort_by_parameter_order=True)
    bodies = list(
        await session.scalars(
            query,
            [
                {
                    "code": name,
                    "name": name,
                    "kind": OrganizationKind.SAO,
                    "area_code": str(40 + nth % PROVINCES),
                    "valid_from": LONG_AGO,
                }
                for nth, name in enumerate(names)
            ],
        )
    )
    await session.execute(
        insert(Registry),
        [
            {"code": name, "name": name, "organization_id": body}
            for name, body in zip(names, bodies, strict=True)
        ],
    )
    return bodies


@contextmanager
def _counted(connection: AsyncConnection) -> Iterator[list[str]]:
    """The statements that a connection is given in the block."""
    statements: list[str] = []

    def note(_: Connection, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(connection.sync_connection, "before_cursor_execute", note)
    yield statements
    event.remove(connection.sync_connection, "before_cursor_execute", note)


async def test_four_hundred_recipients_take_no_more_statements_than_two(
    database: Database, own_directory: Directory
) -> None:
    engine = create_engine(database.owner_url, pool=1, role=None)
    agency, hall, direct = (own_directory[name] for name in ("agency", "hall", "direct"))
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        bodies = await _many_bodies(session)
        few, _ = await _send_counted(
            session, agency, order(hall, direct, deadlines=UNTIL_THE_TENTH)
        )
        many, dispatch = await _send_counted(
            session, agency, order(*bodies, deadlines=UNTIL_THE_TENTH)
        )
        sent = await session.scalar(
            select(func.count()).select_from(Hop).where(Hop.dispatch_id == dispatch.id)
        )
        plans = len(await list_plans(session, dispatch_id=dispatch.id))
    await engine.dispose()
    assert (sent, plans) == (MANY, PROVINCES)
    assert many <= few <= 15


async def _send_counted(
    session: AsyncSession, desk: Desk, wanted: SendOrder
) -> tuple[int, Dispatch]:
    letter = await issue(session, desk)
    with _counted(await session.connection()) as statements:
        dispatch = await dispatch_letter(
            session, by=desk.clerk, letter_id=letter.id, order=wanted, at=MORNING
        )
    return len(statements), dispatch
