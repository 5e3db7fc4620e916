import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from domain.checkpoint import open_checkpoint
from domain.errors import ConflictError
from domain.merkle import leaf_hash, root_of
from infra.database import create_engine
from infra.embedded.postgres import PostgresServer
from models import LogNode, Seal
from services import seal_log
from services.fence_ledger import restart_log
from services.read_leaves import find_cut, read_batches, read_leaves
from services.read_log import edge_at, leaves_between, newest_root, read_present
from services.seal_log import LogEdge, draft_seal, find_edge, store_seal
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.letters import issue, register, send
from tests.support.log import SIGNER, all_finished, sealed_sizes, sealing

Sessions = async_sessionmaker[AsyncSession]
EVENTS = text("""
INSERT INTO event (at, kind, registry_id, officer_id)
SELECT now(), 'reminded', uuidv7(), uuidv7() FROM generate_series(1, :count)
""")


@pytest.fixture
async def powerful(postgres: PostgresServer, database: Database) -> AsyncIterator[AsyncEngine]:
    """The superuser, against whom triggers do not help."""
    url = postgres.superuser_url.rsplit("/", 1)[0] + f"/{database.name}"
    engine = create_engine(SecretStr(url), pool=1, role=None)
    yield engine
    await engine.dispose()


async def write(sessions: Sessions, count: int) -> int:
    """Write so many events in one transaction and return its id."""
    async with sessions.begin() as session:
        await session.execute(EVENTS, {"count": count})
        return int(await session.scalar(text("SELECT CAST(pg_current_xact_id() AS text)")) or 0)


async def seal(sessions: Sessions) -> LogEdge:
    """Seal what is finished, as one seal."""
    await all_finished(sessions)
    async with sessions() as session:
        known = await find_edge(session, era=1, signer=SIGNER)
        draft = await draft_seal(
            session, known=known, present=await read_present(session), signer=SIGNER
        )
    assert draft is not None
    async with sessions.begin() as session:
        return await store_seal(session, draft=draft, token=None, caught_up_at=None)


async def every_leaf(sessions: Sessions) -> list[bytes]:
    async with sessions() as session:
        present = await read_present(session)
        return await read_leaves(session, start=0, end=present.next)


async def test_a_seal_is_the_signed_root_over_the_rows(
    sessions: Sessions, own_directory: Directory
) -> None:
    async with sessions.begin() as session:
        dispatch = await send(session, own_directory["agency"], own_directory["hall"])
        await register(session, dispatch, own_directory["hall"])
    sealed = await seal(sessions)
    hashes = [leaf_hash(leaf) for leaf in await every_leaf(sessions)]
    async with sessions() as session:
        row = (await session.scalars(select(Seal))).one()
    assert (row.first_index, row.size, row.leaves) == (0, len(hashes), b"".join(hashes))
    assert row.root == root_of(hashes) == sealed.edge.root()
    signed = open_checkpoint(row.checkpoint, key=SIGNER.key(1), verify=SIGNER.verify)
    assert (signed.origin, signed.size, signed.root) == (SIGNER.name, row.size, row.root)


async def test_entries_come_before_events_and_each_in_the_order_of_its_transaction(
    sessions: Sessions, own_directory: Directory
) -> None:
    for _ in range(2):
        async with sessions.begin() as session:
            await issue(session, own_directory["agency"])
    leaves = await every_leaf(sessions)
    assert [leaf[6:11] for leaf in leaves] == [b"entry", b"entry", b"event", b"event"]
    async with sessions() as session:
        ids = await session.scalars(text("SELECT id FROM register_entry ORDER BY position"))
        assert [leaf[15:31] for leaf in leaves[:2]] == [one.bytes for one in ids]


async def test_a_transaction_is_never_split(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal_log, "MOST_LEAVES", 4)
    for count in (3, 2, 9, 1):
        await write(sessions, count)
    for _ in range(4):
        await seal(sessions)
    assert await sealed_sizes(sessions) == [3, 5, 14, 15]


async def test_rows_of_several_seals_are_read_together(sessions: Sessions) -> None:
    bounds = [0, *[await write(sessions, count) + 1 for count in (3, 1, 4)]]
    async with sessions() as session:
        batches = await read_batches(session, bounds=bounds)
        apart = [
            await read_leaves(session, start=start, end=end) for start, end in pairwise(bounds)
        ]
        assert await read_batches(session, bounds=[0, 1, 2]) == [[], []]
        assert await find_cut(session, start=0, end=bounds[-1], most=3) == bounds[1]
    assert batches == apart
    assert [len(batch) for batch in batches] == [3, 1, 4]


async def test_full_subtrees_are_kept_and_the_edge_is_found_again(sessions: Sessions) -> None:
    for count in (200, 300, 30):
        await write(sessions, count)
        await seal(sessions)
    hashes = [leaf_hash(leaf) for leaf in await every_leaf(sessions)]
    async with sessions() as session:
        nodes = {
            (one.height, one.position): one.hash for one in await session.scalars(select(LogNode))
        }
        assert nodes == {
            (8, 0): root_of(hashes[:256]),
            (8, 1): root_of(hashes[256:512]),
            (9, 0): root_of(hashes[:512]),
        }
        for size in (0, 1, 199, 200, 256, 300, 512, 529, 530):
            assert (await edge_at(session, era=1, size=size)).root() == root_of(hashes[:size])
        assert await leaves_between(session, era=1, first=190, until=510) == hashes[190:510]
        assert await newest_root(session, era=1) == (530, root_of(hashes))
        with pytest.raises(LookupError, match="not stored whole"):
            await edge_at(session, era=1, size=600)


