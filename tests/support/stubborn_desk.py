"""The reference circular played by people who try again, at a pace that a test sets."""

import asyncio
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

from cli.demo_desk import DemoError, Desk
from cli.demo_story import LATE, Story

RETRY_SECONDS = 0.1
GIVE_UP_SECONDS = 60.0


@dataclass(slots=True)
class Pace:
    """How far the story may go, how far it has come, and how often somebody had to try again.

    The story plays in a thread of its own; a test holds it between two acts to end a process.
    """

    allowed: int = 0
    done: int = 0
    repeated: int = 0
    is_over: bool = False
    statuses: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _started: int = 0

    def take(self) -> bool:
        """Begin an act, if the story may go so far."""
        with self._lock:
            may = self._started < self.allowed
            self._started += may
        return may

    def count(self, *, repeated: bool = False) -> None:
        with self._lock:
            self.done += not repeated
            self.repeated += repeated


@dataclass(frozen=True, kw_only=True, slots=True)
class StubbornDesk(Desk):
    """An officer who repeats a request, the same bytes under the same key, until it is answered."""

    pace: Pace

    async def get(self, path: str, **query: str | int) -> Any:  # noqa: ANN401 - JSON
        return await self._insist("GET", path, params=query, headers=self._headers())

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        while not self.pace.take():  # noqa: ASYNC110 - it is held from another thread
            await asyncio.sleep(0.01)
        headers = self._headers() | {"Idempotency-Key": str(uuid4())}
        answer = await self._insist("POST", path, json=body or {}, headers=headers)
        self.pace.count()
        return answer

    async def _insist(self, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401 - JSON
        until = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < until:
            try:
                answer = await self.client.request(method, path, **request)
            except httpx2.TransportError:
                pass
            else:
                self.pace.statuses.add(answer.status_code)
                if not answer.is_error:
                    return answer.json()
                if not _is_worth_repeating(answer):
                    raise DemoError(f"{method} {path}: {answer.status_code} {answer.text}")
            self.pace.count(repeated=True)
            await asyncio.sleep(RETRY_SECONDS)
        raise DemoError(f"{method} {path}: no answer in {GIVE_UP_SECONDS:g} s")


def _is_worth_repeating(answer: httpx2.Response) -> bool:
    # The first attempt may still be running: its connection died, not its transaction.
    code = answer.json().get("code")
    return answer.status_code == 503 or code == "idempotency_key_in_use"


@dataclass(kw_only=True)
class UnhurriedStory(Story):
    """The same circular with days instead of seconds: nobody is late, however long it takes."""

    async def play(self) -> str:
        await self._learn_directory()
        await self._open_registers()
        circular_id = await self._agency_sends()
        await self._province_passes_on()
        await self._office_issues_cover()
        districts = (body for body in self.bodies if body.startswith("district-"))
        await asyncio.gather(*(self._district(code) for code in districts))
        await asyncio.gather(*(self._answer(code) for code in LATE))
        return circular_id

    def _deadlines(self, *, register: float, acknowledge: float) -> dict[str, Any]:
        day = 24.0 * 60 * 60
        return super()._deadlines(register=register * day, acknowledge=acknowledge * day)
