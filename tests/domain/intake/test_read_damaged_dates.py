"""Days, hours and what they are, read through what scans confuse, and never one as another."""

from datetime import date, time

import pytest

from domain.intake.clock_times import find_hours
from domain.intake.date_cues import Cue, faint_limit, nearest_cue
from domain.intake.folded_text import fold_text
from domain.intake.read_text import read_text
from domain.intake.reading import LetterReading
from domain.intake.requests import kind_asked
from domain.intake.thai_dates import find_dates
from domain.intake.vocabulary import RequestKind

HEAD = """\
ที่ นภ ๐๐๑๘/ว ๑๒๔
ที่ว่าการอำเภอโนนทอง
ถนนหลัก นภ ๓๙๐๐๐
๒ มกราคม ๒๕๖๗
เรื่อง งานประจำเดือน
เรียน นายกเทศมนตรีตำบลดอนกลอย
อ้างถึง หนังสือจังหวัดหนองบัวลำภู ที่ นภ ๐๐๑๗/ว ๘๘ ลงวันที่ ๑๑ ธันวาคม ๒๕๖๖

"""
FOOT = "ขอแสดงความนับถือ\n(นายเวียน ว่องไว)\nนายอำเภอโนนทอง\n"
DAY = "๒๐ มกราคม ๒๕๖๗"


def letter(said: str) -> LetterReading:
    (one,) = read_text(f"{HEAD}{said}\n{FOOT}").letters
    return one


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("๓ ก.พ. พ์.ศ. ๒๕๖๖", date(2023, 2, 3)),
        ("๒๘ ต.ค. พ,. ๒๕๖๘", date(2025, 10, 28)),
        ("7 เม.ย. .ศ. 2568", date(2025, 4, 7)),
        ("๒๓ ุลาคม 2566", date(2023, 10, 23)),
        ("17 นี.ค. 2568", date(2025, 3, 17)),
        ("18 มิ.บ. 2568", date(2025, 6, 18)),
        ("9 แม.ย. 2568", date(2025, 4, 9)),
        ("10 น.ค. 2568", date(2025, 1, 10)),
        ("19 กกฏาคม 2566", date(2023, 7, 19)),
        ("31 มถธาคม 2565", date(2022, 1, 31)),
        ("l8 กันยายน 2565", date(2022, 9, 18)),
        ("3l สิงหาคม 2565", date(2022, 8, 31)),
    ],
)
def test_a_damaged_month_or_era_is_read(text: str, day: date) -> None:
    assert [one.day for one in find_dates(fold_text(text).text)] == [day]


@pytest.mark.parametrize("text", ["24 ม.ย. 2568", "8 ม์.ค. 2567", "5 มี.ค. ค.ศ. 2567"])
def test_a_month_that_may_be_two_is_none(text: str) -> None:
    assert not find_dates(fold_text(text).text)


@pytest.mark.parametrize("text", ["ที่ กค 0405.2lว 119", "ที่ กค 0405 l119", "a.l2@example.go.th"])
def test_a_stroke_of_a_number_is_no_figure(text: str) -> None:
    assert fold_text(text).text == text


@pytest.mark.parametrize(
    ("text", "opens", "closes", "is_whole"),
    [
        ("เวล์า ๑๖.๓๐ น.", (16, 30), None, True),
        ("เวล ๑๖.๓๐ น.", (16, 30), None, True),
        ("เวลา ๑๖๓๐ น.", (16, 30), None, False),
        ("เวลา ๐๙๓๐ - ๑๒.๐๐ น.", (9, 30), (12, 0), False),
        ("เวลา ๐๘.๓๐ น. - l๒.๐๐ น.", (8, 30), (12, 0), True),
        ("เวลา ๐๘.๓๐ ถ้ง ๑๒.๐๐ น.", (8, 30), (12, 0), False),
        ("เวลา ๐๘.๓๐ ึว ๑๒.๐๐ น.", (8, 30), (12, 0), False),
        ("เวลา ๐๘.๓๐ . - ๑๒.๐๐ น.", (8, 30), (12, 0), False),
        ("เวลา ๐๘.๓๐  ๑๒.๐๐ น.", (8, 30), (12, 0), False),
        ("เวลา ๐๘.๓๐๑๒.๐๐ น.", (8, 30), (12, 0), False),
        ("เวลา ๐๘.๓๐ น. ๐๗.๐๐ น.", (8, 30), None, True),
        ("เวลา ๐๘.๓๐ น.\n๑๐.๐๐ น. พัก", (8, 30), None, True),
    ],
)
def test_damaged_hours_are_read_and_say_so(
    text: str, opens: tuple[int, int], closes: tuple[int, int] | None, is_whole: bool
) -> None:
    hours = find_hours(fold_text(text).text)
    assert hours is not None
    assert (hours.opens, hours.closes) == (time(*opens), time(*closes) if closes else None)
    assert hours.is_whole is is_whole


