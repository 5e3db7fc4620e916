"""The process that seals the record, and what an operator does when the ledger is fenced."""

import asyncio
import logging
import sys
from datetime import UTC, datetime

from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncSession

from cli.open_ledger import read_ledger
from cli.serve import until_stopped
from domain.checkpoint import Checkpoint
from infra.settings import Settings
from infra.witness import Witness, open_witnesses
from services.fence_ledger import (
    NewLog,
    SealingState,
    fence_ledger,
    lift_fence,
    restart_log,
    show_sealing,
)
from services.read_log import current_era
from services.seal_log import LogSigner
from worker.sealer import log_signer, run_sealer
from worker.witnesses import (
    ForkError,
    ask_witnesses,
    compare_ledger,
    edge_of,
    refuse_later_log,
)

console = Console(highlight=False, soft_wrap=True)


def sealer() -> None:
    """Seal the record until SIGTERM; of several, one works and the others wait."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(until_stopped(run_sealer))


def fence(*, reason: str | None = None, lift: bool = False) -> None:
    """Show whether the ledger is fenced; stop numbering, or let it go on.

    Parameters
    ----------
    reason
        Stop numbering at once, for this reason.
    lift
        Let numbers be given again, if nothing contradicts what the log has signed.
    """
    if lift:
        read_ledger(_lift)
    if reason is not None:
        read_ledger(lambda session: _fence(session, reason))
    _print(read_ledger(show_sealing))


def new_log(*, reason: str) -> None:
    """Begin a new log that seals everything again, and lift the fence.

    Parameters
    ----------
    reason
        Why; it enters the record, with where the old log ended and what witnesses hold of it.
    """
    begun = read_ledger(lambda session: _restart(session, reason))
    console.print(
        f"Log {begun.old_origin} ended at {begun.old_size} leaves. {begun.origin} seals everything"
        " again from the first row."
    )


def log_key(*, era: int = 1) -> None:
    """Print the public key by which the log's checkpoints are verified.

    Parameters
    ----------
    era
        Which log, where it had to begin anew.
    """
    try:
        print(log_signer(Settings()).key(era).text)
    except ValueError as error:
        sys.exit(str(error))


async def _fence(session: AsyncSession, reason: str) -> None:
    await fence_ledger(session, reason=reason)
    await session.commit()


async def _lift(session: AsyncSession) -> None:
    signer, witnesses = _log()
    era = await current_era(session)
    try:
        await refuse_later_log(witnesses, signer, era=era)
        held = await ask_witnesses(witnesses, signer, era=era)
        known = await edge_of(session, signer, era=era)
        await compare_ledger(session, known=known, witnesses=witnesses, held=held)
    except ForkError as error:
        sys.exit(f"The fence stays: {error}. `wian new-log` begins anew and says so in the record.")
    await lift_fence(session)
    await session.commit()


async def _restart(session: AsyncSession, reason: str) -> NewLog:
    signer, witnesses = _log()
    era = await current_era(session)
    held = await ask_witnesses(witnesses, signer, era=era)
    begun = await restart_log(
        session,
        name=signer.name,
        reason=reason,
        witnessed=[one for one in held if one is not None],
        era=await _unknown_era(signer, witnesses, era + 1),
        at=datetime.now(UTC),
    )
    await session.commit()
    return begun


async def _unknown_era(signer: LogSigner, witnesses: list[Witness], era: int) -> int:
    """Return the first era from `era` on of which no witness holds anything."""
    held: list[Checkpoint | None] = await ask_witnesses(witnesses, signer, era=era)
    while any(held):
        era += 1
        held = await ask_witnesses(witnesses, signer, era=era)
    return era


def _log() -> tuple[LogSigner, list[Witness]]:
    settings = Settings()
    try:
        return log_signer(settings), open_witnesses(settings.witness_folder, settings.witness_urls)
    except ValueError as error:
        sys.exit(str(error))


def _print(state: SealingState) -> None:
    if state.fenced_at is not None:
        console.print(f"Fenced since {state.fenced_at:%Y-%m-%d %H:%M:%S} UTC: {state.fence_reason}")
    elif state.seconds is None:
        console.print("Not fenced. Sealing has not begun.")
    else:
        console.print(f"Not fenced. Everything until {state.seconds:.0f} s ago is sealed.")
