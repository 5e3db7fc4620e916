"""`wian up`: everything on one machine, until Ctrl-C."""

import asyncio
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from rich.console import Console

from cli.ledger import import_folder
from cli.stack import Stack, running_stack
from cli.token import DAY, issue_token, signing_key
from infra.processes import ProcessError
from infra.settings import Settings

DIRECTORY = Path(__file__).parents[1] / "data" / "bueng_kan"
DEMO_OFFICERS = ("clerk.nacc", "clerk.hall-38", "clerk.local-38-33")
LOOK_SECONDS = 1.0

console = Console(highlight=False, soft_wrap=True)


def up() -> None:
    """Run everything on this machine until Ctrl-C, with the reference province loaded."""
    stop_on_sigterm()
    console.print("Starting PostgreSQL, Temporal, relay, worker, sealer and API …")
    try:
        with running_stack(Settings()) as stack:
            asyncio.run(import_folder(stack.owner_url, DIRECTORY))
            _welcome(stack)
            _watch(stack)
    except KeyboardInterrupt:
        console.print("\nStopped.")
    except ProcessError as error:
        sys.exit(str(error))


def stop_on_sigterm() -> None:
    """Let SIGTERM end the program as Ctrl-C does, so that nothing is left running."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


def _welcome(stack: Stack) -> None:
    console.print(f"API       {stack.url}/v1", f"API page  {stack.url}/docs", sep="\n")
    if stack.settings.jwks_url is None:
        key = signing_key(stack.settings)
        for subject in DEMO_OFFICERS:
            signed = issue_token(stack.settings, key, subject, lifetime=DAY)
            console.print(f"\nToken of {subject}, good for a day:\n{signed}")
    console.print("\nMore tokens: .venv/bin/wian token SUBJECT. Ctrl-C stops everything.")


def _watch(stack: Stack) -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        for name in stack.revive():
            console.print(f"{name} had ended and was started again.")
