"""What the text alone says wrongly: shares, eras, weekdays."""

import pytest

from domain.intake.reading import TextReading
from domain.intake.vocabulary import ContradictionKind
from tests.support.readings import found_in

NOTHING = TextReading(letters=(), lists=())
PERCENTAGE = ContradictionKind.PERCENTAGE_WRONG
ERA = ContradictionKind.ERA_CONFUSED
WEEKDAY = ContradictionKind.WEEKDAY_WRONG


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ผ่านเกณฑ์ ๓๔๐ แห่ง คิดเป็นร้อยละ ๔๒.๕๐ จากจำนวน ๘๑๐ แห่ง", ("340", "42.50")),
        ("ได้รับวัคซีน 1,250 คน คิดเป็นร้อยละ 52.1 ของเป้าหมาย 2,500 คน", ("1250", "52.1")),
        ("จากทั้งหมด ๒๐๐ ราย ตอบกลับ ๑๕๐ ราย คิดเป็นร้อยละ ๗๐", ("150", "70")),
        ("ผ่านเกณฑ์ ๓๖ แห่ง จากทั้งหมด ๔๘ แห่ง คิดเป็นร้อยละ ๗๐", ("36", "70")),
        ("ผ่านเกณฑ์ ๓๖ แห่ง (จากทั้งหมด ๔๘ แห่ง) คิดเป็นร้อยละ ๗๐", ("36", "70")),
        ("ส่งแล้ว 9 อำเภอ จากจำนวน 12 อำเภอ หรือร้อยละ 76", ("9", "76")),
        ("เบิกจ่ายแล้ว 3.5 ล้านบาท (ร้อยละ 50) จากงบประมาณ 5 ล้านบาท", ("3.5", "50")),
    ],
)
def test_a_share_that_does_not_compute_is_found(text: str, values: tuple[str, str]) -> None:
    found = found_in(text, NOTHING)
    assert [(kind, told) for kind, told, _ in found] == [(PERCENTAGE, values)]


@pytest.mark.parametrize(
    "text",
    [
        "ผ่านเกณฑ์ ๑ แห่ง คิดเป็นร้อยละ ๑๖.๖๗ จากจำนวน ๖ แห่ง",
        "ผ่านเกณฑ์ 1 แห่ง คิดเป็นร้อยละ 16.66 จากจำนวน 6 แห่ง",
        "ผ่านเกณฑ์ 1,234 คน คิดเป็นร้อยละ 12.3 ของทั้งหมด 10,000 คน",
        "ผ่าน 5 คน คิดเป็นร้อยละ 12 จาก 40 คน ที่สมัคร",
        "ผ่าน 5 คน คิดเป็นร้อยละ 13 จาก 40 คน ที่สมัคร",
        "ลดลง 40 แห่ง คิดเป็นร้อยละ 8 ของปี 2565",
        "ครัวเรือน 90 ครัวเรือน คิดเป็นร้อยละ 30 จาก 12 หมู่บ้าน",
        "สมัคร 30 คน จากทั้งหมด 60 ราย ผ่าน 20 คน คิดเป็นร้อยละ 66.67",
        "ตั้งเป้าหมายร้อยละ 80 ของ 300 แห่ง ภายในปี 2566",
        "เพิ่มขึ้นเป็น 800 แห่ง คิดเป็นร้อยละ 14.29 จากเดิม 700 แห่ง",
        "ผ่าน 5 คน คิดเป็นร้อยละ 10 ของผู้สมัคร และจากผู้ผ่าน 40 คน สละสิทธิ์ 1 คน",
        "ผ่านเกณฑ์ ๓๖ แห่ง จากทั้งหมด ๔๘ แห่ง คิดเป็นร้อยละ ๗๕",
        "มี 5 หมู่บ้าน จาก 3 ตำบล 40 หมู่บ้าน คิดเป็นร้อยละ 12",
        "ลดจากเดิม 50 ราย จาก 90 ราย คิดเป็นร้อยละ 44",
        "จ่าย 70 บาท คิดเป็นร้อยละ 70 ของเงินที่ได้รับ คงเหลือ 30 บาท",
        "ริมน้ำ ๔๕ แห่ง ในจำนวนนี้ซ่อมแล้ว ๓๐ แห่ง คิดเป็นร้อยละ ๒๕ จากจำนวน ๑๒๐ แห่ง",
        "ส่งแล้ว 0 ราย คิดเป็นร้อยละ 0 จาก 0 ราย",
    ],
)
def test_a_share_that_computes_or_cannot_be_reckoned_is_not_disturbed(text: str) -> None:
    assert found_in(text, NOTHING) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ตั้งแต่ปี ค.ศ. ๒๕๖๔ เป็นต้นไป", ("2564",)),
        ("ประจำปี พ.ศ. 2021", ("2021",)),
        ("แผนงาน พ.ศ. ๒๕๖๕ - ๒๕๖๑", ("2565", "2561")),
        ("แผน พ.ศ. 2561 - 2680 และแผน พ.ศ. 2561 - 2580", ("2561", "2680")),
        ("พ.ศ. 2564 (ค.ศ. 2020)", ("2564", "2020")),
        ("๔ มีนาคม ๒๕๖๘ ประชุมวันที่ ๙ เม.ย. ๒๐๒๕", ("2025",)),
    ],
)
def test_a_year_that_cannot_be_is_found(text: str, values: tuple[str, ...]) -> None:
    found = found_in(text, NOTHING)
    assert [(kind, told) for kind, told, _ in found] == [(ERA, values)]


