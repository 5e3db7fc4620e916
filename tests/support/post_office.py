"""A mailer with a ledger, a mail server and a clock that the test sets."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from domain.vocabulary import AlarmStep, Role
from infra.database import WORKER_ROLE, create_engine, create_sessions
from models import Mail
from services.compose_mail import Letterhead
from services.make_digests import make_digests
from tests.conftest import Database
from tests.support.directory import Directory
from tests.support.mail_ledger import Sent, bangkok, give_mailboxes, mails, notify, send_out
from tests.support.mailbox import Mailbox
from worker.mailer import Mailer, Server

LETTERHEAD = Letterhead(sender="wian@agency.test", public_url="https://wian.test")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """A ledger with a directory, as the application and as its owner reach it."""

    directory: Directory
    sessions: async_sessionmaker[AsyncSession]
    owner: AsyncEngine

    async def give(self, *, of: Mapping[UUID, str | None]) -> None:
        """Give mailboxes to registries and officers."""
        await give_mailboxes(self.owner, of=of)

    async def empty(self) -> None:
        """Forget every notice and mail."""
        async with self.owner.begin() as connection:
            await connection.execute(text("TRUNCATE notice, mail"))


@asynccontextmanager
async def open_ground(database: Database, directory: Directory) -> AsyncIterator[Ground]:
    """Connect to a ledger until the block ends."""
    engine = create_engine(database.worker_url, pool=16, role=WORKER_ROLE)
    owner = create_engine(database.owner_url, pool=1, role=None)
    yield Ground(directory=directory, sessions=create_sessions(engine), owner=owner)
    await engine.dispose()
    await owner.dispose()


@dataclass(kw_only=True, slots=True)
class Post:
    """The mailer of a ledger, at an instant that the test chooses."""

    ground: Ground
    mailbox: Mailbox
    now: datetime

    def mailer(self, server: Server | None = None) -> Mailer:
        return Mailer(
            self.ground.sessions,
            server or self.mailbox.server,
            LETTERHEAD,
            clock=lambda: self.now,
        )

    async def late(self, **letter: Any) -> Sent:  # noqa: ANN401 (columns of the letter)
        """Send a letter that the hall does not answer in time, with the notice that says so."""
        async with self.ground.sessions.begin() as session:
            agency, hall = self.ground.directory["agency"], self.ground.directory["hall"]
            by = bangkok(8, "08:00")
            sent = await send_out(session, agency, hall, acknowledge_by=by, **letter)
            step = AlarmStep.OVERDUE_ACKNOWLEDGE
            await notify(session, sent, step, post=Role.HEAD, officer_id=hall.head.id)
            return sent

    async def make_digests(self) -> None:
        async with self.ground.sessions.begin() as session:
            await make_digests(session, at=self.now)

    async def send_due(self) -> int:
        return await self.mailer().send_due()

    async def mail(self) -> Mail:
        (mail,) = await self.mails()
        return mail

    async def mails(self) -> list[Mail]:
        async with self.ground.sessions() as session:
            return await mails(session)