@pytest.mark.parametrize("text", ["เวลา 2564", "เวลา 1630 บาท", "1630 น.", "9:00"])
def test_figures_that_may_be_another_thing_are_no_hours(text: str) -> None:
    assert find_hours(text) is None


@pytest.mark.parametrize(
    ("before", "cue"),
    [
        ("แบบสำรวจายใน วันที่ ", Cue.WITHIN),
        ("แบบสำรวจภาในวันที่ ", Cue.WITHIN),
        ("ภายใ จันท์่ ", Cue.WITHIN),
        ("ภายใน ันท่ ", Cue.WITHIN),
        ("ใมัเกิวันที่", Cue.NOT_AFTER),
        ("ก่ฮมวันที่", Cue.BEFORE),
    ],
)
def test_a_limit_is_read_however_damaged(before: str, cue: Cue) -> None:
    near = faint_limit(before)
    assert near is not None
    assert near.cue is cue


@pytest.mark.parametrize("before", ["นัดหมายในวันที่", "จ่ายในวันที่", "โดยในวันที่", "ภายใน"])
def test_other_words_are_no_limit(before: str) -> None:
    assert faint_limit(before) is None


def test_the_end_of_a_word_is_no_cue() -> None:
    near = nearest_cue("ทรัพย์สิน\nวันที่ ")
    assert near is not None
    assert near.cue is Cue.DAY


@pytest.mark.parametrize(
    ("before", "kind", "is_sure"),
    [
        ("โปรดโอนเวินค่าลงทะเบียน", RequestKind.PAY, True),
        ("โปรดโอนเวินศ่าลงทะเบียน", RequestKind.PAY, False),
        ("โปรดโฮนเวินค่สงทะเบียน", RequestKind.PAY, False),
        ("ให้ชำระเงินค่าธรรมเนีบม", RequestKind.PAY, True),
        ("ไปรดลงทะเบียน", RequestKind.REGISTER, True),
        ("ปรดลวทะเบียน", RequestKind.REGISTER, False),
        ("โปรดส่งแบบต์อบรับ", RequestKind.REPLY, False),
        ("ขอให้แจ้งอบรับ", RequestKind.REPLY, False),
        ("โปรดล่งเอกสาร", RequestKind.SUBMIT, False),
        ("ให้ธายวานผล", RequestKind.REPORT, False),
        ("และทะเบียนทรัพย์สิน ขอให้ทำ", RequestKind.OTHER, False),
        ("ศาลากลางจังหวัดสกลนคร ขอให้ทำ", RequestKind.OTHER, False),
        ("จังหวัดสงขลาพิจารณาแล้ว ให้ทำ", RequestKind.OTHER, False),
    ],
)
def test_a_damaged_word_is_told_from_a_whole_one_in_it(
    before: str, kind: RequestKind, is_sure: bool
) -> None:
    read, sure = kind_asked(before, "")
    assert (read, sure >= 0.8) == (kind, is_sure)


def test_what_is_asked_behind_a_day_has_another() -> None:
    assert kind_asked("ขอให้แล้วเสร็จ", " ปรดส่งรายงาน")[0] is RequestKind.OTHER
    assert kind_asked("ทั้งนี้ ", " ส่งรายงาน")[0] is RequestKind.SUBMIT


