# ruff: noqa: S608 (our own words)
import asyncio
from collections.abc import AsyncIterator, Collection, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.checkpoint import Checkpoint, sign_checkpoint
from infra.embedded.postgres import PostgresServer
from services.list_restarts import list_restarts
from services.read_log import current_era
from services.verify_letters import verify_letters
from services.verify_log import LogState, LogVerdict, verify_log
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.log import (
    SealedLedger,
    all_finished,
    sealed_ledger,
    sealing,
    verify,
    write_round,
)

EVENT = "(SELECT id FROM event ORDER BY txid, id OFFSET {} LIMIT 1)"
ENTRY = "(SELECT id FROM register_entry ORDER BY txid, id OFFSET {} LIMIT 1)"
NAMES = text(f"""
SELECT 'event ' || id || ' (' || kind || ', '
    || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ')'
FROM event WHERE id = {EVENT.format(":nth")}
UNION ALL
SELECT 'register_entry ' || e.id || ' (number ' || e.number || ' of ' || g.name || ', ' || r.book
    || ' ' || r.year || ')'
FROM register_entry e JOIN register r ON r.id = e.register_id
JOIN registry g ON g.id = r.registry_id
WHERE e.id = {ENTRY.format(":nth")}
""")


@pytest.fixture(scope="module")
async def sealed(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SealedLedger]:
    """A ledger that every test changes as its superuser, and leaves as it was."""
    async with sealed_ledger(postgres, tmp_path_factory.mktemp("log")) as sealed:
        yield sealed


async def name_of(session: AsyncSession, table: str, nth: int) -> str:
    """Return what a row is called, of the rows of its table in the order of the log."""
    event, entry = (await session.scalars(NAMES, {"nth": nth})).all()
    return str(event if table == "event" else entry)


async def look(
    session: AsyncSession,
    sealed: SealedLedger,
    *,
    since: LogState | None = None,
    notes: Sequence[str] = (),
    era: int | None = None,
    away: Collection[str] = (),
) -> LogVerdict:
    """Verify with what the folder holds, and with the notes of another witness."""

    async def other() -> AsyncIterator[str]:
        for note in notes:
            yield note

    kept = {"folder": sealed.witness.all(sealed.signer.name)}
    if notes:
        kept["other"] = other()
    return await verify_log(
        session, reader=sealed.signer, kept=kept, since=since, era=era, away=away
    )


def note(sealed: SealedLedger, size: int, root: bytes = bytes(32)) -> str:
    state = Checkpoint(origin=sealed.signer.name, size=size, root=root)
    return sign_checkpoint(state, public=sealed.signer.public, sign=sealed.signer.sign)


async def test_an_untouched_log_is_whole(sealed: SealedLedger) -> None:
    async with sealed.tampered() as session:
        found = await look(session, sealed)
    assert found.fault is None
    assert (found.seals, found.leaves, found.witnessed, found.unsealed) == (8, 80, 8, 0)


