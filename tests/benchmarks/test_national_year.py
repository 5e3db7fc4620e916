"""The made-up year that screens are measured with is a ledger like any other."""

from collections.abc import Iterator

import psycopg
import pytest
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from benchmarks.national_year import YEAR, fill_year
from benchmarks.year_bodies import Size
from cli.ledger import verify_ledger
from infra.embedded.postgres import PostgresServer
from services.recount_figures import recount_figures
from tests.conftest import Database

HOPS = 400
_SIZE = Size(agencies=1, provinces=2, districts=4, locals=12)
# What a filled ledger must have kept of an empty one.
_SCHEMA = """
SELECT c.relname, pg_get_indexdef(i.indexrelid), i.indisvalid
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace
UNION ALL SELECT conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid), convalidated
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT tgrelid::regclass::text, pg_get_triggerdef(oid), tgenabled = 'O'
FROM pg_trigger WHERE NOT tgisinternal
ORDER BY 1, 2
"""
_CONTENTS = """
SELECT (SELECT count(*) FROM hop), (SELECT count(*) FROM register_entry),
    (SELECT md5(string_agg(encode(head_hash, 'hex'), '' ORDER BY id)) FROM register),
    (SELECT md5(string_agg(id || kind || at || facts, '' ORDER BY id)) FROM event)
"""
# Every event lies in the partition of the year, in a transaction that is over.
_ELSEWHERE = f"""
SELECT count(*) FROM event
WHERE tableoid <> 'event_{YEAR + 543}'::regclass
    OR txid >= pg_snapshot_xmin(pg_current_snapshot())
"""  # noqa: S608 (our own name)
_ODD_HOPS = """
SELECT count(*) FROM hop h JOIN dispatch d ON d.id = h.dispatch_id
JOIN letter l ON l.id = d.letter_id
WHERE h.circular_id <> d.circular_id OR h.senders <> d.senders OR h.secrecy <> l.secrecy
    OR d.letters <> l.lineage OR (d.state = 'completed') <> NOT EXISTS (
        SELECT FROM hop o WHERE o.dispatch_id = d.id AND o.settled_at IS NULL)
"""


def _rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(query.encode()).fetchall()


@pytest.fixture
def twin(postgres: PostgresServer) -> Iterator[Database]:
    """A second empty ledger."""
    database = Database(postgres)
    database.create()
    yield database
    database.drop()


async def test_a_year_is_a_whole_ledger_and_the_same_each_time(
    database: Database, sessions: async_sessionmaker[AsyncSession], twin: Database
) -> None:
    owner, output = database.owner_url.get_secret_value(), Console(quiet=True)
    before = _rows(owner, _SCHEMA)

    filled = fill_year(database.owner_url, hops=HOPS, size=_SIZE)
    fill_year(twin.owner_url, hops=HOPS, size=_SIZE)

    assert await verify_ledger(database.worker_url, output) == 0
    async with sessions.begin() as session:
        recount = await recount_figures(session)
    assert (recount.hops, recount.differing) == (HOPS, 0), recount.differences
    assert (filled.rows["hop"], _rows(owner, _ODD_HOPS)) == (HOPS, [(0,)])
    assert _rows(owner, _SCHEMA) == before
    assert _rows(owner, _ELSEWHERE) == [(0,)]
    assert _rows(owner, _CONTENTS) == _rows(twin.owner_url.get_secret_value(), _CONTENTS)
