"""Lists whose lines a scan tore or damaged are read as far as the rest of the list tells."""

import time
from typing import TypeAlias

import pytest

from domain.intake.body_names import body_name
from domain.intake.read_text import read_text
from domain.vocabulary import OrganizationKind as Kind

Row: TypeAlias = tuple[int | None, str, str | None]

IN_FULL = """\
๗\tเทศบาลตำบลนาอาน\tอำเภอเมืองเลย
๘\tองค์การบริหารส่วนตำบลเสี้ยว\tอำเภอเมืองเลย
๙\tเทศบาลเมืองวังสะพุง\tอำเภอวังสะพุง
"""
FULL: list[Row] = [
    (7, "เทศบาลตำบลนาอาน", "อำเภอเมืองเลย"),
    (8, "องค์การบริหารส่วนตำบลเสี้ยว", "อำเภอเมืองเลย"),
    (9, "เทศบาลเมืองวังสะพุง", "อำเภอวังสะพุง"),
]
PLAIN = IN_FULL.replace("๗\t", "").replace("๘\t", "").replace("๙\t", "")
IN_SHORT = "๑. อบต.ป่าสัก อ.ภูเรือ\n๒. ทต.ร่องจิก อ.ภูเรือ\n๓. อบต.โป่ง อ.ด่านซ้าย\n"
LINES = IN_FULL.replace("\t", "\n")


def short(first: str, *, second: str = "อ.ภูเรือ", third: str = "อ.ด่านซ้าย") -> list[Row]:
    return [(1, "อบต.ป่าสัก", first), (2, "ทต.ร่องจิก", second), (3, "อบต.โป่ง", third)]


TORN: list[tuple[str, str, list[Row]]] = [
    ("the end of a line lost", IN_FULL.replace("\n๙\t", " ๙( "), FULL),
    ("no space before the number", IN_FULL.replace("\n๙\t", "๙"), FULL),
    ("the next number on the line above", IN_FULL.replace("\n๙\t", " ๙\n"), FULL),
    ("glued to the district", IN_FULL.replace("\n๙\t", "๙\n"), FULL),
    ("rows without numbers", PLAIN.replace("\n", " ", 1), [(None, *row[1:]) for row in FULL]),
    (
        "the rest of a row at the head of the next",
        PLAIN.replace("\tอำเภอเมืองเลย\nองค์", "\nอำเภอเมืองเลย องค์"),
        [(None, *row[1:]) for row in FULL],
    ),
    ("a number that stands alone", LINES, FULL),
    ("of which a figure is no figure", LINES.replace("๗\n", "๗l\n").replace("๘\n", "๗2\n"), [
        (71, *FULL[0][1:]), (72, *FULL[1][1:]), FULL[2]]),
    ("that is not the next", LINES.replace("๘\n", "๕\n"), [FULL[0], (5, *FULL[1][1:]), FULL[2]]),
    ("a bracket behind a number", IN_FULL.replace("๘\t", "๘( "), FULL),
    ("a border behind a number", IN_FULL.replace("\t", " | ").replace("๘ | ", "๘ l"), FULL),
    ("a border behind a name", IN_FULL.replace("\t", " | ").replace("เสี้ยว |", "เสี้ยว l"), FULL),
    ("a page", IN_FULL.replace("\n๘", "\n\n- 2  -\n\n๘"), FULL),
]  # fmt: skip
DAMAGED: list[tuple[str, str, list[Row]]] = [
    ("a comma", IN_SHORT.replace("อ.ภู", "อ,ภู", 1), short("อ,ภูเรือ")),
    ("a mark", IN_SHORT.replace("อ.ภู", "อ์.ภู", 1), short("อ์.ภูเรือ")),
    ("no point", IN_SHORT.replace("อ.ภู", "อภู", 1), short("อภูเรือ")),
    ("no space", IN_SHORT.replace(" อ.ภู", "อ.ภู", 1), short("อ.ภูเรือ")),
    ("no space, no other like it", IN_SHORT.replace(" อ.ด่าน", "อ.ด่าน"), short("อ.ภูเรือ")),
    ("neither", IN_SHORT.replace(" อ.ภู", "อภู", 1), short("อภูเรือ")),
    ("no letter", IN_SHORT.replace("อ.ภู", ".ภู", 1), short(".ภูเรือ")),
    *(
        (
            word,
            IN_FULL.replace("\tอำเภอวัง", f"{space}{word}วัง"),
            [*FULL[:2], (9, FULL[2][1], f"{word}วังสะพุง")],
        )
        for word in ("ำเภอ", "อำภอ", "าเภอ", "อำเภ์อ", "อำเอ", "ฮำเถฮ")
        for space in ("", " ")
    ),
]


@pytest.mark.parametrize(
    ("text", "truth"), [pytest.param(*one[1:], id=one[0]) for one in [*TORN, *DAMAGED]]
)
def test_the_rows_of_a_damaged_list_are_read(text: str, truth: list[Row]) -> None:
    rows = [(row.no, row.as_written, row.district_as_written) for row in read_text(text).rows]
    assert rows == truth


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("๑. อบต.ท่าล้อ\n๒. ทต.หาดอ,มา\n๓. อบต.โป่ง\n", id="no district anywhere"),
        pytest.param("1 ทต.ก้อ อ.ลี้ 2\n2 ทต.ลี้ อ.ลี้ 3\n", id="figures of a last column"),
        pytest.param("ทต.ก้อ\tอ.ลี้\tอบต.ก้อ\nทต.ลี้\tอ.ลี้\tอบต.ลี้\n", id="a body of a last column"),
    ],
)
def test_what_looks_torn_is_not(text: str) -> None:
    lines = text.splitlines()
    rows = read_text(text).rows
    assert len(rows) == len(lines)
    assert [text[row.start : row.end] for row in rows] == lines


@pytest.mark.parametrize(
    ("name", "kind", "length"),
    [
        ("อ์บต.เสี้ยว", Kind.SAO, 5),
        ("อบ์ต.เสี้ยว", Kind.SAO, 5),
        ("อต.เสี้ยว", Kind.SAO, 3),
        ("บต.เสี้ยว", Kind.SAO, 3),
        ("ทต,เสี้ยว", Kind.SUBDISTRICT_MUNICIPALITY, 3),
        ("ท์ต.เสี้ยว", Kind.SUBDISTRICT_MUNICIPALITY, 4),
        ("ฑตเสี้ยว", Kind.SUBDISTRICT_MUNICIPALITY, 2),
        ("อบ.วังหลวง", None, 3),
        ("อบ.เสี้ยว", None, 3),
        ("อบต.วังหลวง", Kind.SAO, 4),
        ("อบจ.เลย", Kind.PAO, 4),
        ("แฑค์ปาลตำปลเสี้ยว", Kind.SUBDISTRICT_MUNICIPALITY, 11),
        ("เฑศบาลตำบล์เสี้ยว", Kind.SUBDISTRICT_MUNICIPALITY, 11),
    ],
)
def test_damaged_first_words_tell_the_kind_or_none(
    name: str, kind: Kind | None, length: int
) -> None:
    first = body_name(name)
    assert first is not None
    assert (first.kind, first.length) == (kind, length)


@pytest.mark.parametrize("piece", ["๒ อบต.ก ", "อบต.ก อ.ข ", "๒\n", "อ.ก อบต.ข อ.ค "])
def test_a_torn_list_is_read_in_a_time_that_grows_with_its_length(piece: str) -> None:
    began = time.perf_counter()
    read_text("๑ อบต.ก อ.ข\n" + piece * 5_000)
    assert time.perf_counter() - began < 10
