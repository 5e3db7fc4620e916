"""What a scan damaged is read with a lower confidence or not at all, never as another thing."""

from datetime import date, time

import pytest

from domain.intake.date_cues import Cue, nearest_cue
from domain.intake.folded_text import fold_text
from domain.intake.near_shapes import near_end, near_whole
from domain.intake.read_text import read_text
from domain.intake.reading import LetterReading
from domain.intake.thai_dates import find_dates

HEAD = """\
ที่ นภ ๐๐๑๘/ว ๑๒๔
ที่ว่าการอำเภอโนนทอง
ถนนหลัก นภ ๓๙๐๐๐
๒ มกราคม ๒๕๖๗
เรื่อง การประชุมประจำเดือน
เรียน นายกเทศมนตรีตำบลดอนกลอย
"""
FOOT = "ขอแสดงความนับถือ\n(นายเวียน ว่องไว)\nนายอำเภอโนนทอง\n"


def letter(text: str) -> LetterReading:
    (one,) = read_text(text).letters
    return one


@pytest.mark.parametrize(
    ("before", "cue"),
    [
        ("ภายในวันที่ ", Cue.WITHIN),
        ("ส่งกลับ ภเยใน วันฑี่", Cue.WITHIN),
        ("ถายในจันที่ ", Cue.WITHIN),
        ("ภายนวันที่", Cue.WITHIN),
        ("ไมเถินวันที่", Cue.NOT_AFTER),
        ("ดำเนินการในวันที่", Cue.ON),
        ("นัดหมายในวันที่", Cue.ON),
        ("จ่ายในวันที่", Cue.ON),
        ("โดยในวันที่", Cue.ON),
        ("ด้วยในวันที่", Cue.ON),
        ("ล์งวันท๋่", Cue.DATED),
        ("วันจันทรีที่ ", Cue.DAY),
    ],
)
def test_a_damaged_cue_is_told_from_its_neighbours(before: str, cue: Cue) -> None:
    near = nearest_cue(before)
    assert near is not None
    assert near.cue is cue
    assert before[len(before) - near.length :].strip()[0] in before


@pytest.mark.parametrize("before", ["", "จังหวัดหนองคาย ", "เทศบาลใน ", "จำนวน "])
def test_other_words_are_no_cue(before: str) -> None:
    assert nearest_cue(before) is None


def test_letters_that_look_alike_weigh_less() -> None:
    assert near_whole("ภายใน", "ถาบใน", most=2) == 1.0
    assert near_whole("ภายใน", "กกกกกก", most=2) is None
    assert near_end("เลขรับ", "ศาลากลาง เสขรับ", most=2) == (0.5, 6)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("๔ กัมยาบน พ.ศ. ๒๕๖๗", date(2024, 9, 4)),
        ("๑๖ กุมถาพนร์ ๒๕๖๔", date(2021, 2, 16)),
        ("๑๘ ก.ค, ๒๕๖๗", date(2024, 7, 18)),
        ("27 ฟ.ค 67", date(2024, 5, 27)),
        ("๘ ธค์.พ.ศ. ๒๕๖๖", date(2023, 12, 8)),
        ("16 พ.ย. ฟ.ศ. 2564", date(2021, 11, 16)),
        ("๓o สิงหาคม ๒๕๖๖", date(2023, 8, 30)),
        ("๐๖/๐๖l๒๕๖๘", date(2025, 6, 6)),
    ],
)
def test_a_damaged_date_is_read_with_doubt(text: str, day: date) -> None:
    (one,) = find_dates(fold_text(text).text)
    assert one.day == day


@pytest.mark.parametrize("text", ["25 ม.ย. 2567", "3 สำนัก 2567", "2 นคคค 2567", "1.2l2567"])
def test_what_may_be_two_months_or_none_is_no_date(text: str) -> None:
    assert not find_dates(fold_text(text).text)


@pytest.mark.parametrize(
    "stamp",
    [
        "เทศบาลตำบลดอนกลอย\nxลfที่xx ๔๔๔\nวันที่ ๑๑ ม.ค. ๖๗ เวลา ๑๐.๐๐ น.\n",
        "ได้รับแล้ว ๑๑ ม.ค. ๖๗\n",
        "ประชุม ๑๑ มกราคม ๒๕๖๗\n",
    ],
)
def test_no_other_date_is_taken_for_the_letters_own(stamp: str) -> None:
    damaged = HEAD.replace("๒ มกราคม ๒๕๖๗\n", f"{stamp}xx มกxxคม ๒๕๖๗\n")
    read = letter(damaged + "ขอเชิญประชุมใน\n๑๕ มกราคม ๒๕๖๗\nโดยพร้อมกัน\n" + FOOT)
    assert read.dated is None


def test_the_date_of_what_is_enclosed_is_not_the_letters() -> None:
    read = letter(HEAD.replace("๒ มกราคม ๒๕๖๗", "x xxxx ๒๕๖๗") + FOOT + "\n๑๕ มกราคม ๒๕๖๗\n")
    assert read.dated is None


@pytest.mark.parametrize(
    "stamp",
    [
        "เทศบาลตำบลดอนกลอย\nวันที่ ๑๑ ม.ค. ๖๗ เวลา ๑๐.๐๐ น.\n",
        "เทศบาลตำบลดอนกลอย เลขทเบียนรับ ๑๔๑๖ วันที่ ๕ xx ๖๗\n",
        "เทศบาลตำบลดอนกลอย\nเลขรัปที่\n๑๔๑๖\n",
    ],
)
def test_the_name_on_a_stamp_is_not_the_issuer(stamp: str) -> None:
    read = letter(HEAD.replace("ที่ว่าการ", stamp + "ที่ว่าการ", 1) + FOOT)
    assert read.issuer is not None
    assert read.issuer.value == "ที่ว่าการอำเภอโนนทอง"


