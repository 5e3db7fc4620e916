"""The record answers alone: what the process remembered is deleted, and no answer changes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest
from pydantic import SecretStr

from api.main import create_app
from cli.token import issue_token, signing_key
from infra.embedded.postgres import PostgresServer
from infra.settings import Settings
from tests.e2e.conftest import PlayedDemo

_SUBJECTS = """
SELECT (SELECT id FROM letter WHERE id = circular_id),
    (SELECT id FROM letter WHERE id <> circular_id),
    (SELECT id FROM hop WHERE cardinality(senders) = 1),
    (SELECT id FROM officer WHERE subject = 'clerk.nacc'),
    (SELECT id FROM organization WHERE code = 'nacc')
"""


@pytest.fixture
def left_behind(demo: PlayedDemo) -> Iterator[tuple[Path, PostgresServer]]:
    """What the demo left behind, its ledger on a server started again."""
    folder = demo.folder / ".wian" / "demo"
    with PostgresServer.start(folder / "postgres") as server:
        yield folder, server


async def _ask(folder: Path, server: PostgresServer) -> dict[str, bytes]:
    """Return every answer that an auditor could want, from a process of the API started anew."""
    settings = Settings(
        data_dir=folder,
        database_url=SecretStr(server.app_url),
        jwks_file=folder / "token-keys.json",
    )
    token = issue_token(settings, signing_key(settings), "head.nacc", lifetime=60)
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://wian") as client,
    ):
        client.headers["Authorization"] = f"Bearer {token}"
        answers = {path: await client.get(path) for path in _paths(server)}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(
        answers, 200
    )
    return {path: answer.content for path, answer in answers.items()}


def _paths(server: PostgresServer) -> list[str]:
    with psycopg.connect(server.worker_url.replace("+psycopg", "")) as connection:
        row = connection.execute(_SUBJECTS).fetchone()
    assert row is not None
    circular, cover, hop, officer, organization = row
    return [
        "/v1/letters?number=๙๒๗",
        f"/v1/letters/{circular}/history",
        f"/v1/letters/{cover}/history?limit=200",
        f"/v1/hops/{hop}/history",
        f"/v1/hops/{hop}/evidence",
        f"/v1/officers/{officer}/history",
        f"/v1/organizations/{organization}/history",
        *(
            f"/v1/circulars/{circular}/{what}"
            for what in ("history", "route", "deadlines", "answers")
        ),
        "/v1/audit/events?limit=200",
        "/v1/audit/events?late=true",
        "/v1/audit/export?format=csv",
        "/v1/audit/export?format=jsonl",
        *(f"/v1/audit/figures?by={group}" for group in ("organization", "tier", "urgency")),
    ]


async def test_no_answer_changes_when_the_history_of_the_process_is_deleted(
    left_behind: tuple[Path, PostgresServer],
) -> None:
    folder, server = left_behind
    before = await _ask(folder, server)
    kept = list((folder / "temporal").rglob("*"))
    assert sum(one.stat().st_size for one in kept if one.is_file()) > 100_000
    shutil.rmtree(folder / "temporal")
    assert await _ask(folder, server) == before
    assert len(before) >= 18
    assert "บก 0023.4/ว 927" in before["/v1/letters?number=๙๒๗"].decode()
