from dataclasses import replace

import pytest

from domain.intake.reading import RecipientList, TextReading
from domain.intake.vocabulary import ContradictionKind
from tests.support.readings import Written, found_in, read_rows

LENGTH = ContradictionKind.LIST_LENGTH_DIFFERS
NUMBERING = ContradictionKind.LIST_NUMBERING_BROKEN
REPEATED = ContradictionKind.ROW_REPEATED
COUNT = ContradictionKind.COUNT_DIFFERS
NAMES = ("ดอนแก้ว", "หนองบัว", "ป่าซาง", "ท่าช้าง", "บ้านกลาง", "โคกสูง", "วังทอง", "คลองขุด")


def listed(*numbers: object, title: str = "บัญชีรายชื่อ จำนวน ๔ แห่ง") -> str:
    """A list of bodies of one district with these numbers before them."""
    rows = [
        f"{no}\tองค์การบริหารส่วนตำบล{name}\tอำเภอแม่ทา"
        for no, name in zip(numbers, NAMES, strict=False)
    ]
    return "\n".join([title, *rows])


def found_in_list(one: RecipientList, text: str) -> list[tuple[ContradictionKind, tuple[str, ...]]]:
    return [found[:2] for found in found_in(text, TextReading(letters=(), lists=[one]))]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(4, [], id="as many"),
        pytest.param(3, [(LENGTH, ("4", "3"))], id="one too few"),
        pytest.param(5, [(LENGTH, ("4", "5"))], id="one too many"),
        pytest.param(0, [], id="no row was read"),
    ],
)
def test_a_list_has_as_many_rows_as_it_says(
    rows: int, expected: list[tuple[ContradictionKind, tuple[str, ...]]]
) -> None:
    text = listed(*range(1, rows + 1))
    assert found_in_list(read_rows(Written(text), stated="๔"), text) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        pytest.param("1234", [], id="in order"),
        pytest.param("๑๒๓๔", [], id="in Thai digits"),
        pytest.param("5678", [], id="a list that goes on"),
        pytest.param("121234", [], id="a new district"),
        pytest.param("1245", [("2", "4")], id="a number left out"),
        pytest.param("1223", [("2", "2")], id="a number twice"),
        pytest.param("1274", [("2", "7")], id="one number wrong by itself"),
        pytest.param("12 4", [], id="a row without a number"),
        pytest.param("1   ", [], id="a list without numbers"),
    ],
)
def test_the_numbers_of_a_list_follow_each_other(
    numbers: str, expected: list[tuple[str, str]]
) -> None:
    text = listed(*(no.strip() for no in numbers), title="บัญชี")
    found = found_in_list(read_rows(Written(text)), text)
    assert found == [(NUMBERING, values) for values in expected]


def test_the_places_of_numbers_are_the_numbers() -> None:
    text = listed("๑", "๓", title="บัญชี")
    found = found_in(text, TextReading(letters=(), lists=[read_rows(Written(text))]))
    assert found == [(NUMBERING, ("1", "3"), ("๑", "๓"))]


def test_a_body_stands_once_in_a_list() -> None:
    names = (
        "เทศบาลตำบลเวียง\tอำเภอฝาง",
        "เทศบาลตำบลเวียง\tอำเภอเชียงของ",
        "เทศบาลตำบล เวียง\tอำเภอ ฝาง",
    )
    text = "บัญชี\n" + "\n".join(f"{no}\t{name}" for no, name in enumerate(names, 1))
    found = found_in_list(read_rows(Written(text)), text)
    assert found == [(REPEATED, ("เทศบาลตำบลเวียง", "เทศบาลตำบล เวียง"))]


def test_a_district_counts_its_own_bodies_of_a_list_passed_on() -> None:
    title = "บัญชีรายชื่อองค์การบริหารส่วนตำบลที่เป็นพื้นที่นำร่อง"
    table = listed(1, 2, 3, 4, title=f"{title} จำนวน ๔ แห่ง").replace("แม่ทา", "ลี้", 1)
    text = f"{table}\nแจ้งตาม{title} จำนวน ๓ แห่ง"
    letter = Written(text, len(table)).letter(
        body=Written(text, len(table)).said(f"ตาม{title} จำนวน ๓ แห่ง")
    )
    one = read_rows(Written(table), stated="๔")
    assert found_in(text, TextReading(letters=[letter], lists=[one])) == []


@pytest.mark.parametrize(
    ("count", "stated", "expected"),
    [
        pytest.param("๔", "๔", [], id="as the title"),
        pytest.param("๖", "๔", [(COUNT, ("6", "4"))], id="another than the title"),
        pytest.param("๔", None, [], id="as many as rows"),
        pytest.param("๖", None, [(LENGTH, ("6", "4"))], id="more than rows"),
    ],
)
def test_a_letter_counts_as_its_list_does(
    count: str, stated: str | None, expected: list[tuple[ContradictionKind, tuple[str, ...]]]
) -> None:
    title = "บัญชีรายชื่อองค์การบริหารส่วนตำบลที่เป็นพื้นที่นำร่อง"
    table = listed(1, 2, 3, 4, title=f"{title} จำนวน {stated} แห่ง" if stated else title)
    body = f"แจ้งองค์การบริหารส่วนตำบลที่เป็นพื้นที่นำร่อง ตาม{title} จำนวน {count} แห่ง เพื่อทราบ"
    text = f"{table}\n{body}"
    one = replace(read_rows(Written(table), stated=stated), end=len(table))
    letter = Written(text, len(table)).letter(body=Written(text, len(table)).said(body))
    found = found_in(text, TextReading(letters=[letter], lists=[one]))
    assert sorted((kind, values) for kind, values, _ in found) == expected


def test_a_row_that_could_not_be_read_is_there_all_the_same() -> None:
    text = listed(1, 2, 3, 4)
    one = read_rows(Written(text), stated="๔")
    assert found_in_list(replace(one, rows=[*one.rows[:2], one.rows[3]]), text) == []


@pytest.mark.parametrize("between", ["7\t-\t-", "- ๒ -", "/3. องค์การบริหาร..."])
def test_where_a_page_ends_between_the_rows_is_no_row(between: str) -> None:
    text = listed(1, 2, 3, 4).replace("\n3", f"\n{between}\n3")
    assert found_in_list(read_rows(Written(text), stated="๔"), text) == []
