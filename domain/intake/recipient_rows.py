"""One line of a list of recipients: its number, the name, the district."""

import re
from dataclasses import dataclass, replace

from domain.intake.body_names import body_name
from domain.intake.folded_text import FoldedText
from domain.intake.reading import RecipientRow
from domain.intake.row_districts import (
    DISTRICT,
    INSIDE,
    Manner,
    find_damaged,
    is_damaged_district,
    is_district,
)

# A scan takes a line of the table for l, and 1 as well; the point behind a number for a comma.
_NUMBERED = re.compile(
    r"[|\s]{0,6}(?:[lI][ \t]{1,3})?[|\s]{0,3}"
    r"(?:\(?([0-9][0-9lIoO]{0,4}|[lI][0-9]{1,3})\s{0,2}[.,()]{0,2}"
    r"(?:[\s|.]{1,20}(?:[lI][ \t]{0,3}(?=[ก-ฮเ-ไ]))?|(?=[ก-ฮเ-ไ]))|[.\s|]{1,6})?"
)
_PLAIN = re.compile(r"([0-9]{1,5})[.)]?[ \t]{1,20}(?=[^\s|.0-9lIoO])")
_FIGURES = str.maketrans("lIoO", "1100")
_CELL = re.compile(r"[^\t|\n]{1,200}")
_EDGE = re.compile(r"\s*(?:[lI]\s+)?")
_TAIL = re.compile(r"(?:\s{0,3}(?<=[ก-๎ ])[lI])?\s*\Z")
_NEXT_CELL = re.compile(r"[ \t]{0,4}(?:\t|\|| {2})[ \t]{0,4}")
_GAP = re.compile(r" {2,}")
# A cell that may be a district without its first word: it says so above the column.
_PLAIN_CELL = re.compile(r"[ก-ฮเ-ไ][ก-๎]{1,24}[ \t]{0,4}(?:\t|\|| {2})[ \t]{0,4}")
_NO_DISTRICT = re.compile(r"(?:ตำบล|ต\.|จังหวัด|จ\.|หมายเหตุ|โทร|[^ก-๎])")
_LETTER = re.compile("[ก-ฮ]")
_PROVINCE = re.compile(r"\s{1,3}(?:จังหวัด|จ\.)\s?(?=[ก-ฮเ-ไ])")
_MOST_PLACE, _MOST_ROW = 45, 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Where the parts of a row stand in the folded text.

    Attributes:
        no: The number before the name.
        name: The name, None for a row that is a district alone.
        district: The district.
        first_words: How much of the name says what it is.
    """

    no: int | None
    name: tuple[int, int] | None
    district: tuple[int, int] | None


def number_before(said: str) -> tuple[int | None, int]:
    """Return the number a row begins with and where what follows it begins."""
    # Most lines begin with a letter, and most rows with plain figures.
    if said[:1] >= "ก":
        return None, 0
    if plain := _PLAIN.match(said):
        return int(plain[1]), plain.end()
    match = _NUMBERED.match(said)
    if match is None:
        return None, 0
    figures = match[1]
    if figures and not figures.isdigit():
        figures = figures.translate(_FIGURES)
    return (int(figures) if figures else None), match.end()


def line_number(said: str) -> int | None:
    """Return the number at the beginning of a line, which may be all of it."""
    return number_before(f"{said} ")[0]


def is_body_row(said: str) -> bool:
    """Tell whether a line is a body of a list and no sentence about one."""
    if len(said) > _MOST_ROW:
        return False
    no, at = number_before(said)
    at = _behind_district(said, at) if no is None else _behind_plain(said, at)
    if at >= len(said):
        return False
    name = body_name(said[at:], is_near_allowed=no is not None or len(said) < 80)
    if name is None:
        return False
    place = _name_end(said, at)
    rest = said[at + name.length : place]
    return 0 < len(rest) <= _MOST_PLACE and rest.count(" ") <= (3 if no is not None else 1)


def _behind_district(said: str, at: int) -> int:
    """Return where the name begins; in some tables it is the cell behind the district's."""
    if not DISTRICT.match(said, at):
        return at
    gap = _NEXT_CELL.search(said, at)
    if gap and body_name(said[gap.end() :]):
        return gap.end()
    space = said.find(" ", at + 4)
    is_name = space >= 0 and body_name(said[space + 1 :], is_near_allowed=False)
    return space + 1 if is_name else at


def has_plain_district(said: str) -> bool:
    """Tell whether a numbered row has its district before its name, without its first word."""
    no, at = number_before(said)
    return no is not None and _behind_plain(said, at) > _behind_district(said, at)


def _behind_plain(said: str, at: int) -> int:
    behind = _behind_district(said, at)
    cell = _PLAIN_CELL.match(said, at) if behind == at and not body_name(said[at:]) else None
    name = body_name(said[cell.end() :], is_near_allowed=False) if cell else None
    return cell.end() if cell and name and name.is_whole else behind


def is_district_row(said: str) -> bool:
    """Tell whether a line is a district and nothing else."""
    _, at = number_before(said)
    rest = said[at:].rstrip(" |")
    if len(rest) > 60 or _behind_district(said, at) != at:
        return False
    if match := DISTRICT.match(rest):
        after = rest[match.end() :]
        return len(after) <= 40 and after.count(" ") <= 4
    return len(rest) <= 25 and is_damaged_district(rest)


