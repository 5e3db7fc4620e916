"""The letter that a received text becomes: what was read, and over it what clerks confirmed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from domain.vocabulary import Authority, Secrecy, Urgency
from services.intake.letter_body import below_headings
from services.letter_draft import LetterDraft, Meeting
from services.show_intake import ConfirmedValue

ALWAYS_ASKED: Final = ("subject", "urgency", "secrecy")
"""What no letter goes out with before a person has said that it is right."""

FIELDS: Final = (
    *ALWAYS_ASKED,
    "body",
    "dated",
    "deliver_by",
    "meeting",
    "signatory_post",
    "authority",
    "authority_post",
    "is_circular",
)
"""The parts of a text that go into the letter."""

_SURE: Final = 0.8
_UNREAD: Final[Mapping[str, Any]] = {
    "subject": "",
    "urgency": Urgency.NORMAL.value,
    "secrecy": Secrecy.NORMAL.value,
    "body": "",
    "authority": Authority.OWN.value,
    "is_circular": True,
}

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadValue:
    """What the rules read, and where: JSON as it is stored."""

    value: Any
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftField:
    """One part of the letter; `is_touched` where a contradiction lies in what was read."""

    name: str
    read: ReadValue | None
    confirmed: ConfirmedValue | None
    is_touched: bool

    @property
    def value(self) -> Any:  # noqa: ANN401 (JSON of any type)
        """What goes into the letter."""
        if self.confirmed is not None:
            return self.confirmed.value
        return self.read.value if self.read else _UNREAD.get(self.name)

    def question(self, today: date) -> str | None:
        """Return the code of what a person has to be asked about it, or None."""
        if self.confirmed is not None:
            return None
        if self.read is not None and self.is_touched:
            return "value_contradicted"
        if self.read is not None and self.read.confidence < _SURE:
            return "value_doubtful"
        if self.name == "dated" and self.read and self.read.value != today.isoformat():
            return "value_unconfirmed"
        return "value_unconfirmed" if self.name in ALWAYS_ASKED else None


def draft_fields(
    reading: Json, letter: int, confirmed: Sequence[ConfirmedValue]
) -> list[DraftField]:
    """Return the parts of a letter of a text, each with what was read and what was confirmed."""
    letters: Sequence[Json] = reading["letters"]
    read = _read_values(letters[letter]) if letter < len(letters) else {}
    said = {one.field: one for one in confirmed if one.letter == letter}
    doubted = [tuple(span) for one in reading["contradictions"] for span in one["spans"]]
    return [
        DraftField(
            name=name,
            read=read.get(name),
            confirmed=said.get(name),
            is_touched=name in read and _touches(read[name], doubted),
        )
        for name in FIELDS
    ]


def draft_of(fields: Iterable[DraftField]) -> LetterDraft:
    """Return the draft that the fields make up."""
    values = {field.name: field.value for field in fields}
    return LetterDraft(
        subject=values["subject"] or "",
        body=values["body"] or "",
        is_circular=values["is_circular"],
        dated=date.fromisoformat(values["dated"]) if values["dated"] else None,
        urgency=Urgency(values["urgency"]),
        secrecy=Secrecy(values["secrecy"]),
        deliver_by=datetime.fromisoformat(values["deliver_by"]) if values["deliver_by"] else None,
        meeting=_meeting(values["meeting"]),
        signatory_post=values["signatory_post"],
        authority=Authority(values["authority"]),
        authority_post=values["authority_post"],
    )


def contradictions_of_lists(reading: Json) -> int:
    """Return how many contradictions lie in a list of recipients: it may lack somebody."""
    lists = [tuple(one["span"]) for one in reading["lists"]]
    return sum(
        any(start < until and since < end for start, end in one["spans"] for since, until in lists)
        for one in reading["contradictions"]
    )


def _meeting(value: Json | None) -> Meeting | None:
    if value is None:
        return None
    return Meeting(
        starts_at=datetime.fromisoformat(value["starts_at"]),
        ends_at=datetime.fromisoformat(value["ends_at"]),
        place=value.get("place"),
    )


def _read_values(letter: Json) -> dict[str, ReadValue]:
    found = {name: _read(letter.get(name)) for name in FIELDS}
    found["body"] = _read_body(letter)
    found["meeting"] = _read_meeting(letter["occasions"])
    found["is_circular"] = _read_mark(letter["numbers"])
    return {name: one for name, one in found.items() if one is not None}


def _read(found: Json | None) -> ReadValue | None:
    if found is None:
        return None
    start, end = found["span"]
    return ReadValue(value=found["value"], start=start, end=end, confidence=found["confidence"])


def _read_body(letter: Json) -> ReadValue | None:
    if letter.get("body") is None:
        return None
    value, start = below_headings(letter)
    end = letter["body"]["span"][1]
    return _read(letter["body"] | {"value": value, "span": [start, end]})


def _read_meeting(occasions: Sequence[Json]) -> ReadValue | None:
    # Of several, or of one without an end, nobody but the clerk can say what the letter invites to.
    if len(occasions) != 1 or occasions[0]["value"]["end"] is None:
        return None
    (one,) = occasions
    value = {"starts_at": one["value"]["start"], "ends_at": one["value"]["end"], "place": None}
    return _read(one | {"value": value})


def _read_mark(numbers: Sequence[Json]) -> ReadValue | None:
    if len(numbers) != 1:
        return None
    return _read(numbers[0] | {"value": "/ว" in str(numbers[0]["value"])})


def _touches(read: ReadValue, doubted: Iterable[tuple[int, int]]) -> bool:
    return any(start < read.end and read.start < end for start, end in doubted)
