"""Whom the sender of a letter means below a recipient, so that it goes on with one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from domain.access import READ, ActingOfficer
from domain.vocabulary import OrganizationKind
from services.note_reading import note_reading
from services.visible_hops import get_hop

# For the recipient itself and for those who sent it the letter; a superior that was only told of
# a late hop need not know whom it is to reach.
_INTENDED = text("""
SELECT i.organization_id, o.code, o.kind, o.name
FROM hop h
JOIN dispatch d ON d.id = h.dispatch_id
JOIN registry r ON r.id = h.recipient_registry_id
JOIN intended_recipient i ON i.dispatch_id = h.dispatch_id AND i.via_id = r.organization_id
JOIN organization o ON o.id = i.organization_id
WHERE h.id = :hop_id AND (h.recipient_registry_id = ANY (:desks) OR d.senders && :desks)
ORDER BY i.position
""").bindparams(bindparam("desks", type_=ARRAY(Uuid())))


@dataclass(frozen=True, kw_only=True, slots=True)
class IntendedBody:
    """A body that the recipient of a hop is to send the letter on to."""

    organization_id: UUID
    code: str
    kind: OrganizationKind
    name: str


async def list_intended(
    session: AsyncSession, *, by: ActingOfficer, hop_id: UUID, at: datetime
) -> Sequence[IntendedBody]:
    """Return whom the sender means below a hop, in the order of its list; mostly nobody.

    Raises:
        NotFoundError: There is no such hop, or the officer must not know of it.
    """
    _, dispatch = await get_hop(session, by=by, hop_id=hop_id)
    await note_reading(session, by=by, at=at, letters=[dispatch.letter_id])
    values = {"hop_id": hop_id, "desks": by.registries(READ)}
    rows = (await session.execute(_INTENDED, values)).mappings()
    return [IntendedBody(**dict(row) | {"kind": OrganizationKind(row["kind"])}) for row in rows]
