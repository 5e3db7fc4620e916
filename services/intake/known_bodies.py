"""The bodies that lines may mean, kept from one question to the next while they stay the same."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.candidate_directory import CandidateDirectory, load_candidates

# A country of bodies takes a second to fetch and to fold, and a hundredth of it to look whether it
# has changed: bodies are renamed and ended in place, spellings are only ever added.
_VERSION = text("""
SELECT sum(hashtextextended(o::text, 0)) AS bodies, count(*) AS count,
    (SELECT count(*) FROM organization_alias) AS spellings,
    (SELECT id FROM organization_alias ORDER BY id DESC LIMIT 1) AS last_spelling
FROM organization o
""")


@dataclass(kw_only=True, slots=True)
class _Kept:
    version: tuple[Any, ...] | None = None
    directory: CandidateDirectory | None = None


_KEPT = _Kept()


async def known_bodies(session: AsyncSession, *, on: date) -> CandidateDirectory:
    """Return what `load_candidates` returns, fetched again only where something has changed."""
    version = (on, *(await session.execute(_VERSION)).one())
    if _KEPT.directory is None or _KEPT.version != version:
        # Read after its version: what comes between is fetched once more the next time.
        _KEPT.directory = await load_candidates(session, on=on)
        _KEPT.version = version
    return _KEPT.directory
