"""Where each letter of a text begins and ends, with what it encloses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.intake.contacts import is_contact
from domain.intake.heading_words import Heading, heading_of, is_closing
from domain.intake.letter_marks import is_mark
from domain.intake.office_words import begins_office, is_address, nearly_begins_office
from domain.intake.opening_lines import Opening, heads_letter, is_numbered, opening_of
from domain.intake.receipt_stamps import StampAt
from domain.intake.text_lines import Line

# A text may begin with a few lines of a desk's own before the first letter.
_PREAMBLE = 30
_HEAD_LINES = 16
_POSTCODE = re.compile(r"[ก-๎][^0-9]{9,70}[0-9]{5}")
_TELLING = {Heading.SUBJECT, Heading.ADDRESSEE, Heading.RECIPIENT}


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One letter as a run of lines.

    Attributes:
        openings: How it begins; a memo has its form and its number.
        first: Its first line, receiving stamps above its number included.
        head: The line of its number, form or subject.
        closing: The line of its closing words, None where it has none.
        last: The line after its last.
        start: Where its first line begins in the folded text.
        end: Where its last line ends.
    """

    openings: frozenset[Opening]
    first: int
    head: int
    closing: int | None
    last: int
    start: int
    end: int


@dataclass(kw_only=True, slots=True)
class _Head:
    at: int
    openings: set[Opening]


def split_letters(
    lines: Sequence[Line], stamps: Sequence[StampAt], listed: frozenset[int]
) -> Sequence[Frame]:
    """Return the letters of a text in their order.

    Args:
        lines: The lines of the text.
        stamps: The receiving stamps on them.
        listed: The lines that belong to a list of recipients.
    """
    heads = _heads(lines, listed)
    ends = [head.at for head in heads[1:]] + [len(lines)]
    closings = [_closing(lines, head.at, end) for head, end in zip(heads, ends, strict=False)]
    firsts = [
        _first(lines, stamps, head.at, heads[nth - 1].at if nth else -1, closings[nth - 1])
        for nth, head in enumerate(heads)
    ]
    lasts = [*firsts[1:], len(lines)]
    return [
        _frame(lines, head, first=first, last=last, closing=closing)
        for head, first, last, closing in zip(heads, firsts, lasts, closings, strict=False)
    ]


def _heads(lines: Sequence[Line], listed: frozenset[int]) -> list[_Head]:
    heads: list[_Head] = []
    is_open = False
    since = 0
    for at, line in enumerate(lines):
        if at in listed:
            continue
        opening = opening_of(lines, at)
        if opening and is_open and at - heads[-1].at < _HEAD_LINES:
            heads[-1].openings.add(opening)
        elif opening and _begins(lines, at, opening, heads, since):
            heads.append(_Head(at=at, openings={opening}))
            is_open = True
        if is_open and _ends_head(line):
            is_open = False
        if is_closing(line.text):
            since = at
    return heads or _headed(lines, listed)


def _headed(lines: Sequence[Line], listed: frozenset[int]) -> list[_Head]:
    """Where nothing tells that a letter begins, take the first line with a heading word."""
    for at, line in enumerate(lines[:_PREAMBLE]):
        mark = heading_of(line.text, is_near_allowed=False)
        if mark and at not in listed and mark.heading in _TELLING:
            return [_Head(at=at, openings={Opening.SUBJECT})]
    return []


def _begins(
    lines: Sequence[Line], at: int, opening: Opening, heads: Sequence[_Head], since: int
) -> bool:
    """Tell whether an opening begins a letter where none is open."""
    if not heads and at < _PREAMBLE:
        return True
    if opening is Opening.NUMBER:
        return heads_letter(lines, at) and not _cites(lines, at)
    return opening is not Opening.SUBJECT or not heads or since > heads[-1].at


def _cites(lines: Sequence[Line], at: int) -> bool:
    """Tell whether a number stands below อ้างถึง or an enclosure, without a line between."""
    if not at or lines[at].gap:
        return False
    mark = heading_of(lines[at - 1].text)
    return mark is not None and mark.heading in {Heading.REFERENCE, Heading.ENCLOSURE}


def _ends_head(line: Line) -> bool:
    mark = heading_of(line.text)
    return mark is not None and mark.heading in _TELLING


def _closing(lines: Sequence[Line], start: int, end: int) -> int | None:
    return next((at for at in range(start, end) if is_closing(lines[at].text)), None)


def _first(
    lines: Sequence[Line],
    stamps: Sequence[StampAt],
    head: int,
    before: int,
    closing: int | None,
) -> int:
    """Walk up from a head to what belongs to it: stamps, marks, a letterhead above the number."""
    if before < 0:
        return 0
    floor = before if closing is None else closing
    stamped = [one.first for one in stamps if floor < one.first < head]
    return min([*stamped, _walk_up(lines, head, floor)])


def _walk_up(lines: Sequence[Line], head: int, floor: int) -> int:
    """The letterhead is told from a contact above it by its own address, or by its place."""
    first = head
    contact = max((at for at in range(floor + 1, head) if is_contact(lines[at].text)), default=head)
    for at in range(head - 1, floor, -1):
        said, below = lines[at].text, lines[at + 1].text
        is_office = begins_office(said) or nearly_begins_office(said)
        is_letterhead = _is_address(said) or (is_office and (at > contact or _is_address(below)))
        if not (is_mark(said) or is_letterhead or is_numbered(lines, at)):
            break
        first = at
    return first


def _is_address(said: str) -> bool:
    """Tell whether a line is an address, by its first word or by the postcode at its end."""
    return is_address(said) or _POSTCODE.fullmatch(said) is not None


def _frame(
    lines: Sequence[Line], head: _Head, *, first: int, last: int, closing: int | None
) -> Frame:
    return Frame(
        openings=frozenset(head.openings),
        first=first,
        head=head.at,
        closing=closing,
        last=last,
        start=lines[first].start,
        end=lines[last - 1].end,
    )
