"""Every table of the ledger: the one re-export of the project, because Alembic needs it."""

from models.base import Base
from models.dispatch import Dispatch, Hop
from models.event import Event
from models.idempotency_key import IdempotencyKey
from models.letter import Attachment, Letter
from models.notice import Notice
from models.officer import Officer, OfficerRole
from models.organization import Organization, OrganizationEdge
from models.outbox import Outbox
from models.registry import Register, RegisterEntry, Registry

__all__ = [
    "Attachment",
    "Base",
    "Dispatch",
    "Event",
    "Hop",
    "IdempotencyKey",
    "Letter",
    "Notice",
    "Officer",
    "OfficerRole",
    "Organization",
    "OrganizationEdge",
    "Outbox",
    "Register",
    "RegisterEntry",
    "Registry",
]
