"""Behind a policy a query still finds its rows by an index: PostgreSQL itself says so.

Only a comparison that cannot tell anything of a row by failing may be made before the policy has
judged it, so a harmless look of a condition may cost the index.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_date
from domain.vocabulary import Book, Secrecy
from infra.database import WORKER_ROLE, create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from services.find_officer import find_officer
from services.list_inbox import InboxFilter, list_inbox
from services.list_notices import list_notices
from services.list_registers import list_entries
from services.register_hop import register_hop
from services.roll_up_answers import roll_up_answers
from services.show_deadlines import show_circular_deadlines
from services.show_dispatch import show_dispatch
from services.show_letter import show_hop, show_letter
from services.show_route import show_route
from services.take_number import Shelf
from tests.conftest import Database
from tests.support.directory import Directory, create_directory
from tests.support.letters import MORNING, hop_to, send

LETTERS = 3_000
BIG = ("hop", "dispatch", "letter", "deadline_plan", "register_entry", "notice", "event_2564")

# As many letters as an office sees in years, each sent to two desks, next to the one in question.
_FILL = """
CREATE TEMPORARY TABLE many ON COMMIT DROP AS
    SELECT nth, uuidv7() AS letter, uuidv7() AS dispatch, uuidv7() AS plan FROM generate_series(
        1, :letters) nth;
"""
_ROWS = (
    """
WITH book AS (
    SELECT register_id FROM register_entry WHERE letter_id = :letter_id
), entered AS (
    INSERT INTO register_entry (register_id, kind, letter_id, recorded_at, recorded_by)
    SELECT book.register_id, 'allocated', letter, l.issued_at, l.issued_by
    FROM many, book, letter l WHERE l.id = :letter_id
    RETURNING id, letter_id, number
)
INSERT INTO letter (id, circular_id, lineage, registry_id, register_entry_id, number,
    number_letters, number_owner, number_is_circular, number_running, dated, subject, body,
    urgency, secrecy, authority, issued_at, issued_by)
SELECT e.letter_id, e.letter_id, ARRAY[e.letter_id], l.registry_id, e.id, 'ทด 0017/ว ' || e.number,
    l.number_letters, l.number_owner, true, e.number, l.dated, l.subject, '', l.urgency, l.secrecy,
    l.authority, l.issued_at, l.issued_by
FROM entered e, letter l WHERE l.id = :letter_id
""",
    """
INSERT INTO dispatch (id, lineage, letter_id, circular_id, letters, senders, sender_registry_id,
    state, register_by, acknowledge_by, sent_at, sent_by)
SELECT m.dispatch, ARRAY[m.dispatch], m.letter, m.letter, ARRAY[m.letter], senders,
    sender_registry_id, state, register_by, acknowledge_by, sent_at, sent_by
FROM many m, dispatch d WHERE d.id = :dispatch_id
""",
    """
INSERT INTO deadline_plan (id, dispatch_id, calendar_scopes, register_by, acknowledge_by, alarms,
    share_days, left_days, unannounced_years, calendar_version, policy_version, holidays_release,
    made_at)
SELECT m.plan, m.dispatch, calendar_scopes, register_by, acknowledge_by, alarms, share_days,
    left_days, unannounced_years, calendar_version, policy_version, holidays_release, made_at
FROM many m, (SELECT * FROM deadline_plan WHERE dispatch_id = :dispatch_id LIMIT 1) p
""",
    """
INSERT INTO hop (dispatch_id, position, chunk, recipient_registry_id, state, plan_id, circular_id,
    senders)
SELECT m.dispatch, place, 0, r.id, 'sent', m.plan, m.letter, ARRAY[d.sender_registry_id]
FROM many m CROSS JOIN generate_series(0, 1) place
JOIN dispatch d ON d.id = m.dispatch
JOIN LATERAL (SELECT id, row_number() OVER (ORDER BY code) AS nth, count(*) OVER () AS all_desks
    FROM registry) r ON r.nth = 1 + (m.nth + place) % r.all_desks
""",
    """
INSERT INTO notice (hop_id, dispatch_id, circular_id, step, kind, registry_id, due_at, created_at)
SELECT id, dispatch_id, circular_id, 'overdue_register', 'overdue', recipient_registry_id, now(),
    now()
FROM hop
""",
    """
INSERT INTO event (at, kind, registry_id, officer_id, circular_id, letter_id, dispatch_id, hop_id)
SELECT '2021-03-02', 'sent', h.recipient_registry_id, d.sent_by, d.circular_id, d.letter_id, d.id,
    h.id
FROM hop h JOIN dispatch d ON d.id = h.dispatch_id
""",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One letter among thousands, and the application's way to it."""

    engine: AsyncEngine
    directory: Directory
    letter_id: UUID
    dispatch_id: UUID
    hop_id: UUID


