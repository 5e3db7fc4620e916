"""Days, hours and years of a text against the calendar and against the day of its letter."""

import pytest

from domain.intake.read_text import read_text
from domain.intake.vocabulary import ContradictionKind
from tests.support.clean_texts import enclosed_after, official
from tests.support.readings import found_in

DATE, YEAR, COUNT, WEEKDAY, ERA, AFTER = (
    ContradictionKind.DATE_DIFFERS,
    ContradictionKind.YEAR_DIFFERS,
    ContradictionKind.COUNT_DIFFERS,
    ContradictionKind.WEEKDAY_WRONG,
    ContradictionKind.ERA_CONFUSED,
    ContradictionKind.DEADLINE_AFTER_OCCASION,
)


@pytest.mark.parametrize(
    ("right", "change", "kind", "shown"),
    [
        pytest.param(
            "จัดอบรมระหว่างวันที่ ๑๙ - ๒๑ มิถุนายน ๒๕๖๖ ณ โรงแรมริมน้ำ",
            ("๑๙ -", "๒๙ -"),
            DATE,
            ("๒๙", "๒๑ มิถุนายน ๒๕๖๖"),
            id="days backwards",
        ),
        pytest.param(
            "เปิดรับสมัครตั้งแต่วันที่ ๑ ธันวาคม ๒๕๖๖ ถึงวันที่ ๑๕ มกราคม ๒๕๖๗",
            ("๒๕๖๗", "๒๕๖๖"),
            DATE,
            ("๑ ธันวาคม ๒๕๖๖", "๑๕ มกราคม ๒๕๖๖"),
            id="days backwards over the new year",
        ),
        pytest.param(
            "ขอใช้หอประชุม เวลา ๐๘.๓๐ น. ถึง ๑๖.๓๐ น. เพื่อจัดประชุม",
            ("๐๘.๓๐", "๑๘.๓๐"),
            DATE,
            ("๑๘.๓๐", "๑๖.๓๐"),
            id="hours backwards",
        ),
        pytest.param(
            "ออกตรวจตั้งแต่วันที่ ๑ ธันวาคม ๒๕๖๖ ถึงวันที่ ๑๐ ธันวาคม ๒๕๖๖ รวม ๑๐ วัน",
            ("รวม ๑๐", "รวม ๑๒"),
            COUNT,
            ("๑ ธันวาคม ๒๕๖๖ ถึงวันที่ ๑๐ ธันวาคม ๒๕๖๖", "๑๒"),
            id="more days than there are",
        ),
        pytest.param(
            "โครงการสิ้นสุดในวันที่ ๓๐ พฤศจิกายน ๒๕๖๖ ตามสัญญา",
            ("๓๐", "๓๑"),
            DATE,
            ("๓๑ พฤศจิกายน ๒๕๖๖",),
            id="a day that is none",
        ),
        pytest.param(
            "เปิดรับคำขอ เวลา ๐๙.๑๕ น. ถึง ๐๙.๓๐ น. ทุกวันทำการ",
            ("๐๙.๑๕", "๐๙.๔๕"),
            DATE,
            ("๐๙.๔๕", "๐๙.๓๐"),
            id="hours of a morning backwards",
        ),
        pytest.param(
            "โครงการสิ้นสุดในวันที่ ๓๐ พ.ย. ๖๖ ตามสัญญา",
            ("๓๐", "๓๑"),
            DATE,
            ("๓๑ พ.ย. ๖๖",),
            id="a day that is none, in short",
        ),
        pytest.param(
            "รับรองสำเนาถูกต้อง\n๓๐ เมษายน ๒๕๖๖\nเจ้าพนักงานธุรการ",
            ("๓๐", "๓๑"),
            DATE,
            ("๓๑ เมษายน ๒๕๖๖",),
            id="a day that is none, alone on its line",
        ),
        pytest.param(
            "โครงการสิ้นสุดในวันที่ ๓๐ พฤศจิกายน ๒๕๖๖ ตามสัญญา",
            ("๒๕๖๖", "๒๙๖๖"),
            DATE,
            ("๓๐ พฤศจิกายน ๒๙๖๖",),
            id="a year too far away",
        ),
        pytest.param(
            "นัดตรวจรับงานวันที่ ๔ ธันวาคม ๒๕๖๙ (วันศุกร์) ณ ที่ทำการ",
            ("วันศุกร์", "วันเสาร์"),
            WEEKDAY,
            ("วันเสาร์", "๔ ธันวาคม ๒๕๖๙"),
            id="a weekday behind its day",
        ),
        pytest.param(
            "ประจำปีงบประมาณ พ.ศ. ๒๕๖๙ (๑ ตุลาคม ๒๕๖๘ - ๓๐ กันยายน ๒๕๖๙) ตามแบบ",
            ("พ.ศ. ๒๕๖๙", "พ.ศ. ๒๕๗๐"),
            YEAR,
            ("๒๕๗๐", "๑ ตุลาคม ๒๕๖๘ - ๓๐ กันยายน ๒๕๖๙"),
            id="a fiscal year",
        ),
        pytest.param(
            "ประจำปีงบประมาณ พ.ศ. ๒๕๖๙ (๑ ตุลาคม ๒๕๖๘ - ๓๐ กันยายน ๒๕๖๙) ตามแบบ",
            ("กันยายน ๒๕๖๙", "กันยายน ๒๕๗๐"),
            YEAR,
            ("๒๕๖๙", "๑ ตุลาคม ๒๕๖๘ - ๓๐ กันยายน ๒๕๗๐"),
            id="two years for a fiscal year",
        ),
        pytest.param(
            "ไตรมาสที่ ๑ ปีงบประมาณ พ.ศ. ๒๕๗๐ (ตุลาคม - ธันวาคม ๒๕๖๙) ทางระบบ",
            ("ธันวาคม ๒๕๖๙", "ธันวาคม ๒๕๗๐"),
            YEAR,
            ("๒๕๗๐", "ตุลาคม - ธันวาคม ๒๕๗๐"),
            id="a quarter of a fiscal year",
        ),
        pytest.param(
            "ภายในปี ๒๕๗๓ (ค.ศ. ๒๐๓๐) ต้องลดให้ได้ตามเป้าหมาย",
            ("๒๐๓๐", "๒๐๓๓"),
            ERA,
            ("๒๕๗๓", "๒๐๓๓"),
            id="a year in both eras",
        ),
        pytest.param(
            "ขอเชิญท่านเข้าร่วมประชุมในวันที่ ๒๗ มิถุนายน ๒๕๖๖ เวลา ๑๓.๓๐ น. ณ ศาลากลางจังหวัด",
            ("๒๗ มิถุนายน", "๒๗ เมษายน"),
            DATE,
            ("๑๔ มิถุนายน ๒๕๖๖", "ในวันที่ ๒๗ เมษายน ๒๕๖๖ เวลา ๑๓.๓๐ น."),
            id="an occasion before its letter",
        ),
        pytest.param(
            "กำหนดจัดพิธีเปิดงานในวันที่ ๑๔ มกราคม ๒๕๖๗ เวลา ๑๗.๐๐ น. ณ ลานหน้าศาลากลาง",
            ("๒๕๖๗", "๒๕๖๖"),
            DATE,
            ("๑๔ มิถุนายน ๒๕๖๖", "ในวันที่ ๑๔ มกราคม ๒๕๖๖ เวลา ๑๗.๐๐ น."),
            id="an occasion of the year before",
        ),
        pytest.param(
            "กำหนดอบรมในวันที่ ๒๗ มิถุนายน ๒๕๖๖ เวลา ๑๐.๐๐ น. ให้ส่งรายชื่อผู้แทนภายในวันที่ ๒๐ มิถุนายน ๒๕๖๖",
            ("๒๐ มิถุนายน", "๒๙ มิถุนายน"),
            AFTER,
            ("ภายในวันที่ ๒๙ มิถุนายน ๒๕๖๖", "ในวันที่ ๒๗ มิถุนายน ๒๕๖๖ เวลา ๑๐.๐๐ น."),
            id="names after the occasion",
        ),
        pytest.param(
            "กำหนดอบรมในวันที่ ๒๗ มิถุนายน ๒๕๖๖ ให้แล้วเสร็จภายในวันที่ ๓๐ มิถุนายน ๒๕๖๖ "
            "โปรดส่งแบบตอบรับภายในวันที่ ๒๑ มิถุนายน ๒๕๖๖",
            ("๒๑ มิถุนายน", "๒๘ มิถุนายน"),
            AFTER,
            ("ภายในวันที่ ๒๘ มิถุนายน ๒๕๖๖", "ในวันที่ ๒๗ มิถุนายน ๒๕๖๖"),
            id="what another day is for says nothing of this one",
        ),
    ],
)
def test_what_cannot_be_is_found_and_what_can_be_is_not(
    right: str, change: tuple[str, str], kind: ContradictionKind, shown: tuple[str, ...]
) -> None:
    text = official(right)
    assert found_in(text, read_text(text)) == []
    assert right.count(change[0]) == 1
    wrong = official(right.replace(*change))
    assert [(one[0], one[2]) for one in found_in(wrong, read_text(wrong))] == [(kind, shown)]


