"""Commands on what is in the ledger: its directory, and whether its registers are whole."""

import sys
from pathlib import Path

from rich.console import Console

from cli.directory_files import DirectoryFileError, read_directory
from cli.ledger import import_files, report_registers
from cli.open_ledger import change_ledger, read_ledger

console = Console(highlight=False)


def import_(folder: Path, /) -> None:
    """Import organizations.csv, registries.csv and officers.csv of a folder; safe to repeat.

    Parameters
    ----------
    folder
        Where the three files lie, such as data/bueng_kan.
    """
    try:
        files = read_directory(folder)
    except DirectoryFileError as error:
        sys.exit(f"Nothing was imported. {error}")
    bodies, desks, officers = change_ledger(lambda session: import_files(session, files))
    console.print(f"Imported {bodies} organizations, {desks} registries, {officers} roles.")


def verify() -> None:
    """Recompute the chain and the numbers of every register; exit 1 names what is wrong."""
    if read_ledger(lambda session: report_registers(session, console)):
        sys.exit(1)
