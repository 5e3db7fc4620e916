from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.errors import InvalidError
from domain.vocabulary import EdgeKind, EventKind, OrganizationKind, Role, Secrecy
from infra.database import create_engine, create_sessions
from models import Event, Officer, OfficerRole, Organization, OrganizationEdge, Registry
from services.find_officer import find_officer
from services.import_directory import (
    MANY_BODIES,
    BodyRow,
    DeskRow,
    OfficerRow,
    import_directory,
)
from services.record_directory import NO_REGISTRY
from tests.conftest import Database
from tests.support.letters import MORNING, size_of_ledger

DAY = date(2021, 3, 2)
HALL = BodyRow(
    code="38",
    kind=OrganizationKind.PROVINCE,
    name="ศาลากลาง",
    area_code="38",
    valid_from=date(2011, 3, 23),
    valid_until=None,
    above=(),
)
DISTRICT = replace(
    HALL,
    code="3801",
    kind=OrganizationKind.DISTRICT,
    name="อำเภอ",
    area_code="3801",
    above=[(EdgeKind.COMMAND, "38")],
)
DESK = DeskRow(
    code="d38",
    organization_code="38",
    name="งานสารบรรณ",
    prefix="บก 0017",
    receives=True,
    has_circular_book=True,
    circular_digits=1,
)
CLERK = OfficerRow(subject="s1", name="สมหญิง", registry_code="d38", role=Role.CLERK)
HEAD = replace(CLERK, role=Role.HEAD)


@pytest.fixture
async def owners(database: Database) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    engine = create_engine(database.owner_url, pool=1, role=None)
    yield create_sessions(engine)
    await engine.dispose()


async def test_a_long_list_leaves_tables_that_were_counted(
    owners: async_sessionmaker[AsyncSession],
) -> None:
    bodies = [replace(HALL, code=f"body-{nth}", area_code=None) for nth in range(MANY_BODIES)]
    async with owners.begin() as session:
        await import_directory(session, bodies=bodies, desks=[], officers=[], at=MORNING)
    async with owners() as session:
        counted = text("SELECT reltuples FROM pg_class WHERE relname = 'organization'")
        assert (await session.scalar(counted) or 0) >= MANY_BODIES


async def test_importing_twice_is_importing_once(
    owners: async_sessionmaker[AsyncSession],
) -> None:
    sizes = []
    for _ in range(2):
        async with owners.begin() as session:
            await import_directory(
                session, at=MORNING, bodies=[DISTRICT, HALL], desks=[DESK], officers=[CLERK, HEAD]
            )
        async with owners() as session:
            sizes.append(await size_of_ledger(session))
    assert sizes[0] == sizes[1]
    assert (sizes[0]["organization"], sizes[0]["organization_edge"], sizes[0]["registry"]) == (
        2,
        1,
        1,
    )
    async with owners() as session:
        officer = await find_officer(session, subject="s1", on=DAY)
        assert officer is not None
        assert list(officer.roles.values()) == [frozenset({Role.CLERK, Role.HEAD})]
        assert len((await session.scalars(select(OfficerRole))).all()) == 2


async def test_what_differs_is_changed_and_nothing_is_deleted(
    owners: async_sessionmaker[AsyncSession],
) -> None:
    async with owners.begin() as session:
        await import_directory(
            session, at=MORNING, bodies=[HALL, DISTRICT], desks=[DESK], officers=[]
        )
    ended = replace(DISTRICT, name="อำเภอเดิม", valid_until=date(2020, 1, 1))
    async with owners.begin() as session:
        await import_directory(
            session,
            at=MORNING,
            bodies=[ended],
            desks=[replace(DESK, circular_digits=4)],
            officers=[],
        )
    async with owners() as session:
        bodies = {one.code: one for one in await session.scalars(select(Organization))}
        assert (bodies["38"].name, bodies["3801"].name) == ("ศาลากลาง", "อำเภอเดิม")
        assert bodies["3801"].valid_until == date(2020, 1, 1)
        (edge,) = await session.scalars(select(OrganizationEdge))
        assert edge.valid_until == date(2020, 1, 1)
        (desk,) = await session.scalars(select(Registry))
        assert desk.circular_digits == 4


