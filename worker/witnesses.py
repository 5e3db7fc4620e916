"""What witnesses hold of the log: whether it contradicts the ledger, and what they miss."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from time import monotonic

from sqlalchemy.ext.asyncio import AsyncSession

from domain.checkpoint import Checkpoint, log_origin, open_checkpoint
from domain.errors import ConflictError, InvalidError
from infra.witness import Witness, WitnessAwayError, WitnessConflictError
from services.read_log import (
    LATER_ERAS,
    LogReader,
    Present,
    checkpoints_after,
    edge_at,
    read_present,
)
from services.seal_log import LogEdge, LogSigner, find_edge

log = logging.getLogger(__name__)

OTHER_CLUSTER = (
    "this database server counts transactions from {next}, the log is sealed up to {sealed}: it was"
    " restored into another server; see docs/record.md"
)
CHECKPOINTS = 500
"""Checkpoints that a witness that missed them is told in a pass."""

SECONDS = 5.0
"""After so long the rest waits for the next pass: sealing goes on however slow a witness is."""

Confirmed = dict[tuple[str, str], int]
"""How many leaves of a log, by its origin, a witness has confirmed, by its name."""


Begin = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a transaction."""


class ForkError(Exception):
    """The ledger contradicts what the log has signed; the message says how."""


async def ask_witnesses(
    witnesses: Sequence[Witness],
    signer: LogReader,
    *,
    era: int,
    confirmed: Confirmed | None = None,
) -> list[Checkpoint | None]:
    """Return the newest checkpoint of each witness, as far as it can be had and believed.

    Args:
        witnesses: The witnesses.
        signer: Whose signature is believed.
        era: The log's era.
        confirmed: What they have confirmed before; one that now holds less is told as an error.
    """
    return await asyncio.gather(
        *(_held(one, signer, era, {} if confirmed is None else confirmed) for one in witnesses)
    )


async def refuse_later_log(witnesses: Sequence[Witness], signer: LogReader, *, era: int) -> None:
    """Make sure that no witness knows of a restart that the ledger knows nothing of.

    Raises:
        ForkError: One does: the ledger is a backup from before it.
    """
    for one in range(era + 1, era + 1 + LATER_ERAS):
        held = await ask_witnesses(witnesses, signer, era=one)
        for witness, later in zip(witnesses, held, strict=True):
            if later is not None:
                raise ForkError(f"{witness.name} holds a log that was begun later: {later.origin}")


async def edge_of(session: AsyncSession, signer: LogSigner, *, era: int) -> LogEdge:
    """Return where the log ends as it is stored.

    Raises:
        ForkError: Its newest checkpoint does not follow from what is stored.
    """
    try:
        return await find_edge(session, era=era, signer=signer)
    except ConflictError as error:
        raise ForkError(f"the log is not whole: {error.facts['problem']}") from error


async def compare_ledger(
    session: AsyncSession,
    *,
    known: LogEdge,
    witnesses: Sequence[Witness],
    held: Sequence[Checkpoint | None],
) -> Present:
    """Compare the ledger with what witnesses hold; return where its transactions stand.

    Raises:
        ForkError: One holds more than the ledger, or another root; or transactions are counted
            from below what was sealed.
    """
    present = await read_present(session)
    if known.txid > present.next:
        raise ForkError(OTHER_CLUSTER.format(sealed=known.txid, next=present.next))
    for witness, one in zip(witnesses, held, strict=True):
        if one is not None:
            await _compare(session, known, witness.name, one)
    return present


async def _compare(session: AsyncSession, known: LogEdge, name: str, held: Checkpoint) -> None:
    size = known.edge.size
    if held.size > size:
        raise ForkError(f"{name} holds {held.size} leaves, the ledger {size}")
    if held.root != await root_at(session, known=known, size=held.size):
        raise ForkError(f"{name} holds another root of the first {held.size} leaves")


async def root_at(session: AsyncSession, *, known: LogEdge, size: int) -> bytes:
    """Return the root that the log had at a size.

    Raises:
        ForkError: What it needs is not stored any more.
    """
    if size == known.edge.size:
        return known.edge.root()
    try:
        return (await edge_at(session, era=known.era, size=size)).root()
    except LookupError as error:
        raise ForkError(f"the log is not whole: {error}") from error


async def tell_witness(
    begin: Begin,
    witness: Witness,
    *,
    name: str,
    era: int,
    held: Checkpoint | None,
    confirmed: Confirmed,
) -> None:
    """Let a witness keep the next checkpoints that it does not hold yet.

    Args:
        begin: Opens a transaction to read in; none is open while the witness is spoken to.
        witness: The witness.
        name: The log's name, without an era.
        era: The log's era.
        held: The newest that it holds.
        confirmed: Notes what it has confirmed.
    """
    origin, size = log_origin(name, era), held.size if held else 0
    until = monotonic() + SECONDS
    async with begin() as session:
        missing = await checkpoints_after(session, era=era, size=size, most=CHECKPOINTS)
    try:
        for size, checkpoint in missing:
            await witness.put(checkpoint, origin=origin, size=size)
            confirmed[witness.name, origin] = size
            if monotonic() > until:
                return
    except WitnessAwayError as error:
        log.warning("a witness is away: %s", error)
    except WitnessConflictError as error:
        # If it holds what our key has signed, the next look calls it a fork.
        log.warning("a witness refuses our checkpoint: %s", error)


async def _held(
    witness: Witness, signer: LogReader, era: int, confirmed: Confirmed
) -> Checkpoint | None:
    key = signer.key(era)
    try:
        note = await witness.latest(key.name)
        held = open_checkpoint(note, key=key, verify=signer.verify) if note else None
    except WitnessAwayError as error:
        log.warning("a witness is away: %s", error)
    except InvalidError as error:
        log.warning("%s holds what this key never signed: %s", witness.name, error.reason)
    else:
        _compare_confirmed(confirmed, witness.name, key.name, held.size if held else 0)
        return held
    return None


def _compare_confirmed(confirmed: Confirmed, witness: str, origin: str, size: int) -> None:
    before = confirmed.get((witness, origin), 0)
    if size < before:
        # It is told again all the same: what it kept may have been lost, or taken away.
        log.error("%s confirmed %s leaves of %s and holds %s", witness, before, origin, size)
    confirmed[witness, origin] = size
