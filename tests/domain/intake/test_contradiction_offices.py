import pytest

from domain.intake.contradiction.known_offices import KINDS_OF_BODIES, POSTS
from domain.intake.reading import RecipientList, TextReading
from domain.intake.vocabulary import ContradictionKind
from tests.support.readings import Written, found_in, read_rows

MISSPELT = ContradictionKind.OFFICE_MISSPELT


def addressed(text: str) -> tuple[str, TextReading]:
    written = Written(text)
    return text, TextReading(letters=[written.letter(addressees=[written.said(text)])], lists=())


@pytest.mark.parametrize(
    ("text", "written", "known"),
    [
        ("นายองค์การบริหารส่วนตำบลนาดี", "นายองค์การบริหารส่วนตำบล", "นายกองค์การบริหารส่วนตำบล"),
        ("นายกองค์กรบริหารส่วนตำบลนาดี", "นายกองค์กรบริหารส่วนตำบล", "นายกองค์การบริหารส่วนตำบล"),
        ("องค์การบริการส่วนตำบลนาดี", "องค์การบริการส่วนตำบล", "องค์การบริหารส่วนตำบล"),
        ("ผู้วาราชการจังหวัดเลย", "ผู้วาราชการจังหวัด", "ผู้ว่าราชการจังหวัด"),
        ("นายกเทศมนตรี และนายอำเกอเซกา", "นายอำเกอ", "นายอำเภอ"),
        ("ทองถิ่นจังหวัดน่าน", "ทองถิ่นจังหวัด", "ท้องถิ่นจังหวัด"),
        ("เทศบาลตำบน นาดี", "เทศบาลตำบน", "เทศบาลตำบล"),
        ("นายก เทศมนตี เมืองน่าน", "นายกเทศมนตี", "นายกเทศมนตรี"),
    ],
)
def test_a_post_that_nearly_is_a_known_one_is_found(text: str, written: str, known: str) -> None:
    found = found_in(*addressed(text))
    assert [(kind, values) for kind, values, _ in found] == [(MISSPELT, (written, known))]
    assert "".join(found[0][2][0].split()) == written


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            "แจ้งนายองค์การบริหารส่วนตำบลทุกแห่ง",
            ("นายองค์การบริหารส่วนตำบล", "นายกองค์การบริหารส่วนตำบล"),
        ),
        ("โดยมีนายเทศมนตรีเป็นประธาน", ("นายเทศมนตรี", "นายกเทศมนตรี")),
        ("โดยมีนายกเทศมนตรีและนายกองค์การบริหารส่วนตำบลเป็นกรรมการ", None),
        ("นายอำเภอและนายเทศ มนตรีวงศ์", None),
    ],
)
def test_what_is_wrong_wherever_it_stands_is_found_in_a_sentence(
    text: str, values: tuple[str, str] | None
) -> None:
    found = found_in(text, TextReading(letters=(), lists=()))
    assert [told for _, told, _ in found] == ([] if values is None else [values])


def test_what_stands_in_a_heading_is_told_once() -> None:
    assert len(found_in(*addressed("นายองค์การบริหารส่วนจังหวัดเลย"))) == 1


@pytest.mark.parametrize("form", ["{}บ้านนา", "เรียน {} บ้านนา", "{}", "นายอำเภอ และ{}"])
def test_a_known_one_is_never_disturbed(form: str) -> None:
    known = [*KINDS_OF_BODIES, *POSTS]
    assert [one for one in known if found_in(*addressed(form.format(one)))] == []