@pytest.mark.parametrize(
    ("tampering", "table", "nth", "said"),
    [
        pytest.param(
            f"UPDATE event SET facts = '{{}}' WHERE id = {EVENT.format(9)}",
            "event",
            9,
            "{row} differs from what was sealed",
            id="event changed",
        ),
        pytest.param(
            f"UPDATE register_entry SET is_unsealed = true WHERE id = {ENTRY.format(4)}",
            "register_entry",
            4,
            "{row} differs from what was sealed",
            id="entry changed",
        ),
        pytest.param(
            f"DELETE FROM event WHERE id = {EVENT.format(9)}",
            "event",
            9,
            "a row that was sealed is missing: before {row}",
            id="event deleted",
        ),
        pytest.param(
            f"DELETE FROM event WHERE id = {EVENT.format(13)}",
            "event",
            12,
            "a row that was sealed is missing: after {row}",
            id="last event of a seal deleted",
        ),
        pytest.param(
            f"""WITH moved AS (SELECT txid FROM event WHERE id = {EVENT.format(40)})
            UPDATE event SET txid = moved.txid FROM moved WHERE id = {EVENT.format(9)}""",
            "event",
            9,
            "a row that was sealed is missing: before {row}",
            id="event moved to a later transaction",
        ),
        pytest.param(
            f"""INSERT INTO event (id, at, kind, registry_id, officer_id, txid)
            OVERRIDING SYSTEM VALUE
            SELECT 0, at, kind, registry_id, officer_id, txid FROM event
            WHERE id = {EVENT.format(9)}""",
            "event",
            7,
            "{row} was not there when its place was sealed",
            id="event added",
        ),
        pytest.param(
            f"""UPDATE event mine SET txid = other.txid FROM event other
            WHERE mine.id IN ({EVENT.format(12)}, {EVENT.format(13)}) AND mine.id <> other.id
                AND other.id IN ({EVENT.format(12)}, {EVENT.format(13)})""",
            "event",
            12,
            "{row} is out of its place",
            id="events exchanged",
        ),
    ],
)
async def test_the_first_bad_row_is_named(
    sealed: SealedLedger, tampering: str, table: str, nth: int, said: str
) -> None:
    async with sealed.tampered(tampering) as session:
        found = await look(session, sealed)
        row = await name_of(session, table, nth)
    assert found.fault == said.format(row=row)


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        pytest.param(
            "UPDATE seal SET root = sha256('x') WHERE size = 30",
            "the seal of leaves 20 to 30, from {row} on: its root is not the root over its rows",
            id="root",
        ),
        pytest.param(
            "UPDATE seal SET checkpoint = (SELECT checkpoint FROM seal WHERE size = 20)"
            " WHERE size = 30",
            "the seal of leaves 20 to 30, from {row} on: its checkpoint is of another state",
            id="checkpoint of another seal",
        ),
        pytest.param(
            "UPDATE seal SET checkpoint = replace(checkpoint, 'wian.local', 'other.local')"
            " WHERE size = 30",
            "its checkpoint is refused: checkpoint_of_another_log",
            id="checkpoint of another log",
        ),
        pytest.param(
            "DELETE FROM seal WHERE size = 20",
            "begins at leaf 20, but 10 were sealed before it",
            id="seal missing",
        ),
        pytest.param(
            "UPDATE seal SET from_txid = '3' WHERE size = 10",
            "begins at transaction 3, the one before ends 0",
            id="gap between transactions",
        ),
        pytest.param(
            "DELETE FROM seal WHERE size = 80", "folder holds 80 leaves, the ledger 70", id="last"
        ),
        pytest.param("DELETE FROM seal", "folder holds 10 leaves, the ledger 0", id="all seals"),
        pytest.param(
            "UPDATE seal SET era = 2",
            "there are seals of era 2, but no restart after 1 is recorded",
            id="era without a restart",
        ),
    ],
)
async def test_the_first_bad_seal_is_named(sealed: SealedLedger, tampering: str, said: str) -> None:
    async with sealed.tampered(tampering) as session:
        found = await look(session, sealed)
        row = await name_of(session, "register_entry", 6)
    assert found.fault is not None
    assert said.format(row=row) in found.fault


@pytest.mark.parametrize(
    ("size", "said"),
    [
        pytest.param(30, "other keeps another root of the first 30 leaves", id="of a seal"),
        pytest.param(33, "other keeps another root of the first 33 leaves", id="between seals"),
        pytest.param(81, "other holds 81 leaves, the ledger 80", id="beyond"),
    ],
)
async def test_a_witness_that_holds_something_else_is_named(
    sealed: SealedLedger, size: int, said: str
) -> None:
    async with sealed.tampered() as session:
        found = await look(session, sealed, notes=[note(sealed, size)])
    assert found.fault is not None
    assert said in found.fault


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(("\n30\n", "\n31\n"), "checkpoint_signature_wrong", id="size"),
        pytest.param(("\n\n", "\n"), "checkpoint_malformed", id="malformed"),
        pytest.param(("wian.local", "wian.other"), "checkpoint_of_another_log", id="other log"),
    ],
)
async def test_a_witness_that_keeps_what_was_never_signed_is_named(
    sealed: SealedLedger, change: tuple[str, str], code: str
) -> None:
    async with sealed.tampered() as session:
        found = await look(session, sealed, notes=[note(sealed, 30).replace(*change)])
    assert found.fault is not None
    assert f"other keeps a checkpoint that is refused: {code}" in found.fault


