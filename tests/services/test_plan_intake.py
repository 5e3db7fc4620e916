"""Who passes a letter on to whom, and what is in the way, before a number is spent."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from cli.directory_files import read_directory
from domain.buddhist_era import bangkok_date
from domain.errors import NotAllowedError
from domain.vocabulary import EdgeKind, OrganizationKind, Secrecy
from infra.database import create_engine, create_sessions
from models import OrganizationEdge
from services import plan_findings
from services.find_officer import find_officer
from services.import_directory import import_directory
from services.plan_intake import IntakePlan, plan_intake
from tests.conftest import Database
from tests.support.directory import LONG_AGO, Directory
from tests.support.letters import MORNING, size_of_ledger

BUENG_KAN = Path(__file__).parents[2] / "data" / "bueng_kan"


async def plan(
    session: AsyncSession,
    directory: Directory,
    sender: str,
    *wanted: str | UUID,
    secrecy: Secrecy = Secrecy.NORMAL,
) -> IntakePlan:
    return await plan_intake(
        session,
        by=directory[sender].clerk,
        registry_id=directory[sender].registry_id,
        organizations=[
            one if isinstance(one, UUID) else directory[one].organization_id for one in wanted
        ],
        at=MORNING,
        secrecy=secrecy,
    )


def groups(found: IntakePlan) -> list[tuple[str | None, list[str | None]]]:
    return [
        (one.via.code if one.via else None, [member.code for member in one.members])
        for one in found.groups
    ]


def findings(found: IntakePlan) -> list[tuple[str, str, str | None]]:
    return [
        (one.code, one.severity.value, one.body.code if one.body else None)
        for one in found.findings
    ]


async def test_an_office_of_the_province_sends_through_the_districts(
    session: AsyncSession, directory: Directory
) -> None:
    found = await plan(session, directory, "office", "body_b1", "direct", "body_a2", "body_a1")
    # Members stand as in the list, those who pass it on by their codes.
    assert groups(found) == [
        (None, ["direct"]),
        ("district_a", ["body_a2", "body_a1"]),
        ("district_b", ["body_b1"]),
    ]
    assert [one.code for one in found.recipients] == ["direct", "district_a", "district_b"]
    assert found.tiers == [3, 3]
    assert (found.findings, found.is_blocked) == ([], False)


async def test_each_sender_reaches_them_by_its_own_way(
    session: AsyncSession, directory: Directory
) -> None:
    assert groups(await plan(session, directory, "hall", "body_a1", "office")) == [
        (None, ["office"]),
        ("district_a", ["body_a1"]),
    ]
    assert groups(await plan(session, directory, "district_a", "body_a1", "body_a2")) == [
        (None, ["body_a1", "body_a2"])
    ]


async def test_who_is_meant_and_passes_it_on_gets_it_once(
    session: AsyncSession, directory: Directory
) -> None:
    found = await plan(session, directory, "office", "body_a1", "district_a")
    assert groups(found) == [(None, ["district_a"]), ("district_a", ["body_a1"])]
    assert [one.code for one in found.recipients] == ["district_a"]
    assert found.tiers == [1, 1]


async def test_many_tiers_below_are_reached_through_the_first(
    owner_of_shared: AsyncSession, directory: Directory
) -> None:
    await owner_of_shared.execute(
        insert(OrganizationEdge).values(
            child_id=directory["hall"].organization_id,
            parent_id=directory["agency"].organization_id,
            kind=EdgeKind.COMMAND,
            valid_from=LONG_AGO,
        )
    )
    found = await plan(owner_of_shared, directory, "agency", "body_a1", "body_b1", "hall")
    assert groups(found) == [(None, ["hall"]), ("hall", ["body_a1", "body_b1"])]


async def test_an_edge_that_has_ended_leads_nowhere(
    owner_of_shared: AsyncSession, directory: Directory
) -> None:
    await owner_of_shared.execute(
        text("UPDATE organization_edge SET valid_until = :day WHERE child_id = :child"),
        {"day": date(2021, 3, 1), "child": directory["body_a1"].organization_id},
    )
    found = await plan(owner_of_shared, directory, "office", "body_a1", "body_a2")
    assert groups(found) == [(None, ["body_a1"]), ("district_a", ["body_a2"])]
    assert findings(found) == [("recipient_not_below", "warns", "body_a1")]


async def test_a_circle_of_edges_ends(owner_of_shared: AsyncSession, directory: Directory) -> None:
    await owner_of_shared.execute(
        insert(OrganizationEdge).values(
            child_id=directory["hall"].organization_id,
            parent_id=directory["body_a1"].organization_id,
            kind=EdgeKind.COMMAND,
            valid_from=LONG_AGO,
        )
    )
    found = await plan(owner_of_shared, directory, "stranger", "body_a1", "district_a")
    assert groups(found) == [(None, ["body_a1", "district_a"])]


async def test_every_obstacle_is_named(session: AsyncSession, directory: Directory) -> None:
    unknown = uuid4()
    found = await plan(
        session, directory, "office",
        "body_a1", "body_a1", "office", "stranger", directory.closed, directory.deskless, unknown,
    )  # fmt: skip
    assert findings(found) == [
        ("recipient_is_sender", "blocks", "office"),
        ("recipient_closed", "blocks", "closed"),
        ("recipient_without_registry", "blocks", "deskless"),
        ("recipient_unknown", "blocks", None),
        ("recipient_twice", "warns", "body_a1"),
        ("recipient_not_below", "warns", "stranger"),
    ]
    assert found.is_blocked
    assert all(one.sentence and "{" not in one.sentence for one in found.findings)
    assert found.findings[3].body is not None
    assert found.findings[3].body.organization_id == unknown


async def test_who_writes_to_nobody_below_is_not_warned_of_it(
    session: AsyncSession, directory: Directory
) -> None:
    found = await plan(session, directory, "stranger", "office", "hall")
    assert groups(found) == [(None, ["office", "hall"])]
    assert findings(found) == []
    beside = await plan(session, directory, "office", "stranger", "body_a1")
    assert findings(beside) == [("recipient_not_below", "warns", "stranger")]


@pytest.mark.parametrize("change", ["receives = false", "closed_at = '2021-03-01'"])
async def test_a_desk_that_does_not_receive_blocks_whoever_sends_to_it(
    owner_of_shared: AsyncSession, directory: Directory, change: str
) -> None:
    await owner_of_shared.execute(
        text(f"UPDATE registry SET {change} WHERE code IN ('district_a', 'body_b1')")  # noqa: S608
    )
    found = await plan(owner_of_shared, directory, "office", "body_a1", "body_b1")
    assert findings(found) == [
        ("recipient_not_receiving", "blocks", "district_a"),
        ("recipient_not_receiving", "warns", "body_b1"),
    ]


async def test_a_desk_without_an_officer_is_told(
    owner_of_shared: AsyncSession, directory: Directory
) -> None:
    # An auditor reads and an administrator manages: neither registers.
    await owner_of_shared.execute(
        text(
            "DELETE FROM officer_role"
            " WHERE role NOT IN ('auditor', 'admin') AND registry_id = :desk"
        ),
        {"desk": directory["body_a1"].registry_id},
    )
    found = await plan(owner_of_shared, directory, "office", "body_a1", "body_a2")
    assert findings(found) == [("recipient_without_officer", "warns", "body_a1")]


async def test_a_secret_letter_needs_somebody_who_may_know_of_it(
    owner_of_shared: AsyncSession, directory: Directory
) -> None:
    await owner_of_shared.execute(
        text("UPDATE officer SET clearance = 'secret' WHERE subject = 'head.district_a'")
    )
    asked = ("body_a1", "direct")
    found = await plan(owner_of_shared, directory, "office", *asked, secrecy=Secrecy.SECRET)
    assert findings(found) == [
        ("recipient_without_clearance", "blocks", "direct"),
        ("recipient_without_clearance", "warns", "body_a1"),
    ]
    found = await plan(owner_of_shared, directory, "office", *asked, secrecy=Secrecy.VERY_SECRET)
    assert [one[2] for one in findings(found)] == ["direct", "district_a", "body_a1"]
    assert (await plan(owner_of_shared, directory, "office", *asked)).findings == []


async def test_an_empty_list_and_one_too_long_are_told(
    session: AsyncSession, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await plan(session, directory, "office")
    assert (found.groups, found.recipients) == ([], [])
    assert findings(found) == [("recipients_empty", "blocks", None)]
    monkeypatch.setattr(plan_findings, "MOST_RECIPIENTS", 1)
    found = await plan(session, directory, "office", "body_a1", "direct")
    assert findings(found) == [("recipients_too_many", "blocks", None)]
    # What is passed on is not sent by this desk.
    assert (await plan(session, directory, "office", "body_a1", "body_a2")).findings == []


async def test_planning_writes_nothing_and_is_not_for_strangers(
    session: AsyncSession, directory: Directory
) -> None:
    before = await size_of_ledger(session)
    await plan(session, directory, "office", "body_a1")
    assert await size_of_ledger(session) == before
    with pytest.raises(NotAllowedError):
        await plan_intake(
            session,
            by=directory["hall"].clerk,
            registry_id=directory["office"].registry_id,
            organizations=[directory["body_a1"].organization_id],
            at=MORNING,
        )


@pytest.fixture
async def owner_of_shared(
    shared_database: Database, directory: Directory
) -> AsyncIterator[AsyncSession]:
    """A session that may change the directory; everything is rolled back."""
    del directory
    engine = create_engine(shared_database.owner_url, pool=1, role=None)
    async with AsyncSession(engine) as session:
        yield session
        await session.rollback()
    await engine.dispose()


async def test_the_reference_circular_goes_to_eight_districts_and_two_bodies(
    database: Database,
) -> None:
    files = read_directory(BUENG_KAN)
    owner = create_engine(database.owner_url, pool=1, role=None)
    async with create_sessions(owner).begin() as session:
        await import_directory(
            session, bodies=files.bodies, desks=files.desks, officers=files.officers, at=MORNING
        )
    await owner.dispose()
    # As the application, behind the policies of whoever asks.
    engine = create_engine(database.app_url, pool=1)
    async with AsyncSession(engine) as session, session.begin():
        by = await find_officer(session, subject="clerk.office-38-local", on=bangkok_date(MORNING))
        assert by is not None
        wanted = await _local_bodies(session)
        (desk,) = by.roles
        found = await plan_intake(
            session, by=by, registry_id=desk, organizations=wanted, at=MORNING
        )
    await engine.dispose()
    assert len(wanted) == 45
    assert found.findings == []
    assert found.tiers == [10, 43]
    assert {one.via.code if one.via else None: len(one.members) for one in found.groups} == {
        None: 2,
        "district-3801": 8,
        "district-3802": 3,
        "district-3803": 7,
        "district-3804": 8,
        "district-3805": 7,
        "district-3806": 3,
        "district-3807": 4,
        "district-3808": 3,
    }
    direct = {one.kind for one in found.groups[0].members}
    assert direct == {OrganizationKind.PAO, OrganizationKind.TOWN_MUNICIPALITY}


async def _local_bodies(session: AsyncSession) -> Sequence[UUID]:
    rows = await session.execute(
        text("SELECT id FROM organization WHERE code LIKE 'local-%' ORDER BY code")
    )
    return list(rows.scalars())
