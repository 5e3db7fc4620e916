"""Lists of local bodies for tests: a line of words, and a whole country."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from infra.database import create_engine
from infra.embedded.postgres import PostgresServer
from models import AreaKind
from services.official_areas import official_areas
from tests.conftest import Database

COLUMNS = (
    "kind",
    "name",
    "province",
    "district",
    "subdistrict",
    "code",
    "valid_from",
    "change",
    "replaces",
    "on",
)


Owners = async_sessionmaker[AsyncSession]


@asynccontextmanager
async def empty_ledger(postgres: PostgresServer) -> AsyncIterator[Database]:
    """A ledger of a module's own."""
    database = Database(postgres)
    database.create()
    yield database
    database.drop()


@asynccontextmanager
async def undone(database: Database) -> AsyncIterator[Owners]:
    """Sessions of the owner whose commits stay inside one transaction, rolled back at the end."""
    engine = create_engine(database.owner_url, pool=1, role=None)
    async with engine.connect() as connection:
        transaction = await connection.begin()
        yield async_sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        await transaction.rollback()
    await engine.dispose()


def body_list(*lines: str) -> bytes:
    """Return a CSV file whose lines give the cells in the order of `COLUMNS`, as far as they go."""
    rows = [line.split(",") for line in lines]
    return as_csv([*row, *[""] * (len(COLUMNS) - len(row))] for row in rows)


def as_csv(rows: Iterable[Iterable[str]]) -> bytes:
    """Return rows as a CSV file with every column."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return file.getvalue().encode()


def whole_country(most: int) -> bytes:
    """Return a list of `most` bodies, as the country has them: nearly one a subdistrict.

    Municipalities bear the names of subdistricts too, which makes as many look-alikes.
    """
    rows = [row for area in official_areas().by_code for row in _bodies_of(area)]
    assert len(rows) >= most
    return as_csv(rows[:most])


def _bodies_of(code: str) -> Iterator[list[str]]:
    area = official_areas().by_code[code]
    if area.abolished_on is not None or code.startswith("10"):
        return
    within = [
        official_areas().by_code[code[:length]].name_th for length in (2, 4)[: len(code) // 2]
    ]
    if area.kind is AreaKind.PROVINCE:
        yield ["อบจ.", area.name_th, *within, *[""] * 7]
    elif area.kind is AreaKind.DISTRICT:
        yield ["เทศบาลเมือง", area.name_th, *within, *[""] * 6]
    else:
        yield ["อบต.", area.name_th, *within, area.name_th, "", "2540-03-02", "", "", ""]
        if int(code) % 3 == 0:
            yield ["เทศบาลตำบล", f"เทศบาลตำบล{area.name_th}", *within, *[""] * 6]
