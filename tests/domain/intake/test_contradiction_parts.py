"""What one part of a letter says of another: enclosures, items, citations, its own name."""

import pytest

from domain.intake.read_text import read_text
from domain.intake.vocabulary import ContradictionKind
from tests.support.clean_texts import enclosed_after, official
from tests.support.readings import found_in

COUNT, LENGTH, NUMBERING, NUMBER, WORDING, OFFICE = (
    ContradictionKind.COUNT_DIFFERS,
    ContradictionKind.LIST_LENGTH_DIFFERS,
    ContradictionKind.LIST_NUMBERING_BROKEN,
    ContradictionKind.NUMBER_DIFFERS,
    ContradictionKind.WORDING_DIFFERS,
    ContradictionKind.OFFICE_MISSPELT,
)
TWO = "สิ่งที่ส่งมาด้วย ๑. ร่างกำหนดการ จำนวน ๑ ชุด\n๒. แบบตอบรับ จำนวน ๑ แผ่น"
CITED = "อ้างถึง หนังสือจังหวัดเลย ที่ ลย ๐๐๒๓.๓/ว ๑๗๐๒ ลงวันที่ ๕ มิถุนายน ๒๕๖๖"
NAME = "กรมส่งเสริมคุณภาพแหล่งน้ำ"
PASSED_ON = enclosed_after(
    "กรมแจ้งแนวทางมาเพื่อถือปฏิบัติ", "ขอแจ้งแนวทางมาเพื่อถือปฏิบัติ", subject="การสำรวจแปลงปลูกข้าวในเขตชลประทาน"
).replace("เรื่อง ขอเชิญเข้าร่วมประชุม", "เรื่อง การสำรวจแปลงปลูกข้าวในเขตชลประทาน")


@pytest.mark.parametrize(
    ("right", "change", "kind", "shown"),
    [
        pytest.param(
            official(
                "จังหวัดขอส่งแบบสำรวจข้อมูล จำนวน ๓ แผ่น มาเพื่อดำเนินการ",
                heads="สิ่งที่ส่งมาด้วย แบบสำรวจข้อมูล จำนวน ๓ แผ่น",
            ),
            ("ส่งแบบสำรวจข้อมูล จำนวน ๓", "ส่งแบบสำรวจข้อมูล จำนวน ๕"),
            COUNT,
            {"๓", "๕"},
            id="sheets of an enclosure",
        ),
        pytest.param(
            official("รายละเอียดตามสิ่งที่ส่งมาด้วย ๑ และตอบรับตามสิ่งที่ส่งมาด้วย ๒", heads=TWO),
            ("ตามสิ่งที่ส่งมาด้วย ๒", "ตามสิ่งที่ส่งมาด้วย ๓"),
            LENGTH,
            {"๓", "ร่างกำหนดการ จำนวน ๑ ชุด\n๒. แบบตอบรับ จำนวน ๑ แผ่น"},
            id="an enclosure that there is not",
        ),
        pytest.param(
            official("ขอส่งเอกสารมาพร้อมนี้", heads=f"{TWO}\n๓. แผนที่ จำนวน ๑ แผ่น"),
            ("๓. แผนที่", "๔. แผนที่"),
            NUMBERING,
            {"๒", "๔"},
            id="numbers of enclosures",
        ),
        pytest.param(
            official(
                "ให้เตรียมเอกสาร จำนวน ๔ รายการ ดังนี้\n"
                "๑. สำเนาบัตร\n๒. สำเนาทะเบียนบ้าน\n๓. รูปถ่าย\n๔. ใบรับรองแพทย์"
            ),
            ("จำนวน ๔", "จำนวน ๕"),
            LENGTH,
            {"๕", "๑. สำเนาบัตร\n๒. สำเนาทะเบียนบ้าน\n๓. รูปถ่าย\n๔"},
            id="items on lines",
        ),
        pytest.param(
            official("หลักเกณฑ์มี ๓ ข้อ คือ (๑) มีสัญชาติไทย (๒) อายุไม่เกินหกสิบปี และ (๓) ไม่มีหนี้สิน"),
            ("มี ๓ ข้อ", "มี ๔ ข้อ"),
            LENGTH,
            {"๔", "๑) มีสัญชาติไทย (๒) อายุไม่เกินหกสิบปี และ (๓"},
            id="items in a sentence",
        ),
        pytest.param(
            official("ให้ยื่นเอกสารดังต่อไปนี้ จำนวน ๒ ฉบับ\n(๑) สำเนาบัตร\n(๒) สำเนาทะเบียนบ้าน"),
            ("จำนวน ๒ ฉบับ", "จำนวน ๔ ฉบับ"),
            LENGTH,
            {"๔", "๑) สำเนาบัตร\n(๒"},
            id="items counted behind the word that leads to them",
        ),
        pytest.param(
            official("ขอให้ดำเนินการ ดังนี้\n๑. สำรวจข้อมูลให้ครบถ้วน\n๒. บันทึกข้อมูลในระบบ\n๓. จัดเก็บหลักฐาน"),
            ("๓. จัด", "๔. จัด"),
            NUMBERING,
            {"๒", "๔"},
            id="numbers of items",
        ),
        pytest.param(
            official(
                "ตามหนังสือจังหวัดเลย ที่ ลย ๐๐๒๓.๓/ว ๑๗๐๒ ลงวันที่ ๕ มิถุนายน ๒๕๖๖ ขอให้ส่งข้อมูล นั้น", heads=CITED
            ),
            ("ตามหนังสือจังหวัดเลย ที่ ลย ๐๐๒๓.๓/ว ๑๗๐๒", "ตามหนังสือจังหวัดเลย ที่ ลย ๐๐๒๓.๓/ว ๑๗๒๐"),
            NUMBER,
            {"ลย ๐๐๒๓.๓/ว ๑๗๐๒", "ลย ๐๐๒๓.๓/ว ๑๗๒๐"},
            id="a number in the sentences",
        ),
        pytest.param(
            official(f"ด้วย{NAME}ได้รับแจ้งเรื่องน้ำเสีย", issuer=NAME, foot=f"อธิบดี{NAME}"),
            (f"ด้วย{NAME}", "ด้วยกรมส่งเสริมคุนภาพแหล่งน้ำ"),
            OFFICE,
            {"กรมส่งเสริมคุนภาพแหล่งน้ำ"},
            id="the agency's own name",
        ),
        pytest.param(
            PASSED_ON,
            (
                "ลงวันที่ ๕ มิถุนายน ๒๕๖๖ จำนวน",
                "ลงวันที่ ๕ มิถุนายน ๒๕๖๖ เรื่อง การสำรวจแปลงปลูกอ้อยในเขตชลประทาน จำนวน",
            ),
            WORDING,
            {"การสำรวจแปลงปลูกอ้อยในเขตชลประทาน", "การสำรวจแปลงปลูกข้าวในเขตชลประทาน"},
            id="a subject that is quoted",
        ),
        pytest.param(
            PASSED_ON,
            (
                "เรื่อง การสำรวจแปลงปลูกข้าวในเขตชลประทาน\n\nเรียน นายอำเภอ",
                "เรื่อง การสำรวจแปลงปลูกข้าวในเขตชลประทาม\n\nเรียน นายอำเภอ",
            ),
            WORDING,
            {"การสำรวจแปลงปลูกข้าวในเขตชลประทาม", "การสำรวจแปลงปลูกข้าวในเขตชลประทาน"},
            id="a subject that is passed on",
        ),
    ],
)
def test_parts_that_do_not_fit_are_found(
    right: str, change: tuple[str, str], kind: ContradictionKind, shown: set[str]
) -> None:
    assert found_in(right, read_text(right)) == []
    assert right.count(change[0]) == 1
    wrong = right.replace(*change)
    found = found_in(wrong, read_text(wrong))
    assert [(one[0], set(one[2])) for one in found] == [(kind, shown)]


