import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from domain.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from domain.errors import ConflictError, UnavailableError
from infra.database import create_engine
from infra.embedded.postgres import PostgresServer
from infra.settings import Settings
from infra.time_stamp import TimeStampAwayError
from infra.witness import FolderWitness
from models import Event, RegisterEntry, Seal
from services.fence_ledger import fence_ledger, lift_fence, restart_log, show_sealing
from services.read_log import current_era
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.letters import issue
from tests.support.log import (
    NAME,
    SIGNER,
    MemoryWitness,
    all_finished,
    sealed_sizes,
    sealing,
    verify,
)
from worker.sealer import StopRule, run_sealer

Sessions = async_sessionmaker[AsyncSession]
Write = Callable[..., Awaitable[None]]


@pytest.fixture
def write(sessions: Sessions, own_directory: Directory) -> Write:
    """Issue letters, each with a number and an event, in a transaction of their own."""

    async def write(letters: int = 1) -> None:
        async with sessions.begin() as session:
            for _ in range(letters):
                await issue(session, own_directory["agency"])
        await all_finished(sessions)

    return write


@pytest.fixture
async def powerful(postgres: PostgresServer, database: Database) -> AsyncIterator[AsyncEngine]:
    """The superuser, against whom triggers do not help."""
    url = postgres.superuser_url.rsplit("/", 1)[0] + f"/{database.name}"
    engine = create_engine(SecretStr(url), pool=1, role=None)
    yield engine
    await engine.dispose()


async def tamper(powerful: AsyncEngine, *statements: str) -> None:
    async with powerful.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            await connection.execute(text(statement))


async def fence_reason(sessions: Sessions) -> str | None:
    async with sessions() as session:
        return (await show_sealing(session)).fence_reason


async def sealed(sessions: Sessions, sizes: list[int]) -> None:
    """Wait until another task or process has sealed so much."""
    async with asyncio.timeout(30):
        while await sealed_sizes(sessions) != sizes:  # noqa: ASYNC110 - the state is in the ledger
            await asyncio.sleep(0.01)


LOSE_THE_LAST = (
    "DELETE FROM event WHERE txid >= (SELECT max(from_txid) FROM seal)",
    "DELETE FROM register_entry WHERE txid >= (SELECT max(from_txid) FROM seal)",
    "DELETE FROM seal WHERE id = (SELECT max(id) FROM seal)",
)


async def test_what_is_finished_is_sealed_and_witnessed(
    database: Database, sessions: Sessions, write: Write
) -> None:
    witness = MemoryWitness()
    async with sealing(database, witness) as sealer:
        assert await sealer.pass_once() == 0
        await write(3)
        assert await sealer.pass_once() == 6
        await write()
        assert await sealer.pass_once() == 2
        assert await sealer.pass_once() == 0
    assert witness.sizes() == await sealed_sizes(sessions) == [6, 8]
    found = await verify(sessions, witness)
    assert (found.fault, found.leaves, found.seals, found.witnessed) == (None, 8, 2, 2)


async def test_nothing_new_only_moves_the_instant(database: Database, sessions: Sessions) -> None:
    moved: list[datetime | None] = []
    async with sealing(database) as sealer:
        for _ in range(2):
            await all_finished(sessions)
            await sealer.pass_once()
            async with sessions() as session:
                moved.append((await show_sealing(session)).caught_up_at)
    assert moved[0] is not None
    assert moved[1] is not None
    assert moved[0] < moved[1] < datetime.now(UTC)
    assert await sealed_sizes(sessions) == []


async def test_what_an_open_transaction_hides_is_not_called_sealed(
    database: Database, sessions: Sessions, own_directory: Directory, write: Write
) -> None:
    async with sealing(database) as sealer:
        await sealer.pass_once()
        async with sessions() as slow:
            await issue(slow, own_directory["hall"])
            async with sessions.begin() as session:
                await issue(session, own_directory["agency"])
            before = datetime.now(UTC)
            for _ in range(2):
                assert await sealer.pass_once() == 0
            async with sessions() as session:
                caught_up_at = (await show_sealing(session)).caught_up_at
            assert caught_up_at is not None
            assert caught_up_at < before
            await slow.commit()
        await all_finished(sessions)
        assert await sealer.pass_once() == 4
        async with sessions() as session:
            caught_up_at = (await show_sealing(session)).caught_up_at
        assert caught_up_at is not None
        assert caught_up_at > before


