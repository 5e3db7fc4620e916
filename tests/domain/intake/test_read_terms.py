"""Times without a day, and letters that are cited below no heading: what is told and what not."""

import json

import pytest

from domain.intake.read_text import read_text
from domain.intake.reading import LetterReading
from domain.intake.reading_json import contract_json, full_json

LETTER = """\
ที่ ลย ๐๐๐๓/๑
สำนักงานคลังจังหวัดเลย
๒ มกราคม ๒๕๖๗
เรื่อง การส่งรายงาน
เรียน นายอำเภอทุกอำเภอ
        {said}
ขอแสดงความนับถือ
"""


def read(said: str) -> LetterReading:
    (letter,) = read_text(LETTER.format(said=said)).letters
    return letter


@pytest.mark.parametrize(
    ("said", "term"),
    [
        ("ขอให้ส่งภายใน ๑๕ วัน", ("submit", 15, "day", None)),
        ("ขอให้ส่งภายใน ๗ (เจ็ด) วันทำการ", ("submit", 7, "working_day", None)),
        ("ให้รายงานภายใน\n        ๒๔ ชั่วโมง", ("report", 24, "hour", None)),
        ("ให้รายงานภายในยี่สิบเอ็ดวัน", ("report", 21, "day", None)),
        ("ให้รายงานภายในกำหนดเวลา ๒ เดือน", ("report", 2, "month", None)),
        (
            "ให้ตอบรับภายใน ๓ วันนับถัดจากวันที่ได้รับหนังสือ และส่งต่อ",
            ("reply", 3, "day", "นับถัดจากวันที่ได้รับหนังสือ"),
        ),
        (
            "ให้ชำระเงินภายใน ๓๐ วัน นับแต่วันที่ ๕ มกราคม ๒๕๖๗",
            ("pay", 30, "day", "นับแต่วันที่ 5 มกราคม 2567"),
        ),
        ("ผู้รับการตรวจให้ยื่น หากขัดข้องให้ดำเนินการภายใน ๒ สัปดาห์", ("other", 2, "week", None)),
    ],
)
def test_a_term_is_told(said: str, term: tuple[str, int, str, str | None]) -> None:
    letter = read(said)
    (found,) = letter.terms
    value = found.value
    assert (value.kind.value, value.count, value.unit.value, value.since) == term
    assert (found.confidence < 0.8) is (value.since is None or value.kind.value == "other")
    assert not letter.deadlines


@pytest.mark.parametrize(
    "said",
    [
        "ให้ส่งภายในวันที่ ๗ มกราคม ๒๕๖๗",
        "ให้ส่งภายใน ๗ มกราคม ๒๕๖๗",
        "แผนจะแล้วเสร็จภายใน ๕ ปี",
        "ให้รายงานทุก ๓ เดือน",
        "ภายใน ๗ วันที่ผ่านมา มีผู้ป่วย ๒ ราย",
        "ภายในวันเดียว",
        "ภายใน ๐ วัน",
    ],
)
def test_what_is_no_term_is_not(said: str) -> None:
    assert not read(said).terms


def test_a_term_is_in_the_full_form_and_not_among_the_days() -> None:
    reading = read_text(LETTER.format(said="ขอให้ส่งภายใน ๗ วัน นับแต่วันที่ได้รับหนังสือ"))
    full = json.loads(json.dumps(full_json(reading), ensure_ascii=False))["letters"][0]
    assert full["terms"][0]["value"] == {
        "kind": "submit",
        "count": 7,
        "unit": "day",
        "since": "นับแต่วันที่ได้รับหนังสือ",
    }
    assert contract_json(reading)["letters"][0]["deadlines"] == []


@pytest.mark.parametrize(
    "said",
    [
        "ตามหนังสือจังหวัด ที่ ลย ๐๐๑๗/ว ๒๐ ลงวันที่ ๑ ธันวาคม\n        ๒๕๖๖ แจ้งมา",
        "สำเนาบันทึกข้อความที่ ลย ๐๐๑๗/ว ๒๐ ลว. ๑ ธ.ค. ๖๖",
        "โทรสารในราชการกรมที่ดิน ด่วนที่สุด\nที่ ลย ๐๐๑๗/ว ๒๐ ลงวันที่ ๑ ธันวาคม ๒๕๖๖",
    ],
)
def test_what_the_text_cites_is_told_with_doubt(said: str) -> None:
    (reference,) = read(said).references
    assert str(reference.number.value) == "ลย 0017/ว 20"
    assert (reference.number.rule, reference.number.confidence) == ("reference.body", 0.75)
    assert reference.dated is not None
    assert reference.dated.value.isoformat() == "2023-12-01"


@pytest.mark.parametrize(
    "said",
    [
        "โปรดอ้างหนังสือที่ ลย ๐๐๐๓/๑ ลงวันที่ ๒ มกราคม ๒๕๖๗",
        "โปรดอ้างหนังสือที่ ลย ๐๐๑๗/ว ๒๐",
        "เอกสารรหัส ลย ๐๐๑๗/ว ๒๐ ลงวันที่ ๑ ธันวาคม ๒๕๖๖",
    ],
)
def test_the_own_number_and_what_has_no_date_or_is_no_letter_is_not_cited(said: str) -> None:
    assert not read(said).references


@pytest.mark.parametrize(
    ("rank", "signatory"),
    [
        ("พันตำรวจโทหญิง", "พันตำรวจโทหญิง ใจ กล้าดี"),
        ("พล.ต.ต.", "พล.ต.ต. ใจ กล้าดี"),
        ("นาวาอากาศเอก ......", "นาวาอากาศเอก ใจ กล้าดี"),
        ("(ลงชื่อ) จ่าสิบเอก", "จ่าสิบเอก ใจ กล้าดี"),
        ("ผู้ช่วยศาสตราจารย์ ดร.", "ผู้ช่วยศาสตราจารย์ ดร. ใจ กล้าดี"),
        ("หม่อมหลวง", "หม่อมหลวง ใจ กล้าดี"),
        ("สำเนาถูกต้อง", "ใจ กล้าดี"),
    ],
)
def test_a_rank_above_the_name_belongs_to_it(rank: str, signatory: str) -> None:
    text = LETTER.format(said="ด้วยมีเหตุ") + f"{rank}\n        (ใจ กล้าดี)\nผู้บังคับการ\n"
    (letter,) = read_text(text).letters
    assert letter.signatory is not None
    assert letter.signatory.value == signatory
    assert text[letter.signatory.start :].startswith(signatory.split(maxsplit=1)[0])
