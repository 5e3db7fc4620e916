"""Forms of letters and lists that turn up beside the plain ones."""

from datetime import date

import pytest

from domain.intake.read_text import read_text
from domain.intake.reading_json import contract_json
from domain.intake.vocabulary import LetterKind

STAMPED = """\
ที่ สธ ๐๒๑๐.๐๒/ว ๑๐
ถึง  สำนักงานสาธารณสุขจังหวัดทุกแห่ง
     พร้อมนี้ขอส่งคู่มือมาเพื่อใช้ในราชการ และขอให้ตอบรับกลับภายใน ๑๕ วัน
                                            กระทรวงสาธารณสุข
                                              ๔ ตุลาคม ๒๕๖๕
กองกลาง
"""
PRESS = """\
ข่าวประชาสัมพันธ์จังหวัดเลย
เรื่อง งานประเพณีประจำปี
จังหวัดเลยขอเชิญร่วมงาน ระหว่างวันที่ ๗ ถึง ๙ กรกฎาคม ๒๕๖๗
สำนักงานประชาสัมพันธ์จังหวัดเลย
๑ กรกฎาคม ๒๕๖๗
"""
ORDER = """\
คำสั่งโรงเรียนบ้านดอนกลอย
ที่ ๔๕/๒๕๖๖
เรื่อง แต่งตั้งกรรมการจัดงาน
-----------------
ด้วยโรงเรียนจะจัดงาน
สั่ง ณ วันที่ ๕ เดือน มกราคม พ.ศ. ๒๕๖๖
"""
KEPT = """\
หนังสือรับรอง
ขอรับรองว่าบุคคลผู้มีนามข้างล่างเป็นข้าราชการ
ให้ไว้ ณ วันที่ ๒ มีนาคม พ.ศ. ๒๕๖๗
(นายรับ รองดี)
ผู้อำนวยการ
"""
FORMS = [
    ("stamped", STAMPED, LetterKind.STAMPED, date(2022, 10, 4), None, "กระทรวงสาธารณสุข"),
    (
        "press",
        PRESS,
        LetterKind.PUBLIC_RELATIONS,
        date(2024, 7, 1),
        "งานประเพณีประจำปี",
        "จังหวัดเลย",
    ),
    (
        "order",
        ORDER,
        LetterKind.DIRECTIVE,
        date(2023, 1, 5),
        "แต่งตั้งกรรมการจัดงาน",
        "โรงเรียนบ้านดอนกลอย",
    ),
    ("kept", KEPT, LetterKind.EVIDENCE, date(2024, 3, 2), None, None),
]
HEAD = """\
ที่ {number}
สำนักงานคลังจังหวัดเลย
๒ มกราคม ๒๕๖๗
เรื่อง การส่งรายงาน
เรียน นายอำเภอทุกอำเภอ
"""


@pytest.mark.parametrize(
    ("text", "kind", "day", "subject", "issuer"),
    [pytest.param(*one[1:], id=one[0]) for one in FORMS],
)
def test_a_form_is_read(
    text: str, kind: LetterKind, day: date, subject: str | None, issuer: str | None
) -> None:
    (letter,) = read_text(text).letters
    assert letter.kind.value is kind
    assert letter.dated is not None
    assert letter.dated.value == day
    assert (letter.subject and letter.subject.value) == subject
    assert (letter.issuer and letter.issuer.value) == issuer


@pytest.mark.parametrize("written", ["กค (กวจ) ๐๔๐๕.๒/ว ๑๑๙", "กค(กวจ) ๐๔๐๕.๒/ว ๑๑๙"])
def test_the_letters_of_a_committee_belong_to_the_number(written: str) -> None:
    (letter,) = read_text(HEAD.format(number=written)).letters
    (found,) = letter.numbers
    assert str(found.value) == "กค (กวจ) 0405.2/ว 119"
    assert found.confidence == 1.0


def test_an_office_behind_the_code_is_left_out_with_doubt() -> None:
    (letter,) = read_text(HEAD.format(number="อว ๘๓๙๓(๑)/ว ๑๒๓")).letters
    (found,) = letter.numbers
    assert str(found.value) == "อว 8393/ว 123"
    assert found.confidence < 0.8


def test_what_is_asked_until_an_hour_of_a_day_and_what_follows_keep_their_verbs() -> None:
    text = HEAD.format(number="ลย ๐๐๐๓/๑") + (
        "ขอให้สมัครภายใน ๑๖.๓๐ น. ของวันที่ ๑๐ มกราคม ๒๕๖๗ แล้วรายงานผลภายในวันที่ ๓๑ มกราคม ๒๕๖๗\n"
    )
    (letter,) = contract_json(read_text(text))["letters"]
    assert letter["deadlines"] == [
        {"kind": "register", "date": "2024-01-10"},
        {"kind": "report", "date": "2024-01-31"},
    ]


def test_copies_may_lack_their_word() -> None:
    enclosed = "สิ่งที่ส่งมาด้วย ๑. กำหนดการ ๑ ชุด\n๒. แบบตอบรับ จำนวน ๒ ชูด\n"
    (letter,) = read_text(HEAD.format(number="ลย ๐๐๐๓/๑") + enclosed).letters
    read = [(one.value.title, one.value.copies) for one in letter.enclosures]
    assert read == [("กำหนดการ", 1), ("แบบตอบรับ", 2)]


def test_a_page_number_that_is_also_the_next_row_is_no_part_of_a_name() -> None:
    text = "อำเภอปัว\n๑. เทศบาลตำบลปัว\n๒\n๒. อบต.แงง\n- ๓ -\n๓. อบต.สถาน\n"
    rows = [(row.no, row.as_written) for row in read_text(text).rows]
    assert rows == [(1, "เทศบาลตำบลปัว"), (2, "อบต.แงง"), (3, "อบต.สถาน")]


def test_the_district_may_stand_before_the_name_with_one_space() -> None:
    text = "๑ อำเภอเชียงคาน เทศบาลตำบลเชียงคาน\n๒ อำเภอปากชม อบต.ปากชม\n"
    rows = [(row.as_written, row.district_as_written) for row in read_text(text).rows]
    assert rows == [("เทศบาลตำบลเชียงคาน", "อำเภอเชียงคาน"), ("อบต.ปากชม", "อำเภอปากชม")]
