import asyncio
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from cli.evidence import evidence
from domain.vocabulary import EventKind, Secrecy
from infra.database import create_engine
from models import Officer
from tests.conftest import Database
from tests.support.directory import Desk, Directory
from tests.support.letters import events, hop_to, send
from tests.support.letters import issue as issue_letter
from tests.support.relay_desk import Sessions
from tests.support.sealed import Sealer

VERIFIER = Path(__file__).parents[2] / "verifier" / "verify_evidence.py"


def _verify(bundle: Path, key: str) -> str:
    run = subprocess.run(  # noqa: S603 - our own file
        [sys.executable, "-I", str(VERIFIER), str(bundle), "--key", key],
        capture_output=True,
        check=True,
        timeout=60,
    )
    return run.stdout.decode()


async def _send(session: AsyncSession, sender: Desk, recipient: Desk, secrecy: Secrecy) -> UUID:
    cleared = replace(sender, clerk=replace(sender.clerk, clearance=secrecy))
    letter = await issue_letter(session, cleared, secrecy=secrecy)
    return await hop_to(session, await send(session, cleared, recipient, letter=letter), recipient)


async def test_evidence_is_printed_or_written_and_verifies(
    database: Database,
    sessions: Sessions,
    own_directory: Directory,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
    tmp_path: Path,
) -> None:
    agency, hall = own_directory["agency"], own_directory["hall"]
    async with sessions.begin() as session:
        plain = await _send(session, agency, hall, Secrecy.NORMAL)
        secret = await _send(session, agency, hall, Secrecy.SECRET)
    sealer = Sealer(sessions=sessions)
    await sealer.seal()
    monkeypatch.setenv("WIAN_WORKER_DATABASE_URL", database.worker_url.get_secret_value())
    printed, written = tmp_path / "printed.json", tmp_path / "written.json"

    async def call(command: Callable[..., None], *words: UUID, **options: object) -> bytes:
        await asyncio.to_thread(command, *words, **options)
        return capfdbinary.readouterr().out

    printed.write_bytes(await call(evidence, plain))
    assert await call(evidence, plain, output=written) == b""
    assert written.read_bytes() == printed.read_bytes()
    assert "\nACCEPTED\n" in _verify(written, sealer.key_text)
    for refused, told in (
        ({"output": written}, "exists"),
        ({"as_": "nobody"}, "officer"),
        ({"as_": "clerk.stranger"}, "not_found"),
    ):
        with pytest.raises(SystemExit, match=told):
            await call(evidence, plain, **refused)
    for unknown in (uuid4(), secret):
        with pytest.raises(SystemExit, match="not_found"):
            await call(evidence, unknown)
    await _clear(database)
    secrets = tmp_path / "secret.json"
    await call(evidence, secret, as_="clerk.hall", output=secrets)
    assert "ชั้นความลับ ลับ\n" in _verify(secrets, sealer.key_text)
    async with sessions() as session:
        (read,) = await events(session, EventKind.READ)
    assert read.officer_id == hall.clerk.id


async def _clear(database: Database) -> None:
    engine = create_engine(database.owner_url, pool=1, role=None)
    async with engine.begin() as connection:
        await connection.execute(
            update(Officer).where(Officer.subject == "clerk.hall").values(clearance="secret")
        )
    await engine.dispose()
