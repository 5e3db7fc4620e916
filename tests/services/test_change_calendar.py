import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import TypeVar

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.calendar_override import OverrideRange
from domain.errors import ConflictError, InvalidError, NotFoundError
from domain.working_time import OfficeHours
from models import CalendarOverride, CalendarVersion
from services.announce_year import announce_year
from services.list_overrides import list_overrides
from services.record_event import SYSTEM_OFFICER
from services.set_office_hours import set_office_hours
from services.withdraw_overrides import withdraw_overrides
from tests.support.calendar_days import bring_in, calendar_of, count_versions, days_off
from tests.support.letters import MORNING, size_of_ledger
from tests.support.waiting import until_blocked

T = TypeVar("T")
FLOOD = days_off("province:38", "2021-03-03", "2021-03-05")
TUESDAY = date(2021, 3, 2)


async def _hours(session: AsyncSession, scope: str, opens: int, closes: int) -> int | None:
    return await set_office_hours(
        session,
        by=SYSTEM_OFFICER,
        scope=scope,
        hours=OfficeHours(opens=time(opens), closes=time(closes)),
        source="คำสั่งหน่วยงาน",
        note="เวลาทำการ",
        at=MORNING,
    )


async def _announce(session: AsyncSession, year: int, source: str = "มติ ครม.") -> int | None:
    return await announce_year(
        session, by=SYSTEM_OFFICER, year=year, source=source, note="ยืนยัน", at=MORNING
    )


async def _withdraw(session: AsyncSession, scope: str, first: str, last: str) -> int | None:
    change = await withdraw_overrides(
        session,
        by=SYSTEM_OFFICER,
        scope=scope,
        first_day=date.fromisoformat(first),
        last_day=date.fromisoformat(last),
        note="ยกเลิก",
        at=MORNING,
    )
    return change.version


async def test_a_province_under_water_works_on_other_days(session: AsyncSession) -> None:
    before = await calendar_of(session, "province:38")
    change = await bring_in(session, FLOOD)
    after = await calendar_of(session, "province:38")
    assert before.add_days(TUESDAY, 1) == date(2021, 3, 3)
    assert after.add_days(TUESDAY, 1) == date(2021, 3, 8)
    assert (await calendar_of(session, "province:39")).add_days(TUESDAY, 1) == date(2021, 3, 3)
    assert (await calendar_of(session, "nation")).add_days(TUESDAY, 1) == date(2021, 3, 3)
    version = (
        await session.scalars(select(CalendarVersion).order_by(CalendarVersion.number.desc()))
    ).first()
    assert version is not None
    assert (version.number, version.note) == (change.version, "ทดสอบ")
    assert (version.at, version.officer_id) == (MORNING, SYSTEM_OFFICER)
    assert change.days == 3


async def test_many_lines_are_one_version(session: AsyncSession) -> None:
    before = await count_versions(session)
    change = await bring_in(session, FLOOD, days_off("region:north", "2021-03-26"))
    assert (change.days, await count_versions(session)) == (4, before + 1)


async def test_importing_the_same_again_changes_nothing(session: AsyncSession) -> None:
    await bring_in(session, FLOOD)
    before = await size_of_ledger(session)
    change = await bring_in(session, FLOOD, replace(FLOOD, first_day=date(2021, 3, 4)))
    assert (change.version, change.days) == (None, 0)
    assert (await bring_in(session)).version is None
    assert await size_of_ledger(session) == before
    longer = replace(FLOOD, last_day=date(2021, 3, 8))
    assert (await bring_in(session, longer)).days == 3


@pytest.mark.parametrize(
    "change",
    [{"is_working": True}, {"reason": "พายุ"}, {"source": "วิทยุ"}],
    ids=["kind", "reason", "source"],
)
async def test_a_day_that_the_calendar_knows_otherwise_is_refused(
    session: AsyncSession, change: dict[str, object]
) -> None:
    await bring_in(session, FLOOD)
    before = await size_of_ledger(session)
    fresh = days_off("nation", "2021-03-03", line=2)
    other = days_off("province:38", "2021-03-04", "2021-03-09", line=3, **change)
    with pytest.raises(ConflictError, match=r"^บรรทัด 3: .*๔ มีนาคม ๒๕๖๔.*น้ำท่วม") as refusal:
        await bring_in(session, fresh, other)
    assert refusal.value.reason == "calendar_override_overlaps"
    assert refusal.value.facts == {
        "scope": "province:38",
        "days": ["2021-03-04", "2021-03-05"],
        "line": 3,
    }
    assert await size_of_ledger(session) == before


