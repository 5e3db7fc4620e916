import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from cli import verify_lanes
from cli.keep_ledger import verify
from cli.seal import fence, new_log
from cli.verify import verify_everything
from domain.checkpoint import Checkpoint, VerifierKey, sign_checkpoint
from infra.database import create_engine, create_sessions
from infra.embedded.postgres import PostgresServer
from infra.settings import Settings
from tests.api.conftest import DatabaseCopy
from tests.support.log import SealedLedger, all_finished, sealed_ledger, sealing

LOG = (
    "Log wian.local/log: {leaves} leaves, {seals} seals compared, {seals} checkpoints of witnesses;"
    " 0 rows not sealed yet."
)
WHOLE = ["3 registers, 24 entries, 0 at fault.", "8 letters as they were issued."]

WAITING = (
    "INSERT INTO event (at, kind, registry_id, officer_id) SELECT now(), 'read', id, id FROM hop"
)


@pytest.fixture(scope="module")
async def once(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SealedLedger]:
    """A sealed ledger that is only ever copied."""
    async with sealed_ledger(postgres, tmp_path_factory.mktemp("once")) as sealed:
        yield sealed


@pytest.fixture
async def sealed(
    postgres: PostgresServer, once: SealedLedger, tmp_path: Path
) -> AsyncIterator[SealedLedger]:
    """A copy of it for one test, with its files."""
    await once.powerful.dispose()
    database = DatabaseCopy(postgres, once.database)
    database.create()
    folder = Path(shutil.copytree(once.settings.data_dir, tmp_path / "data"))
    url = postgres.superuser_url.rsplit("/", 1)[0] + f"/{database.name}"
    powerful = create_engine(SecretStr(url), pool=1, role=None)
    yield replace(once, database=database, powerful=powerful, settings=Settings(data_dir=folder))
    await powerful.dispose()
    database.drop()