async def test_a_list_changes_only_what_it_says(
    owners: async_sessionmaker[AsyncSession],
) -> None:
    told = replace(CLERK, mail="somying@example.go.th", clearance=Secrecy.SECRET)
    for desk, officers in (
        (replace(DESK, mail="saraban@example.go.th"), [told, HEAD]),
        (DESK, [CLERK, HEAD]),
    ):
        async with owners.begin() as session:
            await import_directory(
                session, at=MORNING, bodies=[HALL], desks=[desk], officers=officers
            )
        async with owners() as session:
            (person,) = await session.scalars(select(Officer).where(Officer.subject == "s1"))
            assert (person.mail, person.clearance) == (told.mail, Secrecy.SECRET)
            (registry,) = await session.scalars(select(Registry))
            assert registry.mail == "saraban@example.go.th"
    lowered = replace(CLERK, clearance=Secrecy.NORMAL)
    async with owners.begin() as session:
        await import_directory(session, at=MORNING, bodies=[], desks=[], officers=[HEAD, lowered])
    async with owners() as session:
        (person,) = await session.scalars(select(Officer).where(Officer.subject == "s1"))
        assert (person.mail, person.clearance) == (told.mail, Secrecy.NORMAL)


async def test_one_list_may_say_more_of_some_than_of_others(
    owners: async_sessionmaker[AsyncSession],
) -> None:
    other = replace(CLERK, subject="s2", mail="s2@example.go.th", clearance=Secrecy.VERY_SECRET)
    async with owners.begin() as session:
        await import_directory(
            session, at=MORNING, bodies=[HALL], desks=[DESK], officers=[CLERK, other]
        )
    async with owners() as session:
        found = await session.scalars(select(Officer).where(Officer.subject.in_(["s1", "s2"])))
        assert {(one.subject, one.mail, one.clearance) for one in found} == {
            ("s1", None, Secrecy.NORMAL),
            ("s2", "s2@example.go.th", Secrecy.VERY_SECRET),
        }


@pytest.mark.parametrize("what", ["body", "desk", "officer"])
async def test_a_code_that_nothing_bears_is_refused(
    owners: async_sessionmaker[AsyncSession], what: str
) -> None:
    bodies = [replace(DISTRICT, above=[(EdgeKind.COMMAND, "??")]) if what == "body" else HALL]
    desks = [replace(DESK, organization_code="??") if what == "desk" else DESK]
    officers = [replace(CLERK, registry_code="??") if what == "officer" else CLERK]
    async with owners() as session:
        with pytest.raises(InvalidError) as refusal:
            await import_directory(
                session,
                at=MORNING,
                bodies=bodies,
                desks=desks if what != "body" else [],
                officers=officers if what == "officer" else [],
            )
    assert (refusal.value.reason, refusal.value.facts) == (
        "directory_code_unknown",
        {"unknown": "??"},
    )


async def test_the_application_may_not_import(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions() as session:
        with pytest.raises(ProgrammingError, match="permission denied"):
            await import_directory(session, at=MORNING, bodies=[HALL], desks=[], officers=[])


async def test_only_what_is_new_or_differs_enters_the_record(
    owners: async_sessionmaker[AsyncSession],
) -> None:
    lists: dict[str, Any] = {"bodies": [HALL], "desks": [DESK], "officers": [CLERK, HEAD]}
    for change in ({}, {}, {"desks": [replace(DESK, name="งานสารบรรณกลาง", mail="desk@x.go.th")]}):
        async with owners.begin() as session:
            await import_directory(session, at=MORNING, **(lists | change))
    async with owners() as session:
        events = (await session.scalars(select(Event).order_by(Event.id))).all()
        desk = await session.scalar(select(Registry.id))
    assert [(one.kind, one.facts.get("name"), one.registry_id) for one in events] == [
        (EventKind.ORGANIZATION_RECORDED, "ศาลากลาง", NO_REGISTRY),
        (EventKind.REGISTRY_RECORDED, "งานสารบรรณ", desk),
        (EventKind.OFFICER_RECORDED, "สมหญิง", NO_REGISTRY),
        (EventKind.OFFICER_CLEARED, None, NO_REGISTRY),
        (EventKind.REGISTRY_RECORDED, "งานสารบรรณกลาง", desk),
    ]
    name, rights = (events[nth].facts for nth in (2, 3))
    assert name.keys() == {"id", "name"}
    assert (rights["subject"], rights["clearance"]) == ("s1", "normal")
    # A mailbox may be a person's own, and nobody can take it out of the record again.
    assert not any("mail" in one.facts for one in events)
