from datetime import UTC, datetime

import pytest

from domain.buddhist_era import thai_instant
from domain.notice_wording import (
    STEP_TH,
    URGENCY_TH,
    days_line,
    deadline_line,
    number_words,
)
from domain.vocabulary import AlarmStep, Urgency

CLOSING = datetime(2021, 3, 15, 9, 30, tzinfo=UTC)


def test_an_instant_is_printed_in_bangkok_time_and_the_buddhist_era() -> None:
    assert thai_instant(CLOSING) == "๑๕ มีนาคม ๒๕๖๔ เวลา ๑๖.๓๐ น."
    assert thai_instant(datetime(2020, 12, 31, 17, 5, tzinfo=UTC)) == "๑ มกราคม ๒๕๖๔ เวลา ๐๐.๐๕ น."


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (AlarmStep.ARRIVED, "กำหนดลงรับ"),
        (AlarmStep.OVERDUE_FORWARD, "กำหนดส่งต่อ"),
        (AlarmStep.ESCALATE_ORIGIN, "กำหนดตอบรับ"),
    ],
)
def test_a_step_names_its_deadline(step: AlarmStep, words: str) -> None:
    assert deadline_line(step, CLOSING) == f"{words}: ๑๕ มีนาคม ๒๕๖๔ เวลา ๑๖.๓๐ น."


def test_a_number_is_printed_in_thai_digits_on_one_line() -> None:
    assert number_words("มท 0017.3/ว\r\n12") == "ที่ มท ๐๐๑๗.๓/ว ๑๒"


def test_the_figures_of_a_budget() -> None:
    assert days_line({"days_used": 10, "days_left": 9}) == (
        "ใช้ไป ๑๐ วันทำการ เหลือให้หน่วยงานถัดไป ๙ วันทำการ"
    )
    assert days_line({"days_used": 10}) is days_line({}) is None


def test_every_word_has_its_words() -> None:
    assert set(STEP_TH) == set(AlarmStep)
    assert set(URGENCY_TH) == set(Urgency)
