from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from cli.directory_files import read_directory
from cli.ledger import import_files
from domain.vocabulary import EdgeKind, OrganizationKind
from infra.database import WORKER_ROLE, create_engine
from infra.embedded.postgres import PostgresServer
from models import Event, Organization, OrganizationEdge, Registry
from services.import_bodies import BodiesImported, import_bodies
from tests.cli.test_directory_files import BUENG_KAN
from tests.conftest import Database
from tests.support.letters import MORNING, size_of_ledger
from tests.support.local_bodies import Owners, body_list, empty_ledger, undone, whole_country

PAO = "อบจ.,บึงกาฬ,บึงกาฬ,,,,2554-03-23"
TOWN = "เทศบาลเมือง,บึงกาฬ,จ.บึงกาฬ,อ.เมือง,บึงกาฬ,,2554-03-23"
SAO = "อบต.,บ้านต้อง,บึงกาฬ,เซกา,,,2554-03-23"
OTHER = "sao,องค์การบริหารส่วนตำบลน้ำจั้น,จังหวัดบึงกาฬ,อำเภอเซกา,น้ำจั้น,,23/3/2554"
OWN_NAME = "เทศบาลตำบล,ทต.ศรีพนา,บึงกาฬ,เซกา,,seka-1,๒๓ มี.ค. ๒๕๕๔"