async def test_witnesses_out_of_order_are_named(sealed: SealedLedger) -> None:
    notes = [note(sealed, 33), note(sealed, 12)]
    good = [one async for one in sealed.witness.all(sealed.signer.name)]
    async with sealed.tampered() as session:
        found = await look(session, sealed, notes=[good[3], good[1], *notes])
    assert found.fault is not None
    assert "other keeps a checkpoint of 20 leaves, out of its place" in found.fault


async def test_a_walk_goes_on_behind_the_last_good_one(sealed: SealedLedger) -> None:
    async with sealed.tampered() as session:
        whole = await look(session, sealed)
        (root, txid) = (
            await session.execute(text("SELECT root, until_txid FROM seal WHERE size = 50"))
        ).one()
        since = LogState(era=1, size=50, root=root, txid=int(txid))
        rest = await look(session, sealed, since=since)
        wrong = await look(session, sealed, since=LogState(era=1, size=50, root=bytes(32), txid=1))
        beyond = await look(session, sealed, since=LogState(era=1, size=99, root=root, txid=1))
    assert (rest.fault, rest.seals, rest.witnessed) == (None, 3, 3)
    assert rest.state == whole.state
    assert wrong.fault == "the first 50 leaves are not those that were found good before"
    assert beyond.fault is not None
    assert "of 99 leaves is not stored whole" in beyond.fault


async def test_what_waits_for_the_sealer_is_counted(sealed: SealedLedger) -> None:
    added = (
        "INSERT INTO event (at, kind, registry_id, officer_id)"
        " SELECT now(), 'read', id, id FROM hop"
    )
    async with sealed.tampered(added) as session:
        found = await look(session, sealed)
    assert (found.fault, found.unsealed) == (None, 24)


ADDED_EVENT = (
    "INSERT INTO event (at, kind, registry_id, officer_id, txid)"
    " SELECT now(), 'read', uuidv7(), uuidv7(), {} FROM seal WHERE size = 80"
)
ADDED_ENTRY = """
INSERT INTO register_entry (id, register_id, position, number, kind, hop_id, stamped_at,
    recorded_at, recorded_by, entry_hash, txid)
SELECT {}, e.register_id, 99, 99, e.kind, uuidv7(), now(), now(), e.recorded_by, e.entry_hash, {}
FROM register_entry e JOIN seal s ON s.size = 80 WHERE e.id = (SELECT max(id::text)::uuid
    FROM register_entry WHERE hop_id IS NOT NULL)
"""
UNSEALED = "s.until_txid"
"""The first transaction that no seal covers; it wrote no row of the ledger, and is finished."""


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        pytest.param(
            [ADDED_EVENT.format("'900000000'")],
            "event {event} (read) is of a transaction that this database server has not come to",
            id="event of the future",
        ),
        pytest.param(
            [ADDED_ENTRY.format("uuidv7()", "'900000000'")],
            "register_entry {entry} is of a transaction that this database server has not come to",
            id="entry of the future",
        ),
        pytest.param([ADDED_EVENT.format("until_txid")], None, id="event just now"),
        pytest.param([ADDED_ENTRY.format("uuidv7()", UNSEALED)], None, id="entry just now"),
        pytest.param(
            [ADDED_ENTRY.format("uuidv7(interval '-5 hours')", UNSEALED)],
            "register_entry {entry} should be sealed by now, but no seal covers it",
            id="old entry",
        ),
        pytest.param(
            [
                ADDED_ENTRY.format("uuidv7(interval '-5 hours')", UNSEALED),
                """UPDATE sealing SET stop_after = interval '6 hours',
                    caught_up_at = caught_up_at - interval '330 minutes'""",
            ],
            None,
            id="old entry, slow rule",
        ),
        pytest.param(
            [
                ADDED_ENTRY.format("uuidv7(interval '-2 minutes')", UNSEALED),
                "UPDATE sealing SET caught_up_at = now()",
            ],
            "register_entry {entry} should be sealed by now, but no seal covers it",
            id="entry from before everything was sealed",
        ),
        *(
            pytest.param(
                [ADDED_EVENT.format("until_txid"), f"UPDATE sealing SET caught_up_at = {at}"],
                "event {event} (read) should be sealed by now, but no seal covers it",
                id=f"event, {name}",
            )
            for name, at in {
                "nothing was sealed since": "now() - interval '5 hours'",
                "an instant that has not come": "now() + interval '5 hours'",
            }.items()
        ),
        pytest.param(
            [
                ADDED_EVENT.format("until_txid"),
                "UPDATE sealing SET caught_up_at = NULL",
                "UPDATE seal SET sealed_at = sealed_at - interval '5 hours'",
            ],
            "event {event} (read) should be sealed by now, but no seal covers it",
            id="event, instant taken away",
        ),
        pytest.param(
            ["UPDATE sealing SET caught_up_at = now() - interval '5 hours'"], None, id="no row left"
        ),
    ],
)
async def test_a_row_that_no_seal_will_cover_is_named(
    sealed: SealedLedger, tampering: list[str], said: str | None
) -> None:
    async with sealed.tampered(*tampering) as session:
        found = await look(session, sealed)
        row = (
            await session.execute(
                text(
                    "SELECT (SELECT max(id) FROM event) AS event,"
                    " (SELECT id FROM register_entry WHERE position = 99) AS entry"
                )
            )
        ).one()
    assert found.fault == (said and said.format(event=row.event, entry=row.entry))