@pytest.mark.parametrize(
    "text",
    [
        "แผน พ.ศ. ๒๕๖๑ - ๒๕๘๐ และแผน พ.ศ. ๒๕๖๖ - ๒๕๗๐",
        "พ.ศ. 2564 (ค.ศ. 2021) และ ค.ศ. 2030",
        "ตั้งแต่ พ.ศ. 2112 จนถึง พ.ศ. 2310",
        "ปี พ.ศ. 2475 หรือ ค.ศ. 1932",
        "๔ มีนาคม ๒๕๖๘ ประชุมวันที่ ๙ เมษายน ค.ศ. ๒๐๒๕",
        "ประชุมวันที่ ๙ เมษายน ๒๐๒๕",
        "ปีการศึกษา 2564 - 2565 ตามพระราชบัญญัติ พ.ศ. 2496",
        "โทร. 0 2564 2021 ต่อ 2565 - 2561",
    ],
)
def test_a_year_that_can_be_is_not_disturbed(text: str) -> None:
    assert found_in(text, NOTHING) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ในวันจันทร์ที่ ๑๖ มีนาคม ๒๕๖๔", ("วันจันทร์", "2021-03-16")),
        ("วันพฤหัสบดี ที่ 1 ม.ค. 2568", ("วันพฤหัสบดี", "2025-01-01")),
        ("ระหว่างวันอังคารที่ ๑๕ - วันศุกร์ที่ ๑๙ มีนาคม ๒๕๖๔", ("วันอังคาร", "2021-03-15")),
    ],
)
def test_a_wrong_weekday_is_found(text: str, values: tuple[str, str]) -> None:
    found = found_in(text, NOTHING)
    assert [(kind, told) for kind, told, _ in found] == [(WEEKDAY, values)]


@pytest.mark.parametrize(
    "text",
    [
        "ในวันจันทร์ที่ ๑๕ มีนาคม ๒๕๖๔ เวลา ๐๙.๐๐ น.",
        "วันพุธที่ 1 มกราคม 2025",
        "ระหว่างวันจันทร์ที่ 15 ถึงวันศุกร์ที่ 19 มีนาคม 2564",
        "ทุกวันจันทร์ - ศุกร์ เวลา 08.30 - 16.30 น.",
        "วันพุธที่สองของเดือน",
    ],
)
def test_a_right_weekday_is_not_disturbed(text: str) -> None:
    assert found_in(text, NOTHING) == []


def test_the_places_are_those_of_the_text_as_it_was_received() -> None:
    text = "เเจ้งให้ทราบ\u200bว่า นํ้า\r\nผ่าน ๓๔๐ แห่ง คิดเป็นร้อยละ ๔๒.๕ จาก ๘๑๐ แห่ง"
    assert found_in(text, NOTHING) == [(PERCENTAGE, ("340", "42.5"), ("๓๔๐", "๔๒.๕"))]
