"""The files that a list comes in: encodings, separators, workbooks, and what is none of these."""

import io
import random
import zipfile
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from domain.errors import InvalidError
from services.bodies import file as body_file
from services.bodies import workbook as body_workbook
from services.bodies.file import BodyLine, read_body_file

THAI = "ประเภท,ชื่อ,จังหวัด,อำเภอ,วันที่มีผล\nอบต.,บ้านต้อง,บึงกาฬ,เซกา,๑ ต.ค. ๒๕๖๔\n"
CELLS = {
    "kind": "อบต.",
    "name": "บ้านต้อง",
    "province": "บึงกาฬ",
    "district": "เซกา",
    "on": "๑ ต.ค. ๒๕๖๔",
}
HEADER = b"kind,name,province,district\n"


def workbook(*rows: list[Any]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        THAI.encode(),
        THAI.encode("utf-8-sig"),
        THAI.encode("tis-620"),
        THAI.encode("utf-16"),
        THAI.replace(",", ";").encode(),
        THAI.replace(",", "\t").encode("utf-16"),
        THAI.replace("\n", "\r\n").encode(),
        THAI.replace("อบต.", '" อบต. "').encode(),
        workbook(*(line.split(",") for line in THAI.splitlines())),
    ],
    ids=["utf-8", "mark", "tis-620", "utf-16", "semicolon", "tab", "crlf", "quoted", "xlsx"],
)
def test_one_list_is_the_same_in_every_form(data: bytes) -> None:
    lines, problems = read_body_file(data)
    assert (lines, problems) == ([BodyLine(line=2, cells=CELLS)], [])


def test_cells_of_a_workbook_need_not_be_text() -> None:
    data = workbook(
        ["kind", "name", "province", "district", "code", "valid_from", "on"],
        ["sao", "ก", "บึงกาฬ", "เซกา", 380404.0, datetime(2021, 10, 1), datetime(2564, 10, 1)],  # noqa: DTZ001
        [None] * 7,
        ["sao", "ข", "บึงกาฬ", "เซกา", 380405, None, "1/10/2564"],
    )
    lines, _ = read_body_file(data)
    told = [
        (one.line, one.cells["code"], one.cells["valid_from"], one.cells["on"]) for one in lines
    ]
    assert told == [(2, "380404", "2021-10-01", "2564-10-01"), (4, "380405", "", "1/10/2564")]


