"""What the copy of a dispatch writes are the rows that the use case wrote."""

from benchmarks.dispatch_vs_copy import dispatch_vs_copy
from benchmarks.nation import found_nation
from tests.conftest import Database
from tests.support.relay_desk import Sessions


async def test_a_dispatch_is_copied_row_by_row(database: Database, sessions: Sessions) -> None:
    nation = await found_nation(database.owner_url, prefix="d", bodies=4)
    row = await dispatch_vs_copy(sessions, database.owner_url.get_secret_value(), nation, pairs=1)
    assert row.is_correct
    assert row.check == "6 hops in 2 dispatches, 2 messages"
