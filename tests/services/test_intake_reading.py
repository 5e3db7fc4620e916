"""What is kept of a reading: less certain where a machine saw it, and the body of the letter."""

from datetime import date
from typing import Any

import pytest

from domain.intake.contradictions import find_contradictions
from domain.intake.read_text import read_text
from domain.intake.reading_json import full_json
from services.intake.draft import draft_fields
from services.intake.json import reading_json
from services.intake.letter_body import below_headings
from tests.support.intakes import letter_text


def _confidences(part: Any) -> list[tuple[int, float]]:  # noqa: ANN401 (JSON)
    if isinstance(part, list):
        return [one for each in part for one in _confidences(each)]
    if not isinstance(part, dict):
        return []
    own = [(part["span"][0], part["confidence"])] if "confidence" in part else []
    return own + [one for each in part.values() for one in _confidences(each)]


def test_what_a_machine_saw_in_a_picture_is_asked() -> None:
    text = letter_text()
    reading = read_text(text)
    contradictions = find_contradictions(text, reading)
    typed = reading_json(reading, contradictions)
    seen = reading_json(reading, contradictions, recognized=[(0, len(text))])
    assert all(sure < 0.8 for _, sure in _confidences(seen))
    assert any(sure >= 0.8 for _, sure in _confidences(typed))
    fields = {one.name: one.question(_dated(typed)) for one in draft_fields(seen, 0, ())}
    assert {fields[name] for name in ("subject", "dated", "body", "is_circular")} == {
        "value_doubtful"
    }
    typed_fields = {one.name: one.question(_dated(typed)) for one in draft_fields(typed, 0, ())}
    assert (typed_fields["dated"], typed_fields["is_circular"]) == (None, None)


def _dated(reading: dict[str, Any]) -> date:
    return date.fromisoformat(reading["letters"][0]["dated"]["value"])


def test_on_a_typed_page_beside_a_scanned_one_nothing_is_doubted() -> None:
    text = letter_text()
    reading = read_text(text)
    middle = text.index("เรียน")
    typed = dict(_confidences(reading_json(reading, ())))
    half = dict(_confidences(reading_json(reading, (), recognized=[(middle, len(text))])))
    assert {at for at in typed if typed[at] != half[at]}
    assert all(typed[at] == half[at] for at in typed if at < text.index("เรื่อง"))


def _letter(text: str) -> dict[str, Any]:
    letter: dict[str, Any] = full_json(read_text(text))["letters"][0]
    return letter


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_body_begins_below_the_headings(line_end: str) -> None:
    text = letter_text().replace("\n", line_end)
    body, start = below_headings(_letter(text))
    assert body.startswith("\tด้วยจังหวัดทดสอบ")
    assert text[start:].startswith("\tด้วยจังหวัดทดสอบ")
    assert "\r" not in body


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ("เรียน  ท่าน\n\nด้วยมีเรื่อง\nเรียน  ทุกท่าน", "ด้วยมีเรื่อง\nเรียน  ทุกท่าน"),
        ("ถึงแม้ฝนจะตก\nก็ไปกัน", "ถึงแม้ฝนจะตก\nก็ไปกัน"),
        ("เรียนเชิญทุกท่าน", "เรียนเชิญทุกท่าน"),
        ("อ้างถึง  หนังสือเดิม\n\nตามที่อ้างถึง", "ตามที่อ้างถึง"),
        ("เรียน  ท่าน\n", "เรียน  ท่าน\n"),
    ],
)
def test_no_line_of_the_letter_itself_is_left_out(value: str, body: str) -> None:
    assert below_headings({"body": {"value": value, "span": [7, 7 + len(value)]}})[0] == body
