"""The second wall: the database itself, asked as the application with every condition removed."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import TextClause, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from domain.buddhist_era import bangkok_date
from domain.vocabulary import Role
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from models import Base, Officer
from services.find_officer import find_officer
from tests.conftest import Database
from tests.support.directory import create_directory
from tests.support.letters import MORNING
from tests.support.secrets import CLASSES, Person, Planted, add_cleared_officers, plant
from tests.support.sight import KEYS, Ledger, Seen, Sight, read_ledger, seen_now

# What everybody who works here may know: the directory, the calendar, and how far sealing is.
OPEN_TO_ALL = {
    "announced_year",
    "area",
    "calendar_override",
    "calendar_version",
    "log_node",
    "office_hours",
    "officer",
    "officer_role",
    "organization",
    "organization_edge",
    "policy_version",
    "post_period",
    "registry",
    "rolled_up",
    "seal",
    "sealing",
}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A ledger full of secrets, what is in it, and the way in that the application has."""

    planted: Planted
    ledger: Ledger
    officers: dict[str, UUID]
    engine: AsyncEngine
    inside: async_sessionmaker[AsyncSession]

    @cached_property
    def seen(self) -> dict[Person, Seen]:
        """What everybody may see, by what the rows themselves say."""
        acting = self.planted.acting
        return {
            person: self.ledger.seen_by(acting(person, self.officers))
            for person in self.planted.people()
        }

    @property
    def sessions(self) -> async_sessionmaker[AsyncSession]:
        return create_sessions(self.engine)


@pytest.fixture(scope="module")
async def scene(postgres: PostgresServer) -> AsyncIterator[Scene]:
    database = Database(postgres)
    database.create()
    directory = await create_directory(database.owner_url)
    await add_cleared_officers(database, directory)
    engine = create_engine(database.app_url, pool=4)
    worker = create_engine(database.worker_url, pool=2, role=WORKER_ROLE)
    planted = await plant(create_sessions(worker), directory)
    async with create_sessions(worker)() as session:
        ledger = await read_ledger(session)
        rows = (await session.execute(select(Officer.subject, Officer.id))).all()
    yield Scene(
        planted=planted,
        ledger=ledger,
        officers={row.subject: row.id for row in rows},
        engine=engine,
        inside=create_sessions(worker),
    )
    await engine.dispose()
    await worker.dispose()
    database.drop()


async def _sign_in(session: AsyncSession, person: Person) -> None:
    found = await find_officer(session, subject=person.subject, on=bangkok_date(MORNING))
    assert found is not None
    assert found.clearance is person.clearance


async def test_every_table_is_guarded_or_meant_for_all(scene: Scene) -> None:
    async with scene.inside() as session:
        guarded = set(
            await session.scalars(
                text(
                    "SELECT tablename FROM pg_policies WHERE 'wian_app' = ANY (roles)"
                    " INTERSECT SELECT relname FROM pg_class WHERE relrowsecurity"
                )
            )
        )
    assert guarded == set(KEYS)
    assert set(Base.metadata.tables) == guarded | OPEN_TO_ALL


async def test_without_a_condition_everybody_sees_what_is_theirs_and_nothing_else(
    scene: Scene,
) -> None:
    """Officer by officer, table by table, row by row, against what the rows themselves say."""
    pairs, rows, hidden = 0, Counter[str](), 0
    async with scene.sessions() as session:
        for person in scene.planted.people():
            async with session.begin():
                await _sign_in(session, person)
                seen = await seen_now(session)
            allowed = scene.seen[person]
            for table in KEYS:
                assert seen[table] == allowed[table], (person, table)
                rows[table] += len(seen[table])
                hidden += len(scene.ledger.rows[table]) - len(seen[table])
                pairs += len(CLASSES)
    assert all(rows.values()), rows
    print(  # noqa: T201 (asked for)
        f"{pairs:,} pairs of officer, table and class of secrecy:"
        f" {sum(rows.values()):,} rows seen, {hidden:,} hidden, 0 foreign"
    )
    assert pairs == 10 * 5 * 3 * len(KEYS) * 3