@pytest.mark.parametrize(
    "body",
    [
        "เวรรักษาการณ์ เวลา ๑๖.๓๐ น. - ๐๘.๓๐ น. และเวรกลางวัน เวลา ๐๘.๓๐ - ๑๖.๓๐ น.",
        "เดินทางเวลา ๒๐.๐๐ น. ถึง ๑๑.๐๐ น. ของวันรุ่งขึ้น",
        "งานกาชาดระหว่างวันที่ ๒๘ ธันวาคม ๒๕๖๙ - ๖ มกราคม ๒๕๗๐ เวลา ๑๗.๐๐ - ๐๑.๐๐ น. รวม ๑๐ วัน",
        "ถนนคนเดินเวลา ๑๐.๐๐ น. ถึง ๐๑.๐๐ น. และเวลา ๑๗.๐๐ น. - ๐๗.๐๐ น.",
        "รายงานผลการดำเนินงาน ปีงบประมาณ พ.ศ. ๒๕๖๙ (กรกฎาคม ๒๕๖๙ - มิถุนายน ๒๕๗๐)",
        "อบรมระหว่างวันที่ ๗ - ๑๑ ธันวาคม ๒๕๖๙ รวม ๔ วัน เว้นวันหยุดราชการ",
        "อบรมระหว่างวันที่ ๓๐ พฤศจิกายน - ๒ ธันวาคม ๒๕๖๙ จำนวน ๓ วัน",
        "ประชุมวันที่ ๑, ๘ และ ๑๕ ธันวาคม ๒๕๖๙ และวันที่ ๒๒ - ๒๓ ธันวาคม ๒๕๖๙",
        "วันที่ ๒๙ กุมภาพันธ์ ๒๕๖๗ เป็นวันสุดท้าย",
        "วันอาทิตย์ที่ ๖ ธันวาคม ๒๕๖๙ (วันหยุดราชการ) และวันที่ ๗ ธันวาคม ๒๕๖๙ (วันจันทร์)",
        "แผนปีงบประมาณ พ.ศ. ๒๕๗๐ (๑ ต.ค. ๖๙ - ๓๐ ก.ย. ๗๐) และปีงบประมาณ ๒๕๖๙ (ร่าง)",
        "ปีงบประมาณ พ.ศ. ๒๕๖๙ (มกราคม ๒๕๖๙ - ธันวาคม ๒๕๖๙)",
        "ตามที่จังหวัดได้กำหนดจัดประชุมในวันที่ ๒ มิถุนายน ๒๕๖๖ เวลา ๐๙.๐๐ น. นั้น การประชุมเสร็จสิ้นแล้ว",
        "ด้วยเมื่อวันที่ ๑ มิถุนายน ๒๕๖๖ เวลา ๑๔.๐๐ น. เกิดเหตุวาตภัย จังหวัดจะดำเนินการช่วยเหลือต่อไป",
        "ที่ประชุมในวันที่ ๖ มิถุนายน ๒๕๖๖ มอบหมายให้สำรวจ และจะจัดประชุมในวันที่ ๒๘ มิถุนายน ๒๕๖๖",
        "ข้าพเจ้าจะเดินทางไปราชการในวันที่ ๑๐ - ๑๒ มิถุนายน ๒๕๖๖ จึงขออนุมัติย้อนหลัง",
        "กำหนดอบรมในวันที่ ๒๒ มิถุนายน ๒๕๖๖ และให้ส่งรายชื่อผู้ผ่านการอบรมภายในวันที่ ๓๐ มิถุนายน ๒๕๖๖",
    ],
)
def test_days_and_hours_that_can_be_are_not_disturbed(body: str) -> None:
    text = official(body)
    assert found_in(text, read_text(text)) == []


