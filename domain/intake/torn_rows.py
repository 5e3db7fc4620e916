"""Rows of a list of which a scan lost the end, so that the next one stands on the same line."""

import re
from collections.abc import Iterator, Sequence

from domain.intake.body_names import body_name
from domain.intake.recipient_rows import number_before
from domain.intake.row_districts import DISTRICT, INSIDE, is_district

Span = tuple[int, int]

_GAP = re.compile(r"[\s|]{1,8}(?:l )?(?=[^\s|])|(?<=[ก-๎])(?=[0-9])")
_NUMBER_AT_END = re.compile(r"[\s|]([0-9]{1,4})[.,()\s|]{0,6}\Z|(?<=[ก-๎])([0-9]{1,4})\s{0,2}\Z")
_DISTRICT_FIRST = re.compile(r"(?!องค์|[อฮ][บป])[อฮ][ก-๎.]{3,40}[ \t|]{1,8}")
_BORDERS = frozenset("\t|")
# Nothing of a row is farther away from its beginning.
_LONGEST = 300


def whole_rows(text: str, rows: Sequence[Span]) -> Iterator[Span]:
    """Yield the rows, each once: parted where two stand in one, begun with their number."""
    border: int | None = None
    no: int | None = None
    for row, below in zip(rows, [*rows[1:], None], strict=True):
        at, end = row[0] if border is None else border, row[1]
        no = _number(text, (at, end), no)
        while (following := _next_row(text, (at, end), no)) is not None:
            yield at, following
            at, no = following, _number(text, (following, end), no)
        border = _border(text, (at, end), below, no) if below else None
        yield at, end if border is None else border


def _number(text: str, row: Span, above: int | None) -> int | None:
    """Return the number of a row, by the row above it where it has none of its own."""
    own = number_before(_said(text, row))[0]
    return own if own is not None or above is None else above + 1


def _next_row(text: str, row: Span, no: int | None) -> int | None:
    """Return where another row begins on the lines of a row."""
    at, end = _behind_first_words(text, row), min(row[1], row[0] + _LONGEST)
    district: re.Match[str] | None = None
    for gap in _GAP.finditer(text, at, end):
        word, at = text[at : gap.start()], gap.end()
        if found := DISTRICT.match(text, at, end):
            district = district or found
        elif _is_numbered(text, (at, end), no, is_behind=district is not None) or (
            no is None
            and not set(gap[0]) & _BORDERS
            and is_district(word)
            and _is_whole(text, (at, end))
        ):
            return at
    return None


def _is_numbered(text: str, rest: Span, no: int | None, *, is_behind: bool) -> bool:
    """Tell whether a body stands there with the next number, or behind a district with any."""
    said = _said(text, rest)
    number, skip = number_before(said)
    is_next = number is not None and (is_behind or (no is not None and number == no + 1))
    return is_next and body_name(said[skip:]) is not None


def _is_whole(text: str, rest: Span) -> bool:
    """Tell whether a body stands there with a district of its own."""
    name = body_name(_said(text, rest))
    if name is None or name.kind is None:
        return False
    return INSIDE.search(text, rest[0] + name.length, rest[1]) is not None


def _border(text: str, row: Span, below: Span, no: int | None) -> int | None:
    """Return where a row ends and the next begins, if that is not where their lines do."""
    figures = _NUMBER_AT_END.search(text, max(row[0], row[1] - 40), row[1])
    number = figures and (figures[1] or figures[2])
    if figures and number and no is not None and int(number) == no + 1:
        has_number = number_before(_said(text, below))[0] is not None
        return None if has_number else figures.end(figures.lastindex or 0) - len(number)
    first = _DISTRICT_FIRST.match(text, *below)
    if first is None or not is_district(first[0].rstrip(" \t|")):
        return None
    is_open = INSIDE.search(text, _behind_first_words(text, row) - 1, row[1]) is None
    return first.end() if is_open and _is_whole(text, (first.end(), below[1])) else None


def _behind_first_words(text: str, row: Span) -> int:
    said = _said(text, row)
    skip = number_before(said)[1]
    name = body_name(said[skip:])
    return row[0] + skip + (name.length + 1 if name else 2)


def _said(text: str, span: Span) -> str:
    return text[span[0] : min(span[1], span[0] + _LONGEST)]
