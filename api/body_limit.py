"""How long a request body may be; a longer one is refused before it is read to the end."""

from collections.abc import Mapping

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import too_large


class BodyLimit:
    """Refuses long bodies with a problem document; the framework's own limit answers plain text."""

    def __init__(self, app: ASGIApp, *, usual: int, below: Mapping[str, int]) -> None:
        self._app = app
        self._usual = usual
        self._below = below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer at once when the length is announced, otherwise when too much has come."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        if _announced(scope) > limit:
            await too_large()(scope, receive, send)
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)

    def _limit(self, path: str) -> int:
        return next(
            (limit for prefix, limit in self._below.items() if path.startswith(prefix)), self._usual
        )


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isdecimal() else 0
