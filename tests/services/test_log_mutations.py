# ruff: noqa: S608 (our own words)
from collections.abc import AsyncIterator

import pytest

from benchmarks.mutations import MUTATIONS, try_mutations
from benchmarks.sealed_copy import chain_finds, copy_ledger, log_finds
from cli.verify import verify_everything
from infra.embedded.postgres import PostgresServer
from tests.support.log import RECHAIN, SealedLedger, reseal, sealed_ledger

EACH = 100
ENTRY = "(SELECT id FROM register_entry ORDER BY txid, id OFFSET {} LIMIT 1)"
EVENT = "(SELECT id FROM event ORDER BY txid, id OFFSET {} LIMIT 1)"
SECOND, NINTH, LAST = ENTRY.format(1), ENTRY.format(8), ENTRY.format(23)
EARLY, MIDDLE, LATE = EVENT.format(2), EVENT.format(20), EVENT.format(50)
LAST_SEAL = "(SELECT max(from_txid) FROM seal)"
OTHER = "registry_id, officer_id, circular_id, letter_id, dispatch_id, hop_id, facts, txid"
COPIED = f"""
INSERT INTO event (id, at, kind, {OTHER}) OVERRIDING SYSTEM VALUE
SELECT (SELECT max(id) + 1 FROM event), at, {{kind}}, {OTHER} FROM event WHERE id = {{id}}
"""
ADDED_ENTRY = f"""
INSERT INTO register_entry (register_id, position, number, kind, hop_id, stamped_at, recorded_at,
    recorded_by, entry_hash, txid)
SELECT e.register_id, b.positions + 1, b.allocated + 1, e.kind, uuidv7(), e.stamped_at,
    e.recorded_at, e.recorded_by, e.entry_hash, e.txid
FROM register_entry e JOIN register b ON b.id = e.register_id WHERE e.id = {SECOND}
"""
DROPPED = "ALTER TABLE register_entry DROP CONSTRAINT uq_register_entry_register_id_position"
SAME_ENTRY = f"""
INSERT INTO register_entry (register_id, position, number, kind, letter_id, hop_id, stamped_at,
    recorded_at, recorded_by, entry_hash, txid)
SELECT register_id, position, number, kind, letter_id, hop_id, stamped_at, recorded_at,
    recorded_by, entry_hash, txid FROM register_entry WHERE id = {NINTH}
"""
SWAPPED = """
UPDATE {table} mine SET ({columns}) = (SELECT {columns} FROM {table} other
    WHERE other.id = CASE WHEN mine.id = {one} THEN {two} ELSE {one} END)
WHERE mine.id IN ({one}, {two})
"""
CUT = tuple(
    f"DELETE FROM {table} WHERE txid >= {LAST_SEAL}" for table in ("event", "register_entry")
)
LAST_SEALS_GONE = "DELETE FROM seal WHERE id > (SELECT max(id) - {} FROM seal)"
CASES: dict[str, tuple[tuple[str, ...], ...]] = {
    "field change": (
        (f"UPDATE register_entry SET is_unsealed = true WHERE id = {NINTH}",),
        (f"UPDATE event SET officer_id = uuidv7() WHERE id = {EARLY}",),
        (f"""UPDATE event SET facts = facts || '{{"answer": "changed"}}' WHERE id = {LATE}""",),
    ),
    "delete": (
        (f"DELETE FROM register_entry WHERE id = {SECOND}", RECHAIN),
        (f"DELETE FROM event WHERE id = {EVENT.format(0)}",),
        (f"DELETE FROM event WHERE id = {MIDDLE}",),
    ),
    "insert": (
        (COPIED.format(id=EARLY, kind="'acknowledged'"),),
        (COPIED.format(id=LATE, kind="'refused'"),),
        (ADDED_ENTRY, RECHAIN),
    ),
    "reorder": (
        (SWAPPED.format(table="event", columns="txid", one=EARLY, two=LATE),),
        (SWAPPED.format(table="event", columns="kind, hop_id", one=MIDDLE, two=LATE),),
        (
            SWAPPED.format(
                table="register_entry", columns="letter_id, hop_id", one=SECOND, two=NINTH
            ),
            RECHAIN,
        ),
    ),
    "duplicate": (
        (COPIED.format(id=EARLY, kind="kind"),),
        (COPIED.format(id=LATE, kind="kind"),),
        (DROPPED, "DROP INDEX uq_register_entry_number", SAME_ENTRY),
    ),
    "tail cut": (
        (*CUT, RECHAIN),
        (*CUT, RECHAIN, LAST_SEALS_GONE.format(1)),
        (*CUT, LAST_SEALS_GONE.format(1), *CUT, RECHAIN, LAST_SEALS_GONE.format(1)),
    ),
    "whole rewrite": (
        (f"UPDATE event SET officer_id = uuidv7() WHERE id = {EARLY}",),
        (f"DELETE FROM event WHERE id = {LATE}",),
        (f"UPDATE register_entry SET recorded_by = uuidv7() WHERE id = {NINTH}", RECHAIN),
    ),
    "counter rewind": (
        ("UPDATE register SET allocated = allocated - 1 WHERE book = 'incoming'",),
        ("UPDATE register SET allocated = 0, positions = 0 WHERE book = 'circular'",),
        (f"DELETE FROM register_entry WHERE id = {LAST}", RECHAIN),
    ),
    "back dating": (
        (f"UPDATE event SET at = at - interval '1 us' WHERE id = {MIDDLE}",),
        (f"UPDATE register_entry SET stamped_at = '2021-01-04' WHERE id = {NINTH}", RECHAIN),
        ("UPDATE register_entry SET recorded_at = recorded_at - interval '1 day'", RECHAIN),
    ),
}