async def test_whoever_has_not_signed_in_sees_nothing(scene: Scene) -> None:
    nobody = Sight(ledger=scene.ledger, officer=None)
    assert not any(nobody.seen().values())
    async with scene.sessions.begin() as session:
        assert await find_officer(session, subject="nobody", on=bangkok_date(MORNING)) is None
        assert not any((await seen_now(session)).values())


# What each statement changes, in a row that is not one's own.
_CHANGES = {
    "hop": "UPDATE hop SET settled_at = settled_at WHERE id = ANY (:ids) RETURNING id",
    "dispatch": "UPDATE dispatch SET state = state WHERE id = ANY (:ids) RETURNING id",
    "notice": "UPDATE notice SET read_at = read_at WHERE id = ANY (:ids) RETURNING id",
    "mail": "UPDATE mail SET state = state WHERE id = ANY (:ids) RETURNING id",
    "intake": "UPDATE intake SET state = state WHERE id = ANY (:ids) RETURNING id",
    "outbox": "UPDATE outbox SET sent_at = sent_at WHERE id = ANY (:ids) RETURNING id",
}


@pytest.mark.parametrize("table", _CHANGES)
async def test_nobody_changes_a_row_that_is_hidden(scene: Scene, table: str) -> None:
    """Also where the statement names the row: it changes none."""
    tried = 0
    statement = text(_CHANGES[table])
    async with scene.sessions() as session:
        for person in scene.planted.people():
            allowed = scene.seen[person]
            hidden = [
                row["id"]
                for row in scene.ledger.rows[table]
                if row["told_apart"] not in allowed[table]
            ]
            async with session.begin():
                await _sign_in(session, person)
                found = await session.execute(statement, {"ids": hidden})
                assert found.all() == [], (person, table)
            tried += len(hidden)
    assert tried > len(scene.planted.people())


_INTRUSIONS: dict[str, str] = {
    "register": "INSERT INTO register (registry_id, book, year, secrecy, opened_at, opened_by)"
    " VALUES (:desk, 'incoming', 2033, :secrecy, now(), :officer)",
    "register_entry": "INSERT INTO register_entry (register_id, kind, recorded_at, recorded_by)"
    " VALUES (:register, 'allocated', now(), :officer)",
    "letter": "INSERT INTO letter (id, circular_id, lineage, registry_id, register_entry_id,"
    " number, number_letters, number_owner, number_is_circular, number_running, dated, subject,"
    " body, urgency, secrecy, authority, issued_at, issued_by)"
    " SELECT :new, :new, ARRAY[CAST(:new AS uuid)], :desk, :entry, 'ทด 1/1', 'ทด', '1', false,"
    " '1', '2021-03-02', 'ปลอม', '', 'normal', :secrecy, 'own', now(), :officer",
    "attachment": "INSERT INTO attachment (letter_id, position, file_name, media_type, size,"
    " sha256) VALUES (:letter, 9, 'ก', 'x', 1, sha256(''))",
    "hop": "INSERT INTO hop (dispatch_id, position, chunk, recipient_registry_id, state, plan_id,"
    " circular_id, senders, secrecy) VALUES (:dispatch, 99, 0, :desk, 'sent', :plan, :circular,"
    " ARRAY[CAST(:desk AS uuid)], :secrecy)",
    "deadline_move": "INSERT INTO deadline_move (kind, dispatch_id, days, reason, hops, at,"
    " officer_id) VALUES ('extended', :dispatch, 1, 'ปลอม', 1, now(), :officer)",
    "mail": "INSERT INTO mail (kind, state, registry_id, day, created_at, next_try_at, attempts)"
    " VALUES ('digest', 'waiting', :desk, '2030-01-01', now(), now(), 0)",
    "idempotency_key": "INSERT INTO idempotency_key (officer_id, key, fingerprint, status, body,"
    " created_at) VALUES (:other, 'ปลอม', '', 200, '', now())",
    "intake": "INSERT INTO intake (registry_id, secrecy, received_at, received_by, sha256,"
    " media_type, size, method, text, reading, rules) VALUES (:desk, :secrecy, now(), :officer,"
    " sha256(''), 'text/plain', 0, 'pasted', '', '{}', '1')",
    "intake_value": "INSERT INTO intake_value (intake_id, letter, field, value, confirmed_at,"
    " confirmed_by) VALUES (:intake, 0, 'subject', '{}', now(), :officer)",
    "intake_recipient": "INSERT INTO intake_recipient (intake_id, position, as_written, begins,"
    " ends, status, score, candidates) VALUES (:intake, 9, 'ปลอม', 0, 0, 'asked', 0, '[]')",
    "organization_alias": "INSERT INTO organization_alias (folded, organization_id, learned_at,"
    " learned_by) VALUES ('ปลอม', :body, now(), :other)",
    "intended_recipient": "INSERT INTO intended_recipient (dispatch_id, organization_id, via_id,"
    " position) VALUES (:dispatch, :body, :body, 9)",
    "event": "INSERT INTO event (kind, at, officer_id, registry_id, secrecy)"
    " VALUES ('registered', now(), :officer, :desk, :secrecy)",
}


