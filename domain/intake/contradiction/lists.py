"""Lists of recipients: their stated length, their numbers, and bodies that stand in them twice."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.buddhist_era import arabic_digits
from domain.intake.contradiction.text import CheckedText, Place, contradiction
from domain.intake.reading import Contradiction, RecipientList, RecipientRow
from domain.intake.vocabulary import ContradictionKind

# Behind a stroke stands with what the next page begins.
_LINE = re.compile(r"(?<![/0-9๐-๙])[0-9๐-๙]{1,4}[ \t.)|][^\n]{8,}")
_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_DISTRICT = re.compile(r"^(?:กิ่งอำเภอ|อำเภอ|อ\.|เขต)")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Numbered:
    """A row with its number, and which line of the list it is."""

    no: int
    line: int
    row: RecipientRow


def faulty_lists(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield what a list contradicts itself in."""
    for one in checked.reading.lists:
        rows = named_rows(one)
        yield from _differing_length(checked.received, one, rows)
        yield from _broken_numbering(checked.received, rows)
        yield from _repeated_rows(rows)


def named_rows(one: RecipientList) -> Sequence[RecipientRow]:
    """Return the rows that name somebody: a page number between them does not."""
    return [row for row in one.rows if any(letter.isalpha() for letter in row.as_written)]


def _differing_length(
    received: str, one: RecipientList, rows: Sequence[RecipientRow]
) -> Iterator[Contradiction]:
    stated = one.stated_count
    if stated is None or not rows:
        return
    # Rows that a scan damaged so much that nobody could read them are there all the same.
    unread = sum(_lines_between(received, *pair) for pair in pairwise(rows))
    if stated.value not in {len(rows), len(rows) + unread}:
        yield contradiction(
            ContradictionKind.LIST_LENGTH_DIFFERS,
            f"บัญชีระบุจำนวน {stated.value} แต่มี {len(rows)} รายการ",
            [Place(value=str(stated.value), span=stated.span), rows_place(rows)],
        )


def rows_place(rows: Sequence[RecipientRow]) -> Place:
    """Return how many rows there are, from the first to the last."""
    return Place(value=str(len(rows)), span=(rows[0].start, rows[-1].end))


def _broken_numbering(received: str, rows: Sequence[RecipientRow]) -> Iterator[Contradiction]:
    """Look at each number beside the one before it; a list may begin again for each district."""
    numbered = _numbered(received, rows)
    if len(numbered) * 2 < len(rows) or not numbered:
        return
    before = numbered[0]
    for at, row in enumerate(numbered[1:], 1):
        if _continues(before, row):
            before = row
            continue
        yield contradiction(
            ContradictionKind.LIST_NUMBERING_BROKEN,
            f"ลำดับที่ {row.no} อยู่ต่อจากลำดับที่ {before.no}",
            [_number_place(received, before), _number_place(received, row)],
        )
        # One number that is wrong by itself does not make the one behind it wrong too.
        is_alone = at + 1 < len(numbered) and _continues(before, numbered[at + 1])
        before = before if is_alone else row


def _numbered(received: str, rows: Sequence[RecipientRow]) -> Sequence[_Numbered]:
    """Return the rows that have a number; those in between that could not be read had theirs."""
    columns = _columns(received, rows)
    numbered: list[_Numbered] = []
    line = 0
    for at, row in enumerate(row for column in columns for row in column):
        is_below = at > 0 and len(columns) == 1
        line += 1 + (_lines_between(received, rows[at - 1], row) if is_below else 0)
        if row.no is not None:
            numbered.append(_Numbered(no=row.no, line=line, row=row))
    return numbered


def _columns(received: str, rows: Sequence[RecipientRow]) -> Sequence[Sequence[RecipientRow]]:
    """Return the rows below each other; what stands beside a row is in the next column."""
    columns: list[list[RecipientRow]] = [[]]
    column = 0
    for at, row in enumerate(rows):
        is_beside = at > 0 and "\n" not in received[rows[at - 1].end : row.start]
        column = column + 1 if is_beside else 0
        if column == len(columns):
            columns.append([])
        columns[column].append(row)
    # Two rows on one line are a sheet of columns only where most lines have two, and the numbers
    # do not go on across them.
    across = sum(other.no == (one.no or 0) + 1 for one, other in pairwise(rows))
    is_sheet = len(columns[-1]) * 2 > len(columns[0]) and across * 2 < len(rows)
    return columns if is_sheet else [rows]


def _continues(before: _Numbered, row: _Numbered) -> bool:
    return row.no in {before.no + row.line - before.line, 1}


def _lines_between(received: str, one: RecipientRow, other: RecipientRow) -> int:
    """Return how many lines between two rows could be rows; a page number is too short."""
    return len(_LINE.findall(received, one.end, max(one.end, other.start)))


def _number_place(received: str, numbered: _Numbered) -> Place:
    """Return the place of a row's number, of the whole row where it stands apart from it."""
    row, written = numbered.row, str(numbered.no)
    line = arabic_digits(received[row.start : row.end])
    match = re.match(rf"[\s|*.(-]{{0,12}}(0{{0,3}}{written})(?![0-9])", line)
    span = (row.start, row.end) if match is None else _moved(match.span(1), row.start)
    return Place(value=written, span=span)


def _moved(span: tuple[int, int], by: int) -> tuple[int, int]:
    return span[0] + by, span[1] + by


def _repeated_rows(rows: Sequence[RecipientRow]) -> Iterator[Contradiction]:
    first: dict[tuple[object, ...], RecipientRow] = {}
    for row in rows:
        earlier = first.setdefault(_body(row), row)
        if earlier is not row:
            yield contradiction(
                ContradictionKind.ROW_REPEATED,
                f"“{row.as_written}” อยู่ในบัญชีซ้ำกันสองครั้ง",
                [_row_place(earlier), _row_place(row)],
            )


def _body(row: RecipientRow) -> tuple[object, ...]:
    """Return what makes two rows the same body: its name alone is no key."""
    name = row.place if row.kind is not None and row.place else row.as_written
    district = _DISTRICT.sub("", _bare(row.district_as_written or ""))
    return row.kind, _bare(name), district


def _bare(name: str) -> str:
    return _BLANKS.sub("", name)


def _row_place(row: RecipientRow) -> Place:
    return Place(value=row.as_written, span=(row.start, row.end))
