"""What every route is given: who asks, a transaction, the clock and the file store."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.problems import NotSignedInError
from api.tokens import TokenError, TokenVerifier
from domain.access import ActingOfficer
from domain.buddhist_era import bangkok_date
from infra.file_store import FolderFileStore
from infra.settings import Settings
from services.answer_once import Request as OnceRequest
from services.answer_once import StoredAnswer, recall_answer, store_answer
from services.find_officer import find_officer


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the process was started with."""

    settings: Settings
    sessions: async_sessionmaker[AsyncSession]
    tokens: TokenVerifier
    files: FolderFileStore
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


async def get_parts(request: Request) -> Parts:
    """Return what the process was started with."""
    parts: Parts = request.app.state.parts
    return parts


GivenParts = Annotated[Parts, Depends(get_parts)]
_bearer = HTTPBearer(auto_error=False, description="Token of an officer; `wian token` issues one")


async def get_subject(
    parts: GivenParts,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    """Return whom the bearer token names."""
    if credentials is None:
        raise NotSignedInError
    try:
        return await parts.tokens.subject(credentials.credentials)
    except TokenError as error:
        raise NotSignedInError from error


Subject = Annotated[str, Depends(get_subject)]


async def sign_in(session: AsyncSession, subject: str, *, at: datetime) -> ActingOfficer:
    """Return the officer whom a believed token names, if the directory knows one."""
    officer = await find_officer(session, subject=subject, on=bangkok_date(at))
    if officer is None:
        raise NotSignedInError
    return officer


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A read under way: a session, who reads, and when."""

    session: AsyncSession
    by: ActingOfficer
    at: datetime


async def get_reading(parts: GivenParts, subject: Subject) -> AsyncIterator[Reading]:
    """Open a transaction for a read; it commits only that a secret letter was read."""
    at = parts.clock()
    async with parts.sessions.begin() as session:
        by = await sign_in(session, subject, at=at)
        yield Reading(session=session, by=by, at=at)


@dataclass(kw_only=True, slots=True)
class Act:
    """An act under way: a transaction, who acts, when, and the answer once there is one."""

    session: AsyncSession
    by: ActingOfficer
    at: datetime
    request: OnceRequest
    stored: StoredAnswer | None = None

    @property
    def is_repeat(self) -> bool:
        """Whether the same request was answered before; it must not act again."""
        return self.stored is not None

    async def answer(self, body: BaseModel, *, status: int) -> None:
        """Keep the answer in this transaction, so that a repeat gets the same bytes."""
        self.stored = StoredAnswer(status=status, body=body.model_dump_json().encode())
        await store_answer(self.session, self.request, self.stored, at=self.at)

    def response(self) -> Response:
        """Return the answer; call it after the transaction, so that nothing is told too early."""
        if self.stored is None:
            raise RuntimeError("the act was not answered")
        return Response(self.stored.body, self.stored.status, media_type="application/json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Acting:
    """A POST: its key, its bytes, and how to open its transaction."""

    parts: Parts
    subject: str
    key: str
    fingerprint: bytes

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Act]:
        """Open the transaction of the act; it is committed when the block ends."""
        async with self.parts.sessions.begin() as session:
            by = await sign_in(session, self.subject, at=self.parts.clock())
            # The answer may tell of a secret letter: under another clearance it is another request.
            fingerprint = sha256(self.fingerprint + by.clearance.encode()).digest()
            request = OnceRequest(officer_id=by.id, key=self.key, fingerprint=fingerprint)
            stored = await recall_answer(session, request)
            yield Act(session=session, by=by, at=self.parts.clock(), request=request, stored=stored)


async def get_acting(
    request: Request,
    parts: GivenParts,
    subject: Subject,
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=200,
            description="Chosen by the client, new for each act. A repeat with the same key and"
            " body gets the stored answer and acts only once.",
            examples=["3f0e6c1e-desk-1-0042"],
        ),
    ],
) -> Acting:
    """Read what makes this POST the same as another one."""
    body = await request.body()
    if not _is_utf8(body):
        raise HTTPException(400)
    fingerprint = sha256(f"{request.method} {request.url.path}\n".encode() + body).digest()
    return Acting(parts=parts, subject=subject, key=key, fingerprint=fingerprint)


def _is_utf8(body: bytes) -> bool:
    # The JSON reader would also take UTF-16 and UTF-32, which show as NUL bytes.
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in body


# The read ends before the answer is sent: a slow reader must not hold a connection, and nobody
# sees a secret letter of whose reading there is no record.
ReadingDesk = Annotated[Reading, Depends(get_reading, scope="function")]
ActingDesk = Annotated[Acting, Depends(get_acting)]
