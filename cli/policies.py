"""`wian policies`: urgency classes, shares of the tiers and limits of extensions, as one file."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from cli.calendar_input import in_one_line
from cli.open_ledger import change_ledger, read_ledger
from services.change_policies import change_policies
from services.record_event import SYSTEM_OFFICER
from services.show_policies import show_policies


def export(file: Path | None = None, /) -> None:
    """Write the policies in force as JSON, to FILE or to the screen.

    Parameters
    ----------
    file
        Where to; importing it again changes nothing.
    """
    row = read_ledger(show_policies)
    text = json.dumps(row.policies, ensure_ascii=False, indent=2) + "\n"
    if file is None:
        sys.stdout.write(text)
        return
    with in_one_line():
        file.write_text(text, encoding="utf-8")
    print(f"Wrote version {row.number} to {file}.")


def import_(file: Path, /) -> None:
    """Let the policies of a JSON file hold from now on; deadlines under way stay as they are.

    Parameters
    ----------
    file
        What `wian policies export` wrote, edited.
    """
    with in_one_line():
        document = _read(file)
    version = change_ledger(
        lambda session: change_policies(
            session,
            by=SYSTEM_OFFICER,
            document=document,
            note=f"นำเข้า {file.name}",
            at=datetime.now(UTC),
        )
    )
    if version is None:
        print("Nothing to change: these policies hold already.")
    else:
        print(f"The policies are now at version {version}.")


def _read(file: Path) -> object:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file.name} is not JSON: {error}") from error
