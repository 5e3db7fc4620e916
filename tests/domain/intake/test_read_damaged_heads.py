"""Numbers, headings, letterheads, enclosures and stamps are found by what a scan left of them."""

from datetime import date

import pytest

from domain.intake.folded_text import fold_text
from domain.intake.heading_words import Heading, heading_of
from domain.intake.letter_numbers import find_numbers
from domain.intake.office_words import nearly_begins_office
from domain.intake.read_text import read_text
from domain.intake.reading import LetterReading

NUMBER = "ที่ นภ ๐๐๑๘/ว ๑๒๔\n"
OFFICE = "ที่ว่าการอำเภอโนนทอง\nถนนหลัก นภ ๓๙๐๐๐\n"
DATE = "๒ มกราคม ๒๕๖๗\n"
SUBJECT = "เรื่อง การประชุมประจำเดือน\n"
TO = "เรียน นายกเทศมนตรีตำบลดอนกลอย\n"
BODY = "\nด้วยอำเภอจะจัดประชุม จึงเรียนมาเพื่อทราบ\n"
FOOT = "ขอแสดงความนับถือ\n(นายเวียน ว่องไว)\nนายอำเภอโนนทอง\n"
HEAD = NUMBER + OFFICE + DATE + SUBJECT + TO
CITED = "อ้างถึง หนังสือกรมที่ดิน ที่ มท ๐๕๑๖/ว ๒๐ ลงวันที่ ๑ มีนาคม ๒๕๖๖"


def letter(text: str) -> LetterReading:
    (one,) = read_text(text).letters
    return one


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("ศก ๐๐๑๘.๑ว๔๕๓๐", "ศก 0018.1/ว 4530"),
        ("มท ๐๒๐๑.๒  ว ๒๗๐๔", "มท 0201.2/ว 2704"),
        ("พย ๖๒๗๐๒จ ๑๔๓๕", "พย 62702/ว 1435"),
        ("มท์ 0309.1/ว 4141", "มท 0309.1/ว 4141"),
        ("ก์ค 0309.1/4141", "กค 0309.1/4141"),
        ("ท์ส 0616/4141", "ทส 0616/4141"),
        ("ชพ ๐๐๑๙.๕lจ ๗๖๒", "ชพ 0019.5/ว 762"),
        ("นน 0027.5/ว์ 4808", "นน 0027.5/ว 4808"),
    ],
)
def test_a_number_is_told_by_its_structure_with_doubt(printed: str, number: str) -> None:
    (one,) = find_numbers(fold_text(f"ที่ {printed}").text)
    assert str(one.number) == number
    assert one.sure < 0.8


@pytest.mark.parametrize("word", ["ทื่", "ท่", "ท็่", "ฑี่", "ทึ่ ", "ท่ ", "ท๋ "])
def test_the_word_before_a_number_is_no_part_of_it(word: str) -> None:
    (one,) = find_numbers(fold_text(f"หนังสือกรมที่ดิน {word}มท ๐๒๐๑.๒/๔๖๙๙").text)
    assert str(one.number) == "มท 0201.2/4699"


@pytest.mark.parametrize("printed", ["กษ 0315๓๘๖๘", "ดศ0506685", "ห้อง 1204/5", "วงศ์ 1204/5"])
def test_what_lost_its_structure_is_no_number(printed: str) -> None:
    assert not [*find_numbers(fold_text(printed).text)]


@pytest.mark.parametrize(
    "word", ["ทีิ", "ที็", "ี่", "ท็่", "ทีึ", "ทีั", "ท์่", "ดึวน ที่", "ต่วนมาก ที่", "่วนนาก ที่", "ที\n", "ท็่\n"]
)
def test_the_letters_number_stands_behind_a_damaged_word(word: str) -> None:
    read = letter(HEAD.replace("ที่", word, 1) + BODY + FOOT)
    assert [str(one.value) for one in read.numbers] == ["นภ 0018/ว 124"]