async def test_one_works_and_the_next_takes_over(
    database: Database, sessions: Sessions, write: Write
) -> None:
    await write()
    async with sealing(database) as first, sealing(database) as second:
        assert await first.pass_once() == 2
        assert await second.pass_once() is None
        await write()
        await first.close()
        assert await second.pass_once() == 2
        assert await first.pass_once() is None
        await second.close()
        # It knows an older log than there is: a seal whose commit was never confirmed to it.
        await write()
        assert await first.pass_once() == 2
    assert await sealed_sizes(sessions) == [2, 4, 6]
    assert await fence_reason(sessions) is None


async def test_a_witness_that_was_away_is_told_later(
    database: Database, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    there, away = MemoryWitness(name="there"), MemoryWitness(name="away", is_away=True)
    async with sealing(database, there, away) as sealer:
        for _ in range(2):
            await write()
            assert await sealer.pass_once() == 2
        assert "away does not answer" in caplog.text
        away.is_away = False
        assert await sealer.pass_once() == 0
    assert away.kept == there.kept
    assert away.sizes() == [2, 4]


async def test_a_new_witness_gets_every_checkpoint(
    database: Database, write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("worker.witnesses.CHECKPOINTS", 2)
    async with sealing(database) as sealer:
        for _ in range(5):
            await write()
            await sealer.pass_once()
    witness = FolderWitness(tmp_path)
    async with sealing(database, witness) as sealer:
        for expected in ([2, 4], [2, 4, 6, 8], [2, 4, 6, 8, 10]):
            await sealer.pass_once()
            kept = [read_checkpoint(note).size async for note in witness.all(NAME)]
            assert kept == expected
    slow = MemoryWitness()
    monkeypatch.setattr("worker.witnesses.SECONDS", -1.0)
    async with sealing(database, slow) as sealer:
        await sealer.pass_once()
        assert slow.sizes() == [2]


async def test_a_witness_that_lost_what_it_confirmed_is_told_again_and_loudly(
    database: Database, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    witness = MemoryWitness()
    async with sealing(database, witness) as sealer:
        for _ in range(2):
            await write()
            await sealer.pass_once()
        witness.is_away = True
        await sealer.pass_once()
        witness.is_away = False
        await sealer.pass_once()
        assert not [one for one in caplog.records if one.levelname == "ERROR"]
        del witness.kept[NAME][4]
        await sealer.pass_once()
        await sealer.pass_once()
    errors = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert errors == [f"memory confirmed 4 leaves of {NAME} and holds 2"]
    assert witness.sizes() == [2, 4]


async def test_a_time_stamp_is_kept_with_the_seal_and_missed_without_harm(
    database: Database, sessions: Sessions, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[bytes] = []

    async def stamp(digest: bytes) -> bytes:
        asked.append(digest)
        if len(asked) == 2:
            raise TimeStampAwayError("no answer")
        return b"token"

    async with sealing(database, stamp=stamp) as sealer:
        for _ in range(2):
            await write()
            assert await sealer.pass_once() == 2
    async with sessions() as session:
        seals = (await session.scalars(select(Seal).order_by(Seal.size))).all()
    assert [seal.token for seal in seals] == [b"token", None]
    assert asked == [sha256(seal.checkpoint.encode()).digest() for seal in seals]
    assert "time_stamp_away" in caplog.text


@pytest.mark.parametrize("is_new_process", [True, False])
async def test_a_restored_backup_is_fenced_within_one_pass(
    database: Database,
    sessions: Sessions,
    own_directory: Directory,
    write: Write,
    powerful: AsyncEngine,
    *,
    is_new_process: bool,
) -> None:
    # A process that went on remembers; one that was started anew has the witness alone.
    witness = MemoryWitness()
    witnesses = [witness] if is_new_process else []
    async with sealing(database, *witnesses) as before:
        for _ in range(3):
            await write()
            await before.pass_once()
        await tamper(powerful, *LOSE_THE_LAST)
        async with sealing(database, *witnesses) as after:
            if is_new_process:
                await before.close()
            assert await (after if is_new_process else before).pass_once() is None
            reason = "memory holds 6 leaves, the ledger 4" if is_new_process else "seals are gone"
            assert reason in (await fence_reason(sessions) or "")
            with pytest.raises(UnavailableError) as refused:
                await write()
            assert refused.value.reason == "ledger_fenced"
            assert await after.pass_once() is None


async def test_a_new_log_seals_everything_again(
    database: Database, sessions: Sessions, write: Write, powerful: AsyncEngine
) -> None:
    witness = MemoryWitness()
    async with sealing(database, witness) as sealer:
        for _ in range(3):
            await write()
            await sealer.pass_once()
        await tamper(powerful, *LOSE_THE_LAST)
        assert await sealer.pass_once() is None
        async with sessions.begin() as session:
            held = await witness.latest(NAME)
            begun = await restart_log(
                session,
                name=NAME,
                reason="กู้คืนจากสำรอง",
                witnessed=[read_checkpoint(held or "")],
                at=datetime.now(UTC),
            )
        await write()
        await all_finished(sessions)
        assert await sealer.pass_once() == 4 + 1 + 2
    assert (begun.origin, begun.old_origin, begun.old_size) == (f"{NAME}/2", NAME, 4)
    async with sessions() as session:
        event = (await session.scalars(select(Event).where(Event.kind == "log_restarted"))).one()
    assert event.facts["witnessed"][0]["size"] == 6
    assert event.facts["old_size"] == 4
    assert witness.sizes(2) == [7]
    found = await verify(sessions, witness, era=2)
    assert (found.fault, found.leaves) == (None, 7)
    old = await verify(sessions, witness, era=1)
    assert old.fault == "memory holds 6 leaves, the ledger 4"


@pytest.mark.parametrize("table", ["event", "register_entry"])
async def test_no_new_log_begins_while_rows_are_ahead_of_the_server(
    sessions: Sessions, write: Write, powerful: AsyncEngine, table: str
) -> None:
    await write()

    async def restart() -> None:
        async with sessions.begin() as session:
            await restart_log(
                session,
                name=NAME,
                reason="กู้คืนจากสำรอง",
                witnessed=[],
                at=datetime.now(UTC),
            )

    await tamper(powerful, f"UPDATE {table} SET txid = '900000000'")  # noqa: S608 (our own words)
    with pytest.raises(ConflictError) as refused:
        await restart()
    assert refused.value.reason == "transactions_restarted"
    assert "pg_resetwal" in str(refused.value)
    assert str(refused.value.facts["row"]).startswith(table)
    await tamper(powerful, f"UPDATE {table} SET txid = pg_current_xact_id()")  # noqa: S608
    await restart()
    async with sessions() as session:
        assert await current_era(session) == 2


async def test_looks_at_a_log_that_ended_are_forgotten(
    database: Database, sessions: Sessions, own_directory: Directory, write: Write
) -> None:
    async with sealing(database) as sealer, sessions() as slow:
        await issue(slow, own_directory["hall"])
        for _ in range(2):
            await sealer.pass_once()
        assert len(sealer._looks) == 2
        async with sessions.begin() as session:
            await restart_log(
                session,
                name=NAME,
                reason="x",
                witnessed=[],
                at=datetime.now(UTC),
            )
        await sealer.pass_once()
        assert len(sealer._looks) == 1
        async with sessions.begin() as session:
            await fence_ledger(session, reason="x")
        await sealer.pass_once()
        assert not sealer._looks


@pytest.mark.parametrize("era", [2, 4])
async def test_a_backup_from_before_a_restart_is_fenced(
    database: Database, sessions: Sessions, write: Write, era: int
) -> None:
    witness = MemoryWitness()
    later = Checkpoint(origin=f"{NAME}/{era}", size=9, root=bytes(32))
    note = sign_checkpoint(later, public=SIGNER.public, sign=SIGNER.sign)
    await witness.put(note, origin=f"{NAME}/{era}", size=9)
    await write()
    async with sealing(database, witness) as sealer:
        assert await sealer.pass_once() is None
    assert await fence_reason(sessions) == f"memory holds a log that was begun later: {NAME}/{era}"


async def test_another_root_at_a_witness_is_a_fork(
    database: Database, sessions: Sessions, write: Write
) -> None:
    witness = MemoryWitness()
    async with sealing(database) as sealer:
        for _ in range(2):
            await write()
            await sealer.pass_once()
    other = Checkpoint(origin=NAME, size=3, root=bytes(32))
    await witness.put(
        sign_checkpoint(other, public=SIGNER.public, sign=SIGNER.sign), origin=NAME, size=3
    )
    async with sealing(database, witness) as sealer:
        assert await sealer.pass_once() is None
    assert await fence_reason(sessions) == "memory holds another root of the first 3 leaves"


async def test_what_a_stranger_signed_is_no_fork(
    database: Database, sessions: Sessions, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    witness = MemoryWitness()
    await witness.put("no checkpoint at all\n", origin=NAME, size=99)
    await write()
    async with sealing(database, witness) as sealer:
        assert await sealer.pass_once() == 2
    assert await fence_reason(sessions) is None
    assert "what this key never signed: checkpoint_malformed" in caplog.text
    assert "refuses our checkpoint" in caplog.text


async def test_another_key_fences(database: Database, sessions: Sessions, write: Write) -> None:
    await write()
    async with sealing(database) as sealer:
        await sealer.pass_once()
    stranger = replace(SIGNER, public=bytes(32))
    async with sealing(database, signer=stranger) as sealer:
        assert await sealer.pass_once() is None
    assert "checkpoint_signature_wrong" in (await fence_reason(sessions) or "")


async def test_a_restore_into_another_server_is_named(
    database: Database, sessions: Sessions, write: Write, powerful: AsyncEngine
) -> None:
    await write()
    async with sealing(database) as sealer:
        await sealer.pass_once()
    await tamper(powerful, "UPDATE seal SET until_txid = '900000000'")
    async with sealing(database) as sealer:
        assert await sealer.pass_once() is None
        assert "restored into another server" in (await fence_reason(sessions) or "")
        await tamper(powerful, "UPDATE seal SET until_txid = pg_current_xact_id()")
        async with sessions.begin() as session:
            await lift_fence(session)
        await all_finished(sessions)
        assert await sealer.pass_once() == 0
    assert await fence_reason(sessions) is None


@pytest.mark.parametrize("on_stop", ["refuse", "mark"])
async def test_past_the_second_limit_numbers_are_refused_or_marked(
    database: Database, sessions: Sessions, write: Write, powerful: AsyncEngine, on_stop: str
) -> None:
    rule = StopRule(after=timedelta(seconds=60), on_stop=on_stop)
    async with sealing(database, rule=rule) as sealer:
        await write()
        await sealer.pass_once()
        await tamper(powerful, "UPDATE sealing SET caught_up_at = caught_up_at - interval '1 min'")
        if on_stop == "refuse":
            with pytest.raises(UnavailableError) as refused:
                await write()
            assert refused.value.reason == "sealing_behind"
        else:
            await write()
        await sealer.pass_once()
        await write()
    async with sessions() as session:
        query = select(RegisterEntry.is_unsealed).order_by(RegisterEntry.position)
        marked = (await session.scalars(query)).all()
    assert marked == ([False, False] if on_stop == "refuse" else [False, True, False])


async def test_a_rule_of_never_lets_numbers_go_on(
    database: Database, sessions: Sessions, write: Write, powerful: AsyncEngine
) -> None:
    async with sealing(database, rule=StopRule(after=None, on_stop="refuse")) as sealer:
        await sealer.pass_once()
    await tamper(powerful, "UPDATE sealing SET caught_up_at = '2021-03-02'")
    await write()


async def test_a_lost_connection_is_made_again(
    database: Database,
    sessions: Sessions,
    write: Write,
    powerful: AsyncEngine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stop = asyncio.Event()
    async with sealing(database) as sealer:
        running = asyncio.create_task(sealer.run(interval=0.01, stop=stop))
        for expected in ([2], [2, 4]):
            await write()
            await sealed(sessions, expected)
            async with powerful.connect() as connection:
                killed = await connection.scalars(_KILL, {"database": database.name})
                assert killed.all() == [True]
        stop.set()
        await running
    assert "sealing waits" in caplog.text


_KILL = text("""
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND datname = :database
""")


async def test_the_process_seals_until_it_is_stopped(
    database: Database, sessions: Sessions, write: Write, tmp_path: Path
) -> None:
    await write()
    settings = Settings(
        worker_database_url=database.worker_url, data_dir=tmp_path, seal_interval=0.05
    )
    stop = asyncio.Event()
    running = asyncio.create_task(run_sealer(settings, stop))
    await sealed(sessions, [2])
    stop.set()
    await running
    assert settings.signing_key_file.stat().st_mode & 0o777 == 0o600
    assert await FolderWitness(settings.witness_folder).latest("wian.local/log")
    async with sessions() as session:
        state = await show_sealing(session)
        assert (state.stop_after, state.on_stop) == (timedelta(hours=4), "refuse")
        assert await current_era(session) == 1


async def test_without_a_ledger_or_with_a_bad_witness_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="WIAN_DATABASE_URL"):
        await run_sealer(Settings(database_url=None), asyncio.Event())
    url = SecretStr("postgresql+psycopg://nobody@127.0.0.1:1/none")
    settings = Settings(database_url=url, data_dir=tmp_path, witness_urls=["ftp://example.org"])
    with pytest.raises(SystemExit):
        await run_sealer(settings, asyncio.Event())
