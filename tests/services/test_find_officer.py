from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.access import ActingOfficer
from domain.vocabulary import Role
from infra.database import create_engine
from models import Officer, OfficerRole
from services.find_officer import find_officer
from services.record_event import SYSTEM_OFFICER
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.letters import MORNING


async def test_an_officer_is_found_by_the_name_the_token_issuer_uses(
    session: AsyncSession, directory: Directory
) -> None:
    assert await find_officer(session, subject="clerk.hall") == directory["hall"].clerk


async def test_nobody_is_found_under_an_unknown_name(session: AsyncSession) -> None:
    assert await find_officer(session, subject="nobody") is None


async def test_the_system_has_no_role_anywhere(session: AsyncSession) -> None:
    officer = await find_officer(session, subject="system:wian")
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
    await owner.dispose()
    async with sessions() as session:
        assert await find_officer(session, subject="clerk.hall") == ActingOfficer(
            id=clerk.id,
            name=clerk.name,
            roles={
                hall.registry_id: frozenset({Role.CLERK, Role.HEAD}),
                agency.registry_id: frozenset({Role.AUDITOR}),
            },
        )
        assert await find_officer(session, subject="head.hall") is None
