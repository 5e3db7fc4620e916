"""Who stands behind a token, and which roles the person holds today."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import ActingOfficer
from domain.vocabulary import Role
from models import Officer, OfficerRole


async def find_officer(session: AsyncSession, *, subject: str) -> ActingOfficer | None:
    """Return the active officer known to the token issuer as `subject`, or None."""
    query = (
        select(Officer.id, Officer.name, OfficerRole.registry_id, OfficerRole.role)
        .join_from(Officer, OfficerRole, OfficerRole.officer_id == Officer.id, isouter=True)
        .where(Officer.subject == subject, Officer.closed_at.is_(None))
    )
    rows = (await session.execute(query)).all()
    if not rows:
        return None
    roles: defaultdict[UUID, set[Role]] = defaultdict(set)
    for row in rows:
        if row.registry_id is not None:
            roles[row.registry_id].add(row.role)
    held = {registry: frozenset(names) for registry, names in roles.items()}
    return ActingOfficer(id=rows[0].id, name=rows[0].name, roles=held)