async def test_a_log_whose_seals_are_all_gone_is_missed(sealed: SealedLedger) -> None:
    gone = "DELETE FROM seal"
    stale = "UPDATE sealing SET caught_up_at = caught_up_at - interval '5 hours'"
    async with sealed.tampered(gone, stale) as session:
        found = await verify_log(session, reader=sealed.signer, kept={})
    assert found.fault is not None
    assert found.fault.endswith("should be sealed by now, but no seal covers it")


HOUR_AGO = "UPDATE seal SET sealed_at = sealed_at - interval '1 hour' WHERE size <= {}"


async def test_a_witness_that_does_not_hold_what_it_was_told_is_named(
    sealed: SealedLedger,
) -> None:
    good = [one async for one in sealed.witness.all(sealed.signer.name)]

    async def held(session: AsyncSession, notes: Sequence[str], away: Collection[str] = ()) -> str:
        async def other() -> AsyncIterator[str]:
            for note in notes:
                yield note

        found = await verify_log(session, reader=sealed.signer, kept={"other": other()}, away=away)
        return found.fault or ""

    async with sealed.tampered(HOUR_AGO.format(50)) as session:
        # What was sealed just now may still be on its way.
        assert not await held(session, good[:5])
        assert await held(session, good[:4]) == (
            "other holds 40 leaves of this log, the ledger 50 leaves"
        )
        assert await held(session, []) == "other holds nothing of this log, the ledger 50 leaves"
        assert not await held(session, [], away={"other"})


RESTART = """
INSERT INTO event (at, kind, registry_id, officer_id, facts)
SELECT now(), 'log_restarted', '00000000-0000-0000-0000-000000000000',
    '00000000-0000-7000-8000-00000000000{officer}', jsonb_build_object('era', {era},
    'origin', 'wian.local/log/2', 'reason', 'why', 'old_size', {size}, 'old_root',
    encode(root, 'hex')) FROM seal WHERE size = 80
"""


