"""The reference circular of B.E. 2564, played through the public API alone."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.demo_desk import DemoError, Desk
from cli.demo_texts import TextClerk
from domain.buddhist_era import register_year

Say = Callable[[str], None]

FORM = {
    "type": "object",
    "required": ["joined", "participants"],
    "additionalProperties": False,
    "properties": {
        "joined": {"type": "boolean", "title": "ลงทะเบียนแล้ว"},
        "participants": {
            "type": "array",
            "title": "รายชื่อผู้เข้าร่วม",
            "items": {"type": "string", "minLength": 1},
            "minItems": 2,
            "maxItems": 2,
        },
    },
}
# Two bodies below districts and one that the province writes to directly.
LATE = ("local-38-19", "local-38-37", "local-38-42")
DISTRICTS = tuple(f"district-{code}" for code in range(3801, 3809))
DIRECT = ("local-38-33", "local-38-37")
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.5


@dataclass(kw_only=True)
class Story:
    """Who plays, and what has been learned on the way.

    Attributes:
        desk: Returns the desk of an officer by subject.
        say: Shows one line of progress.
        bodies: Organizations by code, as the API lists them.
    """

    desk: Callable[[str], Desk]
    say: Say
    bodies: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    async def play(self) -> str:
        """Carry the circular down and its acknowledgments up; return its id."""
        await self._learn_directory()
        await self._open_registers()
        circular_id = await self._agency_sends()
        await self._province_passes_on()
        await self._office_issues_cover()
        await asyncio.gather(*(self._district(code) for code in DISTRICTS))
        await self._wait_for(circular_id, self._ladder_is_climbed, "the ladder of the late bodies")
        self.say("ผู้ที่ล่าช้าลงรับและตอบรับ / the late bodies act at last")
        await asyncio.gather(*(self._answer(code) for code in LATE))
        await self._wait_for(circular_id, _is_acknowledged, "the acknowledgment at the top")
        self.say("ผลตอบรับกลับถึงต้นทาง / the acknowledgments have reached the top")
        return circular_id

    async def _learn_directory(self) -> None:
        page = await self.desk("clerk.nacc").get("/v1/organizations", limit=500)
        self.bodies = {body["code"]: body for body in page["items"]}

    async def _open_registers(self) -> None:
        year = register_year(datetime.now(UTC))
        books = (
            ("nacc", "circular", 14),
            ("hall-38", "incoming", 1096),
            ("office-38-local", "incoming", 1414),
            ("office-38-local", "circular", 926),
        )
        for code, book, last in books:
            head = self.desk(f"head.{code}")
            me = await head.get("/v1/me")
            await head.post(
                "/v1/registers",
                {
                    "registry_id": me["registries"][0]["id"],
                    "book": book,
                    "year": year,
                    "last_paper_number": last,
                },
            )
        self.say("เปิดทะเบียนต่อจากเลขสุดท้ายบนกระดาษ / registers opened where paper stopped")

    async def _agency_sends(self) -> str:
        sent = await self._clerk("nacc").send(
            "circular.txt",
            {"answer_form": FORM} | self._deadlines(register=20, acknowledge=60),
            recipients=[self.bodies["province-38"]["id"]],
        )
        self.say(f"{sent['number']} → จังหวัดบึงกาฬ")
        return str(sent["dispatch"]["circular_id"])

    async def _province_passes_on(self) -> None:
        hop = await self._receive("hall-38")
        await self.desk("clerk.hall-38").post(
            f"/v1/hops/{hop}/forward",
            self._order(["office-38-local"], register=20, acknowledge=55),
        )

    async def _office_issues_cover(self) -> None:
        hop = await self._receive("office-38-local")
        sent = await self._clerk("office-38-local").send(
            "cover.txt", self._deadlines(register=10, acknowledge=24), hop_id=hop
        )
        self.say(f"หนังสือนำ {sent['number']} → ๘ อำเภอ และโดยตรง ๒ แห่ง")
        await asyncio.gather(*(self._answer(code) for code in DIRECT if code not in LATE))

    async def _district(self, code: str) -> None:
        hop = await self._receive(code)
        intended = await self.desk(f"clerk.{code}").get(f"/v1/hops/{hop}/intended")
        below = [one["code"] for one in intended]
        await self.desk(f"clerk.{code}").post(
            f"/v1/hops/{hop}/forward", self._order(below, register=10, acknowledge=13)
        )
        await asyncio.gather(*(self._answer(one) for one in below if one not in LATE))
        late = sum(one in LATE for one in below)
        self.say(
            f"{self.bodies[code]['name']}: {len(below) - late} of {len(below)} bodies answered"
        )

    def _clerk(self, code: str) -> TextClerk:
        registry_id = self.bodies[code]["registry_id"]
        return TextClerk(desk=self.desk(f"clerk.{code}"), registry_id=registry_id, say=self.say)

    async def _answer(self, code: str) -> None:
        hop = await self._receive(code)
        name = self.bodies[code]["name"]
        await self.desk(f"clerk.{code}").post(
            f"/v1/hops/{hop}/acknowledgment",
            {
                "remark": "ดำเนินการแล้ว",
                "answer": {
                    "joined": True,
                    "participants": [f"ผู้เข้าร่วมคนที่ {nth} {name}" for nth in (1, 2)],
                },
            },
        )

    async def _receive(self, code: str) -> str:
        clerk = self.desk(f"clerk.{code}")
        hop = (await clerk.waiting())["hop_id"]
        receipt = await clerk.post(f"/v1/hops/{hop}/receipt")
        if not code.startswith("local"):
            self.say(f"{self.bodies_name(code)} ลงรับเลขที่ {receipt['number']}")
        return str(hop)

    def bodies_name(self, code: str) -> str:
        """Return the name of the desk of a body."""
        known = {"hall-38": "province-38"}
        return str(self.bodies[known.get(code, code)]["registry"])

    def _order(
        self, recipients: Sequence[str], *, register: float, acknowledge: float
    ) -> dict[str, Any]:
        ids = [self.bodies[code]["id"] for code in recipients]
        return {"recipients": ids} | self._deadlines(register=register, acknowledge=acknowledge)

    def _deadlines(self, *, register: float, acknowledge: float) -> dict[str, Any]:
        now = datetime.now(UTC)

        def later(seconds: float) -> str:
            return (now + timedelta(seconds=seconds)).isoformat()

        return {
            "remind_register_at": later(register - 1),
            "register_by": later(register),
            "remind_acknowledge_at": later(acknowledge - 1),
            "acknowledge_by": later(acknowledge),
            "escalate_head_at": later(acknowledge + 0.5),
            "escalate_superior_at": later(acknowledge + 1),
            "escalate_origin_at": later(acknowledge + 2),
        }

    async def _wait_for(
        self, circular_id: str, condition: Callable[[dict[str, Any]], bool], what: str
    ) -> None:
        self.say(f"รอ / waiting for {what}")
        clerk = self.desk("clerk.nacc")
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if condition(await clerk.get(f"/v1/circulars/{circular_id}/route")):
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise DemoError(f"{what} did not come within {PATIENCE_SECONDS:g} s")

    def _ladder_is_climbed(self, route: dict[str, Any]) -> bool:
        late = {self.bodies[code]["registry_id"] for code in LATE}
        climbed = {
            hop["registry_id"] for hop in hops_of(route) if "escalate_origin" in hop["notices"]
        }
        return late <= climbed


def hops_of(route: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every hop of a route, from the top down."""
    found: list[dict[str, Any]] = []
    level = list(route["route"])
    while level:
        hops = [hop for dispatch in level for hop in dispatch["hops"]]
        found.extend(hops)
        level = [dispatch for hop in hops for dispatch in hop["dispatches"]]
    return found


def _is_acknowledged(route: dict[str, Any]) -> bool:
    return all(hop["state"] == "acknowledged" for hop in hops_of(route)) and all(
        dispatch["state"] == "completed" for dispatch in route["route"]
    )
