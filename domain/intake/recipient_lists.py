"""Lists of recipients: where they begin and end, what stands above them, and their rows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.intake.contacts import is_contact
from domain.intake.folded_text import FoldedText, one_line
from domain.intake.found import Found
from domain.intake.heading_words import heading_of, is_closing
from domain.intake.reading import RecipientList, RecipientRow
from domain.intake.recipient_rows import (
    Cut,
    cut_damaged,
    cut_row,
    district_alone,
    has_plain_district,
    is_body_row,
    is_district_row,
    line_number,
    number_before,
    row_of,
)
from domain.intake.row_districts import manner_of
from domain.intake.text_lines import Line
from domain.intake.torn_rows import whole_rows

_COUNT = re.compile(
    r"(?:จำนวน|รวม(?:ทั้งสิ้น|ทั้งหมด)?)\s{0,5}([0-9][0-9,]{0,6})\s{0,5}(?:แห่ง|หน่วยงาน|หน่วย|ราย|องค์กร|อปท)"
)
_TOTAL = re.compile(
    r"รวม(?:ทั้งสิ้น|ทั้งหมด)?[^0-9\n]{0,40}([0-9][0-9,]{0,6})\s{0,5}(?:แห่ง|หน่วยงาน|ราย|องค์กร)"
)
_PROVINCE = re.compile(r"(?<!ส่วน)(?<!ทุก)(?<!ราชการ)(?:จังหวัด|จ\.)\s?([ก-๎]{2,30})")
_PROVINCE_END = re.compile(r"(?:ประจำ|จำนวน|ที่|ซึ่ง|กลุ่ม|ปี|ตาม|แนบ|รวม|และ|ที่ไม่)")
_TITLE_WORD = re.compile(r"บัญชี|รายชื่อ|รายการ|ตาราง|เอกสารแนบ|สิ่งที่ส่งมาด้วย|แนบท้าย|กลุ่มเป้าหมาย|ทะเบียน")
_PLAIN_TITLE = re.compile(r"จังหวัด|จำนวน|ประจำ|องค์กรปกครอง|\(")
_COLUMNS = re.compile(
    r"[|l\s]{0,4}(?:ลำดับ|ที่[\s|]|ชื่อ|อำเภอ[\s|]{0,8}$|อปท|หน่วยงาน[\s|]|หมายเหตุ|:?-{2,})"
)
_PAGE = re.compile(
    r"(?:-?\s{0,3}[0-9]{1,3}\s{0,3}-|หน้า(?:ที่)?\s?[0-9]{1,3}.{0,20}|/[0-9. ]{0,6}.{0,40}\.{3})"
)
_ALONE = re.compile(r"\(?([0-9]{1,5}|[0-9][0-9lIoO]{1,4}|[lI][0-9]{1,3})[.()|\s]{0,4}")
_MOST_TITLE, _MOST_LINE = 7, 150
# So many other lines may stand between two rows, and so many belong to one.
_BETWEEN, _OF_ROW = 4, 3


@dataclass(frozen=True, kw_only=True, slots=True)
class ListAt:
    """A list, with the first of its lines, title included, and the line after its last."""

    list: RecipientList
    first: int
    last: int


def find_lists(folded: FoldedText, lines: Sequence[Line]) -> Sequence[ListAt]:
    """Return the lists of a text."""
    bodies = [at for at, line in enumerate(lines) if _is_row(lines, at, line)]
    return [
        found for run in _runs(lines, bodies) if (found := _list(folded, lines, run)) is not None
    ]


def _is_row(lines: Sequence[Line], at: int, line: Line) -> bool:
    if not (is_body_row(line.text) or _is_broken_row(lines, at)):
        return False
    if heading_of(line.text, is_near_allowed=False):
        return False
    # The letterhead and the addressees of a letter name bodies too.
    return not (at and _leads(lines[at - 1].text) and number_before(line.text)[0] is None)


def _is_broken_row(lines: Sequence[Line], at: int) -> bool:
    """Tell whether a numbered line is the beginning of a name that the next line ends."""
    said = lines[at].text
    if at + 1 == len(lines) or lines[at + 1].gap or number_before(said)[0] is None:
        return False
    below = lines[at + 1].text
    return number_before(below)[0] is None and not is_body_row(below) and is_body_row(said + below)


def _leads(said: str) -> bool:
    mark = heading_of(said, is_near_allowed=False)
    return mark is not None and len(said) < 120


def _runs(lines: Sequence[Line], bodies: Sequence[int]) -> Iterator[list[int]]:
    """Yield the rows that follow each other closely; a single one is a list only with a number."""
    run: list[int] = []
    for at in [*bodies, None]:
        if run and (at is None or not _is_close(lines, run[-1], at)):
            if len(run) > 1 or number_before(lines[run[0]].text)[0] is not None:
                yield run
            run = []
        if at is not None:
            run.append(at)


def _is_close(lines: Sequence[Line], one: int, other: int) -> bool:
    between = [line.text for line in lines[one + 1 : min(other, one + 40)]]
    other_lines = [said for said in between if not _is_of_list(said)]
    is_apart = any(heading_of(said, is_near_allowed=False) or is_closing(said) for said in between)
    return other - one <= 40 and len(other_lines) <= _BETWEEN and not is_apart


def _is_of_list(said: str) -> bool:
    return (
        is_district_row(said)
        or _COLUMNS.match(said) is not None
        or _PAGE.fullmatch(said) is not None
        or _ALONE.fullmatch(said) is not None
        or number_before(said)[0] is not None
    )


def _list(folded: FoldedText, lines: Sequence[Line], run: Sequence[int]) -> ListAt | None:
    first, last = _edges(lines, run)
    if has_plain_district(lines[run[0]].text) and not _names_districts(lines[:first]):
        return None
    top = _title_top(lines, first)
    rows = _rows(folded, lines, first, last)
    if not rows:
        return None
    title = [line for line in lines[top:first] if not _COLUMNS.match(line.text)]
    start, end = folded.span(lines[top].start, lines[last - 1].end)
    found = RecipientList(
        start=start,
        end=end,
        title=one_line(" ".join(line.text for line in title)),
        province=_province(title),
        stated_count=_stated_count(folded, title, lines[last : last + 2]),
        rows=rows,
    )
    return ListAt(list=found, first=top, last=last)


def _names_districts(above: Sequence[Line]) -> bool:
    """Tell whether the columns right above a list say that one of them holds districts."""
    return any(_COLUMNS.match(line.text) and "อำเภอ" in line.text for line in above[-2:])


def _edges(lines: Sequence[Line], run: Sequence[int]) -> tuple[int, int]:
    """Take along the number or district above the first row and the district below the last."""
    first, last = run[0], run[-1] + 1
    while first and (
        is_district_row(lines[first - 1].text) or _ALONE.fullmatch(lines[first - 1].text)
    ):
        first -= 1
    while last < len(lines) and lines[last].gap <= 1 and is_district_row(lines[last].text):
        last += 1
    if last < len(lines) and _ends_row(lines[last - 1], lines[last]):
        last += 1
    return first, _last_numbered(lines, run, last)


def _ends_row(above: Line, line: Line) -> bool:
    """Tell whether a line is the rest of a row above it that has no district yet."""
    rest = line.text.rpartition("\t")[2]
    return (
        line.gap == 0
        and "\t" not in above.text.strip("0123456789.) \t")
        and number_before(line.text)[0] is None
        and rest != line.text
        and is_district_row(rest)
    )


def _last_numbered(lines: Sequence[Line], run: Sequence[int], last: int) -> int:
    """Rows at the end whose name says no kind are rows if they go on with the numbers."""
    no = number_before(lines[run[-1]].text)[0]
    while no is not None and last < len(lines):
        following, at = number_before(lines[last].text)
        rest = lines[last].text[at:]
        if following != no + 1 or not 3 <= len(rest) <= 90 or lines[last].gap > 1:
            break
        no, last = following, last + 1
    return last


def _rows(
    folded: FoldedText, lines: Sequence[Line], first: int, last: int
) -> Sequence[RecipientRow]:
    """Return the rows between two lines; a district alone heads the rows below or ends one."""
    text = folded.text
    is_heading = is_district_row(lines[first].text)
    district: tuple[int, int] | None = None
    cuts: list[tuple[Cut, int, int, tuple[int, int] | None]] = []
    chunks = _chunks(lines, first, last, is_heading=is_heading)
    spans = [(lines[chunk[0]].start, lines[chunk[-1]].end) for chunk in chunks]
    for start, end in whole_rows(text, spans):
        if is_heading and is_district_row(text[start:end].partition("\n")[0]):
            district = district_alone(text, start, end)
            continue
        cuts.append((cut_row(text, start, end), start, end, district))
    manner = manner_of([text[slice(*cut.district)] if cut.district else None for cut, *_ in cuts])
    rows = (
        row_of(folded, cut_damaged(text, cut, manner) if manner else cut, start, end, heading)
        for cut, start, end, heading in cuts
    )
    return [row for row in rows if row is not None]


def _chunks(
    lines: Sequence[Line], first: int, last: int, *, is_heading: bool
) -> Iterator[list[int]]:
    """Yield the lines of each row: a number or a name begins one, what follows belongs to it."""
    chunk: list[int] = []
    expected: int | None = None
    for at in range(first, last):
        said = lines[at].text
        if _COLUMNS.match(said) or _PAGE.fullmatch(said) or _is_page_number(lines, at, expected):
            continue
        if chunk and _begins_row(lines, at, chunk, is_heading=is_heading):
            yield chunk
            chunk = []
        if not chunk and (no := line_number(said)) is not None:
            expected = no + 1
        chunk.append(at)
    if chunk:
        yield chunk


def _begins_row(lines: Sequence[Line], at: int, chunk: Sequence[int], *, is_heading: bool) -> bool:
    said = lines[at].text
    if _numbers_next(lines, at):
        return True
    is_name_open = _ALONE.fullmatch(lines[chunk[-1]].text) is not None
    if is_district_row(said):
        return is_heading
    if number_before(said)[0] is not None:
        return True
    if is_body_row(said):
        return not (is_name_open and len(chunk) == 1)
    return len(chunk) >= _OF_ROW


def _is_page_number(lines: Sequence[Line], at: int, expected: int | None) -> bool:
    """Tell whether figures alone count the page: not the next row, or that has its own below."""
    alone = _ALONE.fullmatch(lines[at].text)
    if alone is None or expected is None or _numbers_next(lines, at):
        return False
    below = lines[at + 1].text if at + 1 < len(lines) else ""
    return line_number(lines[at].text) != expected or (
        number_before(below)[0] == expected and _ALONE.fullmatch(below) is None
    )


def _numbers_next(lines: Sequence[Line], at: int) -> bool:
    """Tell whether figures alone are the number of the body on the line below them."""
    if at + 1 == len(lines) or not _ALONE.fullmatch(lines[at].text):
        return False
    below = lines[at + 1].text
    return number_before(below)[0] is None and is_body_row(below)


def _title_top(lines: Sequence[Line], first: int) -> int:
    """Walk up to the line with which the title of a list begins."""
    top = first
    for at in range(first - 1, max(first - 1 - _MOST_TITLE, -1), -1):
        said = lines[at].text
        is_title = _TITLE_WORD.search(said) is not None
        if len(said) > _MOST_LINE or is_closing(said) or lines[at].gap > 6:
            break
        # A list may have a column for telephones and say so.
        if not (is_title or _COLUMNS.match(said)) and (is_contact(said) or _leads(said)):
            break
        if is_title or _PLAIN_TITLE.match(said):
            top = at
    while top < first and not _is_title_start(lines[top].text):
        top += 1
    return top


def _is_title_start(said: str) -> bool:
    return _TITLE_WORD.search(said) is not None or _PLAIN_TITLE.match(said) is not None


def _province(title: Sequence[Line]) -> str | None:
    for line in title:
        if match := _PROVINCE.search(line.text):
            name = match[1]
            end = _PROVINCE_END.search(name, 3)
            return name[: end.start()] if end else name
    return None


def _stated_count(
    folded: FoldedText, title: Sequence[Line], below: Sequence[Line]
) -> Found[int] | None:
    for pattern, lines, sure in ((_COUNT, title, 1.0), (_TOTAL, below, 0.9)):
        for line in lines:
            if match := pattern.search(folded.text, line.start, line.end):
                count = int(match[1].replace(",", ""))
                return folded.found(count, match.span(1), sure=sure, rule="list.stated_count")
    return None
