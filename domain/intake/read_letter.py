"""Read one letter of a text, field by field."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.intake.addressees import read_addressees
from domain.intake.citations import read_enclosures
from domain.intake.contacts import read_contacts
from domain.intake.folded_text import FoldedText
from domain.intake.found import Found, T
from domain.intake.heading_words import Heading
from domain.intake.letter_body import read_body, read_citations
from domain.intake.letter_foot import Foot, read_foot
from domain.intake.letter_heading import (
    read_date,
    read_issuer,
    read_issuer_at_foot,
    read_numbers,
    read_subject,
)
from domain.intake.letter_marks import is_mark, read_kind, read_secrecy, read_urgency
from domain.intake.letter_parts import Parts, read_parts
from domain.intake.occasions import find_occasions
from domain.intake.office_words import begins_office, nearly_begins_office
from domain.intake.opening_lines import Opening
from domain.intake.reading import LetterReading
from domain.intake.receipt_stamps import StampAt
from domain.intake.recipient_lists import ListAt
from domain.intake.requests import find_deadlines
from domain.intake.split_letters import Frame
from domain.intake.terms import find_terms
from domain.intake.text_lines import Line
from domain.intake.thai_dates import DateAt, find_days_of_year, find_ends_of_months

_LONG_BEFORE, _LONG_AFTER = 366, 3 * 366


@dataclass(frozen=True, kw_only=True, slots=True)
class _Letter:
    """A letter with its parts marked out, as ranges of lines.

    Attributes:
        head: The lines above the subject that no stamp covers.
        above: Where the subject, or whatever heading comes first, stands.
        text: From the line at which its text begins to its last.
        stamps: Its receiving stamps.
        dates: Its dates but for those of stamps and lists.
    """

    frame: Frame
    parts: Parts
    head: Sequence[int]
    above: int
    text: range
    stamps: Sequence[StampAt]
    dates: Sequence[DateAt]


def read_letter(
    folded: FoldedText,
    lines: Sequence[Line],
    frame: Frame,
    *,
    stamps: Sequence[StampAt],
    lists: Sequence[ListAt],
    dates: Sequence[DateAt],
) -> LetterReading:
    """Return what one letter says."""
    letter = _mark_out(folded, lines, frame, stamps=stamps, lists=lists, dates=dates)
    parts = letter.parts
    foot = read_foot(folded, lines, letter.text, frame.closing)
    subject = read_subject(folded, parts)
    dated = read_date(
        folded,
        letter.dates,
        _head_span(lines, letter),
        _text_span(lines, letter),
        _foot_start(lines, letter, foot),
    )
    asked = _asked(folded, lines, letter, dated)
    deadlines, taken = find_deadlines(folded, asked)
    others = [one for one in asked if dated is None or _is_other(folded, one, dated)]
    numbers = read_numbers(folded, lines, frame.first, letter.above)
    said = _said(lines, letter, foot)
    start, end = folded.span(frame.start, frame.end)
    office = parts.of(Heading.OFFICE)
    return LetterReading(
        start=start,
        end=end,
        numbers=numbers,
        dated=dated.as_(lambda one: one.day) if dated else None,
        kind=read_kind(folded, frame.openings, parts.headings, lines[frame.head]),
        urgency=read_urgency(folded, [lines[at] for at in letter.head]),
        secrecy=read_secrecy(folded, _marked_lines(lines, letter)),
        issuer=_issuer(folded, lines, letter),
        addressees=read_addressees(folded, parts),
        subject=subject,
        references=read_citations(folded, parts, said, letter.dates, numbers),
        enclosures=read_enclosures(folded, parts),
        body=read_body(folded, said, sure=0.7 if frame.closing is None else 0.95),
        signatory=foot.signatory,
        signatory_post=foot.post,
        authority=foot.authority,
        authority_post=foot.authority_post,
        contacts=read_contacts(
            folded,
            lines,
            lines[office.at] if office else None,
            range(min(foot.last, frame.last), frame.last),
            range(letter.text.start, min(foot.last, frame.last)),
        ),
        deadlines=[_doubted(one, one.value.day, dated) for one in deadlines],
        occasions=[
            _doubted(one, one.value.start.date(), dated)
            for one in find_occasions(folded, others, taken, _text_start(lines, letter))
        ],
        receipt_stamps=[one.stamp for one in letter.stamps],
        terms=find_terms(folded, *said),
    )


def _mark_out(
    folded: FoldedText,
    lines: Sequence[Line],
    frame: Frame,
    *,
    stamps: Sequence[StampAt],
    lists: Sequence[ListAt],
    dates: Sequence[DateAt],
) -> _Letter:
    parts = read_parts(lines, frame, folded.text)
    own = [one for one in stamps if frame.first <= one.first < frame.last]
    covered = [(lines[one.first].start, lines[one.last].end) for one in own]
    covered += [
        (lines[one.first].start, lines[one.last - 1].end)
        for one in lists
        if frame.first <= one.first < frame.last
    ]
    above = _above(parts, frame)
    stamped = {at for one in own for at in range(one.first, one.last + 1)}
    return _Letter(
        frame=frame,
        parts=parts,
        head=[at for at in range(frame.first, above) if at not in stamped],
        above=above,
        text=range(min(parts.body, frame.last), frame.last),
        stamps=own,
        dates=_uncovered(dates, frame, sorted(covered)),
    )


def _above(parts: Parts, frame: Frame) -> int:
    """Return the line of the subject, or of the first heading below the letterhead."""
    below = [one.at for one in parts.all if one.heading is not Heading.OFFICE]
    return min(below, default=parts.body) if below else max(parts.body, frame.head)


def _uncovered(
    dates: Sequence[DateAt], frame: Frame, covered: Sequence[tuple[int, int]]
) -> Sequence[DateAt]:
    first = bisect_left(dates, frame.start, key=lambda one: one.start)
    last = bisect_left(dates, frame.end, key=lambda one: one.start)
    own = []
    for one in dates[first:last]:
        nth = bisect_left(covered, (one.start, len(dates) + one.end))
        if nth == 0 or one.start >= covered[nth - 1][1]:
            own.append(one)
    return own


def _head_span(lines: Sequence[Line], letter: _Letter) -> tuple[int, int]:
    """From the number, where there is one: dates above it are those of stamps."""
    above, frame = letter.above, letter.frame
    end = lines[above].start if above < len(lines) else frame.end
    is_plain = frame.openings == {Opening.SUBJECT}
    return (frame.start if is_plain else lines[frame.head].start), end


def _text_span(lines: Sequence[Line], letter: _Letter) -> tuple[int, int]:
    return _text_start(lines, letter), letter.frame.end


def _text_start(lines: Sequence[Line], letter: _Letter) -> int:
    start = letter.text.start
    return lines[start].start if start < len(lines) else letter.frame.end


def _asked(
    folded: FoldedText, lines: Sequence[Line], letter: _Letter, dated: Found[DateAt] | None
) -> Sequence[DateAt]:
    """Return the dates in the letter's text, those without a year too where it says which."""
    start, end = _text_span(lines, letter)
    days = [one for one in letter.dates if one.start >= start]
    days += find_ends_of_months(folded.text, start, end)
    if dated is not None:
        days += find_days_of_year(folded.text, start, end, dated.value.day)
    return sorted(days, key=lambda one: one.start)


