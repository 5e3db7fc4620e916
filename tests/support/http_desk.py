"""Officers who know nothing but the HTTP API, and the application that they speak to in-process."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx2
from fastapi import FastAPI
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.dependencies import Parts
from api.tokens import TokenVerifier
from cli.token import issue_token
from domain.alarms import Alarm
from domain.vocabulary import AlarmStep
from infra.file_store import FolderFileStore
from infra.settings import Settings
from infra.token_keys import ALGORITHM
from models import Base
from services.raise_alarm import raise_alarm
from tests.support.directory import Desk, Directory
from tests.support.letters import ACKNOWLEDGE_BY, MORNING, REGISTER_BY

Json = dict[str, Any]

KEY = OKPKey.generate_key(ALGORITHM, {"kid": "test", "alg": ALGORITHM, "use": "sig"})
PROBLEM = "application/problem+json"
FORM: Final[Json] = {
    "type": "object",
    "required": ["joined", "names"],
    "properties": {
        "joined": {"type": "boolean"},
        "names": {"type": "array", "items": {"type": "string"}, "minItems": 2},
    },
}
ANSWER: Final[Json] = {"joined": True, "names": ["ผู้เข้าร่วมหนึ่ง", "ผู้เข้าร่วมสอง"]}
# Every table at once: tests ask before and after each request.
_SIZES = text(
    " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in Base.metadata.tables)  # noqa: S608 (our own tables)
    + " UNION ALL SELECT 'numbers', coalesce(sum(allocated), 0) FROM register"
)


class GivenKeys:
    """Public keys that are known from the start."""

    def __init__(self, *keys: OKPKey) -> None:
        self._keys = KeySet.import_key_set({"keys": [key.as_dict(private=False) for key in keys]})

    def keys(self, *, refresh: bool = False) -> KeySet:
        del refresh
        return self._keys


@dataclass(slots=True)
class Clock:
    """The time at the desks; it stands still until somebody waits."""

    at: datetime = MORNING

    def __call__(self) -> datetime:
        return self.at

    def wait(self, span: timedelta) -> None:
        self.at += span


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """The application on a database, and the way to every officer of its directory."""

    app: FastAPI
    client: httpx2.AsyncClient
    clock: Clock
    desks: Directory
    sessions: async_sessionmaker[AsyncSession]
    settings: Settings

    def officer(self, desk: str, role: str = "clerk") -> "Officer":
        """Return an officer by desk and role."""
        return Officer(
            api=self, desk=self.desks[desk], token=self.token(f"{role}.{desk}"), role=role
        )

    def token(self, subject: str) -> str:
        """Return a token of an officer that is good for an hour."""
        return issue_token(self.settings, KEY, subject, lifetime=3600)

    async def sizes(self) -> dict[str, int]:
        """Return how many rows every table has, and how many numbers were given."""
        async with self.sessions() as session:
            rows = (await session.execute(_SIZES)).all()
            return {row[0]: row[1] for row in rows}

    @asynccontextmanager
    async def nothing_written(self) -> AsyncIterator[None]:
        """Assert that no row is added and no number spent in the block."""
        before = await self.sizes()
        yield
        assert await self.sizes() == before

    async def ring(self, dispatch: Json, step: AlarmStep) -> None:
        """Raise an alarm of a dispatch, as its process would at the latest of its instants."""
        due_at = max(
            datetime.fromisoformat(alarm["due_at"])
            for plan in dispatch["plans"]
            for alarm in plan["alarms"]
            if alarm["step"] == step
        )
        async with self.sessions.begin() as session:
            await raise_alarm(
                session,
                dispatch_id=UUID(dispatch["id"]),
                chunk=0,
                alarm=Alarm(step=step, due_at=due_at),
                at=max(self.clock(), due_at),
            )


@asynccontextmanager
async def running_api(
    app: FastAPI,
    *,
    sessions: async_sessionmaker[AsyncSession],
    inside: async_sessionmaker[AsyncSession],
    desks: Directory,
    folder: Path,
    temporal_address: str | None = None,
) -> AsyncIterator[Api]:
    """Give `app` its parts, as its own start would, and speak to it without a socket.

    `inside` is the way of the tests to the same ledger, past every policy.
    """
    settings = Settings(data_dir=folder, temporal_address=temporal_address)
    clock = Clock()
    app.state.parts = Parts(
        settings=settings,
        sessions=sessions,
        tokens=TokenVerifier(
            GivenKeys(KEY), issuer=settings.token_issuer, audience=settings.token_audience
        ),
        files=FolderFileStore(settings.file_store_dir),
        clock=clock,
    )
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://wian") as client:
        yield Api(
            app=app, client=client, clock=clock, desks=desks, sessions=inside, settings=settings
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Officer:
    """One officer with a token."""

    api: Api
    desk: Desk
    token: str
    role: str = "clerk"

    async def get(self, path: str, **query: object) -> httpx2.Response:
        return await self.ask("GET", path, params=query)

    async def post(
        self, path: str, body: object = None, *, key: str | None = None
    ) -> httpx2.Response:
        headers = {"Idempotency-Key": key or str(uuid4()), "Content-Type": "application/json"}
        # Escaped, so that a test may send what UTF-8 cannot hold.
        content = None if body is None else json.dumps(body)
        return await self.ask("POST", path, content=content, headers=headers)

    async def put_file(self, content: bytes, *, digest: str | None = None) -> httpx2.Response:
        return await self.ask("PUT", f"/v1/files/{digest or digest_of(content)}", content=content)

    async def ask(self, method: str, path: str, **request: Any) -> httpx2.Response:  # noqa: ANN401 (the client's)
        """Send a request with the officer's token."""
        headers = {"Authorization": f"Bearer {self.token}"} | request.pop("headers", {})
        return await self.api.client.request(method, path, headers=headers, **request)

    async def read(self, path: str, **query: object) -> Json:
        """Return the JSON of a page."""
        return told(await self.get(path, **query), 200)

    async def act(self, path: str, body: object = None, *, key: str | None = None) -> Json:
        """Act, and return the JSON of the answer."""
        return told(await self.post(path, body, key=key), 201)

    async def issue(self, **draft: object) -> Json:
        """Issue a circular about nothing in particular."""
        return await self.act("/v1/letters", self.letter(**draft))

    def letter(self, **draft: object) -> Json:
        """Return the body that issues a letter."""
        registry = str(self.desk.registry_id)
        return {"registry_id": registry, "subject": "ขอให้รายงานผล"} | draft

    async def send(self, *names: str, letter: Json | None = None, **given: object) -> Json:
        """Send a letter, a new one unless it is given, and return the dispatch."""
        letter = letter or await self.issue()
        body = self.order(*names, letter_id=letter["id"], **given)
        return await self.act("/v1/dispatches", body)

    def order(self, *names: str, **given: object) -> Json:
        """Return the body that sends to the desks `names`."""
        return {
            "recipients": [str(self.api.desks[name].organization_id) for name in names],
            "register_by": REGISTER_BY.isoformat(),
            "acknowledge_by": ACKNOWLEDGE_BY.isoformat(),
        } | given

    async def hop(self, dispatch: Json) -> str:
        """Return the id of the hop that a dispatch brought to this desk."""
        page = await self.read("/v1/inbox", limit=200)
        (hop_id,) = [
            item["hop_id"] for item in page["items"] if item["letter_id"] == dispatch["letter_id"]
        ]
        return str(hop_id)

    async def register(self, dispatch: Json) -> str:
        """Register what a dispatch brought, and return the id of the hop."""
        hop_id = await self.hop(dispatch)
        await self.act(f"/v1/hops/{hop_id}/receipt")
        return hop_id

    async def pass_on(self, dispatch: Json, *names: str, **given: object) -> Json:
        """Register what a dispatch brought and send it on; return the new dispatch."""
        hop_id = await self.register(dispatch)
        return await self.act(f"/v1/hops/{hop_id}/forward", self.order(*names, **given))


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def told(answer: httpx2.Response, status: int) -> Json:
    """Return the JSON of an answer that has to have `status`."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body: Json = answer.json()
    return body


def refused(answer: httpx2.Response, status: int, code: str) -> Json:
    """Return the problem document of an answer that has to be one."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    body: Json = answer.json()
    assert (body["status"], body["code"]) == (status, code), answer.text
    assert body["type"] == f"urn:wian:problem:{code}"
    assert body["title"]
    assert body["detail"]
    return body
