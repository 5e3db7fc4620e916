"""`wian import-bodies`: the local bodies of a list enter the directory, all of them or none."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncSession

from cli.calendar_input import counted, in_one_line
from cli.open_ledger import change_ledger, read_ledger
from domain.notice_wording import one_line
from services.bodies.file import MOST_BYTES
from services.bodies.problems import BodyProblem
from services.import_bodies import BodiesImported, import_bodies

UNCHANGED = "Nothing to change: the directory says so already."
_COUNTED = {
    "added": "added",
    "renamed": "renamed",
    "merged": "merged",
    "upgraded": "upgraded",
    "ended": "ended",
    "corrected": "corrected",
    "unchanged": "unchanged",
    "surroundings": "provinces and districts added",
    "desks": "registries added",
    "edges": "lines of supervision and command added",
}


def import_bodies_(
    file: Path,
    /,
    *,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Import local organizations from CSV or XLSX, all or none; safe to repeat (docs/directory.md).

    Parameters
    ----------
    file
        CSV in UTF-8 or TIS-620, or an XLSX workbook.
    dry_run
        Say what would change, and change nothing.
    json_
        Print one JSON object, for scripts; exit 1 if a line is wrong.
    """
    with in_one_line(), file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)

    async def work(session: AsyncSession) -> BodiesImported:
        return await import_bodies(session, data=data, is_dry_run=dry_run, at=datetime.now(UTC))

    # Seen on a terminal alone; whoever reads the output of a script is spared.
    with Console(stderr=True).status(f"Checking {one_line(file.name)} …"):
        result = read_ledger(work) if dry_run else change_ledger(work)
    if json_:
        print(json.dumps(asdict(result), ensure_ascii=False))
    else:
        _report(result, is_dry_run=dry_run)
    if result.problems:
        sys.exit(1)


def _report(result: BodiesImported, *, is_dry_run: bool) -> None:
    if result.problems:
        _report_problems(result.problems)
        return
    for story in result.stories:
        print(story)
    counts = {text: getattr(result, name) for name, text in _COUNTED.items()}
    told = ", ".join(f"{number} {text}" for text, number in counts.items() if number)
    if result.is_written:
        print(f"Imported {counted(result.rows, 'line')}: {told}.")
    elif is_dry_run and told != f"{result.unchanged} unchanged":
        print(f"Dry run, nothing was written. {counted(result.rows, 'line')}: {told}.")
    else:
        print(UNCHANGED)


def _report_problems(problems: Sequence[BodyProblem]) -> None:
    for one in problems:
        print(_sentence(one), file=sys.stderr)
    lines = {one.line for one in problems}
    print(
        f"Nothing was imported: {counted(len(problems), 'problem')}"
        f" in {counted(len(lines), 'line')}.",
        file=sys.stderr,
    )


def _sentence(problem: BodyProblem) -> str:
    place = "" if problem.line is None else f"บรรทัด {problem.line} "
    column = "" if problem.column is None else f"ช่อง {problem.column} "
    value = f" “{problem.value}”" if problem.value else ""
    nearest = f" ใกล้เคียง: {', '.join(problem.nearest)}" if problem.nearest else ""
    return one_line(f"{place}{column}[{problem.code}] {problem.detail}{value}{nearest}")