@pytest.mark.parametrize(
    ("tampering", "problem"),
    [
        pytest.param("UPDATE seal SET root = sha256('x')", "does not follow", id="root"),
        pytest.param(
            "UPDATE seal SET checkpoint = replace(checkpoint, '300', '299')",
            "checkpoint_signature_wrong",
            id="checkpoint",
        ),
        pytest.param("DELETE FROM log_node", "not stored whole", id="node"),
        pytest.param("UPDATE log_node SET hash = sha256('x')", "does not follow", id="other node"),
        pytest.param(
            "UPDATE seal SET leaves = set_byte(leaves, 9599, get_byte(leaves, 9599) # 1)",
            "does not follow",
            id="leaf",
        ),
    ],
)
async def test_nothing_is_signed_upon_a_log_that_is_not_whole(
    sessions: Sessions, powerful: AsyncEngine, tampering: str, problem: str
) -> None:
    await write(sessions, 300)
    await seal(sessions)
    async with powerful.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text(tampering))
    async with sessions() as session:
        with pytest.raises(ConflictError) as refused:
            await find_edge(session, era=1, signer=SIGNER)
    assert refused.value.reason == "log_inconsistent"
    assert problem in str(refused.value.facts["problem"])


async def test_a_draft_that_somebody_overtook_is_forgotten(sessions: Sessions) -> None:
    await write(sessions, 3)
    await all_finished(sessions)
    async with sessions() as session:
        known = await find_edge(session, era=1, signer=SIGNER)
        draft = await draft_seal(
            session, known=known, present=await read_present(session), signer=SIGNER
        )
    assert draft is not None
    await seal(sessions)
    async with sessions() as session:
        with pytest.raises(ConflictError) as refused:
            await store_seal(session, draft=draft, token=None, caught_up_at=None)
    assert refused.value.reason == "log_inconsistent"
    assert await sealed_sizes(sessions) == [3]


async def test_a_draft_of_a_log_that_ended_is_forgotten(sessions: Sessions) -> None:
    await write(sessions, 3)
    await all_finished(sessions)
    async with sessions() as session:
        known = await find_edge(session, era=1, signer=SIGNER)
        draft = await draft_seal(
            session, known=known, present=await read_present(session), signer=SIGNER
        )
    assert draft is not None
    async with sessions.begin() as session:
        await restart_log(session, name="x", reason="x", witnessed=[], at=datetime.now(UTC))
    async with sessions() as session:
        with pytest.raises(ConflictError) as refused:
            await store_seal(session, draft=draft, token=None, caught_up_at=None)
    assert refused.value.reason == "log_inconsistent"
    assert await sealed_sizes(sessions) == []


async def test_another_key_does_not_go_on_with_the_log(sessions: Sessions) -> None:
    await write(sessions, 1)
    await seal(sessions)
    stranger = replace(SIGNER, name="other")
    async with sessions() as session:
        with pytest.raises(ConflictError) as refused:
            await find_edge(session, era=1, signer=stranger)
    assert "checkpoint_of_another_log" in str(refused.value.facts["problem"])


class Writer:
    """Writes now quickly, now slowly, and takes back what it wrote now and then."""

    def __init__(self, seed: int, sessions: Sessions, desks: Directory) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a test must be able to repeat itself
        self._sessions, self._desks = sessions, desks
        self.committed = 0

    async def work(self) -> None:
        for _ in range(8):
            async with self._sessions() as session:
                await session.execute(EVENTS, {"count": self._random.randint(1, 3)})
                # Somebody who holds a transaction open is overtaken by others meanwhile.
                pause = self._random.choice((0, 0, 0.01, 0.1))
                await session.execute(text("SELECT pg_sleep(:pause)"), {"pause": pause})
                await issue(session, self._desks[self._random.choice(("agency", "hall"))])
                if self._random.random() < 0.25:
                    await session.rollback()
                else:
                    await session.commit()
                    self.committed += 1


async def test_every_committed_row_is_in_exactly_one_seal(
    database: Database, sessions: Sessions, own_directory: Directory
) -> None:
    writers = [Writer(seed, sessions, own_directory) for seed in range(16)]
    is_done = asyncio.Event()

    async def seal_meanwhile() -> int:
        async with sealing(database) as sealer:
            passes = 0
            while not is_done.is_set():
                await sealer.pass_once()
                passes += 1
            await all_finished(sessions)
            await sealer.pass_once()
            return passes

    sealer = asyncio.create_task(seal_meanwhile())
    await asyncio.gather(*(writer.work() for writer in writers))
    is_done.set()
    assert await sealer > 3
    sizes = await sealed_sizes(sessions)
    assert len(sizes) > 3
    async with sessions() as session:
        sealed = await leaves_between(session, era=1, first=0, until=sizes[-1])
    rows = Counter(leaf_hash(leaf) for leaf in await every_leaf(sessions))
    assert sum(writer.committed for writer in writers) < 16 * 8
    assert Counter(sealed) == rows
    assert set(rows.values()) == {1}
