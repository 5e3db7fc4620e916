"""Evidence of a hop, for whoever runs the system."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

from cyclopts import Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from cli.calendar_input import in_one_line
from cli.open_ledger import read_ledger
from domain.buddhist_era import bangkok_date
from domain.errors import NotFoundError
from domain.evidence_bundle import write_bundle
from services.find_officer import find_officer
from services.make_evidence import make_evidence


def evidence(
    hop_id: UUID,
    /,
    *,
    as_: Annotated[str | None, Parameter(name="--as")] = None,
    output: Path | None = None,
) -> None:
    """Print the evidence bundle of a hop; verifier/verify_evidence.py checks it offline.

    Parameters
    ----------
    hop_id
        The hop.
    as_
        Name of an officer at the token issuer, whose rights and clearance then apply. Without
        one, secret letters do not exist.
    output
        File to write to instead; it must not exist yet.
    """
    bundle = read_ledger(lambda session: _make(session, hop_id, as_))
    if output is None:
        sys.stdout.buffer.write(bundle)
        sys.stdout.flush()
        return
    with in_one_line(), output.open("xb") as file:
        file.write(bundle)


async def _make(session: AsyncSession, hop_id: UUID, subject: str | None) -> bytes:
    at, by = datetime.now(UTC), None
    if subject is not None:
        by = await find_officer(session, subject=subject, on=bangkok_date(at))
        if by is None:
            raise NotFoundError("เจ้าหน้าที่ (officer)")
    bundle = write_bundle(await make_evidence(session, by=by, hop_id=hop_id, at=at))
    # That a secret letter was read is kept before it is shown.
    await session.commit()
    return bundle
