"""The directory is fetched once, and again as soon as a body or a spelling has changed."""

from datetime import timedelta

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from domain.buddhist_era import bangkok_date
from infra.database import create_engine
from services.candidate_directory import load_candidates
from services.intake.known_bodies import known_bodies
from services.learn_alias import learn_alias
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.letters import MORNING

TODAY = bangkok_date(MORNING)


async def test_what_stays_the_same_is_fetched_once(
    session: AsyncSession, shared_engine: AsyncEngine, directory: Directory
) -> None:
    first = await known_bodies(session, on=TODAY)
    assert {one.id for one in first.candidates} >= {directory["hall"].organization_id}
    statements: list[str] = []

    def note(*given: object) -> None:
        statements.append(str(given[2]))

    event.listen(shared_engine.sync_engine, "before_cursor_execute", note)
    try:
        assert await known_bodies(session, on=TODAY) is first
    finally:
        event.remove(shared_engine.sync_engine, "before_cursor_execute", note)
    assert len(statements) == 1


async def test_a_learned_spelling_and_another_day_are_seen_at_once(
    session: AsyncSession, directory: Directory
) -> None:
    hall, meant = directory["hall"], directory["body_a1"].organization_id
    before = await known_bodies(session, on=TODAY)
    await learn_alias(
        session,
        by=hall.clerk,
        kind=None,
        district_id=None,
        as_written="บ้านใหม่ใกล้คลอง",
        organization_id=meant,
        at=MORNING,
    )
    known = await known_bodies(session, on=TODAY)
    assert before.learned(None, None, "บ้านใหม่ใกล้คลอง") is None
    found = known.learned(None, None, "บ้านใหม่ใกล้คลอง")
    assert found is not None
    assert found.id == meant
    assert await known_bodies(session, on=TODAY + timedelta(days=1)) is not known


CHANGES = (
    "UPDATE organization SET name = name || ' ใหม่' WHERE code = 'body_a1'",
    "UPDATE organization SET valid_until = '2015-01-01' WHERE code = 'body_a1'",
    "INSERT INTO organization (code, kind, name, valid_from) VALUES ('n', 'sao', 'ก', '2015-1-1')",
)


async def test_a_changed_body_is_seen_at_once(database: Database, own_directory: Directory) -> None:
    assert own_directory.desks
    engine = create_engine(database.owner_url, pool=1, role=None)
    async with AsyncSession(engine) as session:
        before = await known_bodies(session, on=TODAY)
        for change in CHANGES:
            await session.execute(text(change))
            after = await known_bodies(session, on=TODAY)
            assert after is not before
            assert after.candidates == (await load_candidates(session, on=TODAY)).candidates
            before = after
    await engine.dispose()