@pytest.mark.parametrize(
    ("cue", "hour"),
    [
        ("ายใน วันที่", None),
        ("ภเยใวันที่", None),
        ("ภายใน ันท่", None),
        ("ใมัเกิวันที่", time(16, 30)),
        ("ภายในวันที่", time(16, 30)),
    ],
)
def test_a_much_damaged_deadline_is_doubtful_and_no_occasion(cue: str, hour: time | None) -> None:
    said = f"จะประชุมชี้แจงต่อไป ขอให้ส่งแบบสำรวจ{cue} {DAY}" + " เวล์า ๑๖.๓๐ น." * bool(hour)
    read = letter(said)
    (deadline,) = read.deadlines
    assert (deadline.value.day, deadline.value.time) == (date(2024, 1, 20), hour)
    assert (deadline.confidence >= 0.8) is cue.startswith("ภายในวัน")
    assert not read.occasions


def test_a_day_on_which_something_is_asked_for_is_no_occasion() -> None:
    assert not letter(f"ขอให้รายงานผลาในวันที่ {DAY}").occasions


def test_an_amount_behind_a_day_is_no_hour() -> None:
    (deadline,) = letter(f"ขอให้ชำระเงินภายในวันที่ {DAY} จำนวน ๒,๕๐๐ บาท").deadlines
    assert deadline.confidence >= 0.8


@pytest.mark.parametrize(
    "said",
    [
        f"อำเภอจะจัดอบธมให้ความรู้ วันที่ {DAY}",
        f"พบกันวันที่ {DAY} ณ ศาลาอเนกประสงค์",
        f"จะประชุมใวัทีั {DAY} เวลา ๐๙.๐๐ น.",
        f"จะประชุมวัอังคาธที่ {DAY} เวลา ๐๙.๐๐ น.",
        f"จะประชุมในวันจันทร์ที่ {DAY} เวลา ๐๙.๐๐ น.",
        f"จะประชุมในวันที่ {DAY} เวลา ๐๙.๐๐ ๑๒.๐๐ น.",
        f"โปรดลงทะเบียนxxxวันที่ {DAY} เวลา ๐๙.๐๐ น.",
    ],
)
def test_an_occasion_of_damaged_words_is_doubtful(said: str) -> None:
    (occasion,) = letter(said).occasions
    assert occasion.value.start.date() == date(2024, 1, 20)
    assert occasion.confidence < 0.8


@pytest.mark.parametrize("label", ["รัที่ ๘๒๔๒\n", "เลขทะเบียน์รืบ\n๘๒๔๒ ", "เลขธับ ๘๒๔๒ "])
def test_what_is_left_of_a_stamp_is_no_occasion(label: str) -> None:
    read = letter(f"จึงเรียนมา\n\nศาสากลางจังหวัด\n{label}วันที่ {DAY}\nเวลา ๑๕.๑๐ น.\n")
    assert not read.occasions


SAID = (
    "ตามที่ได้สำรวจบ่อน้ำเมื่อวันที่ ๑๔ พ.ย. ๒๕๖๖ นั้น โปรดแจ้งรายชื่อก่อนวันที่ ๑๙ ม.ค. ๒๕๖๗"
    " เวลา ๑๖.๓๐ น. กำหนดตรวจบ่อในวันพุธที่ ๒๔ มกราคม ๒๕๖๗ เวลา ๑๓.๓๐ น."
    " แล้วรายงานผลให้ทราบภายในวันที่ ๖ กุมภาพันธ์ ๒๕๖๗"
)
ROLES = {
    "deadline": {date(2024, 1, 19), date(2024, 2, 6)},
    "occasion": {date(2024, 1, 24)},
    "reference": {date(2023, 12, 11)},
    "own": {date(2024, 1, 2)},
}


@pytest.mark.parametrize("width", [1, 2])
def test_no_day_is_surely_taken_for_one_of_another_role(width: int) -> None:
    days = set().union({date(2023, 11, 14)}, *ROLES.values())
    for at in range(0, len(SAID), width):
        read = letter(SAID[:at] + SAID[at + width :])
        for role, day, sure in _told(read):
            assert day in ROLES[role] or day not in days or sure < 0.8, SAID[at - 9 : at + 9]


def _told(read: LetterReading) -> list[tuple[str, date, float]]:
    cited = [one.dated for one in read.references if one.dated]
    return [
        *(("deadline", one.value.day, one.confidence) for one in read.deadlines),
        *(("occasion", one.value.start.date(), one.confidence) for one in read.occasions),
        *(("reference", one.value, one.confidence) for one in cited),
        *(("own", one.value, one.confidence) for one in [read.dated] if one),
    ]
