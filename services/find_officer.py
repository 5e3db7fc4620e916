"""Who stands behind a token, and which roles the person holds today."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.vocabulary import Role

# Every request starts with it, so it is written out: a statement that is built anew each time
# costs as much again as it takes the server to answer.
OFFICER_STATEMENT = text("""
SELECT officer.id, officer.name, held.registry_id, held.role
FROM officer LEFT JOIN officer_role held ON held.officer_id = officer.id
WHERE officer.subject = :subject AND officer.closed_at IS NULL
""")


async def find_officer(session: AsyncSession, *, subject: str) -> ActingOfficer | None:
    """Return the active officer known to the token issuer as `subject`, or None."""
    rows = (await session.execute(OFFICER_STATEMENT, {"subject": subject})).all()
    if not rows:
        return None
    roles: defaultdict[UUID, set[Role]] = defaultdict(set)
    for row in rows:
        if row.registry_id is not None:
            roles[row.registry_id].add(Role(row.role))
    held = {registry: frozenset(names) for registry, names in roles.items()}
    return ActingOfficer(id=rows[0].id, name=rows[0].name, roles=held)
