"""Plan against fact: of the circular that the demo played, and of the real one of B.E. 2564."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from cli.demo_desk import Desk
from domain.buddhist_era import BANGKOK, thai_long_date
from domain.calendar_scope import calendar_scopes
from domain.tier_budget import share_days
from domain.vocabulary import OrganizationKind
from services.deadline_rules import load_rules

# The stamps and dates on the letters of B.E. 2564, from the agency to the last day to answer.
_STEPS_TH = ("ถึงศาลากลางจังหวัด", "ถึง สถจ.", "ออกหนังสือนำ", "อำเภอและท้องถิ่น")
_DAYS = (
    date(2021, 2, 15),
    date(2021, 2, 22),
    date(2021, 2, 25),
    date(2021, 3, 2),
    date(2021, 3, 15),
)


@dataclass(frozen=True, kw_only=True)
class ReferenceBudget:
    """Working days of the circular of B.E. 2564: what a plan gives each tier, what each used."""

    whole: int
    planned: list[int]
    used: list[int]

    def as_json(self) -> dict[str, Any]:
        """Return the figures as `build/demo.json` holds them."""
        return asdict(self)


async def reference_budget(session: AsyncSession) -> ReferenceBudget:
    """Count the dates of B.E. 2564 in the calendar that the deadlines use."""
    rules = await load_rules(session)
    calendar = rules.calendar(calendar_scopes("38"))
    weights = rules.policies.weights(OrganizationKind.NATIONAL_AGENCY)
    shares = share_days(calendar, _DAYS[0], _DAYS[-1], weights)
    return ReferenceBudget(
        whole=calendar.count_days(_DAYS[0], _DAYS[-1]),
        planned=[share.days for share in shares],
        used=[calendar.count_days(start, end) for start, end in pairwise(_DAYS)],
    )


def print_reference(console: Console, budget: ReferenceBudget) -> None:
    """Print how the tiers of B.E. 2564 used their working days."""
    table = _table(
        f"หนังสือเวียนปี ๒๕๖๔: {budget.whole} วันทำการ แผนและผลรายชั้น",
        ("ชั้น", "แผน (วันทำการ)", "ใช้จริง", "ถึงวันที่"),
    )
    for nth, name in enumerate(_STEPS_TH):
        over = budget.used[nth] > budget.planned[nth]
        used = f"[yellow]{budget.used[nth]}[/yellow]" if over else str(budget.used[nth])
        table.add_row(name, str(budget.planned[nth]), used, thai_long_date(_DAYS[nth + 1]))
    console.print(table)


async def print_tiers(console: Console, desk: Desk, circular_id: str) -> list[dict[str, Any]]:
    """Print plan and fact of every tier of the circular just played, and return them."""
    found = await desk.get(f"/v1/circulars/{circular_id}/deadlines")
    table = _table(
        "แผนและผลของหนังสือเวียนนี้ รายชั้น",
        ("ชั้น", "ทอด", "ลงรับภายใน", "ลงรับจริง", "ส่งต่อภายใน", "ส่งต่อจริง", "ตอบรับภายใน", "ตอบรับจริง"),
    )
    for tier in found["tiers"]:
        hops = [hop for hop in found["hops"] if hop["tier"] == tier["tier"]]
        table.add_row(
            str(tier["tier"]),
            str(tier["hops"]),
            _clock(tier["register_by"]),
            _last(hops, "stamped_at", "register_by"),
            _clock(tier["forward_by"]),
            _last(hops, "forwarded_at", "forward_by"),
            _clock(tier["acknowledge_by"]),
            _last(hops, "settled_at", "acknowledge_by"),
        )
    console.print(table)
    tiers: list[dict[str, Any]] = found["tiers"]
    return tiers


def _table(title: str, columns: tuple[str, ...]) -> Table:
    # No rules between the columns: terminals disagree on how wide Thai marks are.
    table = Table(title=title, title_justify="left", box=None)
    for column in columns:
        table.add_column(column)
    return table


def _last(hops: list[dict[str, Any]], fact: str, plan: str) -> str:
    done = [hop for hop in hops if hop[fact] is not None]
    if not done:
        return "-"
    late = sum(hop[plan] is not None and _at(hop[fact]) > _at(hop[plan]) for hop in done)
    last = _clock(max((hop[fact] for hop in done), key=_at))
    return f"[yellow]{last} ช้า {late}[/yellow]" if late else last


def _clock(instant: str | None) -> str:
    return f"{_at(instant).astimezone(BANGKOK):%H:%M:%S}" if instant else "-"


def _at(instant: str) -> datetime:
    return datetime.fromisoformat(instant)
