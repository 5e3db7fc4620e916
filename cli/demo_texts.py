"""How the demo's desks take in a letter's text, and send what it becomes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.demo_desk import Desk
from cli.up import DIRECTORY

LETTERS = DIRECTORY / "letters"
"""Texts of our own wording, with mistakes as a scan makes them."""

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class TextClerk:
    """A clerk with a letter's text at hand.

    Attributes:
        desk: The clerk.
        registry_id: The desk that the text came to.
        say: Shows one line of progress.
    """

    desk: Desk
    registry_id: str
    say: Callable[[str], None]

    async def send(
        self,
        file: str,
        order: Mapping[str, Any],
        *,
        hop_id: str | None = None,
        recipients: Sequence[str] = (),
    ) -> Json:
        """Take in the text of a file, answer what is asked, and send the letter.

        Args:
            file: Its name in `LETTERS`.
            order: Deadlines and answer form.
            hop_id: The received hop that the letter covers.
            recipients: Organizations that the text's list lacks.
        """
        text = (LETTERS / file).read_text(encoding="utf-8")
        given = {"registry_id": self.registry_id, "text": text, "hop_id": hop_id}
        intake = await self.desk.post("/v1/intake", given)
        place = f"/v1/intake/{intake['id']}"
        self._tell(file, intake)
        for line in intake["recipients"]:
            if line["is_open"]:
                await self._answer(place, line)
        for one in recipients:
            await self.desk.post(f"{place}/recipients", {"organization_id": one})
        await self._confirm(place)
        # The plan warns that the province does not stand below the agency, and that is as it is.
        sent: Json = await self.desk.post(f"{place}/dispatch", {"accept_warnings": True, **order})
        return sent

    def _tell(self, file: str, intake: Json) -> None:
        numbers = ", ".join(one["value"] for one in intake["letters"][0]["numbers"])
        self.say(f"รับข้อความหนังสือ {file}: ที่ {numbers} / the text was read")
        for one in intake["contradictions"]:
            self.say(f"  ขัดแย้ง: {one['message']}")
        if intake["recipients"]:
            counts = intake["counts"]
            self.say(
                f"  ผู้รับ {len(intake['recipients'])} แห่ง: ตรง {counts['accepted']}"
                f" ต้องถาม {counts['asked']} ไม่พบ {counts['rejected']}"
            )

    async def _answer(self, place: str, line: Json) -> None:
        # Whoever plays the clerk looks at the paper and finds that the likeliest is meant.
        best = line["candidates"][0]
        await self.desk.post(
            f"{place}/recipients/{line['position']}", {"organization_id": best["organization_id"]}
        )
        self.say(f"  ยืนยัน: {line['as_written']} คือ {best['name']}")

    async def _confirm(self, place: str) -> None:
        """Confirm what was read, but for the date: the letter goes out today."""
        plan = await self.desk.get(f"{place}/plan")
        asked = {question["field"] for question in plan["questions"]}
        values = {one["name"]: one["value"] for one in plan["draft"] if one["name"] in asked}
        await self.desk.post(f"{place}/values", {"values": values | {"dated": None}})
        ready = await self.desk.get(f"{place}/plan")
        for one in ready["findings"]:
            self.say(f"  ข้อสังเกต: {one['detail']}")
        through, directly = _reached(ready)
        if through:
            self.say(
                f"  แผนการส่ง: ผ่าน {len(through)} แห่งถึง {sum(through)} แห่ง และโดยตรง {directly}"
            )


def _reached(plan: Json) -> tuple[list[int], int]:
    """Return how many are reached through each that passes the letter on, and how many not so."""
    through = [len(one["members"]) for one in plan["groups"] if one["via"]]
    return through, sum(len(one["members"]) for one in plan["groups"] if not one["via"])