def test_the_subject_names_the_day_of_the_only_occasion() -> None:
    body = "จังหวัดกำหนดจัดงานวันต่อต้านคอร์รัปชัน ในวันที่ {} มิถุนายน ๒๕๖๖ ณ หอประชุม"
    subject = "ขอเชิญร่วมงานวันต่อต้านคอร์รัปชัน ในวันที่ ๒๐ มิถุนายน ๒๕๖๖"
    right = official(body.format("๒๐"), subject=subject)
    assert found_in(right, read_text(right)) == []
    wrong = official(body.format("๒๙"), subject=subject)
    assert [(one[0], one[2]) for one in found_in(wrong, read_text(wrong))] == [
        (DATE, ("๒๐ มิถุนายน ๒๕๖๖", "ในวันที่ ๒๙ มิถุนายน ๒๕๖๖"))
    ]
    moved = official(body.format("๒๙"), subject=f"ขอเลื่อนกำหนด{subject}")
    assert found_in(moved, read_text(moved)) == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("ขอให้ส่งบัญชีบ่อบาดาลและสระเก็บน้ำของหมู่บ้าน ประจำปี พ.ศ. ๒๕๖๗ ให้จังหวัด", [YEAR]),
        (
            "ขอให้ส่งบัญชีบ่อบาดาลและสระเก็บน้ำของหมู่บ้าน ประจำปี พ.ศ. ๒๕๖๗ แทนฉบับปี พ.ศ. ๒๕๖๖",
            [],
        ),
    ],
)
def test_the_year_of_a_subject_is_told_in_the_letter(
    body: str, told: list[ContradictionKind]
) -> None:
    subject = "ขอให้ส่งบัญชีบ่อบาดาลและสระเก็บน้ำของหมู่บ้าน ประจำปี พ.ศ. ๒๕๖๖"
    text = official(body, subject=subject)
    assert [one[0] for one in found_in(text, read_text(text))] == told


