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
    """Urgency class (ชั้นความเร็ว) printed on the letter; ด่วนภายใน names an instant of its own."""

    NORMAL = "normal"
    URGENT = "urgent"
    VERY_URGENT = "very_urgent"
    MOST_URGENT = "most_urgent"
    URGENT_WITHIN = "urgent_within"


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
    """What a due instant of a hop makes happen; each duty climbs a ladder of its own."""

    ARRIVED = "arrived"
    REMIND_REGISTER = "remind_register"
    OVERDUE_REGISTER = "overdue_register"
    ESCALATE_REGISTER_HEAD = "escalate_register_head"
    ESCALATE_REGISTER_SUPERIOR = "escalate_register_superior"
    ESCALATE_REGISTER_ORIGIN = "escalate_register_origin"
    OVERDUE_FORWARD = "overdue_forward"
    REMIND_ACKNOWLEDGE = "remind_acknowledge"
    OVERDUE_ACKNOWLEDGE = "overdue_acknowledge"
    ESCALATE_HEAD = "escalate_head"
    ESCALATE_SUPERIOR = "escalate_superior"
    ESCALATE_ORIGIN = "escalate_origin"


class Duty(StrEnum):
    """What a hop still owes when a step speaks of it."""

    REGISTER = "register"
    FORWARD = "forward"
    ACKNOWLEDGE = "acknowledge"


class Rung(StrEnum):
    """Whom a step of the ladder addresses, from the desk itself upward."""

    CLERK = "clerk"
    HEAD = "head"
    SUPERIOR = "superior"
    ORIGIN = "origin"


class NoticeKind(StrEnum):
    """How loud a notice is: a letter came, before its deadline, after it, or to somebody above."""

    ARRIVAL = "arrival"
    REMINDER = "reminder"
    OVERDUE = "overdue"
    ESCALATION = "escalation"


class MoveKind(StrEnum):
    """How a clock was moved: put off, stopped, or started again."""

    EXTENDED = "extended"
    SUSPENDED = "suspended"
    RESUMED = "resumed"


class Approver(StrEnum):
    """Who may allow a clock to be moved: a head at the sender, or at the origin of the circular."""

    SENDER_HEAD = "sender_head"
    ORIGIN_HEAD = "origin_head"


class MailKind(StrEnum):
    """Whether a mail gathers the notices of a working day or goes out at once."""

    DIGEST = "digest"
    AT_ONCE = "at_once"


class MailState(StrEnum):
    """What became of a mail; dropped when nothing in it was true any more, dead when given up."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"
    DEAD = "dead"


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
    EXTENDED = "extended"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    CLOCK_STARTED = "clock_started"
    POST_FILLED = "post_filled"
    POST_CLEARED = "post_cleared"
    DISPATCH_COMPLETED = "dispatch_completed"
    DISPATCH_CLOSED = "dispatch_closed"
    READ = "read"
    ORGANIZATION_RECORDED = "organization_recorded"
    REGISTRY_RECORDED = "registry_recorded"
    OFFICER_RECORDED = "officer_recorded"
    OFFICER_CLEARED = "officer_cleared"
    LOG_RESTARTED = "log_restarted"


class OutboxKind(StrEnum):
    """What the process of a dispatch is told: that it exists, and what it waits for."""

    DISPATCHED = "dispatched"
    SETTLED = "settled"
    MOVED = "moved"
    CLOSED = "closed"


class Role(StrEnum):
    """What an officer may do at one registry."""

    CLERK = "clerk"
    HEAD = "head"
    DEPUTY = "deputy"
    AUDITOR = "auditor"
    ADMIN = "admin"
