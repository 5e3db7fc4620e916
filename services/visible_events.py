"""Which events of the record an officer may see, as SQL on an event `e`.

Of a secret letter nothing exists for whoever has not the clearance. The policies of migration 0009
say the same in the database, for a condition that is forgotten here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from domain.access import READ, ActingOfficer
from domain.vocabulary import EventKind, Role, Secrecy

# Everybody who is signed in may look at the directory, so also at how it came to be so; what a
# person may do and under which login is the operator's.
_PUBLIC: Final = (
    EventKind.ORGANIZATION_RECORDED,
    EventKind.REGISTRY_RECORDED,
    EventKind.OFFICER_RECORDED,
    EventKind.LOG_RESTARTED,
)
_DESKS: Final = "CAST(:desks AS uuid[])"

_LETTER_SENT = f"""
    EXISTS (SELECT FROM dispatch d WHERE d.circular_id = l.circular_id
        AND d.senders && {_DESKS} AND l.id = ANY (d.letters) OFFSET 0)
"""
_LETTER_RECEIVED = f"""
    EXISTS (SELECT FROM hop h JOIN dispatch d ON d.id = h.dispatch_id
        WHERE h.recipient_registry_id = ANY ({_DESKS}) AND h.circular_id = l.circular_id
            AND l.id = ANY (d.letters) OFFSET 0)
"""
# A superior that was told of a late hop follows the link of its notice.
_HOP_RECEIVED = f"""
    h.recipient_registry_id = ANY ({_DESKS}) OR EXISTS (
        SELECT FROM notice n WHERE n.hop_id = h.id AND n.registry_id = ANY ({_DESKS}) OFFSET 0)
"""
# What a desk of the officer did itself is not looked up: that is most of what is asked for. Who
# has read a secret letter is for the desk that read and for the auditors of the letter's own.
# Each row is looked up by itself (a scalar subquery, or OFFSET 0): the planner would otherwise
# read every hop there is into a hash table, for a page of fifty events.
_SEEN = """
e.secrecy = ANY (CAST(:classes AS text[])) AND CASE
    WHEN e.registry_id = ANY ({desks}) THEN true
    WHEN e.kind = 'read' THEN (SELECT l.registry_id = ANY (CAST(:audited AS uuid[]))
        FROM letter l WHERE l.id = e.letter_id)
    WHEN e.kind IN ({public}) THEN true
    WHEN e.hop_id IS NOT NULL THEN (SELECT {hop} h.senders && {desks}
        FROM hop h WHERE h.id = e.hop_id)
    WHEN e.dispatch_id IS NOT NULL THEN (SELECT d.senders && {desks}
        FROM dispatch d WHERE d.id = e.dispatch_id)
    WHEN e.letter_id IS NOT NULL THEN (SELECT {letter} {sent}
        FROM letter l WHERE l.id = e.letter_id)
    ELSE false END
"""
_WORDS = {
    "desks": _DESKS,
    "public": ", ".join(f"'{kind.value}'" for kind in _PUBLIC),
    "sent": _LETTER_SENT,
}
_BELOW = _SEEN.format(**_WORDS, hop="", letter="")
_ALL = _SEEN.format(
    **_WORDS,
    hop=f"{_HOP_RECEIVED} OR",
    letter=f"l.registry_id = ANY ({_DESKS}) OR {_LETTER_RECEIVED} OR",
)
_OPERATOR = "e.secrecy = ANY (CAST(:classes AS text[]))"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """Through whose eyes the record is read.

    Attributes:
        desks: The registries whose record it is; None lets an operator see every one.
        audited: Those of them at which the reader is an auditor.
        classes: The classes of secrecy that the reader may know of.
    """

    desks: Sequence[UUID] | None
    audited: Sequence[UUID] = ()
    classes: Sequence[Secrecy] = (Secrecy.NORMAL,)

    @classmethod
    def of(cls, by: ActingOfficer, *, roles: frozenset[Role] = READ) -> Self:
        """Return what an officer sees for the registries at which one of `roles` is held."""
        audited = by.registries(frozenset({Role.AUDITOR}))
        return cls(desks=by.registries(roles), audited=audited, classes=by.classes)

    @property
    def condition(self) -> str:
        """The events that the reader may see."""
        return _OPERATOR if self.desks is None else _ALL

    @property
    def condition_below(self) -> str:
        """Of these, what the reader's own desks did and what happened below their dispatches."""
        return _OPERATOR if self.desks is None else _BELOW

    @property
    def values(self) -> dict[str, Any]:
        """The values that the conditions are about."""
        classes = {"classes": [one.value for one in self.classes]}
        if self.desks is None:
            return classes
        return classes | {"desks": list(self.desks), "audited": list(self.audited)}


OPERATOR = Sight(desks=None)
"""Whoever runs the system and names no officer: everything that is not secret."""


_HOPS = text("""
SELECT h.id FROM hop h JOIN dispatch d ON d.id = h.dispatch_id
WHERE h.circular_id = :circular_id AND h.recipient_registry_id = ANY (:desks)
    AND h.secrecy = ANY (:classes) AND (:whole OR d.letter_id = :letter_id)
UNION
SELECT h.id FROM dispatch d JOIN hop h ON h.dispatch_id = d.id
WHERE d.circular_id = :circular_id AND d.senders && :desks
    AND d.secrecy = ANY (:classes) AND (:whole OR d.letter_id = :letter_id)
UNION
SELECT n.hop_id FROM notice n JOIN dispatch d ON d.id = n.dispatch_id
WHERE n.circular_id = :circular_id AND n.registry_id = ANY (:desks)
    AND n.secrecy = ANY (:classes) AND (:whole OR d.letter_id = :letter_id)
LIMIT :most
""").bindparams(
    bindparam("desks", type_=ARRAY(Uuid())),
    bindparam("classes", type_=ARRAY(Text())),
    bindparam("letter_id", type_=Uuid()),
)


async def few_hops(
    session: AsyncSession,
    *,
    sight: Sight,
    circular_id: UUID,
    letter_id: UUID | None = None,
    most: int,
) -> Sequence[UUID] | None:
    """Return the hops of a circular that a reader may see, or None where they are many.

    Who holds one hop of thousands need not look through the events of all the others.

    Args:
        session: The transaction.
        sight: Who reads.
        circular_id: The circular.
        letter_id: Only the hops that carry this letter of it.
        most: How many are few.
    """
    if sight.desks is None:
        return None
    values = {
        "circular_id": circular_id,
        "desks": list(sight.desks),
        "classes": [one.value for one in sight.classes],
        "whole": letter_id is None,
        "letter_id": letter_id,
        "most": most + 1,
    }
    found = (await session.scalars(_HOPS, values)).all()
    return found if len(found) <= most else None
