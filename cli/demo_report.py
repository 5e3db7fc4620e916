"""What the demo shows at its end: the route as a tree, the alarms that fired, the totals."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.tree import Tree
from temporalio.client import Client

from cli.demo_desk import Desk
from cli.demo_story import hops_of
from domain.buddhist_era import BANGKOK
from infra.settings import Settings

_STEPS_TH = {
    "remind_register": "เตือนลงรับ",
    "overdue_register": "เกินกำหนดลงรับ",
    "remind_acknowledge": "เตือนตอบรับ",
    "overdue_acknowledge": "เกินกำหนดตอบรับ",
    "overdue_forward": "เกินกำหนดส่งต่อ",
    "escalate_head": "เร่งรัดถึงหัวหน้าหน่วย",
    "escalate_register_head": "เร่งรัดการลงรับถึงหัวหน้าหน่วย",
    "escalate_register_superior": "เร่งรัดการลงรับผ่านผู้บังคับบัญชา/ผู้กำกับดูแล",
    "escalate_register_origin": "เร่งรัดการลงรับถึงผู้ส่งชั้นเหนือขึ้นไป",
    "arrived": "หนังสือด่วนมาถึง",
    "escalate_superior": "เร่งรัดผ่านผู้บังคับบัญชา/ผู้กำกับดูแล",
    "escalate_origin": "เร่งรัดถึงผู้ส่งชั้นเหนือขึ้นไป",
}
VISIBILITY_SECONDS = 15.0


@dataclass(kw_only=True)
class DemoReport:
    """The figures of one played circular."""

    letters: list[str]
    receipts: dict[str, int]
    hops: int
    registered: int
    acknowledged: int
    answers: int
    names: int
    reminders: int
    overdue: int
    escalations: int
    workflows: dict[str, int]
    registers_verified: bool = False
    evidence_accepted: bool = False
    seconds: float = 0.0
    notices: dict[str, int] = field(default_factory=dict)
    tiers: list[dict[str, Any]] = field(default_factory=list)
    budget_of_2564: dict[str, Any] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether everything that went out came back, and the books are whole."""
        return (
            self.hops == self.registered == self.acknowledged
            and self.workflows["started"] == self.workflows["completed"]
            and self.registers_verified
            and self.evidence_accepted
        )

    def as_json(self) -> dict[str, Any]:
        """Return the figures as `build/demo.json` holds them."""
        return asdict(self)

    def summary(self) -> str:
        """Return the totals in words."""
        return (
            f"{self.hops} hops, {self.registered} registered, {self.acknowledged} acknowledged,"
            f" {self.answers} answers with {self.names} names.\n"
            f"{self.reminders} reminders, {self.overdue} overdue notices,"
            f" {self.escalations} escalations; {self.workflows['completed']} of"
            f" {self.workflows['started']} workflows completed;"
            f" registers {'verified' if self.registers_verified else 'AT FAULT'};"
            f" {self.seconds:.0f} s in all."
        )


async def collect_report(desk: Desk, settings: Settings, circular_id: str) -> DemoReport:
    """Ask the API at the top, and Temporal, how the circular went."""
    route = await desk.get(f"/v1/circulars/{circular_id}/route")
    answers = await desk.get(f"/v1/circulars/{circular_id}/answers")
    hops = hops_of(route)
    steps = Counter(step for hop in hops for step in hop["notices"])
    loud = Counter(_kind(step) for step in steps.elements())
    counts = route["counts"]
    return DemoReport(
        letters=_letters(route),
        receipts={hop["registry"]: hop["receipt_number"] for hop in hops},
        hops=counts["hops"],
        registered=counts["registered"],
        acknowledged=counts["acknowledged"],
        answers=len(answers["answered"]),
        names=int(answers["totals"]["participants"]["items"]),
        reminders=loud["reminder"],
        overdue=loud["overdue"],
        escalations=loud["escalation"],
        workflows=await _count_workflows(settings),
        notices=dict(steps),
    )


async def print_route(console: Console, desk: Callable[[str], Desk], circular_id: str) -> None:
    """Print the route with every receipt number, and what the late bodies set off."""
    route = await desk("clerk.nacc").get(f"/v1/circulars/{circular_id}/route")
    console.print()
    for dispatch in route["route"]:
        tree = Tree(f"{dispatch['sender']}  [bold]{dispatch['number']}[/bold]")
        _grow(tree, dispatch)
        console.print(tree)
    console.print()
    for subject in ("clerk.hall-38", "clerk.office-38-local"):
        await _print_escalations(console, desk(subject))


async def _print_escalations(console: Console, desk: Desk) -> None:
    me = await desk.get("/v1/me")
    notices = await desk.get("/v1/notices", limit=200)
    # No rules between the columns: terminals disagree on how wide Thai marks are.
    table = Table(
        title=f"การเร่งรัดที่ถึง {me['registries'][0]['name']}", title_justify="left", box=None
    )
    for column in ("ครบกำหนด", "ขั้น", "ผู้ที่ล่าช้า"):
        table.add_column(column)
    for one in notices["items"]:
        if one["kind"] == "escalation":
            due_at = datetime.fromisoformat(one["due_at"]).astimezone(BANGKOK)
            table.add_row(f"{due_at:%H:%M:%S}", _STEPS_TH[one["step"]], one["recipient"])
    console.print(table)


def _grow(branch: Tree, dispatch: dict[str, Any]) -> None:
    for hop in dispatch["hops"]:
        late = ", ".join(_STEPS_TH[step] for step in hop["notices"])
        twig = branch.add(
            f"{hop['registry']}  เลขรับ [bold]{hop['receipt_number']}[/bold]"
            + (f"  [yellow]{late}[/yellow]" if late else "")
        )
        for below in hop["dispatches"]:
            passed_on = below["number"] == dispatch["number"]
            leaf = twig if passed_on else twig.add(f"หนังสือนำ [bold]{below['number']}[/bold]")
            _grow(leaf, below)


def _letters(route: dict[str, Any]) -> list[str]:
    numbers: dict[str, None] = {}
    level = list(route["route"])
    while level:
        numbers |= dict.fromkeys(dispatch["number"] for dispatch in level)
        level = [
            below for dispatch in level for hop in dispatch["hops"] for below in hop["dispatches"]
        ]
    return list(numbers)


def _kind(step: str) -> str:
    loud = {"remind": "reminder", "overdue": "overdue", "escalate": "escalation"}
    return loud.get(step.partition("_")[0], "arrival")


async def _count_workflows(settings: Settings) -> dict[str, int]:
    client = await Client.connect(
        settings.temporal_address or "", namespace=settings.temporal_namespace
    )
    query = "WorkflowType = 'DispatchWorkflow'"
    # Temporal lists executions a moment after they change.
    deadline = asyncio.get_running_loop().time() + VISIBILITY_SECONDS
    while True:
        started = (await client.count_workflows(query)).count
        completed = (await client.count_workflows(f"{query} AND ExecutionStatus='Completed'")).count
        if started == completed or asyncio.get_running_loop().time() > deadline:
            return {"started": started, "completed": completed}
        await asyncio.sleep(0.3)
