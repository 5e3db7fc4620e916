"""How the reading of a secret letter enters the record."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from domain.access import READ, ActingOfficer
from domain.vocabulary import Secrecy

# For which desk the officer read: the one that issued the letter, else one that received it, else
# one that sent it; the first of the officer's where it was read by way of a notice.
_NOTE = text("""
INSERT INTO event (kind, at, officer_id, registry_id, circular_id, letter_id, secrecy, urgency)
SELECT 'read', :at, :by, coalesce(
        (SELECT l.registry_id WHERE l.registry_id = ANY(:desks)),
        (SELECT h.recipient_registry_id FROM hop h WHERE h.circular_id = l.circular_id
            AND h.recipient_registry_id = ANY(:desks) ORDER BY h.id LIMIT 1),
        (SELECT d.sender_registry_id FROM dispatch d WHERE d.circular_id = l.circular_id
            AND d.sender_registry_id = ANY(:desks) ORDER BY d.id LIMIT 1),
        (CAST(:desks AS uuid[]))[1]),
    l.circular_id, l.id, l.secrecy, l.urgency
FROM letter l
WHERE l.id = ANY(:letters) AND l.secrecy <> 'normal' AND l.secrecy = ANY(:classes)
ORDER BY l.id
""").bindparams(
    bindparam("desks", type_=ARRAY(Uuid())),
    bindparam("letters", type_=ARRAY(Uuid())),
    bindparam("classes", type_=ARRAY(Text())),
)


async def note_reading(
    session: AsyncSession, *, by: ActingOfficer, at: datetime, letters: Collection[UUID]
) -> None:
    """Record that an officer read those of `letters` that are secret.

    Whoever has no clearance cannot have read one, so for most officers this costs nothing.
    """
    if by.clearance is Secrecy.NORMAL or not letters:
        return
    values = {
        "at": at,
        "by": by.id,
        "desks": by.registries(READ),
        "letters": list(set(letters)),
        "classes": [one.value for one in by.classes],
    }
    await session.execute(_NOTE, values)