def district_alone(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the name of a district that stands alone, without the count behind it."""
    _, skip = number_before(text[start:end])
    said = text[start + skip : end]
    stop = re.search(r"\s{0,3}(?:\(|จำนวน|รวม|:|\||\t)", said)
    return start + skip, start + skip + (stop.start() if stop and stop.start() else len(said))


def cut_row(text: str, start: int, end: int) -> Cut:
    """Cut a row, which may be broken over lines, into its parts."""
    no, skip = number_before(text[start:end])
    at = start + skip
    cells = _cells(text, at, end)
    if not cells:
        return Cut(no=no, name=None, district=None)
    is_before = is_district(text[slice(*cells[0])]) or has_plain_district(text[start:end])
    if len(cells) > 1 and is_before and body_name(text[slice(*cells[1])]):
        return Cut(no=no, name=cells[1], district=cells[0])
    first, stop = cells[0]
    if behind := _behind_district(text[first:stop], 0):
        return Cut(no=no, name=(first + behind, stop), district=(first, first + behind - 1))
    name, *others = cells
    district = next((cell for cell in others if is_district(text[cell[0] : cell[1]])), None)
    if district is None:
        name, district = _cut_inside(text, name)
    if district is None:
        district = next((cell for cell in others if _may_be_district(text, cell)), None)
    return Cut(no=no, name=name, district=district)


def cut_damaged(text: str, cut: Cut, manner: Manner) -> Cut:
    """Cut off the name a district that is too damaged to be seen without the rest of the list."""
    if cut.name is None or cut.district is not None:
        return cut
    floor = _name_floor(text, cut.name)
    at = find_damaged(text[floor : cut.name[1]], manner)
    if at is None:
        return cut
    return replace(
        cut,
        name=_trimmed(text[cut.name[0] : floor + at], cut.name[0]),
        district=(floor + at, cut.name[1]),
    )


def row_of(
    folded: FoldedText, cut: Cut, start: int, end: int, district: tuple[int, int] | None
) -> RecipientRow | None:
    """Return a row as it is written; `district` is that of the heading above it, if it has one."""
    if cut.name is None or not _LETTER.search(folded.text, *cut.name):
        return None
    written = _joined(folded.written(*cut.name))
    said = folded.text[cut.name[0] : cut.name[1]]
    first = body_name(said)
    place = _joined(said[first.length :] if first else said).strip(" .,|")
    where = cut.district or district
    begin, stop = folded.span(start, end)
    return RecipientRow(
        no=cut.no,
        as_written=written,
        district_as_written=_joined(folded.written(*where)) if where else None,
        kind=first.kind if first else None,
        place=place,
        start=begin,
        end=stop,
    )


def _joined(written: str) -> str:
    """Thai has no spaces between words: a name broken over lines goes on without one."""
    return "".join(part.strip() for part in written.splitlines())


def _name_end(said: str, at: int) -> int:
    """Where the name ends on its line: at a cell's end, a gap, or the district."""
    ends = [match.start() for pattern in (INSIDE, _GAP) if (match := pattern.search(said, at + 3))]
    ends += [place for mark in "\t|" if (place := said.find(mark, at)) >= 0]
    return min([*ends, len(said)])


def _cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the cells of a row; the first words of a name never stand in one alone."""
    cells: list[tuple[int, int]] = []
    for match in _CELL.finditer(text, start, end):
        at = match.start()
        gaps = _GAP.finditer(text, match.start(), match.end()) if "  " in match[0] else ()
        for gap in [*gaps, None]:
            stop = gap.start() if gap else match.end()
            said = text[at:stop]
            if said.strip():
                cells.append(_trimmed(said, at))
            at = gap.end() if gap else stop
    return _name_whole(text, cells)


def _trimmed(said: str, at: int) -> tuple[int, int]:
    """Return where a cell stands without its outer spaces, and without a line read as l."""
    if "l" not in said and "I" not in said:
        return at + len(said) - len(said.lstrip()), at + len(said.rstrip())
    lead = _EDGE.match(said)
    first = lead.end() if lead else 0
    tail = _TAIL.search(said, first)
    return at + first, at + (tail.start() if tail else len(said))


def _name_whole(text: str, cells: list[tuple[int, int]]) -> list[tuple[int, int]]:
    while len(cells) > 1 and _wants_more(text, cells):
        cells = [(cells[0][0], cells[1][1]), *cells[2:]]
    return cells


def _wants_more(text: str, cells: list[tuple[int, int]]) -> bool:
    """Tell whether the first cell is only the beginning of a name."""
    said, following = text[slice(*cells[0])], text[slice(*cells[1])]
    if is_district(following) or "\t" in text[cells[0][1] : cells[1][0]]:
        return False
    first = body_name(said)
    if first is None:
        joined = body_name(said + following)
        return joined is not None and joined.length > len(said)
    is_broken = "\n" in text[cells[0][1] : cells[1][0]]
    return first.length >= len(said) or (is_broken and not DISTRICT.search(following))


def _may_be_district(text: str, cell: tuple[int, int]) -> bool:
    said = text[cell[0] : cell[1]]
    return len(said) <= 30 and not _NO_DISTRICT.match(said) and " " not in said


def _cut_inside(text: str, name: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int] | None]:
    """Cut the district off a name that stands on one line with it."""
    floor = _name_floor(text, name)
    if match := INSIDE.search(text, floor, name[1]):
        lead = len(match[0]) - len(match[0].lstrip())
        stop = match.start() + lead
        province = _PROVINCE.search(text, stop, name[1])
        end = province.start() if province else name[1]
        return _trimmed(text[name[0] : match.start()], name[0]), (stop, end)
    space = text.rfind(" ", floor, name[1])
    if space >= 0 and is_district(text[space + 1 : name[1]]):
        return _trimmed(text[name[0] : space], name[0]), (space + 1, name[1])
    return name, None


def _name_floor(text: str, name: tuple[int, int]) -> int:
    first = body_name(text[name[0] : name[1]])
    return name[0] + (first.length if first else 2)
