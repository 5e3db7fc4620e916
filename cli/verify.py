"""`wian verify`: whether registers, letters and log still say what was written."""

import json
import sys
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from uuid import UUID

from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cli.verify_lanes import Lanes
from domain.checkpoint import log_origin, read_verifier_key
from infra.log_key import load_log_key, verifier
from infra.settings import Settings
from infra.whole_file import write_anew
from infra.witness import Witness, WitnessAwayError, open_witnesses
from services.list_restarts import Restart, list_restarts
from services.read_log import FIRST_ERA, LogReader, current_era
from services.verify_letters import LettersVerdict, verify_letters
from services.verify_log import LogState, LogVerdict, verify_log
from services.verify_registers import verify_registers
from worker.witnesses import ForkError, refuse_later_log

_SEALED = text("""
SELECT caught_up_at IS NOT NULL OR EXISTS (SELECT FROM seal)
    OR EXISTS (SELECT FROM event WHERE kind = 'log_restarted') FROM sealing
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Registers:
    """What was found in all registers; a line for each fault."""

    registers: int
    entries: int
    faults: Sequence[str]


@dataclass(kw_only=True, slots=True)
class Findings:
    """What was found in the ledger; `log` is None where nothing was ever sealed."""

    registers: Registers
    letters: LettersVerdict
    log: LogVerdict | None
    origin: str
    away: list[str] = field(default_factory=list)
    restarts: Sequence[Restart] = ()

    @property
    def faults(self) -> int:
        """How many faults there are; of the log and of the letters the first alone counts."""
        firsts = (self.letters.fault, self.log.fault if self.log else None)
        return len(self.registers.faults) + sum(one is not None for one in firsts)


async def verify_everything(
    session: AsyncSession,
    settings: Settings,
    *,
    key: str | None = None,
    era: int | None = None,
    since: LogState | None = None,
    lanes: int | None = None,
) -> Findings:
    """Verify registers, letters and the log with its witnesses.

    Args:
        session: A session of the worker's role.
        settings: Where the log's key and its witnesses are.
        key: The log's public key, where the key file is not here.
        era: Which log; the present one unless it is given.
        since: Verify only what came after this.
        lanes: How many processes compare rows at the same time; as many as are worth it unless
            it is given.

    Raises:
        InvalidError: `log_key_malformed`.
        ValueError: The key file or an address of a witness is none.
        LookupError: There is a log, but nothing to believe it by.
    """
    present = await current_era(session)
    era = era or present
    if since is not None and since.era != era:
        # What was found good belongs to a log that ended: nothing of it is taken on trust.
        since = None
    origin = log_origin(settings.log_origin, era)
    begun = await Lanes.begin(session, era=era, lanes=lanes) if since is None else None
    txid, away = since.txid if since else 0, dict[str, str]()
    letters = await verify_letters(session, since_txid=txid)
    reader = await _reader(session, settings, key, away)

    async def walk(*, are_rows_compared: bool) -> LogVerdict | None:
        if reader is None:
            return None
        return await verify_log(
            session,
            reader=reader,
            kept=_kept(settings, origin, away),
            era=era,
            since=since,
            are_rows_compared=are_rows_compared,
            away=away,
        )

    log = await walk(are_rows_compared=begun is not None)
    doubtful = None if begun is None else await begun.doubtful(session)
    if begun is not None and (doubtful is None or (log and log.fault)):
        # Something is wrong: what it is, is found row by row.
        log = await walk(are_rows_compared=False)
    if reader is not None and log is not None and log.fault is None:
        there = [one for one in _witnesses(settings) if one.name not in away]
        log = replace(log, fault=await _begun_later(there, reader, present))
    registers = await gather_registers(session, since_txid=txid, only=doubtful)
    if begun is not None and doubtful is not None:
        registers = replace(registers, registers=len(begun.heads), entries=begun.entries)
    return Findings(
        registers=registers,
        letters=letters,
        log=log,
        origin=origin,
        away=list(away.values()),
        restarts=await list_restarts(session),
    )


async def gather_registers(
    session: AsyncSession, *, since_txid: int = 0, only: Collection[UUID] | None = None
) -> Registers:
    """Verify the registers that a session sees, or some of them."""
    registers = entries = 0
    faults: list[str] = []
    async for verdict in verify_registers(session, since_txid=since_txid, only=only):
        registers, entries = registers + 1, entries + verdict.entries
        if verdict.fault is not None:
            faults.append(
                f"{verdict.registry}, {verdict.book} {verdict.year},"
                f" entry {verdict.fault.position}: {verdict.fault.problem}"
            )
    return Registers(registers=registers, entries=entries, faults=faults)


def report_registers(found: Registers, output: Console) -> int:
    """Print what was found in the registers; return how many are at fault."""
    for fault in found.faults:
        output.print(f"FAULT {fault}")
    output.print(
        f"{found.registers} registers, {found.entries} entries, {len(found.faults)} at fault."
    )
    return len(found.faults)


def report_findings(findings: Findings, output: Console) -> int:
    """Print what was found, faults first; return how many faults there are."""
    report_registers(findings.registers, output)
    if findings.letters.fault is not None:
        output.print(f"FAULT {findings.letters.fault}")
    output.print(f"{findings.letters.letters} letters as they were issued.")
    _report_log(findings, output)
    return findings.faults


def _report_log(findings: Findings, output: Console) -> None:
    verdict = findings.log
    for one in findings.restarts:
        output.print(f"Log {one.origin} began anew at {one.at.isoformat()}: {one.reason}")
    if verdict is None:
        output.print("Nothing is sealed yet.")
    else:
        if verdict.fault is not None:
            output.print(f"FAULT log {findings.origin}: {verdict.fault}")
        output.print(
            f"Log {findings.origin}: {verdict.leaves} leaves, {verdict.seals} seals compared,"
            f" {verdict.witnessed} checkpoints of witnesses;"
            f" {verdict.unsealed} rows not sealed yet."
        )
    for problem in findings.away:
        output.print(f"Not compared with a witness that is away: {problem}")


def read_state(file: Path) -> LogState | None:
    """Return up to where the ledger was found good, or None."""
    try:
        said = json.loads(file.read_text())
        return LogState(
            era=int(said["era"]),
            size=int(said["size"]),
            root=bytes.fromhex(said["root"]),
            txid=int(said["txid"]),
        )
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError) as error:
        sys.exit(f"{file} cannot be read ({error}): remove it, and everything is verified.")


def write_state(file: Path, state: LogState) -> None:
    """Remember up to where the ledger was found good."""
    said = asdict(state) | {"root": state.root.hex()}
    write_anew(file, json.dumps(said).encode(), mode=0o600)


async def _reader(
    session: AsyncSession, settings: Settings, key: str | None, away: dict[str, str]
) -> LogReader | None:
    file = settings.signing_key_file
    if key is not None:
        public = read_verifier_key(key).public
    elif file.exists():
        public = load_log_key(file).public
    elif await session.scalar(_SEALED) or await _is_witnessed(settings, away):
        raise LookupError(f"the log's key is not in {file}: give its public half with --key")
    else:
        return None
    return LogReader(name=settings.log_origin, public=public, verify=verifier(public))


async def _is_witnessed(settings: Settings, away: dict[str, str]) -> bool:
    """Return whether a witness holds anything of a log of which the ledger knows nothing."""
    origin = log_origin(settings.log_origin, FIRST_ERA)
    for witness in _witnesses(settings):
        try:
            if await witness.latest(origin) is not None:
                return True
        except WitnessAwayError as error:
            away[witness.name] = str(error)
    return False


async def _begun_later(witnesses: Sequence[Witness], reader: LogReader, present: int) -> str | None:
    try:
        await refuse_later_log(witnesses, reader, era=present)
    except ForkError as error:
        return str(error)
    return None


def _witnesses(settings: Settings) -> list[Witness]:
    return open_witnesses(settings.witness_folder, settings.witness_urls)


def _kept(settings: Settings, origin: str, away: dict[str, str]) -> dict[str, AsyncIterator[str]]:
    return {one.name: _as_far(one, origin, away) for one in _witnesses(settings)}


async def _as_far(witness: Witness, origin: str, away: dict[str, str]) -> AsyncIterator[str]:
    try:
        async for checkpoint in witness.all(origin):
            yield checkpoint
    except WitnessAwayError as error:
        away[witness.name] = str(error)
