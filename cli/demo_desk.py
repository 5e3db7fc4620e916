"""An officer at a desk, who knows nothing but the public API."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2


class DemoError(Exception):
    """The API answered otherwise than the story expects; the message holds the problem."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """One officer with a token."""

    client: httpx2.AsyncClient
    token: str

    async def get(self, path: str, **query: str | int) -> Any:  # noqa: ANN401 (JSON)
        """Return the JSON of a page."""
        answer = await self.client.get(path, params=query, headers=self._headers())
        return _checked(answer)

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 (JSON)
        """Act once, and return the JSON of the answer."""
        headers = self._headers() | {"Idempotency-Key": str(uuid4())}
        answer = await self.client.post(path, json=body or {}, headers=headers)
        return _checked(answer)

    async def download(self, path: str) -> bytes:
        """Return the bytes of a page."""
        answer = await self.client.get(path, headers=self._headers())
        _checked(answer)
        return answer.content

    async def waiting(self) -> dict[str, Any]:
        """Return the one letter that waits in the inbox."""
        page = await self.get("/v1/inbox")
        if len(page["items"]) != 1:
            raise DemoError(f"one letter expected in the inbox, found {len(page['items'])}")
        item: dict[str, Any] = page["items"][0]
        return item

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def _checked(answer: httpx2.Response) -> Any:  # noqa: ANN401 (JSON)
    if answer.is_error:
        raise DemoError(f"{answer.request.method} {answer.request.url.path}: {answer.text}")
    return answer.json()
