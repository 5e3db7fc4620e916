"""How a list of local bodies is read from CSV or XLSX, within bounds that no file can break."""

import csv
import io
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from domain.errors import InvalidError
from services.bodies.problems import BodyProblem
from services.bodies.words import COLUMN_OF, COLUMNS, IGNORED, REQUIRED, compared, tidy
from services.bodies.workbook import is_workbook, workbook_rows

MOST_BYTES: Final = 20_000_000
MOST_ROWS: Final = 50_000
"""Several times as many as the country has local bodies."""

_MOST_LINES: Final = 200_000
_MOST_CHARACTERS: Final = 1_000
_MOST_TITLES: Final = 10
"""So far down the header is looked for; a title may stand above it."""
_SEPARATORS: Final = ",;\t"
_UNCOMPUTED: Final = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
"""What a spreadsheet shows where a formula has failed."""

Row = tuple[int, Sequence[str]]
"""A line of the file and its cells."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyLine:
    """One line of the list: its cells by the identifier of their column, tidied."""

    line: int
    cells: Mapping[str, str]


def read_body_file(data: bytes) -> tuple[Sequence[BodyLine], Sequence[BodyProblem]]:
    """Return the lines of a list, and what is wrong with those that cannot be read.

    Args:
        data: A CSV file in UTF-8, UTF-16 with its mark or TIS-620, or an XLSX workbook, whose
            first sheet counts.

    Raises:
        InvalidError: `bodies_file_empty`, `bodies_file_too_large`, `bodies_file_unreadable`,
            `bodies_too_many_rows`, `bodies_column_missing`, `bodies_column_unknown`,
            `bodies_column_twice`.
    """
    if len(data) > MOST_BYTES:
        raise InvalidError("ไฟล์ใหญ่เกินไป", code="bodies_file_too_large", most=MOST_BYTES)
    with warnings.catch_warnings():
        # Of what it leaves out of a workbook the library warns: colours, drop-down lists.
        warnings.simplefilter("ignore")
        return _read(_filled(workbook_rows(data) if is_workbook(data) else _csv_rows(data)))


def _read(rows: Iterator[Row]) -> tuple[Sequence[BodyLine], Sequence[BodyProblem]]:
    top = list(islice(rows, _MOST_TITLES))
    if not top:
        raise InvalidError("ไฟล์ว่างเปล่า", code="bodies_file_empty")
    at = next((nth for nth, (_, cells) in enumerate(top) if _is_header(cells)), 0)
    columns = _read_header(top[at][1])
    lines: list[BodyLine] = []
    problems: list[BodyProblem] = []
    for number, cells in chain(top[at + 1 :], rows):
        if len(lines) + len(problems) == MOST_ROWS:
            raise InvalidError(
                f"ไฟล์มีเกิน {MOST_ROWS} แถว", code="bodies_too_many_rows", most=MOST_ROWS
            )
        if problem := _check_cells(number, cells, len(columns)):
            problems.append(problem)
        else:
            named = zip(columns, map(tidy, cells), strict=False)
            said = {column: cell for column, cell in named if column is not None}
            lines.append(BodyLine(line=number, cells=said))
    return lines, problems


def _filled(rows: Iterable[Row]) -> Iterator[Row]:
    for seen, (number, cells) in enumerate(rows):
        if seen == _MOST_LINES:
            raise InvalidError(
                f"ไฟล์มีเกิน {_MOST_LINES} บรรทัด", code="bodies_too_many_rows", most=_MOST_LINES
            )
        if any(cell.strip() for cell in cells):
            yield number, cells


def _is_header(cells: Sequence[str]) -> bool:
    return set(REQUIRED) <= {COLUMN_OF.get(_heading(cell)) for cell in cells}


def _heading(cell: str) -> str:
    return compared(cell).lower().rstrip("*")


def _read_header(cells: Sequence[str]) -> Sequence[str | None]:
    """Return the identifiers of the columns, None for those that are ignored."""
    names = [tidy(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    columns = [COLUMN_OF.get(_heading(name)) for name in names]
    known = [column for column in columns if column is not None]
    if missing := [column for column in REQUIRED if column not in known]:
        shown = ", ".join(f"{COLUMNS[column][0]} ({column})" for column in missing)
        raise InvalidError(
            f"ไม่พบคอลัมน์ {shown} ในแถวหัวตาราง", code="bodies_column_missing", columns=missing
        )
    if unknown := [
        name
        for name, column in zip(names, columns, strict=True)
        if column is None and _heading(name) not in IGNORED
    ]:
        shown = ", ".join(f"“{name}”" for name in unknown)
        raise InvalidError(
            f"ไม่รู้จักคอลัมน์ {shown} ให้ลบออกหรือแก้ชื่อ"[:500],
            code="bodies_column_unknown",
            columns=unknown,
        )
    if len(set(known)) < len(known):
        raise InvalidError("มีคอลัมน์เดียวกันสองครั้ง", code="bodies_column_twice")
    return columns


def _check_cells(number: int, cells: Sequence[str], expected: int) -> BodyProblem | None:
    if len(cells) < expected or any(cell.strip() for cell in cells[expected:]):
        detail = f"แถวนี้มี {len(cells)} ช่อง แต่หัวตารางมี {expected} ช่อง"
        return BodyProblem(line=number, column=None, code="cells_differ", detail=detail)
    if any(len(cell) > _MOST_CHARACTERS or "\0" in cell for cell in cells):
        detail = f"มีช่องที่ยาวเกิน {_MOST_CHARACTERS} อักขระหรืออ่านไม่ได้"
        return BodyProblem(line=number, column=None, code="cell_unreadable", detail=detail)
    failed = next((cell for cell in cells if _UNCOMPUTED.fullmatch(cell.strip())), None)
    if failed is not None:
        detail = "มีช่องที่สูตรคำนวณไม่ได้ ให้แก้สูตรหรือพิมพ์ค่าแทน"
        return BodyProblem(
            line=number, column=None, code="cell_unreadable", detail=detail, value=failed.strip()
        )
    return None


def _csv_rows(data: bytes) -> Iterator[Row]:
    text = _decoded(data)
    top = text.lstrip()[: _MOST_TITLES * _MOST_CHARACTERS].splitlines()[:_MOST_TITLES]
    separator = _separator(top)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    begins = 1
    try:
        for cells in rows:
            yield begins, cells
            begins = rows.line_num + 1
    except csv.Error as error:
        raise InvalidError(
            f"บรรทัด {begins} ไม่เป็นรูปแบบ CSV ตรวจเครื่องหมายคำพูดให้ครบคู่",
            code="bodies_file_unreadable",
            line=begins,
        ) from error


def _separator(top: Sequence[str]) -> str:
    """Return what parts the cells of the header; spreadsheets of some lands write ;."""
    for line in top:
        for separator in _SEPARATORS:
            if _is_header([cell.strip('"') for cell in line.split(separator)]):
                return separator
    return max(_SEPARATORS, key=top[0].count) if top else _SEPARATORS[0]


def _decoded(data: bytes) -> str:
    encodings = ["utf-8-sig", "cp874"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # No list of names has one; anything that is not text has many.
        if "\0" not in text:
            return text
    raise InvalidError(
        "อ่านไฟล์ไม่ได้ ให้ใช้ CSV แบบ UTF-8 หรือ TIS-620 หรือไฟล์ XLSX (.xls ให้บันทึกเป็น .xlsx)",
        code="bodies_file_unreadable",
    )
