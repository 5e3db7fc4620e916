"""The search in the database, asked as the application without a word of the service."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import TextClause, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.types import Text

from domain.buddhist_era import bangkok_date
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from models import Officer
from services.find_officer import find_officer
from services.search.question import read_question
from tests.conftest import Database
from tests.support.directory import create_directory
from tests.support.letters import MORNING
from tests.support.secrets import Planted, add_cleared_officers, plant
from tests.support.sight import Ledger, read_ledger

# Every planted letter says it.
WORDS = "หมาย"
_GRADES = bindparam("grades", type_=ARRAY(Text()))
_NOTHING = ", ".join(["NULL"] * 6)
_BEFORE = ", ".join(["NULL"] * 5)
_FOR_ALL = f"search_every_letter(:grades, {_BEFORE}, 1000, {_NOTHING})"
_SEARCH = text(
    f"SELECT letter_id FROM search_letters(:grades, NULL, NULL, :direction, NULL, NULL, 1000,"  # noqa: S608 (our own words)
    f" {_NOTHING}) WHERE letter_id IS NOT NULL"
).bindparams(_GRADES, bindparam("direction", type_=Text()))
_INSIDE = f"find_in_letters(NULL, '{{secret}}', :grades, {_BEFORE}, 1000, {_NOTHING})"


@dataclass(frozen=True, kw_only=True)
class Scene:
    planted: Planted
    ledger: Ledger
    officers: dict[str, UUID]
    sessions: async_sessionmaker[AsyncSession]
    inside: async_sessionmaker[AsyncSession]


@pytest.fixture(scope="module")
async def scene(postgres: PostgresServer) -> AsyncIterator[Scene]:
    database = Database(postgres)
    database.create()
    directory = await create_directory(database.owner_url)
    await add_cleared_officers(database, directory)
    engine = create_engine(database.app_url, pool=2)
    worker = create_engine(database.worker_url, pool=2, role=WORKER_ROLE)
    planted = await plant(create_sessions(worker), directory)
    async with create_sessions(worker)() as session:
        ledger = await read_ledger(session)
        rows = (await session.execute(select(Officer.subject, Officer.id))).all()
    yield Scene(
        planted=planted,
        ledger=ledger,
        officers={row.subject: row.id for row in rows},
        sessions=create_sessions(engine),
        inside=create_sessions(worker),
    )
    await engine.dispose()
    await worker.dispose()
    database.drop()


async def _found(session: AsyncSession, direction: str | None = None) -> set[str]:
    values: dict[str, Any] = {
        "grades": list(read_question(WORDS).grades),
        "direction": direction,
    }
    return {str(one) for one in await session.scalars(_SEARCH, values)}


async def test_everybody_finds_what_is_theirs_and_nothing_else(scene: Scene) -> None:
    """Officer by officer, letter by letter, against what the rows themselves say."""
    saying = {str(row["id"]) for row in scene.ledger.rows["letter"] if WORDS in row["subject"]}
    found = hidden = 0
    async with scene.sessions() as session:
        for person in scene.planted.people():
            acting = scene.planted.acting(person, scene.officers)
            allowed = scene.ledger.seen_by(acting)["letter"] & saying
            async with session.begin():
                await find_officer(session, subject=person.subject, on=bangkok_date(MORNING))
                assert await _found(session) == allowed, person
                sent = await _found(session, "sent")
                received = await _found(session, "received")
            assert sent | received <= allowed
            found += len(allowed)
            hidden += len(saying) - len(allowed)
    assert found > len(saying)
    print(f"{found:,} letters found, {hidden:,} hidden, 0 foreign")  # noqa: T201 (asked for)


async def test_whoever_has_not_signed_in_finds_nothing(scene: Scene) -> None:
    async with scene.sessions.begin() as session:
        assert await _found(session) == set()
        await session.execute(text("SELECT set_config('wian.classes', '{normal,secret}', true)"))
        assert await _found(session) == set()
    async with scene.sessions.begin() as session:
        desks = {str(one.registry_id) for one in scene.planted.directory.desks.values()}
        told = {"desks": f"{{{','.join(desks)}}}"}
        await session.execute(text("SELECT set_config('wian.desks', :desks, true)"), told)
        assert await _found(session) == set()


async def test_a_process_without_an_officer_finds_nothing_by_that_way(scene: Scene) -> None:
    async with scene.inside.begin() as session:
        assert await _found(session) == set()


def _all_of(place: str) -> TextClause:
    query = f"SELECT letter_id FROM {place} WHERE letter_id IS NOT NULL"  # noqa: S608 (our own words)
    return text(query).bindparams(_GRADES)


ASKED = {"grades": list(read_question(WORDS).grades)}


@pytest.mark.parametrize(
    "place", [pytest.param(_FOR_ALL, id="of all"), pytest.param(_INSIDE, id="with desks to name")]
)
async def test_the_application_has_no_other_way_in(scene: Scene, place: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied for function"):
        async with scene.sessions.begin() as session:
            await session.execute(_all_of(place), ASKED)


async def test_an_operator_finds_what_is_not_secret_and_has_no_way_past_that(
    scene: Scene,
) -> None:
    async with scene.inside.begin() as session:
        found = set(await session.scalars(_all_of(_FOR_ALL), ASKED))
    assert found == {
        row["id"]
        for row in scene.ledger.rows["letter"]
        if row["secrecy"] == "normal" and WORDS in row["subject"]
    }
    with pytest.raises(ProgrammingError, match="permission denied for function"):
        async with scene.inside.begin() as session:
            await session.execute(_all_of(_INSIDE), ASKED)
