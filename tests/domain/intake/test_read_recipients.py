"""Lists of recipients are read in every form in which they are printed."""

from typing import TypeAlias

import pytest

from domain.intake.read_text import read_text
from domain.vocabulary import OrganizationKind as Kind

Row: TypeAlias = tuple[int | None, str, str | None, Kind | None, str]

TABBED = """\
จังหวัดเลย
บัญชีรายชื่อองค์กรปกครองส่วนท้องถิ่น จำนวน ๓ แห่ง
๑\tเทศบาลตำบลนาอาน\tอำเภอเมืองเลย
๒\tองค์การบริหารส่วนตำบลเสี้ยว\tอำเภอเมืองเลย
๓\tเทศบาลเมืองวังสะพุง\tอำเภอวังสะพุง
"""
PLAIN: list[Row] = [
    (1, "เทศบาลตำบลนาอาน", "อำเภอเมืองเลย", Kind.SUBDISTRICT_MUNICIPALITY, "นาอาน"),
    (2, "องค์การบริหารส่วนตำบลเสี้ยว", "อำเภอเมืองเลย", Kind.SAO, "เสี้ยว"),
    (3, "เทศบาลเมืองวังสะพุง", "อำเภอวังสะพุง", Kind.TOWN_MUNICIPALITY, "วังสะพุง"),
]
FORMS: list[tuple[str, str, list[Row]]] = [
    ("tabs", TABBED, PLAIN),
    ("spaces", TABBED.replace("\t", "   "), PLAIN),
    ("single spaces and dots", TABBED.replace("\t", " ").replace("๑ ", "๑. "), PLAIN),
    ("pipes", TABBED.replace("\t", " | ").replace("\n๑ |", "\n|---|---|---|\n๑ |"), PLAIN),
    (
        "a marked-up table",
        """\
| ที่ | ชื่อ อปท. | อำเภอ |
|---|---|---|
| 1 | เทศบาลตำบลนาอาน | อำเภอเมืองเลย |
| 2 | องค์การบริหารส่วนตำบลเสี้ยว | อำเภอเมืองเลย |
| 3 | เทศบาลเมืองวังสะพุง | อำเภอวังสะพุง |
""",
        PLAIN,
    ),
    ("on following lines", TABBED.replace("\t", "\n"), PLAIN),
    (
        "a page break inside",
        TABBED.replace("๓\t", "\n- 2 -\n\f\nลำดับ\tชื่อ\tอำเภอ\n๓\t"),
        PLAIN,
    ),
    ("joined", TABBED.replace("\tอำเภอ", "อำเภอ"), PLAIN),
    (
        "without numbers",
        TABBED.replace("๑\t", "").replace("๒\t", "").replace("๓\t", ""),
        [(None, *row[1:]) for row in PLAIN],
    ),
    (
        "under the name of the district",
        "อำเภอภูเรือ จำนวน ๒ แห่ง\n๑. อบต.ลาดค่าง\n๒. ทต.ร่องจิก\nอำเภอด่านซ้าย\n๓. อบต. โป่ง\n",
        [
            (1, "อบต.ลาดค่าง", "อำเภอภูเรือ", Kind.SAO, "ลาดค่าง"),
            (2, "ทต.ร่องจิก", "อำเภอภูเรือ", Kind.SUBDISTRICT_MUNICIPALITY, "ร่องจิก"),
            (3, "อบต. โป่ง", "อำเภอด่านซ้าย", Kind.SAO, "โป่ง"),
        ],
    ),
    (
        "abbreviations",
        "1 อบจ.เลย อ.เมืองเลย\n2 ทม.เลย อ.เมืองเลย\n3 ทน.สมมุติ เขตบางสมมุติ\n4 อบต.กกดู่ กิ่งอำเภอหนึ่ง\n",
        [
            (1, "อบจ.เลย", "อ.เมืองเลย", Kind.PAO, "เลย"),
            (2, "ทม.เลย", "อ.เมืองเลย", Kind.TOWN_MUNICIPALITY, "เลย"),
            (3, "ทน.สมมุติ", "เขตบางสมมุติ", Kind.CITY_MUNICIPALITY, "สมมุติ"),
            (4, "อบต.กกดู่", "กิ่งอำเภอหนึ่ง", Kind.SAO, "กกดู่"),
        ],
    ),
    (
        "damaged first words",
        """\
1 องคการบริหารสวนตำบลเสี้ยว อำเภอเมืองเลย
2 เทศบาลตำบฺลนาอาน อำเกอเมืองเลย
3 องค์การบรืหารส่วนจังหวัคเลย อำเภอเมืองเลย
""",
        [
            (1, "องคการบริหารสวนตำบลเสี้ยว", "อำเภอเมืองเลย", Kind.SAO, "เสี้ยว"),
            (2, "เทศบาลตำบฺลนาอาน", "อำเกอเมืองเลย", Kind.SUBDISTRICT_MUNICIPALITY, "นาอาน"),
            (3, "องค์การบรืหารส่วนจังหวัคเลย", "อำเภอเมืองเลย", Kind.PAO, "เลย"),
        ],
    ),
    (
        "the district before the name",
        """\
ลำดับ\tอำเภอ\tหน่วยงาน
1\tอำเภอเมืองเลย\tเทศบาลตำบลนาอาน
2\tอำเภอเมืองเลย\tองค์การบริหารส่วนตำบลเสี้ยว
3\tอำเภอวังสะพุง\tเทศบาลเมืองวังสะพุง
""",
        PLAIN,
    ),
    (
        "the district before the name without its first word",
        """\
ลำดับ  อำเภอ      อปท.                           จำนวนเงิน
1      เมืองเลย    เทศบาลตำบลนาอาน                ๑๒๐,๐๐๐
2      เมืองเลย    องค์การบริหารส่วนตำบลเสี้ยว      ๙๐,๐๐๐
3      วังสะพุง    เทศบาลเมืองวังสะพุง              ๗๐,๐๐๐
""",
        [(*row[:2], row[2] and row[2].removeprefix("อำเภอ"), *row[3:]) for row in PLAIN],
    ),
    (
        "the province behind the district",
        "1 อบต. เสี้ยว อ. เมืองเลย จ. เลย\n2 อบต. กกดู่ อำเภอเมืองเลย จังหวัดเลย\n",
        [
            (1, "อบต. เสี้ยว", "อ. เมืองเลย", Kind.SAO, "เสี้ยว"),
            (2, "อบต. กกดู่", "อำเภอเมืองเลย", Kind.SAO, "กกดู่"),
        ],
    ),
    (
        "two rows on one line, lines read as letters",
        """\
1 | เทศบาลตำบลนาอาน | อำเภอเมืองเลย | 2 | องค์การบริหารส่วนตำบลเสี้ยว | อำเภอเมืองเลย |
l 3 | เทศบาลเมืองวังสะพุง | อำเภอวังสะพุง |
""",
        PLAIN,
    ),
    (
        "broken over lines",
        "1\tองค์การบริหารส่วน\nตำบลเสี้ยว\tอำเภอเมืองเลย\n2\tเทศบาลตำบลนา\nอาน\tอำเภอเมืองเลย\n",
        [
            (1, "องค์การบริหารส่วนตำบลเสี้ยว", "อำเภอเมืองเลย", Kind.SAO, "เสี้ยว"),
            (2, "เทศบาลตำบลนาอาน", "อำเภอเมืองเลย", Kind.SUBDISTRICT_MUNICIPALITY, "นาอาน"),
        ],
    ),
    (
        "a district without its first word, a row of no known kind",
        "ที่\tหน่วยงาน\tอำเภอ\n1\tเทศบาลตำบลนาอาน\tเมืองเลย\n2\tศูนย์ฝึกอบรม\tภูเรือ\n3\tอบต.เสี้ยว\tเมืองเลย\n",
        [
            (1, "เทศบาลตำบลนาอาน", "เมืองเลย", Kind.SUBDISTRICT_MUNICIPALITY, "นาอาน"),
            (2, "ศูนย์ฝึกอบรม", "ภูเรือ", None, "ศูนย์ฝึกอบรม"),
            (3, "อบต.เสี้ยว", "เมืองเลย", Kind.SAO, "เสี้ยว"),
        ],
    ),
]