@pytest.mark.parametrize(
    "printed", ["นภ\n๐๐๑๘/ว ๑๒๔", "นภ ๐๐๑๘ /\nว ๑๒๔", "นภ ๐๐๑๘\n/ว ๑๒๔", "นภ ๐๐๑๘/ว\n๑๒๔"]
)
def test_a_number_goes_on_in_the_next_line(printed: str) -> None:
    read = letter(HEAD.replace("นภ ๐๐๑๘/ว ๑๒๔", printed) + BODY + FOOT)
    assert [str(one.value) for one in read.numbers] == ["นภ 0018/ว 124"]
    assert read.issuer is not None
    assert read.issuer.value == "ที่ว่าการอำเภอโนนทอง"


@pytest.mark.parametrize("printed", ["น ๐๐๑๘/ว ๑๒๔", "น ๐๐๑๘.๑ ว ๑๒๔", "นภ ๐๐๑๘๑๒๔"])
def test_a_number_that_cannot_be_read_tells_where_the_letter_begins(printed: str) -> None:
    head = f"ที่ {printed}  กรมที่ดิน\nด่วน\n{DATE}"
    read = letter(head + "ภึง\nนายอำเภอโนนทอง\n" + BODY)
    assert not read.numbers
    assert read.issuer is not None
    assert read.issuer.value == "กรมที่ดิน"
    assert [one.value for one in read.addressees] == ["นายอำเภอโนนทอง"]


@pytest.mark.parametrize(
    ("line", "heading", "said"),
    [
        ("เธื่องการประชุม", Heading.SUBJECT, "การประชุม"),
        ("แรือง์การประชุม", Heading.SUBJECT, "การประชุม"),
        ("เรื่อง์ การประชุม", Heading.SUBJECT, "การประชุม"),
        ("ส่จนราชการกรมที่ดิน", Heading.OFFICE, "กรมที่ดิน"),
        ("อ้างึงหนังสือกรม", Heading.REFERENCE, "หนังสือกรม"),
        ("ิ่งที่ส่งมาด้วยกำหนดการ", Heading.ENCLOSURE, "กำหนดการ"),
        ("ิ่งที่ส่งมาด้วย กำหนดการ", Heading.ENCLOSURE, "กำหนดการ"),
        ("ึง นายอำเภอ", Heading.RECIPIENT, "นายอำเภอ"),
        ("ภึง", Heading.RECIPIENT, ""),
    ],
)
def test_a_damaged_heading_is_told_with_doubt(line: str, heading: Heading, said: str) -> None:
    mark = heading_of(line)
    assert mark is not None
    assert (mark.heading, line[mark.length :]) == (heading, said)
    assert mark.sure < 0.9


@pytest.mark.parametrize("line", ["เครื่องแต่งกาย", "เรือนจำกลาง", "เมืองพัทยา", "อ่างทอง"])
def test_a_word_near_a_heading_is_none(line: str) -> None:
    assert heading_of(line) is None


@pytest.mark.parametrize("ended", [DATE.strip() + " เรื่อง", "วันที่ ๒ มกราคม ๒๕๖๗ แรื่อง"])
def test_a_subject_on_the_line_of_the_date_is_read(ended: str) -> None:
    read = letter(HEAD.replace(f"{DATE}เรื่อง", ended) + BODY + FOOT)
    assert read.subject is not None
    assert read.subject.value == "การประชุมประจำเดือน"
    assert read.dated is not None


def test_a_subject_cited_behind_its_date_is_not_the_letters() -> None:
    cited = CITED.replace("วันที่ ", "วันที่\n") + " เรื่อง การอบรม\n"
    read = letter(HEAD + cited + BODY + FOOT)
    assert read.subject is not None
    assert read.subject.value == "การประชุมประจำเดือน"
    assert [one.dated and one.dated.value for one in read.references] == [date(2023, 3, 1)]


