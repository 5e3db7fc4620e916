import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from socket import create_server

import psycopg
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.database import create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from services.fence_ledger import restart_log
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.http_desk import Api, refused, running_api, told
from tests.support.log import NAME, MemoryWitness, all_finished, sealing


async def test_the_process_says_that_it_lives(shared_api: Api) -> None:
    assert told(await shared_api.client.get("/healthz"), 200) == {"status": "ok"}


async def test_everything_is_there(
    app: FastAPI, engine: AsyncEngine, province: tuple[Database, Directory], tmp_path: Path
) -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        server,
        running_api(
            app,
            sessions=create_sessions(engine),
            inside=create_sessions(engine),
            desks=province[1],
            folder=tmp_path,
            temporal_address=f"127.0.0.1:{port}",
        ) as api,
    ):
        ready = told(await api.client.get("/readyz"), 200)
        assert ready == {
            "status": "ok",
            "ledger": "ok",
            "process": "ok",
            "outbox_seconds": None,
            "sealing": "off",
            "sealing_seconds": None,
        }


async def test_desks_work_on_without_temporal(
    app: FastAPI, engine: AsyncEngine, province: tuple[Database, Directory], tmp_path: Path
) -> None:
    with closing(create_server(("127.0.0.1", 0))) as closed:
        port = closed.getsockname()[1]
    async with running_api(
        app,
        sessions=create_sessions(engine),
        inside=create_sessions(engine),
        desks=province[1],
        folder=tmp_path,
        temporal_address=f"127.0.0.1:{port}",
    ) as api:
        dispatch = await api.officer("agency").send("hall")
        await api.officer("hall").register(dispatch)
        api.clock.at = api.clock.at.replace(minute=5)
        assert told(await api.client.get("/readyz"), 200) == {
            "status": "degraded",
            "ledger": "ok",
            "process": "missing",
            "outbox_seconds": 300.0,
            "sealing": "off",
            "sealing_seconds": None,
        }


async def test_a_schema_of_another_version_is_not_ready(api: Api, copy: Database) -> None:
    owner = create_engine(copy.owner_url, pool=1, role=None)
    async with owner.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    await owner.dispose()
    answer = await api.client.get("/readyz")
    assert (answer.status_code, answer.json()["ledger"]) == (503, "outdated")


@pytest.mark.parametrize(
    ("row", "status", "sealing", "whole"),
    [
        pytest.param("caught_up_at = clock_timestamp()", 200, "ok", True, id="sealed just now"),
        pytest.param(
            "caught_up_at = clock_timestamp() - interval '2 minutes'",
            200,
            "behind",
            False,
            id="late",
        ),
        pytest.param(
            "caught_up_at = clock_timestamp() + interval '2 minutes'",
            200,
            "behind",
            False,
            id="not yet",
        ),
        pytest.param("fenced_at = now(), fence_reason = 'fork'", 503, "fenced", False, id="fenced"),
    ],
)
async def test_how_far_sealing_is_behind_is_told(
    api: Api, copy: Database, row: str, status: int, sealing: str, whole: bool
) -> None:
    owner = create_engine(copy.owner_url, pool=1, role=None)
    async with owner.begin() as connection:
        await connection.execute(text(f"UPDATE sealing SET {row}"))  # noqa: S608 (our own words)
    await owner.dispose()
    answer = await api.client.get("/readyz")
    ready = answer.json()
    assert (answer.status_code, ready["sealing"]) == (status, sealing)
    assert ready["status"] == ("unavailable" if sealing == "fenced" else "degraded")
    assert (ready["sealing_seconds"] is None) == (sealing == "fenced")
    if whole:
        assert ready["sealing_seconds"] < 60


async def test_a_sealed_ledger_that_no_longer_says_how_far_is_behind(
    api: Api, copy: Database
) -> None:
    await api.officer("agency").issue()
    async with sealing(copy) as sealer:
        await all_finished(api.sessions)
        assert await sealer.pass_once() == 2
    owner = create_engine(copy.owner_url, pool=1, role=None)
    async with owner.begin() as connection:
        await connection.execute(text("UPDATE sealing SET caught_up_at = NULL"))
    await owner.dispose()
    ready = (await api.client.get("/readyz")).json()
    assert (ready["sealing"], ready["sealing_seconds"]) == ("behind", None)


async def test_a_restored_backup_stops_numbering_until_an_operator_acts(
    api: Api, copy: Database, postgres: PostgresServer
) -> None:
    clerk, witness = api.officer("agency"), MemoryWitness()
    async with sealing(copy, witness) as sealer:
        for _ in range(2):
            await clerk.issue()
            await all_finished(api.sessions)
            assert await sealer.pass_once() == 2
        url = postgres.superuser_url.replace("+psycopg", "").rsplit("/", 1)[0]
        with psycopg.connect(f"{url}/{copy.name}") as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("DELETE FROM event WHERE kind = 'letter_issued' AND id > 1")
            connection.execute("DELETE FROM seal WHERE size = 4")
        await sealer.close()
        assert await sealer.pass_once() is None
        refused(await clerk.post("/v1/letters", clerk.letter()), 503, "ledger_fenced")
        answer = await api.client.get("/readyz")
        assert (answer.status_code, answer.json()["sealing"]) == (503, "fenced")
        async with api.sessions.begin() as session:
            await restart_log(
                session,
                name=NAME,
                reason="กู้คืนจากสำรอง",
                witnessed=[],
                at=api.clock(),
            )
        await clerk.issue()
        await all_finished(api.sessions)
        # Two entries and an event of before, the restart, an entry and an event.
        assert await sealer.pass_once() == 6
    assert (await api.client.get("/readyz")).json()["sealing"] == "ok"


@pytest.fixture
async def stranded(
    app: FastAPI, province: tuple[Database, Directory], tmp_path: Path
) -> AsyncIterator[Api]:
    """The application when nobody listens at the address of the ledger."""
    with closing(create_server(("127.0.0.1", 0))) as closed:
        port = closed.getsockname()[1]
    url = SecretStr(f"postgresql+psycopg://wian_app:secret-password@127.0.0.1:{port}/wian")
    engine = create_engine(url, pool=1)
    async with running_api(
        app,
        sessions=create_sessions(engine),
        inside=create_sessions(engine),
        desks=province[1],
        folder=tmp_path,
    ) as api:
        yield api


async def test_without_its_ledger_the_process_lives_but_is_not_ready(stranded: Api) -> None:
    assert (await stranded.client.get("/healthz")).status_code == 200
    answer = await stranded.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "ledger": "missing",
        "process": "missing",
        "outbox_seconds": None,
        "sealing": "unknown",
        "sealing_seconds": None,
    }


async def test_without_its_ledger_every_request_may_be_tried_again(stranded: Api) -> None:
    clerk = stranded.officer("agency")
    for answer in (
        await clerk.get("/v1/inbox"),
        await clerk.post("/v1/letters", clerk.letter()),
        await clerk.put_file(b"content"),
    ):
        refused(answer, 503, "ledger_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert "secret-password" not in answer.text


async def test_a_connection_that_was_cut_is_told_as_an_outage_and_heals(
    api: Api, copy: Database
) -> None:
    clerk = api.officer("agency")
    await clerk.issue()
    with psycopg.connect(copy._maintenance + "/postgres", autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [copy.name],
        )
    refused(await clerk.post("/v1/letters", clerk.letter()), 503, "ledger_unavailable")
    letter = await clerk.issue()
    assert letter["number_running"] == "2"
