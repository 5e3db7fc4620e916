"""Citations against the letters that they mean, receipts against the letters that they are of."""

from collections.abc import Sequence
from datetime import date

import pytest

from domain.document_number import parse_document_number
from domain.intake.reading import LetterReading, TextReading
from domain.intake.vocabulary import ContradictionKind
from tests.support.readings import Written, found_in

NUMBER, DATE = ContradictionKind.NUMBER_DIFFERS, ContradictionKind.DATE_DIFFERS
CITED = ("ตผ 0024/ว 118", ("5 มีนาคม 2566", date(2023, 3, 5)))
MARCH_5 = ("5 มีนาคม 2566", date(2023, 3, 5))


def citing(
    *references: tuple[str, tuple[str, date] | None], enclosed: bool = True, issuer: str = "กรมบัญชี"
) -> tuple[str, TextReading]:
    """A cover letter with these citations, before letter ตผ 0024/ว 118 of 5 March 2566."""
    lines = [f"สำเนาหนังสือ ที่ {number} {dated[0] if dated else ''}" for number, dated in references]
    cover = "\n".join(["ที่ กท 0105/ว 31 ลงวันที่ 20 มีนาคม 2566", *lines])
    text = f"{cover}\n\nที่ ตผ 0024/ว 118 กรมบัญชี 5 มีนาคม 2566\n"
    first, second = Written(text), Written(text, len(cover))
    cover_letter = first.letter(
        end=len(cover),
        dated=first.found("20 มีนาคม 2566", date(2023, 3, 20)),
        numbers=[first.found("กท 0105/ว 31", parse_document_number("กท 0105/ว 31"))],
        references=[
            Written(text, text.index(line)).reference(number, dated=dated, issuer=issuer)
            for line, (number, dated) in zip(lines, references, strict=True)
        ],
        enclosures=[first.enclosure(line) for line in lines if enclosed],
    )
    return text, TextReading(letters=[cover_letter, _cited(second)], lists=())


def _cited(written: Written) -> LetterReading:
    return written.letter(
        issuer=written.said("กรมบัญชี"),
        dated=written.found(*MARCH_5),
        numbers=[written.found(CITED[0], parse_document_number(CITED[0]))],
    )


@pytest.mark.parametrize(
    ("number", "dated", "expected"),
    [
        pytest.param("ตผ 0029/ว 118", MARCH_5, [(NUMBER, "ตผ 0029/ว 118")], id="owner"),
        pytest.param("ตผ 0024/ว 181", MARCH_5, [(NUMBER, "ตผ 0024/ว 181")], id="figures swapped"),
        pytest.param("ตผ 0024/ว 260", MARCH_5, [(NUMBER, "ตผ 0024/ว 260")], id="running number"),
        pytest.param("ตค 0024/ว 118", MARCH_5, [(NUMBER, "ตค 0024/ว 118")], id="letters"),
        pytest.param("ตผ 0024/118", MARCH_5, [(NUMBER, "ตผ 0024/118")], id="no circular"),
        pytest.param("ตผ 0029/ว 118", None, [(NUMBER, "ตผ 0029/ว 118")], id="without a day"),
        pytest.param(
            CITED[0], ("8 มีนาคม 2566", date(2023, 3, 8)), [(DATE, "2023-03-08")], id="day"
        ),
        pytest.param(
            "ตผ 0029/ว 118",
            ("5 มกราคม 2566", date(2023, 1, 5)),
            [(NUMBER, "ตผ 0029/ว 118"), (DATE, "2023-01-05")],
            id="number and month",
        ),
    ],
)
def test_a_citation_that_differs_in_a_part_is_found(
    number: str, dated: tuple[str, date] | None, expected: Sequence[tuple[ContradictionKind, str]]
) -> None:
    found = found_in(*citing((number, dated)))
    rightly = {NUMBER: CITED[0], DATE: "2023-03-05"}
    assert [(kind, values) for kind, values, _ in found] == [
        (kind, (value, rightly[kind])) for kind, value in expected
    ]


@pytest.mark.parametrize(
    "references",
    [
        pytest.param([CITED], id="the number and the day"),
        pytest.param([("ตผ 0024/ว 0118", MARCH_5)], id="zeros before it"),
        pytest.param([(CITED[0], None)], id="the number alone"),
        pytest.param([CITED, ("ตผ 0024/ว 117", MARCH_5)], id="and the letter issued before it"),
        pytest.param([("ตผ 0024/ว 90", ("1 มีนาคม 2566", date(2023, 3, 1)))], id="an earlier one"),
        pytest.param([("มท 0810.7/ว 118", MARCH_5)], id="another agency's of the same day"),
        pytest.param([], id="none"),
    ],
)
def test_a_citation_of_this_or_of_another_letter_is_not_disturbed(
    references: list[tuple[str, tuple[str, date] | None]],
) -> None:
    assert found_in(*citing(*references)) == []


def test_a_near_number_that_is_no_enclosure_may_be_another_letter() -> None:
    near = ("ตผ 0024/ว 117", ("4 มีนาคม 2566", date(2023, 3, 4)))
    assert found_in(*citing(near, enclosed=False)) == []


def test_a_near_number_of_another_agency_is_another_letter() -> None:
    assert found_in(*citing(("ตผ 0029/ว 118", MARCH_5), issuer="สำนักงานชลประทาน")) == []


def test_a_letter_cannot_cite_what_was_not_yet_written() -> None:
    later = ("ตผ 0031/ว 7", ("2 เมษายน 2566", date(2023, 4, 2)))
    assert found_in(*citing(later)) == [
        (DATE, ("2023-03-20", "2023-04-02"), ("20 มีนาคม 2566", "2 เมษายน 2566"))
    ]


def test_a_letter_cannot_be_received_before_it_was_written() -> None:
    written = Written("5 มีนาคม 2566\nรับ 4 มี.ค. 66\nรับ 5 มี.ค. 66")
    early = written.stamp("รับ 4 มี.ค. 66", date(2023, 3, 4))
    same_day = written.stamp("รับ 5 มี.ค. 66", date(2023, 3, 5))
    letter = written.letter(dated=written.found(*MARCH_5), receipt_stamps=[early, same_day])
    assert found_in(written.text, TextReading(letters=[letter], lists=())) == [
        (DATE, ("2023-03-05", "2023-03-04"), ("5 มีนาคม 2566", "รับ 4 มี.ค. 66"))
    ]


@pytest.mark.parametrize(
    ("second", "is_found"),
    [
        pytest.param("ตผ 0024/ว 119", True, id="of one agency"),
        pytest.param("กท 0105/ว 31", False, id="of two agencies"),
        pytest.param("ตผ 0024/ว 0118", False, id="the same printed otherwise"),
    ],
)
def test_one_letter_has_one_number_of_one_agency(second: str, is_found: bool) -> None:
    written = Written(f"ที่ ตผ 0024/ว 118\nที่ {second}")
    numbers = [written.found(one, parse_document_number(one)) for one in (CITED[0], second)]
    reading = TextReading(letters=[written.letter(numbers=numbers)], lists=())
    expected = [(NUMBER, (CITED[0], second), (CITED[0], second))] if is_found else []
    assert found_in(written.text, reading) == expected
