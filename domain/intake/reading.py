"""What a received text says: its letters, what they ask for, and the list of recipients."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as time_of_day

from domain.document_number import DocumentNumber
from domain.intake.found import Found
from domain.intake.vocabulary import (
    ContactKind,
    ContradictionKind,
    LetterKind,
    RequestKind,
    TermUnit,
)
from domain.vocabulary import Authority, OrganizationKind, Secrecy, Urgency


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A letter that is cited, under อ้างถึง or as an enclosure (สำเนาหนังสือ … ที่ … ลงวันที่ …)."""

    number: Found[DocumentNumber]
    dated: Found[date] | None
    issuer: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """Until when something is asked for (ภายในวันที่); without a time of day, the whole day counts."""

    kind: RequestKind
    day: date
    time: time_of_day | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """Within what time something is asked for where no day is printed (ภายใน ๗ วัน นับแต่ …).

    Attributes:
        kind: What is asked for.
        count: How many.
        unit: Of what.
        since: From when it is counted, as it is written; None where that is not said.
    """

    kind: RequestKind
    count: int
    unit: TermUnit
    since: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """A meeting, training or visit that a letter speaks of; aware instants of Bangkok.

    Without a time of day `start` is midnight and `end` is None.
    """

    start: datetime
    end: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptStamp:
    """A receiving stamp (ตรารับหนังสือ) on the letter; paper stamps may lack registry and time."""

    registry: str | None
    number: int
    dated: date
    time: time_of_day | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """How the owner of the letter is reached; numbers in Arabic digits."""

    kind: ContactKind
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Enclosure:
    """Something sent along (สิ่งที่ส่งมาด้วย)."""

    title: str
    copies: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterReading:
    """One letter in the text. What is not printed is None or empty, never guessed.

    Attributes:
        start: Where it begins.
        end: Where it and what is enclosed with it end.
        numbers: Every number in the place of the number; a well-formed letter has one.
        references: Letters that it cites.
        body: From the subject's end to the closing words, as it was received.
        signatory: The name in brackets below the closing words.
        signatory_post: The post of who signs.
        authority_post: On whose behalf it is signed, where that is not the own authority.
    """

    start: int
    end: int
    numbers: Sequence[Found[DocumentNumber]]
    dated: Found[date] | None
    kind: Found[LetterKind]
    urgency: Found[Urgency] | None
    secrecy: Found[Secrecy] | None
    issuer: Found[str] | None
    addressees: Sequence[Found[str]]
    subject: Found[str] | None
    references: Sequence[Reference]
    enclosures: Sequence[Found[Enclosure]]
    body: Found[str] | None
    signatory: Found[str] | None
    signatory_post: Found[str] | None
    authority: Found[Authority] | None
    authority_post: Found[str] | None
    contacts: Sequence[Found[Contact]]
    deadlines: Sequence[Found[Deadline]]
    occasions: Sequence[Found[Occasion]]
    receipt_stamps: Sequence[Found[ReceiptStamp]]
    terms: Sequence[Found[Term]] = ()

    @property
    def number(self) -> Found[DocumentNumber] | None:
        """Its number, if there is exactly one."""
        return self.numbers[0] if len(self.numbers) == 1 else None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecipientRow:
    """One line of a list of recipients, digits in Arabic.

    Attributes:
        no: The number before it, None where there is none.
        as_written: The name as it is written, such as `องค์การบริหารส่วนตำบลบ้านด้อง`.
        district_as_written: With its first word, such as `อำเภอเซกา`; None where none is given.
        kind: What the name's first words say; None where they say nothing.
        place: The rest of the name, such as `บ้านด้อง`.
    """

    no: int | None
    as_written: str
    district_as_written: str | None
    kind: OrganizationKind | None
    place: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RecipientList:
    """A list of recipients that a letter encloses.

    Attributes:
        title: The lines above it, in one.
        province: The province it names, without its first word; None where it names none.
        stated_count: How many the title says they are (จำนวน … แห่ง).
    """

    start: int
    end: int
    title: str
    province: str | None
    stated_count: Found[int] | None
    rows: Sequence[RecipientRow]


@dataclass(frozen=True, kw_only=True, slots=True)
class TextReading:
    """Everything that was read in one text."""

    letters: Sequence[LetterReading]
    lists: Sequence[RecipientList]

    @property
    def rows(self) -> list[RecipientRow]:
        """The recipients of all lists."""
        return [row for one in self.lists for row in one.rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contradiction:
    """Two places of a text that cannot both be right, or one that cannot be right by itself.

    Nothing is repaired: `values` are what is written there, digits in Arabic, one for each span.
    """

    kind: ContradictionKind
    values: Sequence[str]
    spans: Sequence[tuple[int, int]]
    message: str
