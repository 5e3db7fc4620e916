"""Relay, worker and ledger together, as `wian relay` and `wian worker` put them together."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import select, text
from temporalio.client import Client, WorkflowExecutionStatus

from domain.deadlines import Deadlines
from domain.vocabulary import DispatchState, EventKind, HopState, NoticeKind
from infra.database import create_engine
from infra.embedded.postgres import PostgresServer
from infra.embedded.temporal import TemporalServer
from infra.settings import Settings
from models import Dispatch, Hop, Notice
from services.acknowledge_hop import acknowledge_hop
from services.create_dispatch import CHUNK, SendOrder
from services.forward_letter import forward_letter
from services.recall_hop import recall_hop
from services.register_hop import register_hop
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.dispatch_process import eventually, finish
from tests.support.letters import StoredFiles, events, hop_after, hop_to, send
from tests.support.relay_desk import (
    AHEAD,
    TODAY,
    Sessions,
    answer,
    fates,
    pass_on_today,
    process_of,
    send_today,
)
from tests.support.waiting import until_blocked
from worker.main import run_relay, run_worker
from workflows.dispatch import DispatchWorkflow

MANY = CHUNK + 3


@pytest.fixture
def settings(database: Database, temporal: TemporalServer) -> Settings:
    return settings_of(database, temporal)


def settings_of(database: Database, temporal: TemporalServer) -> Settings:
    return Settings(
        worker_database_url=database.worker_url,
        temporal_address=temporal.address,
        task_queue=f"test-{uuid4()}",
        relay_interval=0.05,
        database_pool=4,
    )


async def run_both(settings: Settings, stop: asyncio.Event) -> None:
    """Run both processes inside this one until `stop`."""
    await asyncio.gather(*(run(settings, stop) for run in (run_worker, run_relay)))


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    """Run both processes until the block ends, and let them end in good order."""
    stop = asyncio.Event()
    processes = asyncio.ensure_future(run_both(settings, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(processes, 30)


@pytest.fixture
async def superuser(
    postgres: PostgresServer, database: Database
) -> AsyncIterator[psycopg.AsyncConnection]:
    url = postgres.superuser_url.replace("+psycopg", "").rsplit("/", 1)[0]
    async with await psycopg.AsyncConnection.connect(
        f"{url}/{database.name}", autocommit=True
    ) as connection:
        yield connection


async def state_of(sessions: Sessions, dispatch: Dispatch) -> DispatchState:
    async with sessions() as session:
        return (await session.get_one(Dispatch, dispatch.id)).state


async def until_completed(sessions: Sessions, dispatch: Dispatch) -> None:
    async def is_completed() -> bool:
        return await state_of(sessions, dispatch) is DispatchState.COMPLETED

    await eventually(is_completed)


async def test_acknowledgments_climb_the_tree_by_themselves(
    sessions: Sessions, own_directory: Directory, settings: Settings
) -> None:
    agency, hall, office, direct = (
        own_directory[name] for name in ("agency", "hall", "office", "direct")
    )
    async with running(settings):
        root = await send_today(sessions, agency, hall)
        middle = await pass_on_today(sessions, root, hall, office, direct)
        below = await pass_on_today(sessions, middle, office, own_directory["district_a"])
        await answer(sessions, below, own_directory["district_a"])
        await answer(sessions, middle, direct)
        await until_completed(sessions, root)
    assert set(await fates(sessions)) == {"sent"}
    async with sessions() as session:
        reported = await events(session, EventKind.REPORTED)
        assert [event.dispatch_id for event in reported] == [middle.id, root.id]


async def test_a_receipt_that_lands_just_before_the_alarm_is_not_escalated(
    sessions: Sessions,
    own_directory: Directory,
    settings: Settings,
    superuser: psycopg.AsyncConnection,
) -> None:
    agency, hall, direct = (own_directory[name] for name in ("agency", "hall", "direct"))
    now = datetime.now(UTC)
    # Every alarm is due the moment the process starts.
    deadlines = Deadlines(
        register_by=now - timedelta(minutes=40),
        remind_acknowledge_at=now - timedelta(minutes=30),
        acknowledge_by=now - timedelta(minutes=20),
        escalate_superior_at=now - timedelta(minutes=15),
        escalate_origin_at=now - timedelta(minutes=10),
    )
    async with sessions.begin() as session:
        at = now - timedelta(hours=1)
        dispatch = await send(session, agency, hall, direct, at=at, deadlines=deadlines)
        hops = [await hop_to(session, dispatch, desk) for desk in (hall, direct)]
        for desk, hop_id in zip((hall, direct), hops, strict=True):
            await register_hop(session, by=desk.clerk, hop_id=hop_id, at=at)
    async with sessions.begin() as session:
        await acknowledge_hop(session, by=hall.clerk, hop_id=hops[0], at=now)
        # The desk has acted and not yet committed when the alarm goes off.
        pid = await session.scalar(text("SELECT pg_backend_pid()"))
        stop = asyncio.Event()
        processes = asyncio.ensure_future(run_both(settings, stop))
        await until_blocked(superuser, by=pid or 0)
    # All three rungs: after fewer, whether the next one comes first would be up to chance.
    await eventually(lambda: _has_escalated(sessions, hops[1]))
    async with sessions.begin() as session:
        await acknowledge_hop(session, by=direct.clerk, hop_id=hops[1], at=now)
    await until_completed(sessions, dispatch)
    stop.set()
    await asyncio.wait_for(processes, 30)
    async with sessions() as session:
        notices = (await session.scalars(select(Notice))).all()
        chased = await events(session, EventKind.ESCALATED)
    assert {notice.hop_id for notice in notices} == {event.hop_id for event in chased} == {hops[1]}
    assert Counter(notice.kind for notice in notices) == {
        NoticeKind.REMINDER: 1,
        NoticeKind.OVERDUE: 1,
        NoticeKind.ESCALATION: 3,
    }


async def _has_escalated(sessions: Sessions, hop_id: UUID) -> bool:
    async with sessions() as session:
        query = select(Notice).where(Notice.hop_id == hop_id, Notice.kind == NoticeKind.ESCALATION)
        return len((await session.scalars(query)).all()) == 3


async def test_more_recipients_than_a_chunk_holds_report_once_when_the_last_chunk_is_done(
    sessions: Sessions,
    own_directory: Directory,
    database: Database,
    settings: Settings,
    temporal_client: Client,
) -> None:
    agency, hall = own_directory["agency"], own_directory["hall"]
    bodies = await found_bodies(database.owner_url, MANY)
    root = await send_today(sessions, agency, hall)
    async with sessions.begin() as session:
        top = await hop_to(session, root, hall)
        await register_hop(session, by=hall.clerk, hop_id=top, at=TODAY)
        order = SendOrder(recipients=bodies, deadlines=AHEAD)
        below = await forward_letter(
            session, by=hall.clerk, hop_id=top, order=order, files=StoredFiles(), at=TODAY
        )
        query = select(Hop).where(Hop.dispatch_id == below.id).order_by(Hop.position)
        hops = (await session.scalars(query)).all()
    assert Counter(hop.chunk for hop in hops) == {0: CHUNK, 1: MANY - CHUNK}

    async def recall(some: list[Hop]) -> None:
        async with sessions.begin() as session:
            for hop in some:
                await recall_hop(session, by=hall.clerk, hop_id=hop.id, at=TODAY, reason="ส่งซ้ำ")

    async with running(settings):
        await recall([hop for hop in hops if hop.chunk == 0])
        first, second = (process_of(temporal_client, below, chunk) for chunk in (0, 1))
        await eventually(lambda: nothing_waits(sessions))
        await finish(first)
        assert (await second.describe()).status is WorkflowExecutionStatus.RUNNING
        assert await state_of(sessions, below) is DispatchState.OPEN
        async with sessions() as session:
            assert (await hop_after(session, top)).state is HopState.FORWARDED
        await recall([hop for hop in hops if hop.chunk == 1])
        await finish(second)
        await until_completed(sessions, root)
    async with sessions() as session:
        (report,) = await events(session, EventKind.REPORTED)
        assert (report.hop_id, report.facts["below"]["recalled"]) == (top, MANY)
        assert len(await events(session, EventKind.DISPATCH_COMPLETED)) == 2


async def nothing_waits(sessions: Sessions) -> bool:
    return "waiting" not in await fates(sessions)


async def found_bodies(owner_url: SecretStr, count: int) -> list[UUID]:
    """Found so many local bodies, each with a desk, as the owner of the database."""
    engine = create_engine(owner_url, pool=1, role=None)
    async with engine.begin() as connection:
        rows = await connection.execute(
            text("""
            WITH bodies AS (
                INSERT INTO organization (code, name, kind, valid_from)
                SELECT 'many-' || n, 'องค์การบริหารส่วนตำบลที่ ' || n, 'sao', '2011-03-23'
                FROM generate_series(1, :count) n
                RETURNING id, code, name
            ), desks AS (
                INSERT INTO registry (code, name, organization_id)
                SELECT code, name, id FROM bodies
            )
            SELECT id FROM bodies ORDER BY code
            """),
            {"count": count},
        )
        found = [row.id for row in rows]
    await engine.dispose()
    return found


async def test_while_temporal_is_away_desks_go_on_and_afterwards_everything_catches_up(
    sessions: Sessions, own_directory: Directory, database: Database, tmp_path: Path
) -> None:
    agency, hall, direct, office = (
        own_directory[name] for name in ("agency", "hall", "direct", "office")
    )
    with TemporalServer.start(tmp_path / "temporal") as server:
        settings = settings_of(database, server)
        async with running(settings):
            before = await send_today(sessions, agency, hall, direct)
            await answer(sessions, before, hall)
            await eventually(lambda: nothing_waits(sessions))
            # A task that dies with the server is given again only after its timeout of 10 s.
            handle = process_of(await Client.connect(server.address), before)
            assert (await handle.query(DispatchWorkflow.progress)).unsettled == 1
            server.kill()
            during = await send_today(sessions, agency, hall, office)
            await answer(sessions, before, direct)
            await answer(sessions, during, office, hall)
            after = await send_today(sessions, agency, direct)
            assert (await fates(sessions)).count("waiting") == 5
            server.restart()
            await until_completed(sessions, before)
            await until_completed(sessions, during)
            await answer(sessions, after, direct)
            await until_completed(sessions, after)
        client = await Client.connect(server.address)
        for dispatch in (before, during, after):
            await finish(process_of(client, dispatch))
    assert set(await fates(sessions)) == {"sent"}


@pytest.mark.parametrize("run", [run_worker, run_relay])
@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ((None, "127.0.0.1:1"), "WIAN_DATABASE_URL"),
        ((SecretStr("postgresql+psycopg://x@127.0.0.1:1/x"), None), "WIAN_TEMPORAL"),
    ],
    ids=["no-database", "no-temporal"],
)
async def test_a_process_without_an_address_says_which(
    run: Callable[[Settings, asyncio.Event], Awaitable[None]],
    given: tuple[SecretStr | None, str | None],
    missing: str,
) -> None:
    with pytest.raises(SystemExit, match=missing):
        await run(Settings(database_url=given[0], temporal_address=given[1]), asyncio.Event())
