"""Every table of the ledger: the one re-export of the project, because Alembic needs it."""

from models.base import Base
from models.calendar import (
    AnnouncedYear,
    CalendarOverride,
    CalendarVersion,
    OfficeHoursOverride,
    PolicyVersion,
)
from models.deadline_plan import DeadlineMove, DeadlinePlan
from models.dispatch import Dispatch, Hop
from models.event import Event
from models.figures import DeskCount, HopTime, RolledUp
from models.idempotency_key import IdempotencyKey
from models.letter import Attachment, Letter
from models.log import LogNode, Seal, Sealing
from models.mail import Mail
from models.notice import Notice
from models.officer import Officer, OfficerRole, PostPeriod
from models.organization import Organization, OrganizationEdge
from models.outbox import Outbox
from models.registry import Register, RegisterEntry, Registry

__all__ = [
    "AnnouncedYear",
    "Attachment",
    "Base",
    "CalendarOverride",
    "CalendarVersion",
    "DeadlineMove",
    "DeadlinePlan",
    "DeskCount",
    "Dispatch",
    "Event",
    "Hop",
    "HopTime",
    "IdempotencyKey",
    "Letter",
    "LogNode",
    "Mail",
    "Notice",
    "OfficeHoursOverride",
    "Officer",
    "OfficerRole",
    "Organization",
    "OrganizationEdge",
    "Outbox",
    "PolicyVersion",
    "PostPeriod",
    "Register",
    "RegisterEntry",
    "Registry",
    "RolledUp",
    "Seal",
    "Sealing",
]
