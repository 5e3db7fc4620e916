"""Fill a ledger with a made-up national year: 8,806 desks and as many hops as are asked for.

`python -m benchmarks.national_year --hops 1000000` fills the ledger that WIAN_OWNER_DATABASE_URL
names, or the embedded one. The same seed gives the same year.
"""

import argparse
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Final

import psycopg
from pydantic import SecretStr

from benchmarks.copy_rows import TableCopy, int4, int8, text
from benchmarks.set_aside import set_aside
from benchmarks.year_bodies import NATION, Size, make_bodies, write_bodies, write_registers
from benchmarks.year_days import Year
from benchmarks.year_ledger import SYSTEM, Counts, YearLedger
from benchmarks.year_story import Story
from benchmarks.year_tables import TABLES
from cli.ledger import prepare_schema
from infra.embedded.postgres import PostgresServer
from infra.settings import Settings
from services.thai_holidays import base_calendar

YEAR: Final = 2025
"""The Gregorian year that is filled: B.E. 2568."""

_HOPS_OF_A_TRANSACTION: Final = 50
_BURN = """
DO $$ BEGIN
    FOR nth IN 1..{} LOOP
        PERFORM pg_current_xact_id();
        COMMIT;
    END LOOP;
END $$
"""
_FIGURES: Final = (
    "registry_id, secrecy, urgency, year, received, registered, settled, registered_late,"
    " settled_late"
)


@dataclass(kw_only=True)
class FilledYear:
    """What was written, and how long each part took.

    Attributes:
        rows: Rows by table.
        seconds: Seconds by part.
    """

    rows: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Time a part of the work."""
        began = time.perf_counter()
        yield
        self.seconds[part] = round(time.perf_counter() - began, 1)

    def __str__(self) -> str:
        rows = ", ".join(f"{table} {count:,}" for table, count in self.rows.items())
        parts = ", ".join(f"{part} {seconds} s" for part, seconds in self.seconds.items())
        whole = sum(self.seconds.values())
        return f"{rows}\n{parts}: {self.rows['hop'] / whole:,.0f} hops a second"


def fill_year(
    owner_url: SecretStr,
    *,
    hops: int,
    size: Size = NATION,
    seed: int = 2568,
    tell: Callable[[int], None] | None = None,
) -> FilledYear:
    """Write a year into a migrated ledger that does not have it yet, as its owner.

    Args:
        owner_url: The ledger.
        hops: How many hops.
        size: How many bodies.
        seed: What the year is invented from.
        tell: Told after each working day how many hops are written.
    """
    url = owner_url.get_secret_value().replace("+psycopg", "")
    rng = Random(seed)  # noqa: S311 (made-up data)
    year, filled = Year(base_calendar(), YEAR), FilledYear()
    bodies = make_bodies(size, rng)
    txids = 1 + hops // _HOPS_OF_A_TRANSACTION
    with filled.timed("bodies"):
        write_bodies(url, bodies, rng)
        first_txid = _take_txids(url, txids)
    with filled.timed("indexes"), set_aside(url, TABLES), _unnumbered(url):
        with filled.timed("rows"), ExitStack() as stack:
            ledger = YearLedger(stack, url, year=year, rng=rng, first_txid=first_txid, txids=txids)
            story = Story(bodies=bodies, year=year, hops=hops, rng=rng, acts=ledger.acts)
            with _uncollected():
                for sent in story.tell():
                    if tell is not None:
                        tell(sent)
            for name, table in ledger.tables.items():
                table.end()
                filled.rows[name] = table.rows
        opened_at = int8(year.at(0))
        write_registers(url, bodies, year=YEAR, opened_at=opened_at, opened_by=SYSTEM)
        _write_counts(url, ledger.counts)
    filled.seconds["indexes"] = round(filled.seconds["indexes"] - filled.seconds["rows"], 1)
    with filled.timed("vacuum"):
        _finish(url)
    return filled


def _take_txids(url: str, count: int) -> int:
    """Let the server count up, so that rows can be of transactions that are over."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
        assert row is not None
        connection.execute(_BURN.format(count).encode())
        return int(row[0])


@contextmanager
def _unnumbered(url: str) -> Iterator[None]:
    """Let entries come with the numbers and hashes that they have."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE register_entry DISABLE TRIGGER number_register_entry")
        try:
            yield
        finally:
            connection.execute("ALTER TABLE register_entry ENABLE TRIGGER number_register_entry")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Make no garbage collection: nothing of the story refers to itself."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _write_counts(url: str, counts: Counts) -> None:
    with ExitStack() as stack:
        table = TableCopy(stack, url, "desk_count", _FIGURES)
        for (desk, secrecy, urgency), numbers in counts.items():
            table.add(desk, text(secrecy), text(urgency), int4(YEAR), *map(int4, numbers))
        table.end()


def _finish(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT setval('event_id_seq', (SELECT max(id) FROM event))")
        connection.execute(
            "UPDATE rolled_up SET until_txid = pg_snapshot_xmin(pg_current_snapshot())"
        )
        tables = ", ".join((*TABLES, "register", "registry", "organization", "officer_role"))
        connection.execute(f"VACUUM (ANALYZE, PARALLEL 2) {tables}".encode())
        connection.execute("ANALYZE")


def main() -> None:
    """Fill the ledger that the settings name and print what was done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hops", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=2568)
    given, settings = parser.parse_args(), Settings()
    with ExitStack() as stack:
        url = settings.owner_database_url
        if url is None:
            server = PostgresServer.start(settings.data_dir / "postgres")
            url = SecretStr(stack.enter_context(server).owner_url)
        prepare_schema(settings.model_copy(update={"owner_database_url": url}))
        print(fill_year(url, hops=given.hops, seed=given.seed))


if __name__ == "__main__":
    main()
