"""Who signs, how to reach them, to whom it goes, how urgent it is: read by its place in a scan."""

import pytest

from domain.intake.office_words import begins_post
from domain.intake.opening_lines import Opening, opening_of
from domain.intake.read_text import read_text
from domain.intake.reading import LetterReading
from domain.intake.text_lines import lines_of
from domain.intake.vocabulary import LetterKind
from domain.vocabulary import Authority, Secrecy, Urgency

HEAD = """\
{mark}
ที่ นภ ๐๐๑๘/ว ๑๒๔
ที่ว่าการอำเภอโนนทอง
๒ มกราคม ๒๕๖๗
เรื่อง การประชุมประจำเดือน
"""
ADDRESSED = "เรียน นายกเทศมนตรีตำบลดอนกลอย\n"
SAID = "\nตามที่ได้นัดหมายไว้ นั้น\nจึงเรียนมาเพื่อทราบ\n"
CLOSING = "ขอแสดงความนับถือ\n\n"
SIGNED = "(นายเวียน ว่องไว)\nนายอำเภอโนนทอง\n"


def letter(
    *,
    mark: str = "",
    to: str = ADDRESSED,
    closing: str = CLOSING,
    signed: str = SIGNED,
    reached: str = "",
) -> LetterReading:
    (one,) = read_text(f"{HEAD.format(mark=mark)}{to}{SAID}{closing}{signed}\n{reached}").letters
    return one


@pytest.mark.parametrize(
    ("signed", "name", "post"),
    [
        ("[มายเวียน ว่องไว[\nนายอำเภอโนนทอง", "มายเวียน ว่องไว", "นายอำเภอโนนทอง"),
        ("]นายเวียน ว่องไว )\nนายอำเภอโนนทอง", "นายเวียน ว่องไว", "นายอำเภอโนนทอง"),
        ("(มางสาจเวียน ว่องไว\nปลัดจังหวัดเลย", "มางสาจเวียน ว่องไว", "ปลัดจังหวัดเลย"),
        ("นายเวียน ว่องไว )\nอธิบดีกรมที่ดิน", "นายเวียน ว่องไว", "อธิบดีกรมที่ดิน"),
        ("(นางเวียน\nว่องไว)\nนายอำเภอโนนทอง", "นางเวียน ว่องไว", "นายอำเภอโนนทอง"),
        ("(นางเวียน ว่องไว\n)\nนายอำเภอโนนทอง", "นางเวียน ว่องไว", "นายอำเภอโนนทอง"),
        ("(นาวเวียน ว่องไว) นายอำเภอโนนทอง", "นาวเวียน ว่องไว", "นายอำเภอโนนทอง"),
    ],
)
@pytest.mark.parametrize("closing", [CLOSING, ""])
def test_a_name_is_read_between_damaged_brackets(
    signed: str, name: str, post: str, closing: str
) -> None:
    read = letter(signed=signed, closing=closing)
    assert read.signatory is not None
    assert read.signatory_post is not None
    assert (read.signatory.value, read.signatory_post.value) == (name, post)
    assert read.signatory.confidence < 0.8


@pytest.mark.parametrize(
    "signed",
    ["นายกเทคมนตรีเมืองเลย", "(ผู้อำนวบการโรงเรียน)", "นายอำเภอ โนนทอง )"],
)
def test_a_post_is_no_person(signed: str) -> None:
    assert letter(signed=signed).signatory is None


@pytest.mark.parametrize(
    "said",
    [
        "(ร่าง ฉบับที่สอง\nกำหนดส่ง",
        "(ร่าง) ปลัดอำเภอ",
        "แจ้งตามข้อ ก) นายอำเภอทราบ",
        "ของส่วนราชการ ในพื้นที่)\nปลัดอำเภอทราบแล้ว",
    ],
)
def test_what_stands_in_brackets_is_no_signature_for_that(said: str) -> None:
    assert letter(closing="", signed=said).signatory is None


def test_a_name_without_its_first_bracket_is_read_below_the_closing_words() -> None:
    read = letter(signed="นเยเวียน ว่องไว )\nอธิบดีกรมที่ดิน")
    assert read.signatory is not None
    assert (read.signatory.value, read.signatory.confidence) == ("นเยเวียน ว่องไว", 0.7)