@pytest.mark.parametrize(
    ("body", "heads"),
    [
        ("ตามสิ่งที่ส่งมาด้วย ๑ - ๒ และสิ่งที่ส่งมาด้วย ๓ ของหนังสือที่อ้างถึง", TWO),
        ("รายละเอียดตามสิ่งที่ส่งมาด้วย ๓ ฉบับ ที่แนบมาพร้อมนี้", TWO),
        (
            "ขอให้อำเภอกรอกแบบสำรวจข้อมูล จำนวน ๑ ชุด ส่งคืนจังหวัด",
            "สิ่งที่ส่งมาด้วย แบบสำรวจข้อมูล จำนวน ๒ ชุด",
        ),
        (
            "ตามหนังสือที่ ลย ๐๐๒๓.๓/ว ๑๗๐๒ และที่ ลย ๐๐๒๓.๓/ว ๑๗๐๓ ลงวันที่ ๕ มิถุนายน ๒๕๖๖",
            CITED,
        ),
        (
            "ดังนี้\n๑. สำรวจ ๒ เรื่อง ได้แก่\n๑) ถนน\n๒) แหล่งน้ำ\n๒. รายงานผล\n๒.๑ รายเดือน\n๓. จัดเก็บ",
            "",
        ),
        (
            "ให้ยื่น ๒ รายการ ดังนี้\n๑. สำเนาบัตร\n๒. รูปถ่าย\nและให้\n๑. แจ้งประชาชน\n๒. รายงานผล\n๓. จัดเก็บ",
            "",
        ),
        ("๑. แจ้งผล\n๒. ให้ส่ง ๒ ข้อ คือ ๑. ชื่อ ๒. ที่อยู่\n๓. รายงานผล", ""),
        ("แนวทาง ๒ ข้อ คือ ๑. ประหยัด ๒. ปลอดภัย โดยให้ถือปฏิบัติตามข้อ ๓. ของระเบียบ", ""),
        ("ตามข้อ ๑๒ กำหนดให้\n(๑) ตรวจรับ\n(๒) รายงาน\n(๔) จ่ายเงิน", ""),
        ("มี ๓ ด้าน ได้แก่ (๑) สุขภาพ (๓) รายได้ ซึ่งด้านหนึ่งอ่านไม่ออก", ""),
    ],
)
def test_parts_that_fit_are_not_disturbed(body: str, heads: str) -> None:
    text = official(body, heads=heads)
    assert found_in(text, read_text(text)) == []


@pytest.mark.parametrize(
    "name", ["เทศบาลตำบลบ้านแป้นพัฒนา", "โรงเรียนบ้านโนนสว่าง", "กรมส่งเสริมการเกษตรที่สูง"]
)
def test_the_name_of_a_place_may_be_near_another(name: str) -> None:
    other = f"{name[:-1]}" if name.startswith("กรม") else name.replace("บ้าน", "บ่าน")
    text = official(f"ด้วย{other}แจ้งมา", issuer=name, foot=f"หัวหน้า{name}")
    assert found_in(text, read_text(text)) == []