@pytest.mark.parametrize(
    ("officer", "era", "size", "present", "said"),
    [
        pytest.param(1, "2", 80, 2, None, id="as it was"),
        pytest.param(1, "7", 80, 7, None, id="with eras passed over"),
        pytest.param(1, "2", 79, 2, "says that era 1 ended at 79 leaves", id="another size"),
        pytest.param(2, "2", 80, 1, "is not what the system writes", id="by somebody else"),
        pytest.param(1, "'x'", 80, 1, "is not what the system writes", id="no era"),
        pytest.param(1, "NULL", 80, 1, "is not what the system writes", id="era null"),
        pytest.param(1, "1", 80, 1, "begins era 1, but era 1 had begun", id="same era"),
    ],
)
async def test_a_restart_that_never_was_is_named(
    sealed: SealedLedger, officer: int, era: str, size: int, present: int, said: str | None
) -> None:
    forged = RESTART.format(officer=officer, era=era, size=size)
    async with sealed.tampered(forged) as session:
        found = await look(session, sealed, era=1)
        row = await session.scalar(text("SELECT max(id) FROM event"))
        assert await current_era(session) == present
        assert len(await list_restarts(session)) == (0 if said and "writes" in said else 1)
    if said is None:
        assert found.fault is None
    else:
        assert found.fault is not None
        assert found.fault.startswith(f"event {row} (log_restarted, ")
        assert said in found.fault


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        pytest.param("UPDATE letter SET subject = 'อื่น'", "differs from what was issued", id="said"),
        pytest.param(
            "INSERT INTO attachment (letter_id, position, file_name, media_type, size, sha256)"
            " SELECT id, 1, 'ก.pdf', 'application/pdf', 1, sha256('') FROM letter",
            "differs from what was issued",
            id="enclosed",
        ),
        pytest.param("DELETE FROM letter", "is missing", id="gone"),
        *(
            pytest.param(f"UPDATE letter SET {change}", "differs from what was issued", id=change)
            for change in (
                "registry_id = uuidv7()",
                "circular_id = registry_id, lineage = ARRAY[registry_id, id]",
                "issued_by = uuidv7()",
                "issued_at = issued_at + interval '1 us'",
            )
        ),
    ],
)
async def test_a_letter_that_says_something_else_is_named(
    sealed: SealedLedger, tampering: str, said: str
) -> None:
    async with sealed.tampered(tampering) as session:
        found = await verify_letters(session)
        row = await session.scalar(text("SELECT min(id) FROM event WHERE kind = 'letter_issued'"))
    assert found.fault is not None
    assert said in found.fault
    assert f"event {row}" in found.fault


async def test_a_letter_that_nobody_issued_is_named(sealed: SealedLedger) -> None:
    newest = "(SELECT max(id) FROM event WHERE kind = 'letter_issued')"
    async with sealed.tampered(f"UPDATE event SET kind = 'read' WHERE id = {newest}") as session:
        whole = await verify_letters(session)
        txid = await session.scalar(text("SELECT CAST(max(from_txid) AS text) FROM seal"))
        rest = await verify_letters(session, since_txid=int(txid or 0))
        later = await verify_letters(session, since_txid=int(txid or 0) + 10_000)
    assert whole.fault is not None
    assert whole.fault.endswith(" was never issued: no event")
    assert (whole.letters, rest.letters) == (7, 0)
    assert rest.fault == whole.fault
    assert later.fault is None


async def test_a_letter_from_before_digests_needs_none(sealed: SealedLedger) -> None:
    async with sealed.tampered(
        "UPDATE event SET facts = facts - 'sha256'", "UPDATE letter SET subject = 'x'"
    ) as session:
        found = await verify_letters(session)
    assert (found.fault, found.letters) == (None, 8)


async def test_letters_are_compared_from_a_transaction_on(sealed: SealedLedger) -> None:
    async with sealed.tampered() as session:
        txid = await session.scalar(text("SELECT CAST(max(from_txid) AS text) FROM seal"))
        assert (await verify_letters(session)).letters == 8
        assert (await verify_letters(session, since_txid=int(txid or 0))).letters == 1


async def test_the_log_is_verified_while_desks_and_sealer_go_on(
    database: Database, sessions: async_sessionmaker[AsyncSession], own_directory: Directory
) -> None:
    is_done = asyncio.Event()
    found: list[LogVerdict] = []

    async def write() -> None:
        for _ in range(12):
            await write_round(sessions, own_directory)
        is_done.set()

    async def seal() -> None:
        async with sealing(database) as sealer:
            while not is_done.is_set():
                await sealer.pass_once()
            await all_finished(sessions)
            await sealer.pass_once()

    async def look() -> None:
        while not is_done.is_set():
            found.append(await verify(sessions))

    await asyncio.gather(write(), seal(), look())
    found.append(await verify(sessions))
    assert {one.fault for one in found} == {None}
    assert (found[-1].leaves, found[-1].unsealed) == (120, 0)
