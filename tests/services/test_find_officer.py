from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import event, insert, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.access import ActingOfficer
from domain.vocabulary import Role, Secrecy
from infra.database import create_engine
from models import Officer, OfficerRole, PostPeriod
from services.find_officer import find_officer
from services.record_event import SYSTEM_OFFICER
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.letters import DAY, MORNING

TODAY = date(2021, 3, 5)
CLERK, HEAD, DEPUTY = Role.CLERK, Role.HEAD, Role.DEPUTY


async def test_an_officer_is_found_by_the_name_the_token_issuer_uses(
    session: AsyncSession, directory: Directory
) -> None:
    assert await find_officer(session, subject="clerk.hall", on=TODAY) == directory["hall"].clerk


async def test_nobody_is_found_under_an_unknown_name(session: AsyncSession) -> None:
    assert await find_officer(session, subject="nobody", on=TODAY) is None


async def test_the_system_has_no_role_anywhere(session: AsyncSession) -> None:
    officer = await find_officer(session, subject="system:wian", on=TODAY)
    assert officer is not None
    assert (officer.id, officer.roles) == (SYSTEM_OFFICER, {})


async def test_roles_at_several_desks_are_kept_apart_and_who_left_is_nobody(
    database: Database, sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    hall, agency = own_directory["hall"], own_directory["agency"]
    clerk = hall.clerk
    owner = create_engine(database.owner_url, pool=1, role=None)
    async with owner.begin() as connection:
        for registry, role in ((hall.registry_id, Role.HEAD), (agency.registry_id, Role.AUDITOR)):
            await connection.execute(
                insert(OfficerRole).values(officer_id=clerk.id, registry_id=registry, role=role)
            )
        await connection.execute(
            update(Officer).where(Officer.id == hall.head.id).values(closed_at=MORNING)
        )
        await connection.execute(
            update(Officer).where(Officer.id == clerk.id).values(clearance=Secrecy.VERY_SECRET)
        )
    await owner.dispose()
    async with sessions() as session:
        assert await find_officer(session, subject="clerk.hall", on=TODAY) == ActingOfficer(
            id=clerk.id,
            name=clerk.name,
            roles={
                hall.registry_id: frozenset({Role.CLERK, Role.HEAD}),
                agency.registry_id: frozenset({Role.AUDITOR}),
            },
            clearance=Secrecy.VERY_SECRET,
        )
        assert await find_officer(session, subject="head.hall", on=TODAY) is None


Period = tuple[Role, str | None, int, int]
HEADLESS: Period = (HEAD, None, -1, 1)


@pytest.mark.parametrize(
    ("subject", "periods", "roles"),
    [
        pytest.param("head.office", [(HEAD, "head.office", 0, 0)], {HEAD}, id="today alone"),
        pytest.param("head.office", [(HEAD, "head.office", -9, 0)], {HEAD}, id="until today"),
        pytest.param("head.office", [(HEAD, "head.office", 0, 9)], {HEAD}, id="from today"),
        pytest.param("head.office", [(HEAD, "head.office", -9, -1)], set(), id="until yesterday"),
        pytest.param("head.office", [(HEAD, "head.office", 1, 9)], set(), id="from tomorrow"),
        pytest.param(
            "clerk.office",
            [(CLERK, "clerk.office", -1, 1), (DEPUTY, "clerk.office", -1, 1)],
            {CLERK, DEPUTY},
            id="two posts",
        ),
        pytest.param("clerk.hall", [(HEAD, "clerk.hall", -1, 1)], {CLERK, HEAD}, id="one's own"),
        pytest.param("deputy.hall", [], {DEPUTY}, id="the head is there"),
        pytest.param("deputy.hall", [HEADLESS], {DEPUTY, HEAD}, id="the head is absent"),
        pytest.param(
            "deputy.hall",
            [(HEAD, None, -9, -1)],
            {DEPUTY},
            id="the head was absent until yesterday",
        ),
        pytest.param(
            "deputy.hall", [(HEAD, None, 1, 9)], {DEPUTY}, id="the head is absent from tomorrow"
        ),
        pytest.param("deputy.hall", [(CLERK, None, -1, 1)], {DEPUTY}, id="the clerk is absent"),
        pytest.param(
            "deputy.hall",
            [(HEAD, "head.office", -1, 1)],
            {DEPUTY},
            id="another acts for the head",
        ),
        pytest.param(
            "deputy.hall",
            [HEADLESS, (DEPUTY, "deputy.office", -1, 1)],
            {DEPUTY},
            id="another acts for the deputy",
        ),
        pytest.param(
            "deputy.office",
            [HEADLESS, (DEPUTY, "deputy.office", -1, 1)],
            {DEPUTY, HEAD},
            id="acting deputy of an absent head",
        ),
        pytest.param("deputy.office", [HEADLESS], set(), id="deputy of another desk"),
        pytest.param("clerk.hall", [HEADLESS], {CLERK}, id="a clerk never stands in"),
        pytest.param("head.hall", [HEADLESS], {HEAD}, id="who comes back early is still the head"),
    ],
)
async def test_a_post_gives_its_rights_on_its_days_and_no_others(
    session: AsyncSession,
    directory: Directory,
    subject: str,
    periods: list[Period],
    roles: set[Role],
) -> None:
    hall = directory["hall"]
    for post, holder, first, last in periods:
        await _name(session, directory, post, holder, first, last)
    officer = await find_officer(session, subject=subject, on=TODAY)
    assert officer is not None
    assert officer.roles.get(hall.registry_id, frozenset()) == roles
    own = subject.split(".")
    assert own[1] == "hall" or officer.roles[directory[own[1]].registry_id] == {Role(own[0])}


async def test_a_period_that_was_withdrawn_gives_nothing(
    session: AsyncSession, directory: Directory
) -> None:
    hall = directory["hall"]
    for post, holder in ((HEAD, None), (CLERK, "clerk.office")):
        await _name(session, directory, post, holder, -1, 1)
    await session.execute(
        update(PostPeriod).values(withdrawn_at=MORNING, withdrawn_by=hall.head.id)
    )
    deputy = await find_officer(session, subject="deputy.hall", on=TODAY)
    clerk = await find_officer(session, subject="clerk.office", on=TODAY)
    assert (deputy, clerk) == (hall.deputy, directory["office"].clerk)


@pytest.mark.parametrize(
    ("subject", "post"),
    [
        pytest.param("deputy.hall", HEAD, id="the deputy stands in"),
        pytest.param("deputy.office", DEPUTY, id="the acting deputy stands in"),
    ],
)
async def test_an_acting_head_who_has_left_is_nobody(
    shared_database: Database, directory: Directory, subject: str, post: Role
) -> None:
    hall, acting = directory["hall"].registry_id, directory["district_a"].head.id
    # The owner, who may change the directory; nothing is committed.
    owner = create_engine(shared_database.owner_url, pool=1, role=None)
    async with owner.connect() as connection, AsyncSession(bind=connection) as session:
        await _name(session, directory, HEAD, "head.district_a", -1, 1)
        if post is DEPUTY:
            await _name(session, directory, DEPUTY, subject, -1, 1)
        deputy = await find_officer(session, subject=subject, on=TODAY)
        assert deputy is not None
        assert deputy.roles[hall] == {DEPUTY}
        await session.execute(update(Officer).where(Officer.id == acting).values(closed_at=MORNING))
        deputy = await find_officer(session, subject=subject, on=TODAY)
        assert deputy is not None
        assert deputy.roles[hall] == {DEPUTY, HEAD}
    await owner.dispose()


async def test_it_costs_one_statement(session: AsyncSession, directory: Directory) -> None:
    await _name(session, directory, HEAD, None, -1, 1)
    connection = await session.connection()
    statements: list[str] = []

    def count(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(connection.sync_connection, "before_cursor_execute", count)
    await find_officer(session, subject="deputy.hall", on=TODAY)
    event.remove(connection.sync_connection, "before_cursor_execute", count)
    assert len(statements) == 1


async def _name(
    session: AsyncSession,
    directory: Directory,
    post: Role,
    holder: str | None,
    first: int,
    last: int,
) -> None:
    hall, officer_id = directory["hall"], None
    if holder is not None:
        role, desk = holder.split(".")
        officer_id = _id_of(directory, role, desk)
    await session.execute(
        insert(PostPeriod).values(
            registry_id=hall.registry_id,
            post=post,
            officer_id=officer_id,
            first_day=TODAY + first * DAY,
            last_day=TODAY + last * DAY,
            reason="ลา",
            recorded_at=MORNING,
            recorded_by=hall.head.id,
        )
    )


def _id_of(directory: Directory, role: str, desk: str) -> UUID:
    officer: ActingOfficer = getattr(directory[desk], role)
    return officer.id