def test_a_subject_goes_on_below_an_empty_line() -> None:
    read = letter(HEAD.replace("ประจำเดือน", "\n\nประจำเดือน") + BODY + FOOT)
    assert read.subject is not None
    assert read.subject.value == "การประชุม ประจำเดือน"


@pytest.mark.parametrize(
    "enclosed",
    [
        "สิ่งที่ส่งมาด้วย๑. กำหนดการ จำนวน ๑ ชุด\n๒, แบบตอบรับ จำนวน ๒ ชุด\n",
        "ิ่งที่ส่งมาด้วย ๑ กำหนดการ จำนวน ๑ ชุด\n\n๒ แบบตอบรับ จำนวน ๒ ชุด\n",
        "สิ่งที่ส่งมาด้วย์ ๑. กำหนดการ จำนวน ๑ ชุด์\n๒. แบบตอบรับ ำนวน ๒ ชุด\n",
        "สิ่งที่ส่งมาด้วย ๑. กำหนดการ จำนวน\n๑ ชูด\n๒. แบบตอบรับวำนวน ๒ ชุด\n",
    ],
)
@pytest.mark.parametrize("cited", ["", CITED + "\n"])
def test_items_and_copies_are_told_from_what_is_left(enclosed: str, cited: str) -> None:
    read = letter(HEAD + cited + enclosed + BODY + FOOT)
    told = [(one.value.title, one.value.copies) for one in read.enclosures]
    assert told == [("กำหนดการ", 1), ("แบบตอบรับ", 2)]


def test_what_is_sent_along_may_stand_on_the_line_of_a_citation() -> None:
    read = letter(HEAD + CITED + " สิ่งทีส่งมาด้วย กำหนดการ จำนวน ๑ ชุด\n" + BODY + FOOT)
    assert [one.value.title for one in read.enclosures] == ["กำหนดการ"]


def test_a_day_or_a_count_is_no_item() -> None:
    listed = "สิ่งที่ส่งมาด้วย ๑. คำสั่ง ลงวันที่\n๒ มีนาคม ๒๕๖๖ จำนวน\n๒ ชุด\n"
    read = letter(HEAD + listed + BODY + FOOT)
    assert [one.value.copies for one in read.enclosures] == [2]


@pytest.mark.parametrize(
    "said", ["คาลากลางจังหวัดเลย", "าลากลางจังหวัดเลย", "กรนที่ดิน", "อำเถอโนนทอง", "ศุนย์วิจัย"]
)
def test_a_damaged_office_is_nearly_one(said: str) -> None:
    assert nearly_begins_office(said)


@pytest.mark.parametrize("said", ["กรณีที่", "ถนนหลัก", "ถนอม", "ขอเชิญประชุม", "ดูแลผู้สูงอายุ"])
def test_other_words_are_not_nearly_an_office(said: str) -> None:
    assert not nearly_begins_office(said)


@pytest.mark.parametrize("behind", ["", " โทร. ๐ ๒๒๔๑ ๙๐๐๐", " ไทธ. ๐ ๒๒๔๑ ๙๐๐๐", "โทร. ๐ ๒๒๔๑"])
def test_the_name_of_an_office_ends_at_its_telephone_only(behind: str) -> None:
    read = letter(HEAD.replace("โนนทอง\n", f"หัวไทร{behind}\n", 1) + BODY + FOOT)
    assert read.issuer is not None
    assert read.issuer.value == "ที่ว่าการอำเภอหัวไทร"


@pytest.mark.parametrize("above", ["ด่วม บันทึกข้ฮควม\n", "บันทึกข้อความ\nลับ\n", "ด่วน บันทึกข้อความ "])
@pytest.mark.parametrize("word", ["ส่วนราชการ ", "ส่วนราชการ", "ส่จนราชการ"])
def test_the_office_of_a_memo_is_read_behind_its_word(above: str, word: str) -> None:
    read = letter(f"{above}{word}กรมที่ดิน\n{NUMBER}วันที่ {DATE}{SUBJECT}{TO}{BODY}")
    assert read.issuer is not None
    assert read.issuer.value == "กรมที่ดิน"