async def test_the_same_day_may_differ_in_another_scope(session: AsyncSession) -> None:
    await bring_in(session, FLOOD)
    await bring_in(
        session,
        days_off("nation", "2021-03-03", reason="วันหยุดพิเศษ"),
        days_off("region:northeast", "2021-03-04", is_working=True, reason="ทำการชดเชย"),
    )
    # The nearest scope has the last word.
    assert (await calendar_of(session, "province:38")).add_days(TUESDAY, 1) == date(2021, 3, 8)
    assert (await calendar_of(session, "province:39")).add_days(TUESDAY, 1) == date(2021, 3, 4)


@pytest.mark.usefixtures("directory")
async def test_an_organization_follows_its_area_and_itself(session: AsyncSession) -> None:
    saturday = days_off("organization:body_a1", "2021-03-06", is_working=True, reason="ชดเชย")
    await bring_in(session, FLOOD, saturday)
    assert (await calendar_of(session, "organization:body_a1")).add_days(TUESDAY, 1) == date(
        2021, 3, 6
    )
    assert (await calendar_of(session, "organization:body_a2")).add_days(TUESDAY, 1) == date(
        2021, 3, 8
    )
    assert (await calendar_of(session, "organization:agency")).add_days(TUESDAY, 1) == date(
        2021, 3, 3
    )


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (days_off("province:99", "2021-03-03"), "calendar_unknown"),
        (days_off("organization:nobody", "2021-03-03"), "calendar_unknown"),
        (days_off("nation", "2021-03-03", "2021-03-02"), "calendar_range_reversed"),
        (days_off("nation", "2021-03-03", "2022-03-04"), "calendar_range_too_long"),
        (days_off("nation", "2564-03-03"), "calendar_out_of_range"),
        (replace(FLOOD, reason="พายุ"), "calendar_override_overlaps"),
    ],
    ids=["scope", "organization", "reversed", "too long", "B.E.", "overlap in the list"],
)
async def test_one_bad_line_keeps_all_out(
    session: AsyncSession, bad: OverrideRange, code: str
) -> None:
    before = await size_of_ledger(session)
    with pytest.raises(InvalidError) as refusal:
        await bring_in(session, FLOOD, bad)
    assert refusal.value.reason == code
    assert await size_of_ledger(session) == before


async def test_what_was_withdrawn_is_kept_for_the_versions_before(session: AsyncSession) -> None:
    imported = (await bring_in(session, FLOOD)).version
    version = await _withdraw(session, "province:38", "2021-03-04", "2021-12-31")
    assert (await calendar_of(session, "province:38")).add_days(TUESDAY, 1) == date(2021, 3, 4)
    old = await calendar_of(session, "province:38", version=imported)
    assert old.add_days(TUESDAY, 1) == date(2021, 3, 8)
    first = await calendar_of(session, "province:38", version=1)
    assert first.add_days(TUESDAY, 1) == date(2021, 3, 3)
    rows = (await session.scalars(select(CalendarOverride).order_by(CalendarOverride.day))).all()
    assert [row.until_version for row in rows] == [None, version, version]
    # The day is free again for something else.
    await bring_in(session, days_off("province:38", "2021-03-04", reason="พายุ"))
    assert (await calendar_of(session, "province:38")).add_days(TUESDAY, 1) == date(2021, 3, 5)


async def test_what_nobody_said_cannot_be_withdrawn(session: AsyncSession) -> None:
    await bring_in(session, FLOOD)
    before = await size_of_ledger(session)
    for scope, first, last in (
        ("province:38", "2021-03-06", "2021-03-31"),
        ("province:38", "2021-03-05", "2021-03-03"),
        ("nation", "2021-03-03", "2021-03-05"),
    ):
        with pytest.raises(NotFoundError):
            await _withdraw(session, scope, first, last)
    with pytest.raises(InvalidError):
        await _withdraw(session, "province:99", "2021-03-03", "2021-03-05")
    assert await size_of_ledger(session) == before


async def test_the_list_imported_again_is_what_is_there(session: AsyncSession) -> None:
    north = days_off("region:north", "2021-03-26", reason="วันหยุดภาค")
    await bring_in(session, FLOOD, replace(FLOOD, last_day=date(2021, 3, 9)), north)
    ranges = await list_overrides(session)
    assert ranges == [replace(FLOOD, last_day=date(2021, 3, 9)), north]
    assert (await bring_in(session, *ranges)).version is None


