"""Every table of the ledger: the one re-export of the project, because Alembic needs it."""

from models.area import Area, AreaKind
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
from models.intake import (
    Intake,
    IntakeRecipient,
    IntakeValue,
    IntendedRecipient,
    OrganizationAlias,
)
from models.letter import Attachment, Letter
from models.letter_search import LetterSearch
from models.log import LogNode, Seal, Sealing
from models.mail import Mail
from models.notice import Notice
from models.officer import Officer, OfficerRole, PostPeriod
from models.organization import Organization, OrganizationEdge
from models.outbox import Outbox
from models.registry import Register, RegisterEntry, Registry

__all__ = [
    "AnnouncedYear",
    "Area",
    "AreaKind",
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
    "Intake",
    "IntakeRecipient",
    "IntakeValue",
    "IntendedRecipient",
    "Letter",
    "LetterSearch",
    "LogNode",
    "Mail",
    "Notice",
    "OfficeHoursOverride",
    "Officer",
    "OfficerRole",
    "Organization",
    "OrganizationAlias",
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