@pytest.fixture(scope="module")
async def sealed(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SealedLedger]:
    """A ledger that every test changes as its superuser, and leaves as it was."""
    async with sealed_ledger(postgres, tmp_path_factory.mktemp("log")) as sealed:
        yield sealed


async def test_every_mutation_is_found(sealed: SealedLedger) -> None:
    async with sealed.tampered() as session:
        notes = [note async for note in sealed.witness.all(sealed.signer.name)]
        copy = await copy_ledger(session, notes, era=1)
    assert len(copy.rows) == copy.seals[-1].size == len(notes) * 10
    assert not chain_finds(copy)
    assert not log_finds(copy, sealed.signer)
    rates = try_mutations(copy, sealed.signer, each=EACH)
    assert {rate.name: rate.by_checkpoints for rate in rates} == dict.fromkeys(MUTATIONS, EACH)
    by_chain = {rate.name: rate.by_chain for rate in rates}
    # What a chain alone never finds is why checkpoints are kept elsewhere.
    assert {by_chain[name] for name in ("tail cut", "whole rewrite", "back dating")} == {0}


async def test_the_untouched_ledger_is_whole(sealed: SealedLedger) -> None:
    async with sealed.tampered() as session:
        findings = await verify_everything(session, sealed.settings)
    assert findings.faults == 0
    assert findings.log is not None
    assert (findings.log.leaves, findings.log.witnessed) == (80, 8)
    assert (findings.registers.entries, findings.letters.letters) == (24, 8)


def test_each_class_is_tried_on_a_real_database() -> None:
    assert CASES.keys() == MUTATIONS.keys()
    assert {len(cases) for cases in CASES.values()} == {3}


@pytest.mark.parametrize(
    ("name", "statements"),
    [
        pytest.param(name, case, id=f"{name} {nth}")
        for name, cases in CASES.items()
        for nth, case in enumerate(cases, 1)
    ],
)
async def test_a_superuser_cannot_hide_it(
    sealed: SealedLedger, name: str, statements: tuple[str, ...]
) -> None:
    async with sealed.tampered(*statements) as session:
        if name == "whole rewrite":
            await reseal(session, sealed.signer)
        findings = await verify_everything(session, sealed.settings)
    assert findings.faults > 0
