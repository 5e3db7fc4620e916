"""How the ledger's mails reach the mail server: re-read when they go, tried again within bounds."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from infra.mail import MailNotTakenError
from models import Mail
from services.claim_mail import (
    claim_mail,
    drop_mail,
    has_its_turn,
    record_failure,
    record_sent,
)
from services.compose_mail import Letterhead, compose_mail
from services.make_urgent_mails import make_urgent_mails
from services.read_mail import MailContents, read_mail

log = logging.getLogger(__name__)

LANES = 4
"""Mails under way at the same time; each holds a connection to the database."""

ROUND = 50
"""Mails that a lane sends before urgent notices are looked for again."""

MAX_BACKOFF = 60.0
NOTHING_LEFT = "nothing in it is true any more"
NO_MAILBOX = "no mailbox: neither the registry nor the holders of its posts have one"


class Server(Protocol):
    """Whoever takes mails (`infra.mail.MailServer`)."""

    async def send(self, message: EmailMessage) -> str | None:
        """Hand in a mail; return a remark when it was taken for some of its mailboxes only."""


class Mailer:
    """Sends the mails of the ledger; several may run, each mail is held by one at a time."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        server: Server,
        letterhead: Letterhead,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._server = server
        self._letterhead = letterhead
        self._clock = clock

    async def run(self, *, interval: float, stop: asyncio.Event) -> None:
        """Send until `stop`; while a server is away, wait longer each time.

        Whatever goes wrong here ends in the log: the relay that runs beside it must go on.
        """
        pause = interval
        while not stop.is_set():
            (outcome,) = await asyncio.gather(self.send_due(stop), return_exceptions=True)
            if isinstance(outcome, BaseException):
                pause = min(pause * 2, MAX_BACKOFF)
                log.warning("mailer waits %.1f s: %r", pause, outcome)
            elif outcome:
                continue
            else:
                pause = interval
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def send_due(self, stop: asyncio.Event | None = None) -> int:
        """Make the mails that cannot wait, settle a round of what is due; return how many.

        Args:
            stop: Set it to end after the mails under way.

        Raises:
            MailServerAwayError: The mail server is away; the mails wait as they are.
        """
        async with self._sessions.begin() as session:
            await make_urgent_mails(session, at=self._clock())
        lanes = await asyncio.gather(
            *(self._send_in_turn(stop) for _ in range(LANES)), return_exceptions=True
        )
        for one in lanes:
            if isinstance(one, BaseException):
                raise one
        return sum(one for one in lanes if isinstance(one, int))

    async def send_next(self) -> bool:
        """Settle the mail whose turn came first; return False when none is due.

        The row stays locked until it is marked. A crash in between sends the mail again, under
        the same Message-ID.
        """
        async with self._sessions.begin() as session:
            at = self._clock()
            mail = await claim_mail(session, at=at)
            if mail is None:
                return False
            if await has_its_turn(session, mail, at=at):
                await self._settle(session, mail, at)
        return True

    async def _send_in_turn(self, stop: asyncio.Event | None) -> int:
        for settled in range(ROUND):
            if (stop is not None and stop.is_set()) or not await self.send_next():
                return settled
        return ROUND

    async def _settle(self, session: AsyncSession, mail: Mail, at: datetime) -> None:
        contents = await read_mail(session, mail, at=at)
        reason = _why_not(contents)
        if reason is not None:
            await drop_mail(session, mail, reason=reason)
            return
        try:
            message = compose_mail(contents, self._letterhead, at=at)
        except Exception as error:
            log.exception("mail %s cannot be written", mail.id)
            await record_failure(session, mail, error=repr(error), is_final=True, at=at)
            return
        try:
            remark = await self._server.send(message)
        except MailNotTakenError as error:
            await record_failure(session, mail, error=str(error), is_final=error.is_final, at=at)
        else:
            await record_sent(session, mail, remark=remark, at=at)


def _why_not(contents: MailContents) -> str | None:
    if not contents.items:
        return NOTHING_LEFT
    return None if contents.mailboxes else NO_MAILBOX
