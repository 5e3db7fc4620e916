"""Notices by mail, for whoever runs the system."""

import asyncio
import sys
from datetime import UTC, datetime

from pydantic import SecretStr
from rich.console import Console

from domain.vocabulary import MailState
from infra.database import create_engine, create_sessions
from infra.settings import Settings
from services.list_mails import count_mails
from services.resend_mail import resend_all

console = Console(highlight=False)


def mails(*, resend: bool = False) -> None:
    """Print how many mails are in each state.

    Parameters
    ----------
    resend
        First let every mail that was given up wait for the mailer again.
    """
    settings = Settings()
    if settings.database_url is None:
        sys.exit("WIAN_DATABASE_URL is not set.")
    resent, counts = asyncio.run(tend_mails(settings.database_url, resend=resend))
    if resend:
        console.print(f"{resent} dead mails wait to be sent again.")
    console.print(", ".join(f"{count} {state.value}" for state, count in counts.items()) + ".")


async def tend_mails(url: SecretStr, *, resend: bool) -> tuple[int, dict[MailState, int]]:
    """Return how many dead mails were revived, and how many mails are in each state then."""
    engine = create_engine(url, pool=1)
    try:
        async with create_sessions(engine).begin() as session:
            resent = await resend_all(session, at=datetime.now(UTC)) if resend else 0
            return resent, await count_mails(session)
    finally:
        await engine.dispose()