@pytest.mark.parametrize(
    "text",
    [
        "องค์การ บริหารส่วนตำบลนาดี",
        "ผู้ว่าการการประปาส่วนภูมิภาค",
        "องค์การตลาด องค์การสวนสัตว์ องค์การเภสัชกรรม",
        "เทศบาลแหลมทอง",
        "ประธานศาลฎีกา ประธานวุฒิสภา ประธานสภา ประธานสมาคม ประธานสหภาพ",
        "ประธานกรรมาธิการ ประธานกรรมการ สำนักงานคณะกรรมาธิการ",
        "นายอำพล ใจดี นายอำนาจ มีสุข",
        "ผู้บังคับกองร้อย ผู้บังคับบัญชา ผู้กำกับดูแล",
        "สำนักงานเทศกิจ สำนักงานจัดหางานจังหวัด",
        "อธิบดีผู้พิพากษาภาค 4",
        "ผู้จัดการธนาคาร สาขาท่าเรือ",
        "นายสมชาย รักชาติ กรรมการผู้จัดการ",
        "นายกสมาคมครู และนายกสภามหาวิทยาลัย",
        "หัวหน้าสำนักปลัด หัวหน้าฝ่ายอำนวยการ",
        "ผู้บังคับการตำรวจภูธรจังหวัด ผู้กำกับการสถานีตำรวจภูธรเมือง",
        "ปลัดเมืองพัทยา ปลัดบัญชีทหารบก",
        "อบต.นาดี ทต.นาคำ อบจ.น่าน",
        "เกษตรและสหกรณ์จังหวัด ประมงจังหวัด ปศุสัตว์จังหวัด",
    ],
)
def test_another_office_is_not_disturbed(text: str) -> None:
    assert found_in(*addressed(text)) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ประสานองค์กรปกครองสวนท้องถิ่นในพื้นที่", ("องค์กรปกครองสวนท้องถิ่น", "องค์กรปกครองส่วนท้องถิ่น")),
        ("แจ้งสำนักงานส่งเสริมการปกคลองท้องถิ่น", ("สำนักงานส่งเสริมการปกคลองท้องถิ่น", KINDS_OF_BODIES[11])),
        ("อำเภอโพนรัง\nนายกองค์การบริหารส่วนตำบลทุกแห่ง", None),
        ("สภาองค์กรปกครองส่วนท้องถิ่น และองค์กรปกครองท้องถิ่น", None),
    ],
)
def test_a_long_name_is_found_in_a_sentence(text: str, values: tuple[str, str] | None) -> None:
    found = found_in(text, TextReading(letters=(), lists=()))
    assert [told for _, told, _ in found] == ([] if values is None else [values])


def listing(*rows: tuple[str, str]) -> tuple[str, TextReading]:
    lines = [f"{no}\t{name}\t{district}" for no, (name, district) in enumerate(rows, 1)]
    text = "\n".join(["บัญชีรายชื่อ", *lines])
    return text, TextReading(letters=(), lists=[read_rows(Written(text))])


def test_where_a_scan_damaged_them_all_none_is_told() -> None:
    names = ("เทศบานตำบล", "เทศบาลตำบน", "เทสบาลตำบล", "เทศบาลตาบล")
    for count, told in ((3, 3), (4, 0)):
        rows = [(f"{name}นา{at}", "อำเภอปัว") for at, name in enumerate(names[:count])]
        assert len(found_in(*listing(*rows))) == told


@pytest.mark.parametrize(
    ("districts", "told"),
    [
        pytest.param(["เซกา", "เซกา", "เซภา", "เซกา"], ["อำเภอเซภา"], id="a letter wrong"),
        pytest.param(["เซกา", "เซภา", "เซภา", "เซกา", "เซกา"], [], id="written twice"),
        pytest.param(["เซกา", "เซกา", "เซกา", "ปัว", "เซภา"], [], id="apart from the others"),
        pytest.param(["เซกา", "เซถา", "เซกา", "เซภา", "เซกา", "เซคา"], [], id="damaged all over"),
    ],
)
def test_a_district_is_written_as_in_the_rows_beside_it(
    districts: list[str], told: list[str]
) -> None:
    rows = [(f"เทศบาลตำบลนา{at}", f"อำเภอ{one}") for at, one in enumerate(districts)]
    found = found_in(*listing(*rows))
    assert [one[2] for one in found] == [(one,) for one in told]


def test_rows_of_a_list_are_looked_at() -> None:
    text = "บัญชี\n1\tเทศบานตำบลนาดี\tอำเภอปัว\n2\tเทศบาลตำบลปัว\tอำเภอปัว"
    one: RecipientList = read_rows(Written(text))
    assert found_in(text, TextReading(letters=(), lists=[one])) == [
        (MISSPELT, ("เทศบานตำบล", "เทศบาลตำบล"), ("เทศบานตำบล",))
    ]