def _doubted(found: Found[T], day: date, dated: Found[DateAt] | None) -> Found[T]:
    """Doubt a day long before its letter or long after it: a figure of its year may be wrong."""
    if dated is None or -_LONG_BEFORE < (day - dated.value.day).days < _LONG_AFTER:
        return found
    return replace(found, confidence=min(found.confidence, 0.7))


def _foot_start(lines: Sequence[Line], letter: _Letter, foot: Foot) -> int:
    """Return from where on a line may hold the date alone: a stamped letter ends with its own.

    A memo may have it below the signature; a letter with closing words has it in its head, and
    what stands below them is another's. Lines of the text may break before a date.
    """
    if letter.frame.closing is not None:
        return letter.frame.end
    if foot.signatory is None:
        office = _last_office(lines, letter)
        return letter.frame.end if office is None else lines[office].start
    return lines[min(foot.last, len(lines)) - 1].start


def _last_office(lines: Sequence[Line], letter: _Letter) -> int | None:
    """Return the last line that is an office, with a date right below it."""
    for at in reversed(letter.text):
        below = lines[at + 1].text if at + 1 < len(lines) else ""
        if below[:1].isdigit() and _may_be_office(lines[at]):
            return at
    return None


def _may_be_office(line: Line) -> bool:
    """Tell whether a line is an office, or stands apart as its damaged name would."""
    if len(line.text) > 90:
        return False
    if line.text.startswith(("งาน", "กลุ่ม", "แผนก")) and len(line.text) <= 60:
        return True
    is_apart = line.gap > 0 and len(line.text) <= 60 and " " not in line.text
    return is_apart or begins_office(line.text) or nearly_begins_office(line.text)


def _is_other(folded: FoldedText, one: DateAt, dated: Found[DateAt]) -> bool:
    return folded.span(one.start, one.end) != dated.span


def _marked_lines(lines: Sequence[Line], letter: _Letter) -> Sequence[Line]:
    """The lines of the head, and those further down that are a mark and nothing else."""
    text = [lines[at] for at in letter.text if is_mark(lines[at].text)]
    return [*(lines[at] for at in letter.head), *text]


def _issuer(folded: FoldedText, lines: Sequence[Line], letter: _Letter) -> Found[str] | None:
    found = read_issuer(folded, lines, letter.parts, letter.head, letter.frame.head)
    if found and found.confidence > 0.6:
        return found
    at_foot = None
    if letter.frame.closing is None:
        at_foot = read_issuer_at_foot(folded, lines, letter.text, letter.dates)
    return at_foot or found


def _said(lines: Sequence[Line], letter: _Letter, foot: Foot) -> tuple[int, int]:
    """Return the stretch from the subject's end to the closing words, or to who signs or issues."""
    subject = letter.parts.of(Heading.SUBJECT)
    start = subject.span[1] if subject else _text_start(lines, letter)
    ends = (letter.frame.closing, foot.first, _last_office(lines, letter), foot.last)
    last = min(next(at for at in ends if at is not None), letter.frame.last) - 1
    return start, max(lines[last].end if last >= 0 else start, start)
