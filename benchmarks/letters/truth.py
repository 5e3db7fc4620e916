"""What a made text truly says, and where it is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.vocabulary import OrganizationKind

Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One value, and every place of the text that prints it.

    Attributes:
        value: As the contract of reading has it: digits in Arabic, years Gregorian.
        spans: Its places; none for a value that follows from the form of the whole letter.
        others: Values that a reader may give instead, such as a telephone without its extension.
    """

    value: object
    spans: tuple[Span, ...] = ()
    others: tuple[object, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterTruth:
    """One letter of a text: its values under the names of the fields that are scored."""

    start: int
    end: int
    fields: Mapping[str, Sequence[Mark]]


@dataclass(frozen=True, kw_only=True, slots=True)
class RowTruth:
    """One line of a list of recipients and the code of the body that it means."""

    no: int | None
    name: Span
    district: Span | None
    kind: OrganizationKind
    code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ListTruth:
    """A list of recipients."""

    province: str
    stated_count: int | None
    rows: Sequence[RowTruth]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A text with its truth.

    Attributes:
        name: The same in every run, such as `0041-cover`.
        text: As it would come from a file.
        letters: In the order of the text.
        lists: In the order of the text.
        places: Where something stands that is not scored but can be altered, by its name.
    """

    name: str
    text: str
    letters: Sequence[LetterTruth]
    lists: Sequence[ListTruth]
    places: Mapping[str, Sequence[Span]] = field(default_factory=dict)
