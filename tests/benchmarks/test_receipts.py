"""The bare SQL of the receipts' row does what the service does, and the ledger is good after it."""

import psycopg
from rich.console import Console

from benchmarks.inboxes import fill_inboxes
from benchmarks.nation import found_nation
from benchmarks.receipts import _as_sql
from cli.ledger import verify_ledger
from infra.database import WORKER_ROLE, create_engine, create_sessions
from services.verify_letters import LettersVerdict, verify_letters
from tests.conftest import Database

LETTERS = 2


async def test_the_bare_sql_registers_what_waits(database: Database) -> None:
    desks = await found_nation(database.owner_url, prefix="r", bodies=3)
    queues = fill_inboxes(
        database.owner_url.get_secret_value(), desks, tokens=["" for _ in desks], letters=LETTERS
    )
    url = database.worker_url.get_secret_value().replace("+psycopg", "")
    done = 0
    async with await psycopg.AsyncConnection.connect(url) as connection:
        for queue in queues:
            async for _ in _as_sql(connection, queue):
                done += 1
        states = await (await connection.execute("SELECT DISTINCT state FROM hop")).fetchall()
    assert done == LETTERS * len(desks)
    assert states == [("registered",)]
    assert await verify_ledger(database.worker_url, Console(quiet=True)) == 0
    engine = create_engine(database.worker_url, pool=1, role=WORKER_ROLE)
    async with create_sessions(engine)() as session:
        verdict = await verify_letters(session)
    await engine.dispose()
    assert verdict == LettersVerdict(letters=LETTERS, fault=None)
