"""One text in which nothing is wrong, and copies of it in which one thing was altered."""

import pytest

from domain.intake.read_text import read_text
from domain.intake.vocabulary import ContradictionKind
from tests.support.readings import found_in

NUMBER, DATE, COUNT, YEAR, ERA, AFTER, OFFICE, WORDING = (
    ContradictionKind.NUMBER_DIFFERS,
    ContradictionKind.DATE_DIFFERS,
    ContradictionKind.COUNT_DIFFERS,
    ContradictionKind.YEAR_DIFFERS,
    ContradictionKind.ERA_CONFUSED,
    ContradictionKind.DEADLINE_AFTER_OCCASION,
    ContradictionKind.OFFICE_MISSPELT,
    ContradictionKind.WORDING_DIFFERS,
)
HELD = "ในวันที่ ๘ กรกฎาคม ๒๕๖๘ เวลา ๐๘.๓๐ - ๑๖.๓๐ น."
COURSE = "อบรมผู้ดูแลแหล่งน้ำชุมชน “น้ำสะอาดทุกหมู่บ้าน ด้วยมือของเราเอง ประจำปี พ.ศ. ๒๕๖๘” รุ่นที่ ๒"
TEXT = f"""ที่ สข ๐๐๒๓.๖/ว ๕๐๒๑

ศาลากลางจังหวัดสงขลา

๑๙ มิถุนายน ๒๕๖๘

เรื่อง การ{COURSE}

เรียน นายอำเภอ ทุกอำเภอ

สิ่งที่ส่งมาด้วย สำเนาหนังสือสำนักงาน ส.น.ช. ที่ ทส ๐๖๐๔/ว ๒๑๗๓ ลงวันที่ ๙ มิถุนายน ๒๕๖๘ จำนวน ๑ ชุด

ด้วยสำนักงานแจ้งว่า กำหนดจัด{COURSE}
{HELD} ณ โรงแรมริมหาด อำเภอเมืองสงขลา
โดยเชิญผู้ดูแลจาก ๕ จังหวัด ขอให้ลงทะเบียนทางเว็บไซต์ของสำนักงานตามแบบที่แนบมานี้
ภายในวันที่ ๓๐ มิถุนายน ๒๕๖๘

จังหวัดสงขลาเห็นสมควร จึงให้อำเภอบอกต่อผู้ดูแลแหล่งน้ำเพื่อเข้าอบรมดังกล่าว
{HELD} และขอให้ลงทะเบียนทางเว็บไซต์ของสำนักงานตามแบบที่แนบมานี้
ภายในวันที่ ๓๐ มิถุนายน ๒๕๖๘ โดยประสานองค์กรปกครองส่วนท้องถิ่นในพื้นที่

จึงเรียนมาเพื่อพิจารณาดำเนินการ

ขอแสดงความนับถือ

(นายวิทยา รักษ์น้ำ)
ผู้ว่าราชการจังหวัดสงขลา

โทร. ๐ ๗๔๓๑ ๒๒๑๕


ที่ ทส ๐๖๐๔/ว ๒๑๗๓

สำนักงาน ส.น.ช.

๙ มิถุนายน ๒๕๖๘

เรื่อง การ{COURSE}

เรียน ผู้ว่าราชการจังหวัดสงขลา

ด้วยแผนพัฒนาแหล่งน้ำให้มีน้ำสะอาดตามหลักเกณฑ์มาตรฐานสากล จึงกำหนดจัด{COURSE}
{HELD} ณ โรงแรมริมหาด อำเภอเมืองสงขลา
โดยเชิญผู้ดูแลจาก ๕ จังหวัด และขอให้ลงทะเบียนทางเว็บไซต์ของสำนักงานตามแบบที่แนบมานี้
ภายในวันที่ ๓๐ มิถุนายน ๒๕๖๘

จึงเรียนมาเพื่อโปรดอนุเคราะห์

ขอแสดงความนับถือ

(นางอารี ธารา)
ผู้ช่วยเลขาธิการ

โทร. ๐ ๒๒๗๑ ๖๐๐๐ ต่อ ๖๕๓๒

กำหนดการอบรมผู้ดูแลแหล่งน้ำชุมชน
วันที่ ๘ กรกฎาคม ๒๕๖๘ จังหวัดสงขลา

๐๘.๓๐ - ๐๙.๐๐ น.\tลงทะเบียน
๐๙.๐๐ - ๑๐.๐๐ น.\tพิธีเปิด
๑๐.๐๐ - ๑๒.๐๐ น.\tบรรยายสิทธิใช้น้ำ
๑๒.๐๐ - ๑๖.๓๐ น.\tฝึกวัดระดับน้ำ

กรุณาลงทะเบียนภายในวันที่ ๓๐ มิถุนายน ๒๕๖๘ สอบถามเพิ่มเติม โทร. ๐ ๒๒๗๑ ๖๐๐๐
"""


def altered(old: str, new: str, nth: int, *, text: str = TEXT) -> str:
    """A text with one place of it changed, counted from 0."""
    before = text.split(old)
    return old.join(before[: nth + 1]) + new + old.join(before[nth + 1 :])


def test_nothing_is_wrong_with_the_text_itself() -> None:
    assert found_in(TEXT, read_text(TEXT)) == []


