"""Commands on the ledger itself: schema, directory, verification."""

import asyncio
import sys
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console

from cli.directory_files import DirectoryFileError, read_directory
from domain.errors import WianError
from infra.database import APPLICATION_ROLE, create_engine, create_sessions
from infra.migrate import allow_application, upgrade_database
from infra.settings import Settings
from services.import_directory import import_directory
from services.verify_registers import verify_registers

console = Console(highlight=False)


def upgrade() -> None:
    """Bring the schema to this version; needs WIAN_OWNER_DATABASE_URL."""
    prepare_schema(Settings())
    console.print("The ledger's schema is up to date.")


def prepare_schema(settings: Settings) -> None:
    """Apply the migrations; where one login serves for everything, let it act as the application.

    Raises:
        SystemExit: No database is named.
    """
    url = owner_url(settings)
    upgrade_database(url)
    if settings.owner_database_url is None:
        allow_application(url, role=APPLICATION_ROLE)


def owner_url(settings: Settings) -> SecretStr:
    """Return the ledger's address as its owner.

    Raises:
        SystemExit: No database is named.
    """
    url = settings.owner_database_url or settings.database_url
    if url is None:
        sys.exit("WIAN_OWNER_DATABASE_URL is not set.")
    return url


def import_(folder: Path) -> None:
    """Import organizations.csv, registries.csv and officers.csv of a folder; safe to repeat.

    Parameters
    ----------
    folder
        Where the three files lie, such as data/bueng_kan.
    """
    try:
        bodies, desks, officers = asyncio.run(import_folder(owner_url(Settings()), folder))
    except (DirectoryFileError, WianError) as error:
        sys.exit(f"Nothing was imported. {error}")
    console.print(f"Imported {bodies} organizations, {desks} registries, {officers} roles.")


async def import_folder(url: SecretStr, folder: Path) -> tuple[int, int, int]:
    """Import a directory as the owner of the database; return how many rows of each file."""
    files = read_directory(folder)
    engine = create_engine(url, pool=1, role=None)
    try:
        async with create_sessions(engine).begin() as session:
            await import_directory(
                session, bodies=files.bodies, desks=files.desks, officers=files.officers
            )
    finally:
        await engine.dispose()
    return len(files.bodies), len(files.desks), len(files.officers)


def verify() -> None:
    """Recompute the chain and the numbers of every register; exit 1 names what is wrong."""
    settings = Settings()
    if settings.database_url is None:
        sys.exit("WIAN_DATABASE_URL is not set.")
    faults = asyncio.run(verify_ledger(settings.database_url, console))
    if faults:
        sys.exit(1)


async def verify_ledger(url: SecretStr, output: Console) -> int:
    """Verify every register, print what was found, and return how many are at fault."""
    engine = create_engine(url, pool=1)
    registers = entries = faults = 0
    async with create_sessions(engine)() as session:
        async for verdict in verify_registers(session):
            registers, entries = registers + 1, entries + verdict.entries
            if verdict.fault is not None:
                faults += 1
                output.print(
                    f"FAULT {verdict.registry}, {verdict.book} {verdict.year},"
                    f" entry {verdict.fault.position}: {verdict.fault.problem}"
                )
    await engine.dispose()
    output.print(f"{registers} registers, {entries} entries, {faults} at fault.")
    return faults
