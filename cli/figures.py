"""`wian figures`: how fast and punctual hops are, and whether the events say the same."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cli.calendar_input import counted, in_one_line, read_day, read_year
from cli.open_ledger import read_ledger
from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_date, bangkok_midnight
from domain.errors import NotFoundError
from domain.figures import FigureGroup, Recount
from domain.vocabulary import Urgency
from models import Organization, Registry
from services.find_officer import find_officer
from services.recount_figures import recount_figures
from services.show_figures import FigureFilter, FigurePage, Figures, show_figures

console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
_PAGE = 500
_DAY = timedelta(days=1)
_HEADINGS = (
    "hops",
    "registered",
    "late",
    "in time",
    "median h",
    "p90 h",
    "settled",
    "late",
    "in time",
    "median h",
    "p90 h",
)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Which hops to count.

    Parameters
    ----------
    by
        What to tell them by: the recipient's organization or registry, the tier, the urgency.
    organization
        Only what this body or one below it received: its code.
    registry
        Only what this registry received: its code.
    urgency
        Only letters of this class.
    since
        Sent on this day or later, such as 2021-02-15.
    until
        Sent on this day or before.
    year
        Sent in this Gregorian year.
    as_
        Count what this officer may see; without it, everything but secret letters.
    """

    by: FigureGroup = FigureGroup.TIER
    organization: str | None = None
    registry: str | None = None
    urgency: Urgency | None = None
    since: str | None = None
    until: str | None = None
    year: str | None = None
    as_: Annotated[str | None, Parameter(name="--as")] = None

    def filter(self) -> FigureFilter:
        """Return what can be said without the ledger.

        Raises:
            ValueError: A day or year is none, or one of the Buddhist Era.
        """
        return FigureFilter(
            urgency=self.urgency,
            since=bangkok_midnight(read_day(self.since)) if self.since else None,
            until=bangkok_midnight(read_day(self.until) + _DAY) if self.until else None,
            year=read_year(self.year) if self.year else None,
        )


_EVERYTHING = Wish()


def figures(
    act: Literal["show", "recount"] = "show",
    /,
    wish: Wish = _EVERYTHING,
    *,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Print counts, shares in time and working hours of hops; `recount` compares all with events.

    Parameters
    ----------
    act
        `recount` tells every figure anew from the events; exit 1 names the first that differs.
    wish
        Which hops to count.
    json_
        Print JSON Lines, the total first.
    """
    if act == "recount":
        _recount()
        return
    with in_one_line():
        chosen = wish.filter()
    page = read_ledger(lambda session: _read(session, wish, chosen))
    if json_:
        _print_json(page)
    else:
        console.print(_table(page, wish.by))


async def _read(session: AsyncSession, wish: Wish, chosen: FigureFilter) -> FigurePage:
    at = datetime.now(UTC)
    by = await _officer(session, wish.as_, at) if wish.as_ else None
    chosen = await _named(session, wish, chosen)

    async def read(after: str) -> FigurePage:
        return await show_figures(
            session, by=by, group=wish.by, chosen=chosen, at=at, after=after, limit=_PAGE
        )

    page = await read("")
    groups = [*page.groups]
    while page.next is not None:
        page = await read(page.next)
        groups += page.groups
    return replace(page, groups=groups)


async def _officer(session: AsyncSession, subject: str, at: datetime) -> ActingOfficer:
    officer = await find_officer(session, subject=subject, on=bangkok_date(at))
    if officer is None:
        raise NotFoundError("เจ้าหน้าที่ (officer)")
    return officer


async def _named(session: AsyncSession, wish: Wish, chosen: FigureFilter) -> FigureFilter:
    for name, code, column, key, what in (
        ("organization_id", wish.organization, Organization.id, Organization.code, "หน่วยงาน"),
        ("registry_id", wish.registry, Registry.id, Registry.code, "หน่วยสารบรรณ"),
    ):
        if code is not None:
            found = await session.scalar(select(column).where(key == code))
            if found is None:
                raise NotFoundError(f"{what} ({code})")
            chosen = replace(chosen, **{name: found})  # type: ignore[arg-type]  # an id
    return chosen


def _print_json(page: FigurePage) -> None:
    for one in (page.total, *page.groups):
        print(json.dumps(asdict(one), ensure_ascii=False, default=str))


def _table(page: FigurePage, by: FigureGroup) -> Table:
    table = Table(by.value, *_HEADINGS)
    for one in page.groups:
        table.add_row(one.name or one.key, *_cells(one))
    table.add_section()
    table.add_row("total", *_cells(page.total))
    return table


def _cells(one: Figures) -> Sequence[str]:
    return (
        str(one.hops),
        *(str(one.registered), str(one.registered_late), _share(one.registering_on_time)),
        *(_hours(one.to_register.median), _hours(one.to_register.p90)),
        *(str(one.settled), str(one.settled_late), _share(one.settling_on_time)),
        *(_hours(one.to_settle.median), _hours(one.to_settle.p90)),
    )


def _share(part: float | None) -> str:
    return "-" if part is None else f"{part:.1%}"


def _hours(hours: float | None) -> str:
    return "-" if hours is None else f"{hours:.1f}"


def _recount() -> None:
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("hops", total=None)

        def tell(done: int, whole: int) -> None:
            progress.update(task, completed=done, total=max(done, whole))

        found = read_ledger(lambda session: recount_figures(session, tell=tell))
    _report(found, print)


def _report(found: Recount, say: Callable[[str], None]) -> None:
    if not found.differing:
        say(f"{counted(found.hops, 'hop')}, {counted(found.desks, 'count')}: as the events say.")
        return
    say(f"FAULT {found.differences[0]}")
    say(f"{counted(found.hops, 'hop')}, {counted(found.desks, 'count')}, {found.differing} differ.")
    sys.exit(1)