async def test_an_office_opens_earlier_and_later_again(session: AsyncSession) -> None:
    before = await count_versions(session)
    early = await _hours(session, "province:38", 8, 16)
    assert await _hours(session, "province:38", 8, 16) is None
    late = await _hours(session, "province:38", 9, 17)
    assert await count_versions(session) == before + 2
    closing = {
        version: (await calendar_of(session, "province:38", version=version)).closing(TUESDAY)
        for version in (1, early, late)
    }
    assert [at.hour for at in closing.values()] == [9, 9, 10]
    assert closing[1] == datetime(2021, 3, 2, 9, 30, tzinfo=UTC)
    nation = (await calendar_of(session, "nation")).closing(TUESDAY)
    assert nation == closing[1]


@pytest.mark.parametrize(
    ("scope", "opens", "closes", "code"),
    [
        ("nation", 16, 8, "office_hours_reversed"),
        ("nation", 8, 8, "office_hours_reversed"),
        ("region:east", 8, 16, "calendar_unknown"),
        ("organization:nobody", 8, 16, "calendar_unknown"),
    ],
)
async def test_hours_that_cannot_be_are_refused(
    session: AsyncSession, scope: str, opens: int, closes: int, code: str
) -> None:
    before = await size_of_ledger(session)
    with pytest.raises(InvalidError) as refusal:
        await _hours(session, scope, opens, closes)
    assert refusal.value.reason == code
    assert await size_of_ledger(session) == before


async def test_a_year_is_a_forecast_until_somebody_confirms_it(session: AsyncSession) -> None:
    start, end = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
    before = await calendar_of(session, "province:38")
    assert before.unannounced_years(start, end) == [2027]
    assert await _announce(session, 2027) is not None
    assert (await calendar_of(session, "province:38")).unannounced_years(start, end) == []
    old = await calendar_of(session, "province:38", version=1)
    assert old.unannounced_years(start, end) == [2027]
    size = await size_of_ledger(session)
    assert await _announce(session, 2027) is None
    with pytest.raises(ConflictError, match="มติ ครม") as refusal:
        await _announce(session, 2027, "ที่อื่น")
    assert refusal.value.reason == "calendar_year_confirmed"
    for year in (1999, 2061, 2570):
        with pytest.raises(InvalidError) as invalid:
            await _announce(session, year)
        assert invalid.value.reason == "calendar_out_of_range"
    assert await size_of_ledger(session) == size


CHANGES: dict[str, Callable[[AsyncSession], Awaitable[object]]] = {
    "import": lambda session: bring_in(session, days_off("nation", "2021-03-10")),
    "withdraw": lambda session: _withdraw(session, "province:38", "2021-03-03", "2021-03-03"),
    "hours": lambda session: _hours(session, "nation", 8, 16),
    "announce": lambda session: _announce(session, 2027),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_changes_wait_for_each_other_and_are_numbered_in_order(
    sessions: async_sessionmaker[AsyncSession], superuser: psycopg.AsyncConnection, change: str
) -> None:
    async with sessions.begin() as session:
        await bring_in(session, FLOOD)
    async with sessions() as first:
        earlier = await bring_in(first, days_off("nation", "2021-03-09"))
        holder = (await first.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        second = asyncio.create_task(_in_a_transaction(sessions, CHANGES[change]))
        await until_blocked(superuser, by=holder)
        # Whoever waits has no number yet, so nobody can see it before the earlier one.
        async with sessions() as reader:
            assert (
                await reader.scalar(
                    select(CalendarVersion.number).where(
                        CalendarVersion.number > (earlier.version or 0)
                    )
                )
                is None
            )
        await first.commit()
    await second
    async with sessions() as session:
        numbers = (await session.scalars(select(CalendarVersion.number))).all()
    assert max(numbers) == (earlier.version or 0) + 1


async def test_of_two_equal_imports_at_once_one_does_it(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    changes = await asyncio.gather(
        *(_in_a_transaction(sessions, lambda session: bring_in(session, FLOOD)) for _ in range(5))
    )
    assert sorted(change.days for change in changes) == [0, 0, 0, 0, 3]


async def test_the_application_may_change_the_calendar_and_never_the_past(
    session: AsyncSession,
) -> None:
    await bring_in(session, FLOOD)
    for statement in (
        "UPDATE calendar_override SET reason = 'x'",
        "DELETE FROM calendar_override",
        "UPDATE calendar_version SET note = 'x'",
        "UPDATE office_hours SET opens = '01:00'",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with session.begin_nested():
                await session.execute(text(statement))


async def _in_a_transaction(
    sessions: async_sessionmaker[AsyncSession], change: Callable[[AsyncSession], Awaitable[T]]
) -> T:
    async with sessions.begin() as session:
        return await change(session)