def test_what_stands_in_a_subject_does_not_begin_the_sentences() -> None:
    said = "กำหนดจัดงานวันดินโลก ในวันที่ ๒{} มิถุนายน ๒๕๖๖ ณ ลานหน้าศาลากลางจังหวัด"
    text = enclosed_after(said.format("๘"), said.format("๓"), subject="งานวันดินโลก ครั้งที่ ๙")
    assert [one[0] for one in found_in(text, read_text(text))] == [DATE]


@pytest.mark.parametrize(
    ("cover", "expected"),
    [
        pytest.param("9.30", [], id="as the letter passed on"),
        pytest.param("๑๓.๓๐", [(DATE, ("13:30", "09:30"), ("๑๓.๓๐", "๐๙.๓๐"))], id="another hour"),
    ],
)
def test_an_hour_is_passed_on_as_it_is(
    cover: str, expected: list[tuple[ContradictionKind, tuple[str, ...], tuple[str, ...]]]
) -> None:
    said = "กำหนดประชุมชี้แจงแนวทางการดำเนินโครงการในวันที่ ๒๘ มิถุนายน ๒๕๖๖ เวลา {} น. ณ ห้องประชุมใหญ่"
    text = enclosed_after(said.format(cover), said.format("๐๙.๓๐"))
    assert found_in(text, read_text(text)) == expected