async def _try(
    session: AsyncSession, person: Person, statement: TextClause, values: dict[str, Any]
) -> None:
    async with session.begin():
        await _sign_in(session, person)
        await session.execute(statement, values)


@pytest.mark.parametrize("table", _INTRUSIONS)
async def test_nobody_writes_for_a_foreign_desk(scene: Scene, table: str) -> None:
    hall = scene.planted.directory["hall"]
    refused = 0
    async with scene.sessions() as session:
        for secrecy in CLASSES:
            dispatch = scene.planted.sent[secrecy, "hall"]
            letter = scene.planted.own[secrecy, "hall"]
            plan = next(
                row["id"]
                for row in scene.ledger.rows["deadline_plan"]
                if row["dispatch_id"] == dispatch.id
            )
            for role in Role:
                person = Person(desk="stranger", role=role, clearance=CLASSES[-1])
                values = {
                    "desk": hall.registry_id,
                    "secrecy": secrecy.value,
                    "officer": scene.officers[person.subject],
                    "other": hall.clerk.id,
                    "register": scene.planted.registers[secrecy, "hall"].id,
                    "letter": letter.id,
                    "entry": letter.register_entry_id,
                    "dispatch": dispatch.id,
                    "circular": dispatch.circular_id,
                    "plan": plan,
                    "new": uuid4(),
                    "intake": scene.planted.intakes[secrecy, "hall"],
                    "body": hall.organization_id,
                }
                statement = text(_INTRUSIONS[table])
                named = {name: values[name] for name in statement.compile().params}
                with pytest.raises(ProgrammingError, match="row-level security"):
                    await _try(session, person, statement, named)
                refused += 1
    assert refused == len(CLASSES) * len(Role)


async def test_nobody_opens_a_book_above_the_own_clearance(scene: Scene) -> None:
    statement = text(_INTRUSIONS["register"])
    async with scene.sessions() as session:
        for clearance in CLASSES[:-1]:
            person = Person(desk="hall", role=Role.HEAD, clearance=clearance)
            for secrecy in CLASSES[CLASSES.index(clearance) + 1 :]:
                values = {
                    "desk": scene.planted.directory["hall"].registry_id,
                    "secrecy": secrecy.value,
                    "officer": scene.officers[person.subject],
                }
                with pytest.raises(ProgrammingError, match="row-level security"):
                    await _try(session, person, statement, values)


async def test_a_year_of_events_is_not_reached_past_the_whole(scene: Scene) -> None:
    """The policy stands on the table of all years, so no year may be asked by itself."""
    async with scene.inside() as session:
        years = (
            await session.scalars(
                text(
                    "SELECT CAST(CAST(inhrelid AS regclass) AS text) FROM pg_inherits"
                    " WHERE inhparent = CAST('event' AS regclass)"
                )
            )
        ).all()
    assert {"event_2564", "event_other"} <= set(years)
    async with scene.sessions() as session:
        for year in years:
            with pytest.raises(ProgrammingError, match="permission denied"):
                async with session.begin():
                    await session.execute(text(f"SELECT 1 FROM {year}"))  # noqa: S608 (our own tables)
