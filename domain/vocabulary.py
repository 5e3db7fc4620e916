"""Which words the ledger may hold: the closed sets of the glossary, one enum each."""

from enum import StrEnum


class OrganizationKind(StrEnum):
    """What sort of body an organization (หน่วยงาน) is."""

    NATIONAL_AGENCY = "national_agency"
    PROVINCE = "province"
    PROVINCIAL_OFFICE = "provincial_office"
    DISTRICT = "district"
    PAO = "pao"
    CITY_MUNICIPALITY = "city_municipality"
    TOWN_MUNICIPALITY = "town_municipality"
    SUBDISTRICT_MUNICIPALITY = "subdistrict_municipality"
    SAO = "sao"
    OTHER = "other"


class EdgeKind(StrEnum):
    """Why one organization stands above another; a local body is supervised, not commanded."""

    COMMAND = "command"
    SUPERVISION = "supervision"
    SECTION_OF = "section_of"


class Book(StrEnum):
    """Which register (ทะเบียน) of a registry a number is taken from."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    CIRCULAR = "circular"


class EntryKind(StrEnum):
    """How a number came into a register: given by us, copied from paper, or voided."""

    ALLOCATED = "allocated"
    BACK_ENTERED = "back_entered"
    VOIDED = "voided"


class Urgency(StrEnum):
    """Urgency class (ชั้นความเร็ว) printed on the letter."""

    NORMAL = "normal"
    URGENT = "urgent"
    VERY_URGENT = "very_urgent"
    MOST_URGENT = "most_urgent"


class Secrecy(StrEnum):
    """Secrecy class (ชั้นความลับ); the highest never travels electronically."""

    NORMAL = "normal"
    SECRET = "secret"
    VERY_SECRET = "very_secret"
    TOP_SECRET = "top_secret"


class Authority(StrEnum):
    """On whose behalf the signatory signs (อำนาจการลงนาม)."""

    OWN = "own"
    PERFORMING_DUTIES_FOR = "performing_duties_for"
    ACTING_FOR = "acting_for"
    BY_ORDER_OF = "by_order_of"


class HopState(StrEnum):
    """Where one recipient of one dispatch stands."""

    SENT = "sent"
    REGISTERED = "registered"
    FORWARDED = "forwarded"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    RETURNED = "returned"
    RECALLED = "recalled"


class HopAction(StrEnum):
    """What moves a hop from one state to another."""

    REGISTER = "register"
    FORWARD = "forward"
    ACKNOWLEDGE = "acknowledge"
    REPORT = "report"
    REFUSE = "refuse"
    RETURN = "return"
    RECALL = "recall"


class DispatchState(StrEnum):
    """Whether a dispatch still waits for somebody."""

    OPEN = "open"
    COMPLETED = "completed"
    CLOSED = "closed"


class AlarmStep(StrEnum):
    """What a due instant of a dispatch makes happen, in the order of the ladder."""

    REMIND_REGISTER = "remind_register"
    OVERDUE_REGISTER = "overdue_register"
    REMIND_ACKNOWLEDGE = "remind_acknowledge"
    OVERDUE_ACKNOWLEDGE = "overdue_acknowledge"
    ESCALATE_SUPERIOR = "escalate_superior"
    ESCALATE_ORIGIN = "escalate_origin"


class NoticeKind(StrEnum):
    """How loud a notice is: before the deadline, after it, or to somebody above."""

    REMINDER = "reminder"
    OVERDUE = "overdue"
    ESCALATION = "escalation"


class EventKind(StrEnum):
    """What happened; the kinds of the append-only event table."""

    REGISTER_OPENED = "register_opened"
    LETTER_ISSUED = "letter_issued"
    NUMBER_VOIDED = "number_voided"
    DISPATCHED = "dispatched"
    SENT = "sent"
    REGISTERED = "registered"
    FORWARDED = "forwarded"
    ACKNOWLEDGED = "acknowledged"
    REPORTED = "reported"
    REFUSED = "refused"
    RETURNED = "returned"
    RECALLED = "recalled"
    REMINDED = "reminded"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    DISPATCH_COMPLETED = "dispatch_completed"
    DISPATCH_CLOSED = "dispatch_closed"


class OutboxKind(StrEnum):
    """What the process of a dispatch is told: that it exists, and what it waits for."""

    DISPATCHED = "dispatched"
    SETTLED = "settled"
    CLOSED = "closed"


class Role(StrEnum):
    """What an officer may do at one registry."""

    CLERK = "clerk"
    HEAD = "head"
    AUDITOR = "auditor"
    ADMIN = "admin"
