"""How the demo ends: one receipt is proved to a stranger, who trusts the log's public key alone."""

import asyncio
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from cli.demo_desk import DemoError, Desk
from domain.checkpoint import VerifierKey
from infra.log_key import load_log_key
from infra.settings import Settings

OUTPUT: Final = Path("build/evidence.json")
_VERIFIER: Final = Path(__file__).parents[1] / "verifier" / "verify_evidence.py"
_SEALED_SECONDS: Final = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What the independent verifier said of a bundle."""

    is_accepted: bool
    said: str


async def prove_hop(console: Console, desk: Desk, hop_id: str, settings: Settings) -> Proof:
    """Fetch the evidence of a hop once its last event is sealed, and let the verifier judge it."""
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_bytes(await _evidence(desk, hop_id))
    key = VerifierKey(
        name=settings.log_origin, public=load_log_key(settings.signing_key_file).public
    )
    proof = await asyncio.to_thread(_judge, OUTPUT, key.text)
    console.print(f"\nEvidence of the first receipt, written to {OUTPUT}:\n{proof.said}")
    return proof


async def _evidence(desk: Desk, hop_id: str) -> bytes:
    until = time.monotonic() + _SEALED_SECONDS
    while True:
        try:
            return await desk.download(f"/v1/hops/{hop_id}/evidence")
        except DemoError as error:
            if "not_sealed_yet" not in str(error) or time.monotonic() > until:
                raise
        await asyncio.sleep(0.5)


def _judge(bundle: Path, key: str) -> Proof:
    # A process of its own, without our folders: it must not need anything of ours.
    judged = subprocess.run(  # noqa: S603 (our own verifier)
        [sys.executable, "-I", str(_VERIFIER), str(bundle), "--key", key],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Proof(is_accepted=judged.returncode == 0, said=(judged.stdout + judged.stderr).strip())