@pytest.mark.parametrize(
    ("old", "new", "nth", "kind", "shown"),
    [
        ("๘ กรกฎาคม", "๙ กรกฎาคม", 0, DATE, ("๙ กรกฎาคม ๒๕๖๘", "๘ กรกฎาคม ๒๕๖๘")),
        ("๘ กรกฎาคม", "๘ สิงหาคม", 1, DATE, (HELD.replace("กรกฎา", "สิงหา"), HELD)),
        ("๘ กรกฎาคม", "๗ กรกฎาคม", 3, DATE, (HELD, "๗ กรกฎาคม ๒๕๖๘")),
        ("๐๘.๓๐ - ๑๖", "๐๘.๐๐ - ๑๖", 0, DATE, (HELD.replace("๘.๓", "๘.๐"), HELD)),
        ("๐๘.๓๐ - ๑๖", "๐๙.๓๐ - ๑๖", 1, DATE, (HELD.replace("๐๘", "๐๙"), HELD)),
        ("๐๘.๓๐ - ๑๖", "๐๘.๓๐ - ๐๖", 1, DATE, ("๐๘.๓๐", "๐๖.๓๐")),
        ("๑๐.๐๐ - ๑๒", "๐๙.๓๐ - ๑๒", 0, DATE, ("๑๐.๐๐", "๐๙.๓๐")),
        ("๐๙.๐๐ - ๑๐.๐๐", "๐๙.๕๐ - ๐๙.๒๐", 0, DATE, ("๐๙.๕๐", "๐๙.๒๐")),
        ("๘ กรกฎาคม ๒๕๖๘", "๘ กรกฎาคม ๒๐๒๕", 0, ERA, ("๒๐๒๕",)),
        ("๕ จังหวัด", "๖ จังหวัด", 0, COUNT, ("๖", "๕")),
        ("ริมหาด", "แหลมทอง", 0, WORDING, ("แหลมทอง", "ริมหาด")),
        ("ด้วยมือของเราเอง ", "ด้วยมือ", 0, WORDING, None),
        ("ส.น.ช.", "ส.น.ว.", 0, WORDING, ("ส.น.ว.", "สำนักงาน ส.น.ช.")),
        ("องค์กรปกครองส่วน", "องค์การปกครองส่วน", 0, OFFICE, ("องค์การปกครองส่วนท้องถิ่น",)),
        ("จังหวัดสงขลา", "จังหวัดสงชลา", 2, OFFICE, ("จังหวัดสงชลา",)),
        ("๒๒๗๑", "๒๗๒๑", 1, NUMBER, ("๐ ๒๒๗๑ ๖๐๐๐", "๐ ๒๗๒๑ ๖๐๐๐")),
        ("๓๐ มิถุนายน ๒๕๖๘ ส", "๒๐ มิถุนายน ๒๕๖๘ ส", 0, DATE, None),
    ],
)
def test_what_was_altered_is_all_that_is_found(
    old: str, new: str, nth: int, kind: ContradictionKind, shown: tuple[str, ...] | None
) -> None:
    text = altered(old, new, nth)
    found = found_in(text, read_text(text))
    assert [one[0] for one in found] == [kind]
    assert shown is None or found[0][2] == shown


@pytest.mark.parametrize(
    ("old", "new", "nth", "kinds"),
    [
        pytest.param("พ.ศ. ๒๕๖๘", "พ.ศ. ๒๕๖๗", 0, {YEAR}, id="the year in a subject"),
        pytest.param("พ.ศ. ๒๕๖๘", "พ.ศ. ๒๕๖๗", 1, {YEAR}, id="the year in a sentence"),
        pytest.param("รุ่นที่ ๒", "รุ่นที่ ๓", 1, {COUNT}, id="which course of a row"),
        pytest.param(
            "๓๐ มิถุนายน", "๑ กรกฎาคม", 0, {DATE}, id="the deadline of the paragraph before"
        ),
        pytest.param("๓๐ มิถุนายน", "๑ กรกฎาคม", 1, {DATE}, id="the deadline that is passed on"),
        pytest.param("๓๐ มิถุนายน", "๑๐ กรกฎาคม", 2, {DATE, AFTER}, id="the deadline of the cited"),
        pytest.param("๓๐ มิถุนายน", "๒๐ มิถุนายน", 1, set(), id="a deadline set earlier on the way"),
    ],
)
def test_what_is_told_again_may_be_told_of_either_place(
    old: str, new: str, nth: int, kinds: set[ContradictionKind]
) -> None:
    text = altered(old, new, nth)
    assert {one[0] for one in found_in(text, read_text(text))} == kinds


AGAIN = "เพื่อเข้าอบรมดังกล่าว"
SIGN_UP = " และขอให้ลงทะเบียนทางเว็บไซต์ของสำนักงานตามแบบที่แนบมานี้\nภายในวันที่ ๓๐ มิถุนายน ๒๕๖๘ โดย"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([(AGAIN, "ว่าเลื่อนไปอบรมดังกล่าว", 0)], id="it was moved"),
        pytest.param([(AGAIN, "ให้เตรียมเข้าอบรมดังกล่าว", 0)], id="it is prepared"),
        pytest.param([(AGAIN, "เข้าอบรมดังกล่าว รุ่นที่ ๓", 0)], id="another course of the row"),
        pytest.param([("๐๘.๓๐ - ๑๖", "๐๙.๓๐ - ๑๖", 1)], id="day and hour are others"),
        pytest.param(
            [
                (f"บอกต่อผู้ดูแลแหล่งน้ำ{AGAIN}", "ส่งผู้แทนประชุมข้อสั่งการ", 0),
                (SIGN_UP, " โดย", 0),
            ],
            id="another matter",
        ),
    ],
)
def test_another_day_of_something_else_is_not_found(changes: list[tuple[str, str, int]]) -> None:
    text = TEXT
    for change in [("๘ กรกฎาคม", "๙ กรกฎาคม", 1), *changes]:
        text = altered(*change, text=text)
    assert found_in(text, read_text(text)) == []