@pytest.fixture(scope="module")
async def ledger(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with empty_ledger(postgres) as database:
        yield database


@pytest.fixture
async def owners(ledger: Database) -> AsyncIterator[Owners]:
    async with undone(ledger) as sessions:
        yield sessions


@pytest.fixture
async def process(ledger: Database) -> AsyncIterator[AsyncSession]:
    """A session with no more than the rights of a process."""
    engine = create_engine(ledger.worker_url, pool=1, role=WORKER_ROLE)
    async with AsyncSession(engine) as session:
        yield session
    await engine.dispose()


async def take(owners: Owners, *lines: str, **options: Any) -> BodiesImported:  # noqa: ANN401
    async with owners.begin() as session:
        return await import_bodies(session, data=body_list(*lines), **{"at": MORNING, **options})


async def take_reference_province(owners: Owners) -> None:
    async with owners.begin() as session:
        await import_files(session, read_directory(BUENG_KAN))


async def bodies(owners: Owners) -> dict[str, Organization]:
    async with owners() as session:
        return {one.code: one for one in await session.scalars(select(Organization))}


async def told(owners: Owners, code: str) -> Sequence[dict[str, Any]]:
    async with owners() as session:
        query = select(Event.facts).where(Event.kind == "organization_recorded").order_by(Event.id)
        return [facts for facts in await session.scalars(query) if facts["code"] == code]


async def edges(owners: Owners) -> set[tuple[str, str, EdgeKind, date, date | None]]:
    async with owners() as session:
        codes = {one.id: one.code for one in await session.scalars(select(Organization))}
        return {
            (codes[one.child_id], codes[one.parent_id], one.kind, one.valid_from, one.valid_until)
            for one in await session.scalars(select(OrganizationEdge))
        }


async def test_bodies_come_in_with_desks_and_below_whom_they_are_supervised_by(
    owners: Owners,
) -> None:
    result = await take(owners, PAO, TOWN, SAO, OTHER, OWN_NAME)
    assert (result.problems, result.added, result.surroundings) == ([], 5, 2)
    assert result.is_written
    since = date(2011, 3, 23)
    found = await bodies(owners)
    assert {(one.code, one.kind, one.name, one.area_code) for one in found.values()} == {
        ("province-38", "province", "จังหวัดบึงกาฬ", "38"),
        ("district-3804", "district", "อำเภอเซกา", "3804"),
        ("pao-38", "pao", "องค์การบริหารส่วนจังหวัดบึงกาฬ", "38"),
        ("town-380101", "town_municipality", "เทศบาลเมืองบึงกาฬ", "380101"),
        ("sao-380404", "sao", "องค์การบริหารส่วนตำบลบ้านต้อง", "380404"),
        ("sao-380406", "sao", "องค์การบริหารส่วนตำบลน้ำจั้น", "380406"),
        ("seka-1", "subdistrict_municipality", "เทศบาลตำบลศรีพนา", "3804"),
    }
    assert {(one.valid_from, one.valid_until) for one in found.values()} == {(since, None)}
    supervision, command = EdgeKind.SUPERVISION, EdgeKind.COMMAND
    assert await edges(owners) == {
        ("district-3804", "province-38", command, since, None),
        ("pao-38", "province-38", supervision, since, None),
        ("town-380101", "province-38", supervision, since, None),
        ("sao-380404", "district-3804", supervision, since, None),
        ("sao-380406", "district-3804", supervision, since, None),
        ("seka-1", "district-3804", supervision, since, None),
    }
    async with owners() as session:
        desks = (await session.scalars(select(Registry).order_by(Registry.code))).all()
    assert all(desk.receives and desk.prefix is None for desk in desks)
    assert {(desk.code, desk.name) for desk in desks} >= {
        ("hall-38", "ศาลากลางจังหวัดบึงกาฬ"),
        ("district-3804", "ที่ว่าการอำเภอเซกา"),
        ("seka-1", "เทศบาลตำบลศรีพนา"),
    }
    assert len(desks) == len(found)


async def test_the_reference_province_can_come_in_afterwards(owners: Owners) -> None:
    await take(owners, "อบต.,บ้านต้อง,บึงกาฬ,เซกา,,local-38-06")
    await take_reference_province(owners)
    assert len(await bodies(owners)) == 56


@pytest.mark.parametrize("lines", [[PAO, TOWN, SAO, OTHER, OWN_NAME], [SAO, OTHER]])
async def test_the_second_time_changes_nothing_and_says_so(
    owners: Owners, lines: list[str]
) -> None:
    await take(owners, *lines)
    async with owners() as session:
        before = await size_of_ledger(session)
    result = await take(owners, *lines)
    assert (result.is_written, result.added, result.unchanged) == (False, 0, len(lines))
    async with owners() as session:
        assert await size_of_ledger(session) == before


async def test_a_dry_run_tells_the_same_and_writes_nothing(
    owners: Owners, process: AsyncSession
) -> None:
    # With the rights of a process, which could not write it.
    tried = await import_bodies(process, data=body_list(PAO, SAO), is_dry_run=True, at=MORNING)
    await process.rollback()
    assert (tried.added, tried.surroundings, tried.is_written) == (2, 2, False)
    assert await bodies(owners) == {}
    done = await take(owners, PAO, SAO)
    assert (done.added, done.surroundings, done.desks) == (2, 2, tried.desks)


async def test_a_process_may_not_import(process: AsyncSession) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await import_bodies(process, data=body_list(SAO), at=MORNING)


async def test_the_reference_province_is_found_by_name_whatever_its_codes(owners: Owners) -> None:
    await take_reference_province(owners)
    before = await bodies(owners)
    short = {
        OrganizationKind.SAO: "อบต.",
        OrganizationKind.SUBDISTRICT_MUNICIPALITY: "ทต.",
        OrganizationKind.TOWN_MUNICIPALITY: "ทม.",
        OrganizationKind.PAO: "อบจ.",
    }
    districts = {code: one.name for code, one in before.items() if code.startswith("district-")}
    lines = [
        f"{short[one.kind]},{one.name},บึงกาฬ,{districts.get(f'district-{one.area_code[:4]}', '')}"
        for one in before.values()
        if one.kind in short and one.area_code
    ]
    result = await take(owners, *lines)
    assert (len(lines), result.unchanged, result.is_written) == (45, 45, False)
    assert (await bodies(owners)).keys() == before.keys()


async def test_the_examples_of_the_documentation_work(owners: Owners) -> None:
    page = (BUENG_KAN.parents[1] / "docs" / "directory.md").read_text(encoding="utf-8")
    blocks = [block.strip() for block in page.split("```")[1::2]]
    known, changing = (one.encode() for one in blocks if one.startswith(("ประเภท,", "kind,")))
    await take_reference_province(owners)
    async with owners.begin() as session:
        first = await import_bodies(session, data=known, at=MORNING)
        then = await import_bodies(session, data=changing, at=MORNING)
    assert (first.problems, first.unchanged, first.is_written) == ([], 4, False)
    assert (then.problems, then.renamed, then.merged, then.upgraded) == ([], 1, 1, 1)
    assert (then.added, then.ended) == (2, 3)


async def test_a_renamed_body_stays_itself_and_the_record_keeps_both_names(owners: Owners) -> None:
    await take(owners, SAO)
    rename = "อบต.,บ้านต้องใหม่,บึงกาฬ,เซกา,,,,เปลี่ยนชื่อ,อบต.บ้านต้อง,1 ก.พ. 2564"
    before = await bodies(owners)
    await take(owners, SAO, rename)
    result = await take(owners, SAO, rename)
    assert (result.renamed, result.unchanged, result.is_written) == (0, 2, False)
    found = await bodies(owners)
    assert found.keys() == before.keys()
    body = found["sao-380404"]
    assert (body.id, body.name) == (before[body.code].id, "องค์การบริหารส่วนตำบลบ้านต้องใหม่")
    created, renamed = await told(owners, "sao-380404")
    assert created["name"] == renamed["old"]["name"] == "องค์การบริหารส่วนตำบลบ้านต้อง"
    assert (renamed["change"], renamed["on"], renamed["name"]) == (
        "rename",
        "2021-02-01",
        body.name,
    )
    async with owners() as session:
        query = select(Registry.name).where(Registry.code == body.code)
        assert await session.scalar(query) == body.name


async def test_a_merger_ends_bodies_the_day_before_and_begins_another(owners: Owners) -> None:
    merge = "ทต.,เซกาใหม่,บึงกาฬ,เซกา,,,,merge,อบต.บ้านต้อง; น้ำจั้น,2564-10-01"
    await take(owners, SAO, OTHER)
    result = await take(owners, merge)
    assert (result.merged, result.added, result.ended, result.problems) == (1, 1, 2, [])
    found = await bodies(owners)
    (new,) = (one for one in found.values() if one.name == "เทศบาลตำบลเซกาใหม่")
    assert (new.valid_from, new.valid_until) == (date(2021, 10, 1), None)
    ended = [found["sao-380404"], found["sao-380406"]]
    assert {one.valid_until for one in ended} == {date(2021, 9, 30)}
    assert {until for child, *_, until in await edges(owners) if child == new.code} == {None}
    assert {until for child, *_, until in await edges(owners) if child.startswith("sao")} == {
        date(2021, 9, 30)
    }
    (_, end) = await told(owners, "sao-380404")
    assert (end["change"], end["replaced_by"], end["valid_until"]) == (
        "merge",
        new.code,
        "2021-09-30",
    )
    (begin,) = await told(owners, new.code)
    assert (begin["replaces"], begin["on"]) == (["sao-380404", "sao-380406"], "2021-10-01")
    again = await take(owners, SAO, OTHER, merge)
    assert (again.is_written, again.unchanged, again.problems) == (False, 3, [])


async def test_a_body_may_take_another_in(owners: Owners) -> None:
    merge = "อบต.,บ้านต้อง,บึงกาฬ,เซกา,,,,ยุบรวม,sao-380406,2564-10-01"
    result = await take(owners, SAO, OTHER, merge)
    assert (result.added, result.merged, result.ended) == (2, 1, 1)
    found = await bodies(owners)
    assert (found["sao-380404"].valid_from, found["sao-380404"].valid_until) == (
        date(2011, 3, 23),
        None,
    )
    assert found["sao-380406"].valid_until == date(2021, 9, 30)


async def test_an_upgraded_body_is_a_new_one_that_follows_the_old(owners: Owners) -> None:
    upgrade = "ทต.,บ้านต้อง,บึงกาฬ,เซกา,,,,ยกฐานะ,บ้านต้อง,1/10/2564"
    await take(owners, SAO, upgrade)
    result = await take(owners, SAO, upgrade)
    assert (result.is_written, result.unchanged) == (False, 2)
    found = await bodies(owners)
    old, new = found["sao-380404"], found["municipality-380404"]
    assert (old.valid_until, new.valid_from) == (date(2021, 9, 30), date(2021, 10, 1))
    assert new.kind is OrganizationKind.SUBDISTRICT_MUNICIPALITY
    (begin,) = await told(owners, new.code)
    assert (begin["change"], begin["replaces"]) == ("upgrade", ["sao-380404"])


async def test_changes_of_one_list_follow_each_other_by_their_days(owners: Owners) -> None:
    lines = [
        "ทม.,เซกา,บึงกาฬ,เซกา,,,,upgrade,ทต.บ้านงาม,2563-10-01",
        "ทต.,บ้านงาม,บึงกาฬ,เซกา,,,,upgrade,อบต.บ้านงาม,2562-10-01",
        "อบต.,บ้านงาม,บึงกาฬ,เซกา,,,,rename,บ้านต้อง,2561-10-01",
        SAO,
    ]
    result = await take(owners, *lines)
    assert (result.problems, result.renamed, result.upgraded, result.ended) == ([], 1, 2, 2)
    found = (await bodies(owners)).values()
    assert {
        (one.name, one.valid_from, one.valid_until) for one in found if one.kind != "district"
    } >= {
        ("องค์การบริหารส่วนตำบลบ้านงาม", date(2011, 3, 23), date(2019, 9, 30)),
        ("เทศบาลตำบลบ้านงาม", date(2019, 10, 1), date(2020, 9, 30)),
        ("เทศบาลเมืองเซกา", date(2020, 10, 1), None),
    }
    names = [facts["name"] for facts in await told(owners, "sao-380404")]
    assert names == ["องค์การบริหารส่วนตำบลบ้านต้อง", *["องค์การบริหารส่วนตำบลบ้านงาม"] * 2]
    again = await take(owners, *lines)
    assert (again.problems, again.is_written, again.unchanged) == ([], False, 4)


async def test_a_first_day_and_a_subdistrict_can_be_put_right(owners: Owners) -> None:
    await take(owners, "ทต.,ศรีพนา,บึงกาฬ,เซกา")
    (code,) = (code for code in await bodies(owners) if code.startswith("municipality-3804-"))
    assert (await bodies(owners))[code].valid_from == MORNING.date()
    result = await take(owners, "ทต.,ศรีพนา,บึงกาฬ,เซกา,เซกา,,2550-01-01")
    assert (result.corrected, result.added) == (1, 0)
    body = (await bodies(owners))[code]
    assert (body.valid_from, body.area_code) == (date(2007, 1, 1), "380401")
    assert {begins for child, _, _, begins, _ in await edges(owners) if child == code} == {
        body.valid_from
    }
    assert not (await take(owners, "ทต.,ศรีพนา,บึงกาฬ,เซกา,,,2550-01-01")).is_written


async def test_the_same_name_elsewhere_or_of_another_kind_is_another_body(owners: Owners) -> None:
    result = await take(
        owners,
        "อบต.,ท่าสะอาด,บึงกาฬ,เซกา",
        "ทต.,ท่าสะอาด,บึงกาฬ,เซกา",
        "อบต.,ศรีชมภู,บึงกาฬ,โซ่พิสัย",
        "อบต.,ศรีชมภู,บึงกาฬ,พรเจริญ",
    )
    assert (result.added, result.problems) == (4, [])


async def test_three_thousand_bodies_of_the_whole_country(owners: Owners) -> None:
    data = whole_country(3_000)
    for is_first in (True, False):
        async with owners.begin() as session:
            result = await import_bodies(session, data=data, at=MORNING)
        assert (result.rows, result.problems, result.is_written) == (3_000, [], is_first)
    async with owners() as session:
        alone = """SELECT count(*) FROM organization o WHERE kind <> 'province' AND (NOT EXISTS (
            SELECT FROM organization_edge e WHERE e.child_id = o.id) OR NOT EXISTS (
            SELECT FROM registry r WHERE r.organization_id = o.id))"""
        assert await session.scalar(text(alone)) == 0
        # Whoever plans a letter next must not find tables that were never counted.
        counted = (
            "SELECT min(reltuples) FROM pg_class WHERE relname IN ('organization', 'registry')"
        )
        assert (await session.scalar(text(counted)) or 0) >= 3_000
        recorded = "SELECT count(DISTINCT facts->>'code') FROM event WHERE facts ? 'area_code'"
        assert await session.scalar(text(recorded)) == len(await bodies(owners))
