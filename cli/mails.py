"""Notices by mail, for whoever runs the system."""

from datetime import UTC, datetime

from rich.console import Console

from cli.calendar_input import counted
from cli.open_ledger import act_on_ledger, read_ledger
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
    if resend:
        resent = act_on_ledger(lambda session: resend_all(session, at=datetime.now(UTC)))
        console.print(f"To be sent again: {counted(resent, 'dead mail')}.")
    counts = read_ledger(count_mails)
    console.print(", ".join(f"{count} {state.value}" for state, count in counts.items()) + ".")
