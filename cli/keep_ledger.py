"""Commands on what is in the ledger: its directory, and whether all of it is whole."""

import sys
from pathlib import Path

from rich.console import Console

from cli.directory_files import DirectoryFileError, read_directory
from cli.ledger import import_files
from cli.open_ledger import change_ledger, read_ledger
from cli.verify import read_state, report_findings, verify_everything, write_state
from infra.settings import Settings

console = Console(highlight=False, soft_wrap=True)


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


def verify(*, incremental: bool = False, era: int | None = None, key: str | None = None) -> None:
    """Recompute registers, letters and log; exit 1 names what is wrong.

    Parameters
    ----------
    incremental
        Begin behind what the last run with this option found good.
    era
        An earlier log, which ended when a new one was begun.
    key
        The log's public key, where its key file is not on this machine.
    """
    settings = Settings()
    since = read_state(settings.verified_state_file) if incremental and era is None else None
    try:
        findings = read_ledger(
            lambda session: verify_everything(session, settings, key=key, era=era, since=since)
        )
    except LookupError as error:
        sys.exit(f"The log cannot be verified: {error}.")
    if report_findings(findings, console):
        sys.exit(1)
    if not incremental or findings.log is None or era is not None:
        return
    # What a witness that is away holds would never be compared again.
    if not findings.away:
        write_state(settings.verified_state_file, findings.log.state)