def test_a_damaged_letterhead_is_taken_before_its_address() -> None:
    text = HEAD.replace("ที่ว่าการอำเภอโนนทอง", "สำมักงานเทศบาลตำบลนาแก").replace(
        "ถนนหลัก นภ ๓๙๐๐๐", "อำเภอนาแก จังทวัดนครพนม"
    )
    read = letter(text + FOOT)
    assert read.issuer is not None
    assert read.issuer.value == "สำมักงานเทศบาลตำบลนาแก"
    assert read.issuer.confidence < 0.8


def test_a_damaged_deadline_is_no_occasion() -> None:
    read = letter(HEAD + "ขอให้ส่งแบบสำรวจ ภเยในวันที่ ๒๐ มกราคม ๒๕๖๗\n" + FOOT)
    assert [(one.value.day, one.confidence < 0.8) for one in read.deadlines] == [
        (date(2024, 1, 20), True)
    ]
    assert not read.occasions


def test_a_day_without_hours_or_a_meeting_is_doubtful() -> None:
    read = letter(HEAD + "ให้แล้วเสร็จ ภ*ย่ ใน วันที่ ๒๐ มกราคม ๒๕๖๗\n" + FOOT)
    assert all(one.confidence < 0.8 for one in read.occasions)
    sure = letter(HEAD + "จะจัดประชุมในวันที่ ๒๐ มกราคม ๒๕๖๗\n" + FOOT)
    assert [one.confidence for one in sure.occasions] == [1.0]


@pytest.mark.parametrize("until", ["- ๑x.๐๐ น.", "ึว ๑๒.๓๐ น.", "- ๐๒.๓๐ น."])
def test_hours_of_which_the_end_is_damaged_are_doubtful(until: str) -> None:
    read = letter(HEAD + f"ประชุมในวันที่ ๒๐ มกราคม ๒๕๖๗ เวลา ๐๙.๐๐ น. {until}\n" + FOOT)
    assert [one.confidence < 0.8 for one in read.occasions] == [True]


@pytest.mark.parametrize(
    ("asked", "is_sure"), [("รายงานผล", True), ("ธายงานผล", False), ("ทำ", False)]
)
def test_a_deadline_of_which_the_verb_is_damaged_is_doubtful(asked: str, is_sure: bool) -> None:
    read = letter(HEAD + f"ขอให้{asked}ภายในวันที่ ๒๐ มกราคม ๒๕๖๗\n" + FOOT)
    (deadline,) = read.deadlines
    assert (deadline.confidence >= 0.8) is is_sure
    assert deadline.value.kind == ("other" if asked == "ทำ" else "report")


def test_a_year_far_from_the_letters_is_doubtful() -> None:
    read = letter(HEAD + "ขอให้รายงานผลภายในวันที่ ๒๐ มกราคม ๒๕๒๗\n" + FOOT)
    assert [one.confidence < 0.8 for one in read.deadlines] == [True]


@pytest.mark.parametrize(
    "label", ["เสขรับ ๑๙๘๖", "แลขที่รับ๑๙๘๖", "เลขธับที่ ๑๙๘๖", "เลขทะเปียนรับ ๑๙๘๖", "รับท๊่ ๑๙๘๖"]
)
def test_a_damaged_stamp_is_read_with_doubt(label: str) -> None:
    text = f"ศาสากลางจังหวัดนครพนม\n{label}\nวันที่ ๑๑ ม.ค. ๖๗\nแวลา ๑๐.๓๐ น.\n\n" + HEAD + FOOT
    (stamp,) = letter(text).receipt_stamps
    assert (stamp.value.number, stamp.value.dated) == (1986, date(2024, 1, 11))
    assert stamp.value.time == time(10, 30)
    assert stamp.value.registry == "ศาสากลางจังหวัดนครพนม"
    assert stamp.confidence < 0.8


def test_a_subject_that_runs_into_the_addressee_is_cut() -> None:
    joined = HEAD.replace("\nเรียน ", " เรียน ")
    assert letter(joined + FOOT).addressees[0].value == "นายกเทศมนตรีตำบลดอนกลอย"
    damaged = letter(HEAD.replace("\nเรียน ", " เธียน ") + FOOT)
    assert damaged.subject is not None
    assert damaged.subject.value == "การประชุมประจำเดือน"
    assert [one.confidence < 0.8 for one in damaged.addressees] == [True]


def test_two_addressees_with_a_damaged_word_between_are_doubtful() -> None:
    read = letter(HEAD.replace("ดอนกลอย", "ดอนกลอย เละนาบกเทศมนตรีตำบลดอนแดง") + FOOT)
    assert all(one.confidence < 0.8 for one in read.addressees)


def test_a_citation_without_its_date_is_doubtful() -> None:
    cited = "อ้างถึง หนังสือกรมที่ดิน ที่ มท ๐๕๑๖/ว ๒๐ ลงวันที่ xx มกxx ๒๕๖๖\n"
    (reference,) = letter(HEAD + cited + "ตามที่อ้างถึง\n" + FOOT).references
    assert reference.dated is None
    assert reference.number.confidence < 0.8


def test_a_mail_that_is_cut_is_doubtful() -> None:
    read = letter(HEAD + FOOT + "อีเมล saraban@example.go,th\nอีเมล office@example.go.th\n")
    assert [one.confidence < 0.8 for one in read.contacts] == [True, False]