@pytest.mark.parametrize(
    ("said", "authority", "is_sure"),
    [
        ("ปลัดอำเภอ รักษาราชการแทน์\nนายอำเภอโนนทอง", Authority.ACTING_FOR, True),
        ("ปลัดอำเภอ\nปฎิบัติราชการแทน\nนายอำเภอโนนทอง", Authority.PERFORMING_DUTIES_FOR, True),
        ("ปลัดอำเภอ\nธัถษาราชกเรแทน\nนายอำเภอโนนทอง", Authority.ACTING_FOR, False),
        ("ปลัดอำเภอรักษาราชการเทน\nนายอำเภอโนนทอง", Authority.ACTING_FOR, False),
        ("ปลัดอำเภอ ดามคำลั่ง\nนายอำเภอโนนทอง", Authority.BY_ORDER_OF, False),
    ],
)
def test_words_of_authority_are_read_by_what_they_look_like(
    said: str, authority: Authority, is_sure: bool
) -> None:
    read = letter(signed=f"(นายเวียน ว่องไว)\n{said}")
    assert read.authority is not None
    assert read.signatory_post is not None
    assert read.authority_post is not None
    assert (read.authority.value, read.authority.confidence == 1.0) == (authority, is_sure)
    assert read.signatory_post.value == "ปลัดอำเภอ"
    assert read.authority_post.value == "นายอำเภอโนนทอง"


def test_a_post_of_two_lines_stands_whole_before_the_words_of_authority() -> None:
    read = letter(signed="(นายเวียน ว่องไว)\nปลัดอำเภอ\nหัวหน้าฝ่าย\nรักษาราชการแทน\nนายอำเภอ")
    assert read.signatory_post is not None
    assert read.signatory_post.value == "ปลัดอำเภอ หัวหน้าฝ่าย"


@pytest.mark.parametrize(
    ("reached", "kind", "value", "is_sure"),
    [
        ("โทร. ๐ ๔๒๐๐ ๐๑๑๑ ต่อ ๑๒", "phone", "0 4200 0111 ต่อ 12", True),
        ("โทร. ๐ ๔๒๐๐ ๐๑๑๑ ด่ฮ ๑๒", "phone", "0 4200 0111 ด่ฮ 12", False),
        ("โทร. ๐ ๔๒๐๐ ๐๑๑๑\nต่อ ๑๒", "phone", "0 4200 0111 ต่อ 12", True),
        ("โธ. ๐ ๔๒๐๐ ๐๑๑๑", "phone", "0 4200 0111", False),
        ("ฝ่ายปกครอง แร ๐ ๔๒๐๐ ๐๑๑๑", "phone", "0 4200 0111", False),
        ("โรสาร ๐ ๔๒๐๐ ๐๑๑๑", "fax", "0 4200 0111", False),
        ("โทรสร ๐ ๔๒๐๐ ๐๑๑๑", "fax", "0 4200 0111", True),
        ("โทร.\n๐ ๔๒๐๐ ๐๑๑๑", "phone", "0 4200 0111", False),
        ("โทร. ๐\n๔๒๐๐ ๐๑๑๑\nE-mail", "phone", "0 4200 0111", False),
        ("โทรสาร ๐ ๔๒๐๐\n๐๑๑๑", "fax", "0 4200 0111", False),
        ("โทร. o ๔๒๐๐ ๐๑l๑", "phone", "0 4200 0111", False),
        ("อีเมล desk@example.go,th", "mail", "desk@example.go,th", False),
    ],
)
def test_a_number_at_the_foot_is_reached_by_its_form(
    reached: str, kind: str, value: str, is_sure: bool
) -> None:
    (one,) = letter(reached=f"ฝ่ายปกครอง\n{reached}\n").contacts
    assert (one.value.kind, one.value.value) == (kind, value)
    assert (one.confidence >= 0.8) is is_sure


@pytest.mark.parametrize(
    "reached",
    [
        "โทร.\n๐ ๔๒๐๐ ๐๑๑๑ ๐ ๔๒๐๐ ๐๑๑๒",
        "อีเมล deskexample.go.th",
        "เลขที่บัญชี ๐๑๐ ๔๒๐๐ ๐๑๑",
        "ที่ ลย ๐๐๑๘/๑๒๓๔๕",
    ],
)
def test_what_may_be_another_number_is_no_contact(reached: str) -> None:
    assert not letter(reached=f"ฝ่ายปกครอง\n{reached}\n").contacts


