"""The ledger itself: how it gets its schema and its directory, and how it is verified."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncSession

from cli.directory_files import DirectoryFiles, read_directory
from cli.verify import gather_registers, report_registers
from infra.database import APPLICATION_ROLE, WORKER_ROLE, create_engine, create_sessions
from infra.migrate import allow_application, upgrade_database
from infra.settings import Settings
from services.import_directory import import_directory
from services.official_areas import refresh_areas

console = Console(highlight=False)


def upgrade() -> None:
    """Bring the schema to this version; needs WIAN_OWNER_DATABASE_URL."""
    prepare_schema(Settings())
    console.print("The ledger's schema is up to date.")


def prepare_schema(settings: Settings) -> None:
    """Apply the migrations and fill the official areas.

    Where one login serves for everything, let it act as the application.

    Raises:
        SystemExit: No database is named.
    """
    url = owner_url(settings)
    upgrade_database(url)
    asyncio.run(fill_areas(url))
    if settings.owner_database_url is None:
        for role in (APPLICATION_ROLE, WORKER_ROLE):
            allow_application(url, role=role)


async def fill_areas(url: SecretStr) -> bool:
    """Bring the official areas to this version's release; return whether that was to be done."""
    engine = create_engine(url, pool=1, role=None)
    try:
        async with create_sessions(engine).begin() as session:
            return await refresh_areas(session)
    finally:
        await engine.dispose()


def owner_url(settings: Settings) -> SecretStr:
    """Return the ledger's address as its owner.

    Raises:
        SystemExit: No database is named.
    """
    url = settings.owner_database_url or settings.database_url
    if url is None:
        sys.exit("WIAN_OWNER_DATABASE_URL is not set.")
    return url


async def import_folder(url: SecretStr, folder: Path) -> tuple[int, int, int]:
    """Import a directory as the owner of the database; return how many rows of each file."""
    files = read_directory(folder)
    engine = create_engine(url, pool=1, role=None)
    try:
        async with create_sessions(engine).begin() as session:
            return await import_files(session, files)
    finally:
        await engine.dispose()


async def import_files(session: AsyncSession, files: DirectoryFiles) -> tuple[int, int, int]:
    """Import a directory that was read; return how many rows of each file."""
    await import_directory(
        session,
        bodies=files.bodies,
        desks=files.desks,
        officers=files.officers,
        at=datetime.now(UTC),
    )
    return len(files.bodies), len(files.desks), len(files.officers)


async def verify_ledger(url: SecretStr, output: Console) -> int:
    """Verify every register, print what was found, and return how many are at fault."""
    engine = create_engine(url, pool=1, role=WORKER_ROLE)
    try:
        async with create_sessions(engine)() as session:
            return report_registers(await gather_registers(session), output)
    finally:
        await engine.dispose()
