"""Tables whose last line is not the sum of the lines above it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.intake.contradiction.counts import is_rounded
from domain.intake.contradiction.text import CheckedText, contradiction
from domain.intake.reading import Contradiction
from domain.intake.text_lines import Line, lines_of
from domain.intake.vocabulary import ContradictionKind

_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,15})(?:\.[0-9]{1,4})?"
_CELL = re.compile(rf"{_NUMBER}|-")
# Cells stand apart by a tab, a stroke, or spaces enough to be a gap.
_PIECE = re.compile(r"[^\s|]+(?: [^\s|]+)*")
_MOST_CELLS = 12
_TOTAL = re.compile(
    r"[\s|]{0,4}(?:ยอด)?รวม(?:ทั้งสิ้น|ทั้งหมด|เป็นเงิน|จำนวน|เงิน|\s){0,4}(?:\([^()]{0,20}\))?[\s|]{0,4}"
)
_FIRST = re.compile(r"[\s|]{0,4}1[.)\s|]")
_LEADS = re.compile(r"(?:ดังนี้|ดังต่อไปนี้|ต่อไปนี้)\s{0,2}:?\Z")
_FEWEST = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """A line of a table: what it is of, its cells, and where each stands."""

    label: str
    values: Sequence[Decimal]
    places: Sequence[tuple[int, int]]


def wrong_columns(checked: CheckedText) -> Iterator[Contradiction]:
    """Yield the totals of tables that their columns do not make."""
    lines = lines_of(checked.text)
    rows = [_row(line) for line in lines]
    for at, total in enumerate(rows):
        if total is not None and _TOTAL.fullmatch(total.label):
            above = _above(rows, at, len(total.values))
            if len(above) >= _FEWEST and _is_whole_table(lines, at - len(above)):
                yield from _compare(checked, above, total)


def _row(line: Line) -> _Row | None:
    """Return a line as what it is of and the figures behind that."""
    if not line.text.rstrip(" |\t").endswith((*"0123456789-",)):
        return None
    pieces = [*_PIECE.finditer(line.text)]
    first = len(pieces)
    while first and _CELL.fullmatch(pieces[first - 1][0]):
        first -= 1
    cells = pieces[first:]
    label = " ".join(piece[0] for piece in pieces[:first])
    if not 0 < len(cells) <= _MOST_CELLS or not any(one.isalpha() for one in label):
        return None
    return _Row(
        label=label,
        values=[Decimal(0 if one[0] == "-" else one[0].replace(",", "")) for one in cells],
        places=[(line.start + one.start(), line.start + one.end()) for one in cells],
    )


def _above(rows: Sequence[_Row | None], at: int, width: int) -> Sequence[_Row]:
    """Return the lines right above a total that have as many cells."""
    above: list[_Row] = []
    for before in range(at - 1, -1, -1):
        row = rows[before]
        if row is None or len(row.values) != width or "รวม" in row.label:
            break
        above.append(row)
    return above[::-1]


def _is_whole_table(lines: Sequence[Line], first: int) -> bool:
    """Tell whether a table begins with that line: below its header, or with the number 1."""
    if _FIRST.match(lines[first].text):
        return True
    if not first:
        return False
    above = lines[first - 1].text
    is_header = ("\t" in above or "|" in above) and not any(one.isdigit() for one in above)
    return is_header or _LEADS.search(above) is not None


def _compare(checked: CheckedText, above: Sequence[_Row], total: _Row) -> Iterator[Contradiction]:
    for column, said in enumerate(total.values):
        cells = [row.values[column] for row in above]
        # What is not above the highest cell is a mean, a share or the last of a row that grows.
        if said == sum(cells) or said <= max(cells) or is_rounded(said, cells):
            continue
        added = format(Decimal(sum(cells)).normalize(), "f")
        yield contradiction(
            ContradictionKind.COUNT_DIFFERS,
            f"ตัวเลขในตารางรวมได้ {added} แต่ยอดรวมระบุ {format(said.normalize(), 'f')}",
            [
                checked.place(added, above[0].places[column][0], above[-1].places[column][1]),
                checked.place(format(said.normalize(), "f"), *total.places[column]),
            ],
        )
