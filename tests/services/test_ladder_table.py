"""Who is told of a late letter: one row for each thing that may stand in the way."""

from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from domain.vocabulary import AlarmStep, EventKind, NoticeKind
from infra.database import create_engine
from models import Notice
from services.find_officer import find_officer
from services.list_notices import list_notices
from services.record_event import SYSTEM_OFFICER
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.ladder import DUE, TODAY, LadderScene
from tests.support.ladder_rows import CASES, Case, Told
from tests.support.letters import events

LOUDNESS = {
    "remind": (NoticeKind.REMINDER, EventKind.REMINDED),
    "overdue": (NoticeKind.OVERDUE, EventKind.OVERDUE),
    "escalate": (NoticeKind.ESCALATION, EventKind.ESCALATED),
}


@pytest.fixture(scope="module")
async def owners(shared_database: Database, directory: Directory) -> AsyncIterator[AsyncEngine]:
    """The owner of the database, who may change the directory; everything is rolled back."""
    del directory
    engine = create_engine(shared_database.owner_url, pool=1, role=None)
    yield engine
    await engine.dispose()


@pytest.fixture
async def session(owners: AsyncEngine) -> AsyncIterator[AsyncSession]:
    async with owners.connect() as connection, connection.begin() as transaction:
        async with AsyncSession(bind=connection, expire_on_commit=False) as session:
            yield session
        await transaction.rollback()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_right_desk_post_and_person_are_told(
    session: AsyncSession, directory: Directory, case: Case
) -> None:
    scene = LadderScene(session=session, directory=directory, sender=case.sender)
    await scene.write(*case.recipients, secrecy=case.secrecy, is_root=case.is_root)
    for change in case.changes:
        await change(scene)
    before = len(await events(session))
    written = await scene.ring(AlarmStep(case.step), later=case.later, chunk=case.chunk)
    notices = (await session.scalars(select(Notice).order_by(Notice.id))).all()
    assert _as_seen(notices) == _as_expected(scene, case)
    assert len(await events(session)) == before + written
    await _assert_events(scene, case)
    for told in case.told:
        await _assert_reader(scene, told)


def test_the_table_is_as_long_as_it_was_promised() -> None:
    assert len(CASES) >= 30
    assert len({case.name for case in CASES}) == len(CASES)
    assert {case.step for case in CASES} == set(AlarmStep)


Row = tuple[object, ...]


def _as_seen(notices: Sequence[Notice]) -> list[Row]:
    rows: list[Row] = [
        (
            one.hop_id,
            one.step,
            one.kind,
            one.registry_id,
            one.post,
            one.officer_id,
            one.facts,
            one.due_at,
        )
        for one in notices
    ]
    return sorted(rows, key=str)


def _as_expected(scene: LadderScene, case: Case) -> list[Row]:
    rows: list[Row] = []
    for told in case.told:
        step = told.step or case.step
        rows.append(
            (
                scene.hops[told.about].id,
                AlarmStep(step),
                LOUDNESS[step.split("_")[0]][0],
                scene.directory[told.at].registry_id,
                told.post,
                scene.officer_id(told.officer) if told.officer else None,
                told.facts,
                DUE + told.due,
            )
        )
    return sorted(rows, key=str)


async def _assert_events(scene: LadderScene, case: Case) -> None:
    kinds = {event for _, event in LOUDNESS.values()}
    found = [one for one in await events(scene.session) if one.kind in kinds]
    assert len(found) == len(case.told)
    for told in case.told:
        step = told.step or case.step
        desk = scene.directory[told.at].registry_id
        officer = {"officer_id": str(scene.officer_id(told.officer))} if told.officer else {}
        (event,) = [one for one in found if (one.registry_id, one.facts["step"]) == (desk, step)]
        assert event.facts == told.facts | officer | {
            "step": step,
            "due_at": (DUE + told.due).isoformat(),
            "post": told.post,
            "addressee_registry_id": str(desk),
        }
        assert event.kind is LOUDNESS[step.split("_")[0]][1]
        assert (event.hop_id, event.dispatch_id) == (scene.hops[told.about].id, scene.dispatch.id)
        assert event.officer_id == SYSTEM_OFFICER


async def _assert_reader(scene: LadderScene, told: Told) -> None:
    """Whoever is told by name may sign in today and read it, as far as the clearance goes."""
    if told.officer is None:
        return
    reader = await find_officer(scene.session, subject=told.officer, on=TODAY)
    assert reader is not None
    page = await list_notices(scene.session, by=reader, at=DUE, is_unread=True, after=None, limit=9)
    registry = scene.directory[told.at].registry_id
    items = [one for one in page if (one.registry_id, one.facts) == (registry, told.facts)]
    about = (scene.directory[told.about].name, DUE + told.due, told.officer)
    shown = (scene.letter.number, scene.letter.subject, *about)
    assert [(one.number, one.subject, one.recipient, one.due_at, one.officer) for one in items] == [
        shown
    ] * told.is_shown
