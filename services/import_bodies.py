"""How local bodies come into the ledger from one list: checked as a whole, all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.buddhist_era import bangkok_date
from domain.errors import InvalidError
from services.bodies.changes import BodyChanges
from services.bodies.claims import BodyClaim, read_claim
from services.bodies.directory import load_bodies
from services.bodies.file import BodyLine, read_body_file
from services.bodies.links import link_bodies
from services.bodies.plan import BodyPlan
from services.bodies.problems import BodyProblem, in_order
from services.bodies.words import BodyChange
from services.bodies.writes import write_bodies
from services.import_directory import COUNT_ROWS, MANY_BODIES
from services.official_areas import official_areas


@dataclass(frozen=True, kw_only=True, slots=True)
class BodiesImported:
    """What a list of local bodies came to, or would.

    Attributes:
        rows: Lines of the list, blank ones left out.
        added: New local bodies, those that follow others included.
        surroundings: Provinces and districts that were added for them.
        desks: New registries.
        edges: New lines of command and supervision.
        renamed: Bodies with a new name.
        merged: Bodies that others were merged into.
        upgraded: Bodies of another kind that follow one.
        ended: Bodies that are no more from some day on.
        corrected: Bodies whose first day or subdistrict was put right.
        unchanged: Lines that said what the ledger had already.
        stories: One Thai sentence for each rename, merger and upgrade.
        problems: Everything that is wrong; if there is anything, nothing was written.
        is_written: Whether it was written; a dry run writes nothing.
    """

    rows: int
    added: int
    surroundings: int
    desks: int
    edges: int
    renamed: int
    merged: int
    upgraded: int
    ended: int
    corrected: int
    unchanged: int
    stories: Sequence[str]
    problems: Sequence[BodyProblem]
    is_written: bool


# One list at a time, while everybody goes on reading and sending.
_LOCK = text("LOCK TABLE organization IN SHARE ROW EXCLUSIVE MODE")


async def import_bodies(
    session: AsyncSession, *, data: bytes, is_dry_run: bool = False, at: datetime
) -> BodiesImported:
    """Bring the directory to what a list says, and record each change; safe to repeat.

    The session must have the rights of the database's owner, unless it is a dry run. Bodies that
    the list does not name stay as they are.

    Args:
        session: The transaction.
        data: The file, as `read_body_file` takes it.
        is_dry_run: Work out everything and write nothing.
        at: When; bodies without a first day are there from this day on.

    Returns:
        What came of it. Where something is wrong nothing was written: a line that cannot be is a
        problem with its number, and a file that cannot be read is one without.
    """
    try:
        lines, unreadable = read_body_file(data)
    except InvalidError as error:
        return _summary(BodyPlan(), 0, [_of_the_file(error)], is_written=False)
    if not is_dry_run:
        await session.execute(_LOCK)
    directory = await load_bodies(session)
    claims, wrong = _read_claims(lines)
    twice = _twice(claims)
    again = {one.line for one in twice}
    changes = BodyChanges(directory=directory, today=bangkok_date(at))
    refused = changes.apply([claim for claim in claims if claim.line not in again])
    refused += link_bodies(directory, changes.plan, changes.meant)
    problems = [*unreadable, *wrong, *twice, *_as_written(refused, lines)]
    is_written = not (problems or is_dry_run or changes.plan.changes_nothing)
    if is_written:
        await write_bodies(session, changes.plan, at=at)
        if len(changes.plan.added) >= MANY_BODIES:
            await session.execute(COUNT_ROWS)
    return _summary(changes.plan, len(lines) + len(unreadable), problems, is_written=is_written)


def _of_the_file(error: InvalidError) -> BodyProblem:
    return BodyProblem(line=None, column=None, code=error.reason, detail=error.detail)


def _read_claims(lines: Sequence[BodyLine]) -> tuple[list[BodyClaim], list[BodyProblem]]:
    claims: list[BodyClaim] = []
    problems: list[BodyProblem] = []
    for line in lines:
        read = read_claim(line, official_areas())
        if isinstance(read, BodyClaim):
            claims.append(read)
        else:
            problems += read
    return claims, problems


def _twice(claims: Sequence[BodyClaim]) -> list[BodyProblem]:
    """Return what is wrong with lines that say the same body, or the same code, again."""
    first: dict[object, int] = {}
    problems = []
    for claim in claims:
        marks: dict[str, object] = {"name": (claim.key, claim.change, claim.on)}
        if claim.code is not None and claim.change is None:
            marks["code"] = claim.code
        for column, mark in marks.items():
            line = first.setdefault(mark, claim.line)
            if line != claim.line:
                problems.append(_again(claim, column, line))
    return problems


def _again(claim: BodyClaim, column: str, line: int) -> BodyProblem:
    return BodyProblem(
        line=claim.line,
        column=column,
        code="duplicate_in_file" if column == "name" else "duplicate_code",
        detail=f"ซ้ำกับบรรทัด {line}",
        value=claim.name if column == "name" else claim.code or "",
    )


def _as_written(problems: Sequence[BodyProblem], lines: Sequence[BodyLine]) -> list[BodyProblem]:
    cells: Mapping[int | None, Mapping[str, str]] = {line.line: line.cells for line in lines}
    return [
        replace(one, value=one.value or cells[one.line].get(one.column or "", ""))
        for one in problems
    ]


def _summary(
    plan: BodyPlan, rows: int, problems: Sequence[BodyProblem], *, is_written: bool
) -> BodiesImported:
    return BodiesImported(
        rows=rows,
        added=len(plan.added),
        surroundings=len(plan.surroundings),
        desks=len(plan.desks),
        edges=len(plan.edges),
        renamed=plan.counts.get(BodyChange.RENAME, 0),
        merged=plan.counts.get(BodyChange.MERGE, 0),
        upgraded=plan.counts.get(BodyChange.UPGRADE, 0),
        ended=plan.ended,
        corrected=plan.corrected,
        unchanged=plan.unchanged,
        stories=plan.stories,
        problems=in_order(problems),
        is_written=is_written,
    )
