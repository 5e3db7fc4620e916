"""How a test knows that one transaction waits for another, without sleeping and hoping."""

import asyncio

import psycopg

_BLOCKED = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND %s = ANY(pg_blocking_pids(pid))
"""


async def until_blocked(connection: psycopg.AsyncConnection, *, by: int) -> None:
    """Return once another backend waits for a lock that the backend `by` holds."""
    async with asyncio.timeout(30):
        while True:
            row = await (await connection.execute(_BLOCKED, (by,))).fetchone()
            if row is not None and row[0] > 0:
                return
            await asyncio.sleep(0.005)
