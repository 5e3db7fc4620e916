"""Any text can be read: in a time that grows with its length, with every place inside it."""

import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.intake.found import Found
from domain.intake.read_text import read_text
from domain.intake.reading import TextReading
from domain.intake.reading_json import contract_json, full_json
from tests.domain.intake.read_cases import CASES

PIECES = [
    *"\n\t |0๑9./-:()“”ๆ\u200b\u0e4d่้า\r",
    *("ที่ บก ๐๐๒๓.๔/ว ๙๒๗", "เรื่อง ", "เรียน ", "ถึง ", "อ้างถึง ", "สิ่งที่ส่งมาด้วย ", "ด่วนที่สุด"),
    *("๒\n", "มีนาคม ๒๕๖๔", "15 ก.พ. 64", "ภายในวันที่ ", "ในวันที่ ", "เวลา ๐๙.๐๐ น. - ๑๒.๐๐ น."),
    *("ขอแสดงความนับถือ", "(นายก ข)", "ปฏิบัติราชการแทน", "โทร. ๐ ๒๑๒๓ ๔๕๖๗ ต่อ ๑", "a@b.go.th"),
    *("ภายใน ๗ วัน นับแต่", "ตามหนังสือ", "พันตำรวจเอก\n", "\n          ", "๑, ๓ และ ", "ที ่", "> "),
    *("เลขที่รับ ๑", "เทศบาลตำบลก", "อำเภอข", "จำนวน ๒ แห่ง", "บันทึกข้อความ", "คำสั่งกข", "เเ", "ํา"),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=40).map("".join)


def spans(value: object) -> Iterator[tuple[int, int]]:
    """Every place that a reading names."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from spans(one)
    elif is_dataclass(value) and not isinstance(value, type):
        start, end = getattr(value, "start", None), getattr(value, "end", None)
        if isinstance(start, int) and isinstance(end, int):
            yield start, end
        for field in fields(value):
            yield from spans(getattr(value, field.name))


def founds(value: object) -> Iterator[Found[Any]]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from founds(one)
    elif is_dataclass(value) and not isinstance(value, type):
        if isinstance(value, Found):
            yield value
        for field in fields(value):
            yield from founds(getattr(value, field.name))


def check(text: str) -> TextReading:
    reading = read_text(text)
    assert all(0 <= start <= end <= len(text) for start, end in spans(reading))
    assert all(0 < one.confidence <= 1 and one.rule for one in founds(reading))
    starts = [one.start for one in reading.letters]
    assert starts == sorted(starts)
    contract_json(reading)
    full_json(reading)
    return reading


@settings(max_examples=80, deadline=None)
@given(TEXTS)
def test_any_text_gives_a_reading_whose_places_lie_inside_it(text: str) -> None:
    check(text)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=300))
def test_text_of_any_script_does_too(text: str) -> None:
    check(text)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(CASES), st.data())
def test_a_letter_cut_and_damaged_anywhere_is_still_read(
    case: tuple[str, str, list[dict[str, Any]]], data: st.DataObject
) -> None:
    text = case[1]
    at = data.draw(st.integers(0, len(text)))
    until = data.draw(st.integers(at, min(at + 30, len(text))))
    check(text[:at] + data.draw(TEXTS) + text[until:])


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "\x00\x01\ufffd" * 50, "PK\x03\x04" + "\x00" * 99]
)
def test_a_text_that_says_nothing_gives_nothing(text: str) -> None:
    reading = check(text)
    assert not reading.letters
    assert not reading.lists


REPEATED = {
    "one letter": "ก",
    "blanks": " ",
    "tabs": "\t",
    "empty lines": "\n",
    "figures": "1",
    "Thai figures": "๑ ",
    "numbers of letters": "ที่ บก 0023.4/ว 927\n",
    "halves of numbers": "บก 0023.4/",
    "dates": "ภายในวันที่ 15 มีนาคม 2564 ",
    "halves of dates": "15 มีนา ",
    "hours": "เวลา 09.00 น. - ",
    "headings": "เรื่อง ก\nเรียน ข\n",
    "stamps": "ศาลากลาง\nเลขรับ 1\nวันที่ 1 ม.ค. 64\n",
    "rows": "1\tเทศบาลตำบลก\tอำเภอข\n",
    "names": "เทศบาลตำบล",
    "brackets": "(",
    "addressees": "เรียน นายก นายก ",
    "mails": "a@",
    "telephones": "โทร. 0 2 ",
    "memos": "บันทึกข้อความ\n",
    "marks of no width": "\u200b",
    "gaps before marks": "ก ่",
    "indented lines": "\n                                        ก",
    "quoted lines": "> > ",
    "terms": "ภายใน 7 วัน นับแต่",
    "citations": "หนังสือที่ บก 0023.4/ว 927 ลงวันที่ 1 มกราคม 2568 ",
    "letters that are cited": "หนังสือ",
    "days": "1, 2, 3 และ ",
    "rows of a schedule": "สอบ    1 - 2 มกราคม 2568\n",
    "whole letters": CASES[0][1],
}


def seconds(text: str) -> float:
    """Processor time, the best of two: others work on this machine too."""
    taken = []
    for _ in range(2):
        begun = time.process_time()
        read_text(text)
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.parametrize("piece", REPEATED.values(), ids=REPEATED.keys())
def test_twice_the_text_takes_about_twice_the_time(piece: str) -> None:
    text = (piece * (10_000 // len(piece) + 1))[:10_000]
    once, twice = seconds(text), seconds(text + text)
    # Below a few hundredths of a second the clock says little.
    assert twice < 3 * once + 0.05
    assert twice < 2


def test_a_long_text_is_read_at_once() -> None:
    letters = "\n".join(text for _, text, _ in CASES)
    text = letters * (200_000 // len(letters) + 1)
    begun = time.process_time()
    reading = read_text(text)
    assert time.process_time() - begun < 4
    assert len(reading.letters) > 150