@pytest.mark.parametrize(
    ("above", "lines"),
    [("บัญชีรายชื่อ; จังหวัด; บึงกาฬ; ปี ๒๕๖๔\n\n", 3), ("sep=,\n", 2), ('"บัญชี อปท."\n', 2)],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_header_may_stand_below_a_title(above: str, lines: int, separator: str) -> None:
    data = (above + THAI.replace(",", separator)).encode("tis-620")
    found, problems = read_body_file(data)
    assert (found, problems) == ([BodyLine(line=lines + 1, cells=CELLS)], [])


def test_a_workbook_with_a_merged_title_and_empty_rows_is_read() -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for line in ("บัญชีรายชื่อ", "", *THAI.splitlines(), ",,,,"):
        sheet.append([cell or None for cell in line.split(",")])
    sheet.merge_cells("A1:E1")
    book.save(file)
    assert read_body_file(file.getvalue()) == ([BodyLine(line=4, cells=CELLS)], [])


def test_what_official_lists_call_their_columns_is_known() -> None:
    data = "ลำดับที่,ประเภท อปท.,ชื่อ อปท. *,จังหวัด,อำเภอ,หมายเหตุ\n1,อบต.,บ้านต้อง,บึงกาฬ,เซกา,ใหม่\n"
    lines, _ = read_body_file(data.encode())
    assert [one.cells for one in lines] == [{key: CELLS[key] for key in list(CELLS)[:4]}]


def test_many_names_in_a_cell_do_not_change_what_parts_the_cells() -> None:
    names = "; ".join(f"อบต.{nth}" for nth in range(30))
    data = f"kind,name,province,district,replaces\nsao,ก,ข,ค,{names}\n"
    ((line,), problems) = read_body_file(data.encode())
    assert (line.cells["replaces"], problems) == (names, [])


@pytest.mark.parametrize("failed", ["#N/A", "#REF!", " #DIV/0! ", "#NAME?"])
def test_a_formula_that_failed_is_no_name(failed: str) -> None:
    data = workbook(["kind", "name", "province", "district"], ["sao", failed, "บึงกาฬ", "เซกา"])
    lines, (problem,) = read_body_file(data)
    assert (lines, problem.line, problem.code) == ([], 2, "cell_unreadable")
    assert problem.value == failed.strip()


def test_a_missing_column_is_named_as_lists_name_it() -> None:
    with pytest.raises(InvalidError) as refusal:
        read_body_file("ประเภท,จังหวัด,อำเภอ\n".encode())
    assert "ชื่อ (name)" in refusal.value.detail


def test_a_line_is_named_where_it_begins() -> None:
    data = HEADER + b'a,"b\nb",c,d\n\n,,,\na,b,c\na,b,c,d,\na,b,c,d,e\n'
    lines, problems = read_body_file(data)
    assert [one.line for one in lines] == [2, 7]
    assert [(one.line, one.code) for one in problems] == [(6, "cells_differ"), (8, "cells_differ")]


def test_a_cell_without_end_is_one_line_that_cannot_be_read() -> None:
    _, problems = read_body_file(HEADER + b"a," + b"b" * 2_000 + b",c,d\n")
    assert [(one.line, one.code) for one in problems] == [(2, "cell_unreadable")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "bodies_file_empty"),
        (b"\xef\xbb\xbf\n\n", "bodies_file_empty"),
        (b"\x00\x01\x02", "bodies_file_unreadable"),
        (b"\xff\xfe\x00", "bodies_file_unreadable"),
        (b"PK\x03\x04nothing", "bodies_file_unreadable"),
        (HEADER + b'a,"b', "bodies_file_unreadable"),
        (HEADER + b"a," + b"b" * 200_000, "bodies_file_unreadable"),
        (b"kind,name\n", "bodies_column_missing"),
        ("ชื่อ,จังหวัด,อำเภอ\n".encode(), "bodies_column_missing"),
        (b"kind,name,province,district,colour\n", "bodies_column_unknown"),
        ("kind,name,province,district,ชื่อ\n".encode(), "bodies_column_twice"),
        (workbook(["kind"]), "bodies_column_missing"),
        (workbook(), "bodies_file_empty"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        read_body_file(data)
    assert refusal.value.reason == code


def test_a_file_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_file, "MOST_BYTES", 1_000)
    monkeypatch.setattr(body_file, "MOST_ROWS", 3)
    assert _refusal(HEADER + b"\n" * 1_000) == "bodies_file_too_large"
    assert _refusal(HEADER + b"a,b,c,d\n" * 4) == "bodies_too_many_rows"
    assert len(read_body_file(HEADER + b"a,b,c,d\n" * 3)[0]) == 3
    monkeypatch.setattr(body_file, "_MOST_LINES", 10)
    assert _refusal(HEADER + b"\n" * 10) == "bodies_too_many_rows"


def test_a_workbook_is_bounded_by_what_it_unpacks_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_workbook, "_MOST_UNPACKED", 6_000_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 8_000_000)
    assert len(bomb.getvalue()) < 100_000
    assert _refusal(bomb.getvalue()) == "bodies_file_too_large"
    monkeypatch.setattr(body_workbook, "_MOST_PARTS", 2)
    assert _refusal(workbook(["kind"])) == "bodies_file_too_large"


def test_a_sheet_that_is_nearly_empty_and_endless_is_left_early(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(body_file, "_MOST_LINES", 2_000)
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for column, name in enumerate(("kind", "name", "province", "district"), start=1):
        sheet.cell(1, column, name)
    sheet.cell(1_048_576, 16_384, "x")
    book.save(file)
    assert _refusal(file.getvalue()) == "bodies_too_many_rows"


def test_damaged_workbooks_are_refused_or_read_and_nothing_else() -> None:
    whole = workbook(["kind", "name", "province", "district"], ["sao", "ก", "ข", "ค"])
    chance = random.Random(5)  # noqa: S311 (not for secrets)
    outcomes = set()
    for _ in range(100):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 30)):
            damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        outcomes.add(_refusal(bytes(damaged)))
    assert outcomes <= {
        "bodies_file_unreadable",
        "bodies_file_too_large",
        "bodies_file_empty",
        None,
    }
    assert "bodies_file_unreadable" in outcomes


def _refusal(data: bytes) -> str | None:
    try:
        read_body_file(data)
    except InvalidError as refusal:
        return refusal.reason
    return None
