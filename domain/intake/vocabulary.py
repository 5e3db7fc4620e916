"""The closed sets of words of received texts and of the lists in them."""

from enum import StrEnum


class LetterKind(StrEnum):
    """The six kinds of official letters (ชนิดของหนังสือ)."""

    EXTERNAL = "external"
    INTERNAL = "internal"
    STAMPED = "stamped"
    DIRECTIVE = "directive"
    PUBLIC_RELATIONS = "public_relations"
    EVIDENCE = "evidence"


class RequestKind(StrEnum):
    """What a letter wants done until a deadline."""

    REGISTER = "register"
    REPLY = "reply"
    REPORT = "report"
    SUBMIT = "submit"
    PAY = "pay"
    OTHER = "other"


class TermUnit(StrEnum):
    """In what the time for an answer is counted."""

    HOUR = "hour"
    DAY = "day"
    WORKING_DAY = "working_day"
    WEEK = "week"
    MONTH = "month"


class ContactKind(StrEnum):
    """How the owner of a letter is reached."""

    PHONE = "phone"
    FAX = "fax"
    MAIL = "mail"


class ContradictionKind(StrEnum):
    """What cannot be right in a received text."""

    NUMBER_DIFFERS = "number_differs"
    DATE_DIFFERS = "date_differs"
    COUNT_DIFFERS = "count_differs"
    PERCENTAGE_WRONG = "percentage_wrong"
    YEAR_DIFFERS = "year_differs"
    ERA_CONFUSED = "era_confused"
    DEADLINE_IN_PAST = "deadline_in_past"
    DEADLINE_AFTER_OCCASION = "deadline_after_occasion"
    WEEKDAY_WRONG = "weekday_wrong"
    LIST_LENGTH_DIFFERS = "list_length_differs"
    LIST_NUMBERING_BROKEN = "list_numbering_broken"
    ROW_REPEATED = "row_repeated"
    OFFICE_MISSPELT = "office_misspelt"
    WORDING_DIFFERS = "wording_differs"


class MatchStatus(StrEnum):
    """What matching made of one line of a list of recipients."""

    ACCEPTED = "accepted"
    ASKED = "asked"
    REJECTED = "rejected"


class IntakeState(StrEnum):
    """How far a received text has come on its way to a dispatch."""

    OPEN = "open"
    DISPATCHED = "dispatched"
    DISCARDED = "discarded"


class TextMethod(StrEnum):
    """How the text of a received file was won."""

    PASTED = "pasted"
    PLAIN = "plain"
    DOCX = "docx"
    PDF = "pdf"
    OCR = "ocr"