@pytest.mark.parametrize(
    ("mark", "urgency", "secrecy"),
    [
        ("ด่ว์นนาก", Urgency.VERY_URGENT, None),
        ("ต่จนที่สด", Urgency.MOST_URGENT, None),
        ("ด่วมที่สุด  คำสั่งแนบ", Urgency.MOST_URGENT, None),
        ("สับมเก\nดวน", Urgency.URGENT, Secrecy.VERY_SECRET),
        ("ลัป", None, Secrecy.SECRET),
        ("รับ", None, None),
        ("ลบ ทิ้ง", None, None),
        ("ด่านศุลกากร", None, None),
        ("ส่วน", None, None),
    ],
)
def test_marks_are_read_by_what_they_look_like(
    mark: str, urgency: Urgency | None, secrecy: Secrecy | None
) -> None:
    read = letter(mark=mark)
    assert (read.urgency and read.urgency.value) == urgency
    assert (read.secrecy and read.secrecy.value) == secrecy
    assert all(one is None or one.confidence < 0.8 for one in (read.urgency, read.secrecy))


@pytest.mark.parametrize("title", ["ด่วมมาก  บันทึกข้ฮความ", "ปันทึกข้อควาน ต่วน", "ด่วน บันทึกข้อความ"])
def test_the_title_of_a_memo_is_read_beside_a_damaged_mark(title: str) -> None:
    assert opening_of(lines_of(title), 0) is Opening.MEMO


@pytest.mark.parametrize(
    ("to", "addressees"),
    [
        (
            "เรียน นายอำเภอนาแก แลานายกเทศมนตรีตำบลนาแก",
            ["นายอำเภอนาแก", "นายกเทศมนตรีตำบลนาแก"],
        ),
        (
            "เรียน นาบอำเภอนาแก และมเยกองค์การบริหารส่วนตำบลนาคู่",
            ["นาบอำเภอนาแก", "มเยกองค์การบริหารส่วนตำบลนาคู่"],
        ),
        ("เรียน นายอำเภอนาแก เลขาธิการสภา", ["นายอำเภอนาแก", "เลขาธิการสภา"]),
        (
            "เธียน นายอำเภอนาแก\nนเยกเทศมนตรีตำบลนาแก\nฑุกตำบล",
            ["นายอำเภอนาแก", "นเยกเทศมนตรีตำบลนาแก ฑุกตำบล"],
        ),
        ("เรียนนเยกเทศมนตรีตำบลนาแก", ["นเยกเทศมนตรีตำบลนาแก"]),
        ("แรีย์ม ผู้ว่าราชการจังหวัดเลย", ["ผู้ว่าราชการจังหวัดเลย"]),
        ("เรียน นายอำเภอนาแก ฮ้าวถึง หนังสือที่ว่าการ", ["นายอำเภอนาแก"]),
        ("เรียน นายอำเภอนาแก ลิ่งที่ส่งมาด้จย บัญชี ๑ ชุด", ["นายอำเภอนาแก"]),
    ],
)
def test_addressees_are_told_apart_by_their_posts(to: str, addressees: list[str]) -> None:
    assert [one.value for one in letter(to=f"{to}\n").addressees] == addressees


@pytest.mark.parametrize("to", ["ภึง ", "ถ่ง\t", "ถึ ", "ถึว ", "ถึง", "ภึง\n"])
def test_a_damaged_word_before_a_post_makes_a_stamped_letter(to: str) -> None:
    text = f"ที่ นภ ๐๐๑๘/ว ๑๒๔\n{to}นายอำเภอนาแก\n\nพร้อมนี้ขอส่งเอกสาร\nจังหวัดนครพนม\n"
    (read,) = read_text(text).letters
    assert [one.value for one in read.addressees] == ["นายอำเภอนาแก"]
    assert read.kind.value is LetterKind.STAMPED


def test_a_month_is_no_addressee() -> None:
    damaged = HEAD.format(mark="").replace("๒ มกราคม ๒๕๖๗", "๒\nเมายน พ.ศ. ๒๕๖๗")
    (read,) = read_text(damaged + ADDRESSED + SAID + CLOSING + SIGNED).letters
    assert [one.value for one in read.addressees] == ["นายกเทศมนตรีตำบลดอนกลอย"]


@pytest.mark.parametrize(
    ("said", "is_post"),
    [
        ("รองอธิปตี", True),
        ("มยกองค์การบริหารส่วนตำบลนาแก", True),
        ("ผูืว่าราชถารจังหวัดเลย", True),
        ("นายอำนวย ผู้ดี", False),
        ("นายก้องเกียรติ ดีงาม", False),
        ("นางปลั่ง ดีงาม", False),
    ],
)
def test_a_post_is_told_from_a_person(said: str, is_post: bool) -> None:
    assert begins_post(said) is is_post