@pytest.mark.parametrize(("text", "truth"), [pytest.param(*one[1:], id=one[0]) for one in FORMS])
def test_the_rows_of_a_list_are_read(text: str, truth: list[Row]) -> None:
    rows = [
        (row.no, row.as_written, row.district_as_written, row.kind, row.place)
        for row in read_text(text).rows
    ]
    assert rows == truth


def test_a_column_of_telephones_does_not_end_the_title() -> None:
    columns = "ที่\tหน่วยงาน\tอำเภอ\tโทรศัพท์\n"
    text = f"บัญชีหมายเลขโทรศัพท์ จังหวัดเลย\n{columns}๑\tอบต.เสี้ยว\tเมืองเลย\t๐ ๔๒๘๑ ๑๑๑๑\n"
    (found,) = read_text(text).lists
    assert found.title == "บัญชีหมายเลขโทรศัพท์ จังหวัดเลย"
    assert found.province == "เลย"


def test_the_title_tells_province_and_count() -> None:
    (found,) = read_text(TABBED).lists
    assert found.province == "เลย"
    assert found.stated_count is not None
    assert found.stated_count.value == 3
    assert TABBED[slice(*found.stated_count.span)] == "๓"
    assert found.title.startswith("จังหวัดเลย บัญชีรายชื่อ")
    assert not read_text(TABBED).letters


@pytest.mark.parametrize(
    "text",
    [
        "เทศบาลตำบลนาอานได้รับงบประมาณและดำเนินการแล้วเสร็จตามแผนที่กำหนดไว้ทุกประการ\n",
        "เรียน\nนายก\nองค์การบริหารส่วนตำบลเสี้ยว\n",
        "ที่ ลย ๗๑๒๐๑/๑๒\nเทศบาลตำบลนาอาน\nอำเภอเมืองเลย\n",
        "1 มกราคม 2564\n2 มกราคม 2564\n",
        "๑. ท.ด. ๑ คำขอจดทะเบียน\n๒. ท.ด. ๒๑ หนังสือมอบอำนาจ\n",
        "๑. เทศกาลเมืองเก่าสมมุติ\n๒. เทศกาลตำบลธาตุสมมุติ\n",
        "๑. องค์การบริหารจัดการก๊าซสมมุติ\n๒. องค์การบริหารจัดการน้ำเสียสมมุติ\n",
        "1  ก่อสร้างถนน  อบต.เสี้ยว\n2  ขุดลอกคลอง  อบต.กกดู่\n",
    ],
)
def test_what_is_no_list_is_none(text: str) -> None:
    assert not read_text(text).rows