@pytest.fixture(autouse=True)
def found(sealed: SealedLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands find the ledger, with the rights of the worker."""
    monkeypatch.setenv("WIAN_WORKER_DATABASE_URL", sealed.database.worker_url.get_secret_value())
    monkeypatch.setenv("WIAN_DATA_DIR", str(sealed.settings.data_dir))


async def run(capsys: pytest.CaptureFixture[str], command: Callable[[], None]) -> list[str]:
    """Run a command and return what it prints, and how it ended if not well."""
    try:
        await asyncio.to_thread(command)
        end = []
    except SystemExit as ended:
        end = [f"exit {ended.code}"]
    return capsys.readouterr().out.splitlines() + end


async def test_a_whole_ledger_is_counted(
    sealed: SealedLedger, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [*WHOLE, LOG.format(leaves=80, seals=8)]
    assert await run(capsys, verify) == whole
    # As with very many rows: each part of the log in a process of its own.
    monkeypatch.setattr(verify_lanes, "WORTH_IT", 40)
    assert await run(capsys, verify) == whole


class Threads(ThreadPoolExecutor):
    """Lanes that need no process to be started."""

    def __init__(self, count: int, **_: object) -> None:
        super().__init__(count)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE register SET allocated = allocated - 1 WHERE book = 'incoming'",
        "UPDATE register_entry SET entry_hash = sha256('') WHERE position = 4",
        "DELETE FROM event WHERE id = 20",
        "UPDATE seal SET root = sha256('') WHERE size = 50",
        WAITING,
    ],
)
async def test_lanes_find_what_one_process_finds(
    sealed: SealedLedger, monkeypatch: pytest.MonkeyPatch, tampering: str
) -> None:
    monkeypatch.setattr(verify_lanes, "ProcessPoolExecutor", Threads)
    async with sealed.tampered(tampering) as session:
        await session.commit()
        alone = await verify_everything(session, sealed.settings, lanes=0)
        apart = await verify_everything(session, sealed.settings, lanes=3)
    assert apart == alone
    assert (apart.faults > 0) == (tampering != WAITING)
    assert apart.registers.entries == 24


async def test_the_public_key_is_enough(
    sealed: SealedLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed.settings.signing_key_file.unlink()
    (refused,) = await run(capsys, verify)
    assert "give its public half with --key" in refused
    (refused,) = await run(capsys, lambda: verify(key="no key"))
    assert "log_key_malformed" in refused
    key = VerifierKey(name="wian.local/log", public=sealed.signer.public).text
    assert (await run(capsys, lambda: verify(key=key)))[-1] == LOG.format(leaves=80, seals=8)


async def test_a_walk_may_begin_where_the_last_one_ended(
    sealed: SealedLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    file = sealed.settings.verified_state_file
    first = await run(capsys, lambda: verify(incremental=True))
    assert first[-1] == LOG.format(leaves=80, seals=8)
    assert json.loads(file.read_text())["size"] == 80
    again = await run(capsys, lambda: verify(incremental=True))
    assert again == [
        "0 registers, 0 entries, 0 at fault.",
        "0 letters as they were issued.",
        LOG.format(leaves=80, seals=0),
    ]
    file.write_text("{}")
    (refused,) = await run(capsys, lambda: verify(incremental=True))
    assert "cannot be read" in refused


async def test_faults_are_named_and_end_with_one(
    sealed: SealedLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    async with sealed.tampered(
        "UPDATE register_entry SET reason = 'x' WHERE position = 3",
        "UPDATE letter SET subject = 'x' WHERE id = (SELECT min(id::text)::uuid FROM letter)",
        "UPDATE event SET at = at - interval '1 day' WHERE id = 1",
    ) as session:
        await session.commit()
    told = await run(capsys, verify)
    assert [line.split()[0] for line in told] == [
        *["FAULT"] * 3,
        "3",
        "FAULT",
        "0",
        "FAULT",
        "Log",
        "exit",
    ]
    assert "hash differs from the entry" in told[0]
    assert "differs from what was issued" in told[4]
    assert "event 1 (letter_issued, 2021-03-01" in told[6]
    assert told[-1] == "exit 1"


async def test_a_witness_that_is_away_is_told(
    sealed: SealedLedger, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIAN_WITNESS_URLS", '["http://127.0.0.1:9/log"]')
    told = await run(capsys, verify)
    assert told[-1].startswith("Not compared with a witness that is away: ")
    await run(capsys, lambda: verify(incremental=True))
    # What it holds of this walk would never be compared again.
    assert not sealed.settings.verified_state_file.exists()


@pytest.mark.parametrize(
    ("left", "is_refused"),
    [
        pytest.param((), False, id="nothing"),
        pytest.param(("caught_up_at",), True, id="the instant"),
        pytest.param(("witness",), True, id="a witness"),
        pytest.param(("restart",), True, id="a restart"),
    ],
)
async def test_a_log_that_was_taken_away_is_missed_without_the_key(
    sealed: SealedLedger,
    capsys: pytest.CaptureFixture[str],
    left: tuple[str, ...],
    is_refused: bool,
) -> None:
    sealed.settings.signing_key_file.unlink()
    if "witness" not in left:
        shutil.rmtree(sealed.settings.witness_folder)
    gone = ["DELETE FROM seal", "DELETE FROM log_node"]
    if "caught_up_at" not in left:
        gone.append("UPDATE sealing SET caught_up_at = NULL")
    if "restart" in left:
        gone.append("UPDATE event SET kind = 'log_restarted' WHERE kind = 'registered' AND id < 9")
    async with sealed.tampered(*gone) as session:
        await session.commit()
    told = await run(capsys, verify)
    assert ("give its public half with --key" in told[-1]) == is_refused
    assert (told[-1] == "Nothing is sealed yet.") == (not is_refused)


async def test_a_witness_that_lost_everything_is_a_fault(
    sealed: SealedLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(sealed.settings.witness_folder)
    async with sealed.tampered(
        "UPDATE seal SET sealed_at = sealed_at - interval '1 hour'"
    ) as session:
        await session.commit()
    told = await run(capsys, verify)
    assert told[-1] == "exit 1"
    assert told[-3].endswith("witness holds nothing of this log, the ledger 80 leaves")


async def test_a_witness_of_a_later_log_is_a_fault(
    sealed: SealedLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    later = Checkpoint(origin="wian.local/log/2", size=9, root=bytes(32))
    note = sign_checkpoint(later, public=sealed.signer.public, sign=sealed.signer.sign)
    await sealed.witness.put(note, origin=later.origin, size=later.size)
    told = await run(capsys, verify)
    assert told[-1] == "exit 1"
    assert told[-3].endswith("holds a log that was begun later: wian.local/log/2")


async def test_what_was_found_good_in_another_era_is_found_again(
    sealed: SealedLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    await run(capsys, lambda: verify(incremental=True))
    await run(capsys, lambda: new_log(reason="กู้คืนจากสำรอง"))
    told = await run(capsys, lambda: verify(incremental=True))
    assert told[:2] == WHOLE
    assert told[2].startswith("Log wian.local/log/2 began anew at 20")
    assert told[2].endswith(": กู้คืนจากสำรอง")
    assert told[3].startswith("Log wian.local/log/2: 0 leaves")
    assert json.loads(sealed.settings.verified_state_file.read_text())["era"] == 2


async def test_an_operator_stops_numbering_and_lets_it_go_on(
    sealed: SealedLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    (shown,) = await run(capsys, fence)
    assert shown.startswith("Not fenced. Everything until ")
    (shown,) = await run(capsys, lambda: fence(reason="ตรวจสอบ"))
    assert shown.startswith("Fenced since ")
    assert shown.endswith(": ตรวจสอบ")
    (shown,) = await run(capsys, lambda: fence(lift=True))
    assert shown.startswith("Not fenced.")


async def test_a_fence_stays_until_a_new_log_is_begun(
    sealed: SealedLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = "DELETE FROM {} WHERE txid >= (SELECT max(from_txid) FROM seal)"
    async with sealed.tampered(
        lost.format("event"),
        lost.format("register_entry"),
        "DELETE FROM seal WHERE size = 80",
        "DELETE FROM letter",
    ) as session:
        await session.commit()
    (refused,) = await run(capsys, lambda: fence(lift=True))
    assert "holds 80 leaves, the ledger 70. `wian new-log`" in refused
    (told,) = await run(capsys, lambda: new_log(reason="กู้คืนจากสำรอง"))
    assert told == (
        "Log wian.local/log ended at 70 leaves. wian.local/log/2 seals everything again from the"
        " first row."
    )
    (shown,) = await run(capsys, fence)
    assert shown == "Not fenced. Sealing has not begun."
    async with sealing(sealed.database, sealed.witness, signer=sealed.signer) as sealer:
        await all_finished(create_sessions(sealed.powerful))
        assert await sealer.pass_once() == 71
    assert "Log wian.local/log/2: 71 leaves, 1 seals compared" in (await run(capsys, verify))[-2]
    (*_, last, end) = await run(capsys, lambda: verify(era=1))
    assert "Log wian.local/log: 70 leaves" in last
    assert end == "exit 1"