@pytest.mark.parametrize("office", ["อำแภอโนนทอง", "จังหวัตเลย", "สำมักงาน ถ.พ."])
def test_a_damaged_office_above_the_last_date_is_the_issuer(office: str) -> None:
    read = letter(f"{NUMBER}ถึง นายอำเภอโนนทอง\n{BODY}\n{office}\n{DATE}")
    assert read.issuer is not None
    assert read.issuer.value == office
    assert read.issuer.confidence < 0.8


@pytest.mark.parametrize("address", ["ถนนหลัก นภ ๓๙๐๐๐", "ถมมหลัก นภ ๓๙๐๐๐"])
def test_a_letterhead_above_the_number_is_told_by_its_address(address: str) -> None:
    second = f"ที่ว่าการอำเภอโนนทอง\n{address}\n\n{NUMBER}{DATE}{SUBJECT}{TO}{BODY}{FOOT}"
    first, other = read_text(f"{HEAD}{BODY}{FOOT}\nโธธ, ๐ ๒๒๔๑ ๙๐๐๐\n\n{second}").letters
    assert first.issuer is not None
    assert other.issuer is not None
    assert other.issuer.value == "ที่ว่าการอำเภอโนนทอง"


@pytest.mark.parametrize(
    "label",
    ["รับี่ ๑๙๘๖", "เขรับที่ ๑๙๘๖", "ธัปที่ ๑๙๘๖", "เลขับที่ ๑๙๘๖", "เลขทะเบียมรั ๑๙๘๖", "เลชรับ\n๑๙๘๖"],
)
def test_a_stamp_stands_between_an_office_and_a_date(label: str) -> None:
    text = f"ศาลากลางจังหวัดนครพนม\n{label}\nวันที่ ๑๑ ม.ค. ๖๗\n\n{HEAD}{BODY}{FOOT}"
    (stamp,) = letter(text).receipt_stamps
    assert (stamp.value.number, stamp.value.registry) == (1986, "ศาลากลางจังหวัดนครพนม")
    assert stamp.confidence < 0.8


def test_a_label_far_off_is_none_without_an_office() -> None:
    text = f"ผลการอบรม\nรุบที่ ๑\nวันที่ ๑๑ ม.ค. ๖๗\n\n{HEAD}{BODY}{FOOT}"
    assert not letter(text).receipt_stamps


def test_two_stamps_on_one_line_are_two() -> None:
    stamps = (
        "ศาลากลางจังหวัดนครพนม เลขทะเบ์ยนรับ ๕๔๖ วันที่ ๗ ธ.ค. ๒๕๖๔ เวลา ๑๓:๔๕ น.  "
        "เทศบาลตำบลดอนกลอย เลขรับ ๙๘๘๒ วันที่ ๘ ธ.ค. ๒๕๖๔ เวลา ๑๓:๑๕ น.\n\n"
    )
    read = letter(stamps + HEAD + BODY + FOOT)
    assert [(one.value.registry, one.value.number) for one in read.receipt_stamps] == [
        ("ศาลากลางจังหวัดนครพนม", 546),
        ("เทศบาลตำบลดอนกลอย", 9882),
    ]


def test_an_hour_that_cannot_be_read_leaves_a_stamp_in_doubt() -> None:
    stamp = "ศาลากลางจังหวัดนครพนม\nเลขรับ ๑๙๘๖\nวันที่ ๑๑ มกราคม ๒๕๖๗\nแสา ๙๙.๙๙ น.\n\n"
    (one,) = letter(stamp + HEAD + BODY + FOOT).receipt_stamps
    assert one.value.time is None
    assert one.confidence < 0.8