@pytest.fixture(scope="module")
async def scene(postgres: PostgresServer) -> AsyncIterator[Scene]:
    database = Database(postgres)
    database.create()
    directory = await create_directory(database.owner_url)
    worker = create_engine(database.worker_url, pool=1, role=WORKER_ROLE)
    async with create_sessions(worker).begin() as session:
        dispatch = await send(session, directory["agency"], directory["hall"])
        hop_id = await hop_to(session, dispatch, directory["hall"])
    await worker.dispose()
    found = {"letter_id": dispatch.letter_id, "dispatch_id": dispatch.id, "letters": LETTERS}
    owner = create_engine(database.owner_url, pool=1, role=None)
    async with owner.begin() as connection:
        for statement in (_FILL, *_ROWS):
            await connection.execute(text(statement), found)
    async with owner.begin() as connection:
        await connection.execute(text("ANALYZE"))
    await owner.dispose()
    engine = create_engine(database.app_url, pool=1)
    yield Scene(
        engine=engine,
        directory=directory,
        letter_id=dispatch.letter_id,
        dispatch_id=dispatch.id,
        hop_id=hop_id,
    )
    await engine.dispose()
    database.drop()


@contextmanager
def _overheard(engine: AsyncEngine) -> Iterator[list[tuple[str, Any]]]:
    said: list[tuple[str, Any]] = []

    def listen(*given: Any) -> None:  # noqa: ANN401 (what SQLAlchemy tells)
        said.append((given[2], given[3]))

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    yield said
    event.remove(engine.sync_engine, "before_cursor_execute", listen)


def _walked(plan: dict[str, Any]) -> list[str]:
    """Return the big tables that a plan reads from end to end; a way that is not gone is none."""
    own = str(plan.get("Relation Name", ""))
    is_walk = plan["Node Type"] == "Seq Scan" and plan.get("Actual Loops", 1) > 0
    below = [name for part in plan.get("Plans", []) for name in _walked(part)]
    return [own, *below] if is_walk and own in BIG else below


Ask = Callable[[AsyncSession, ActingOfficer, Scene], Awaitable[object]]
ASKED: dict[str, Ask] = {
    "inbox page": lambda session, by, scene: list_inbox(
        session, by=by, chosen=InboxFilter(), at=MORNING, after=None, limit=50
    ),
    "deep inbox page": lambda session, by, scene: list_inbox(
        session, by=by, chosen=InboxFilter(), at=MORNING, after=scene.hop_id, limit=50
    ),
    "notices page": lambda session, by, scene: list_notices(
        session, by=by, at=MORNING, is_unread=False, after=None, limit=50
    ),
    "hop": lambda session, by, scene: show_hop(session, by=by, hop_id=scene.hop_id, at=MORNING),
    "letter": lambda session, by, scene: show_letter(
        session, by=by, letter_id=scene.letter_id, at=MORNING
    ),
    "route": lambda session, by, scene: show_route(
        session, by=by, circular_id=scene.letter_id, at=MORNING
    ),
    "deadlines": lambda session, by, scene: show_circular_deadlines(
        session, by=by, circular_id=scene.letter_id, at=MORNING
    ),
    "answers": lambda session, by, scene: roll_up_answers(
        session, by=by, circular_id=scene.letter_id, at=MORNING
    ),
    "receipt": lambda session, by, scene: register_hop(
        session, by=by, hop_id=scene.hop_id, at=MORNING
    ),
    "dispatch": lambda session, by, scene: show_dispatch(
        session, by=by, dispatch_id=scene.dispatch_id, at=MORNING
    ),
    "book": lambda session, by, scene: list_entries(
        session,
        by=by,
        shelf=Shelf(
            registry_id=scene.directory["agency"].registry_id,
            book=Book.CIRCULAR,
            secrecy=Secrecy.NORMAL,
        ),
        year=2021,
        at=MORNING,
        after=0,
        limit=50,
    ),
}
SENDERS = ("dispatch", "book")


@pytest.mark.parametrize("asked", ASKED)
async def test_no_table_is_walked_from_end_to_end(scene: Scene, asked: str) -> None:
    subject = "clerk.agency" if asked in SENDERS else "clerk.hall"
    async with AsyncSession(scene.engine) as session:
        by = await find_officer(session, subject=subject, on=bangkok_date(MORNING))
        assert by is not None
        with _overheard(scene.engine) as said:
            assert await ASKED[asked](session, by, scene)
        connection = await session.connection()
        # A statement that is planned for whichever values it gets must do as well.
        for mode in ("force_custom_plan", "force_generic_plan"):
            await connection.execute(text(f"SET LOCAL plan_cache_mode = {mode}"))
            for statement, values in said:
                how = "ANALYZE, FORMAT JSON" if statement.startswith("SELECT") else "FORMAT JSON"
                explained = await connection.exec_driver_sql(f"EXPLAIN ({how}) {statement}", values)
                plan = explained.scalar_one()[0]["Plan"]
                assert _walked(plan) == [], (mode, statement)
        assert said
        await session.rollback()
