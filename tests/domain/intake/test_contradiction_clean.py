"""Letters that only seem to contradict themselves: corrections, another people's day, a scan."""

import pytest

from domain.intake.read_text import read_text
from domain.intake.vocabulary import ContradictionKind
from tests.support.clean_texts import enclosed_after, official
from tests.support.readings import found_in

MORNING = "๒๕๖๖ เวลา ๐๙.๐๐ - ๑๒.๐๐ น."
HELD = f"ด้วยกำหนดประชุมเครือข่ายผู้ปลูกมะม่วงนอกฤดู{{}} ในวันที่ ๒๗ มิถุนายน {MORNING}{{}}"
AGAIN = f"จึงขอเชิญประชุมเครือข่ายผู้ปลูกมะม่วงนอกฤดู{{}} ในวันที่ ๒๘ มิถุนายน {MORNING}{{}}"


def twice(one: str = "", other: str = "", *, behind: tuple[str, str] = ("", "")) -> str:
    """A letter that tells of two meetings in nearly the same words."""
    return official(f"{HELD.format(one, behind[0])}\n\n{AGAIN.format(other, behind[1])}")


def scheduled(sheet: str) -> str:
    """A letter with its schedule below."""
    letter = official("ขอเชิญประชุมในวันที่ ๒๗ มิถุนายน ๒๕๖๖ เวลา ๐๘.๓๐ น. ณ หอประชุม")
    return f"{letter}\n\n\n{sheet}\n"


SIDE_BY_SIDE = """กำหนดการ
วันที่ ๒๗ มิถุนายน ๒๕๖๖
๐๘.๓๐ - ๐๙.๐๐ น. ลงทะเบียน
๐๙.๐๐ - ๑๐.๓๐ น. ปาฐกถา
๑๐.๓๐ - ๑๒.๐๐ น. ห้องย่อย ก
๑๐.๓๐ - ๑๑.๓๐ น. ห้องย่อย ข
๑๑.๐๐ - ๑๒.๐๐ น. ห้องย่อย ค
๑๒.๐๐ - ๑๓.๐๐ น. พัก"""
PAUSE = """กำหนดการ
วันที่ ๒๗ มิถุนายน ๒๕๖๖
๐๘.๓๐ - ๐๙.๐๐ น. ลงทะเบียน
๐๙.๐๐ - ๑๒.๐๐ น. บรรยาย
๑๐.๓๐ - ๑๐.๔๕ น. อาหารว่าง
๑๒.๐๐ - ๑๓.๐๐ น. พัก
๑๓.๐๐ - ๑๖.๐๐ น. ฝึกปฏิบัติ"""
DAY_BEFORE = "วันที่ ๒๖ มิถุนายน ๒๕๖๖\n๑๔.๐๐ - ๑๕.๐๐ น. จัดสถานที่\n"
TWO_DAYS = f"กำหนดการ\n{DAY_BEFORE}วันที่ ๒๗ มิถุนายน ๒๕๖๖\n๐๘.๓๐ - ๐๙.๐๐ น. ลงทะเบียน"
COLUMNS = "บัญชีรายชื่อองค์กรปกครองส่วนท้องถิ่น จำนวน ๖ แห่ง\n" + "\n".join(
    f"{one}  เทศบาลตำบล{left}  อ.พิชัย     {one + 3}  เทศบาลตำบล{right}  อ.น้ำปาด"
    for one, (left, right) in enumerate(
        [("ท่าเสา", "นาอิน"), ("คอรุม", "ท่าแฝก"), ("ร่วมจิต", "หาดกรวด")], 1
    )
)
YEARS = (
    "ในปีงบประมาณ พ.ศ. {} จังหวัดมีเกษตรกรที่ผ่านการตรวจสุขภาพประจำปีตามโครงการคัดกรองสารเคมี"
    "ตกค้างในเลือดของผู้ปลูกพืชผักทั้งสิ้น จำนวน {} คน"
)
AFAR = (
    "ขอเชิญรับชมการประชุมทางไกลในวันที่ ๒๗ มิถุนายน ๒๕๖๖ เวลา ๐๙.๐๐ น. ณ ห้องประชุม{} โดยพร้อมเพรียงกันทุกหน่วยงาน"
)
FOREIGN = "และส่งรายชื่อภายในวันที่ ๒๗ มิถุนายน ๒๕๖๖"

CLEAN = {
    "a day that is corrected": official(
        "ขอแก้ไขวันประชุมจากวันพุธที่ ๒๗ มิถุนายน ๒๕๖๖ เป็นวันอังคารที่ ๒๗ มิถุนายน ๒๕๖๖"
    ),
    "a day that there is not": official("ขอแก้ไขจากวันที่ ๓๑ มิถุนายน ๒๕๖๖ เป็นวันที่ ๓๐ มิถุนายน ๒๕๖๖"),
    "words that were wrong": official("แก้คำผิดหน้า ๔ จาก “พ.ศ. ๒๐๒๓” เป็น “ค.ศ. ๒๐๒๓”"),
    "a count that is corrected": enclosed_after(
        "จังหวัดมีแปลงใหญ่ที่ผ่านเกณฑ์มาตรฐานการผลิตและการตลาด จำนวน ๑๔๒ แห่ง มิใช่จำนวน ๑๒๔ แห่ง",
        "จังหวัดมีแปลงใหญ่ที่ผ่านเกณฑ์มาตรฐานการผลิตและการตลาด จำนวน ๑๒๔ แห่ง จึงขอให้ตรวจสอบ",
    ),
    "a meeting that was moved": enclosed_after(
        "ขอเชิญประชุมผู้ดูแลแหล่งน้ำชุมชน ในวันที่ ๒๘ มิถุนายน ๒๕๖๖ ซึ่งกรมขอเลื่อนจากวันที่ ๒๗ มิถุนายน ๒๕๖๖",
        "ขอเชิญประชุมผู้ดูแลแหล่งน้ำชุมชน ในวันที่ ๒๗ มิถุนายน ๒๕๖๖ ณ โรงแรมสีหราช",
    ),
    "for other people": twice("สำหรับผู้บริหาร", "สำหรับเจ้าหน้าที่"),
    "for other people behind the day": twice(behind=(" สำหรับกลุ่มตะวันออก", " สำหรับกลุ่มตะวันตก")),
    "of other levels": twice("ระดับประเทศ", "ระดับจังหวัด"),
    "at other places": twice(behind=(" ณ หอประชุมท่าเสา", " ณ ศาลาบ้านโคก")),
    "passed on to others": twice("", "เพื่อถ่ายทอดแนวทาง"),
    "prepared before": twice(behind=("", " เพื่อซักซ้อมก่อนงาน")),
    "a row of years": official(
        f"{YEARS.format('๒๕๖๔', '๑๒,๓๔๐')} {YEARS.format('๒๕๖๕', '๑๒,๓๔๕')}"
    ),
    "numbers of two offices": official(
        "สอบถามสำนักงานพาณิชย์จังหวัด โทร. ๐ ๕๕๔๑ ๑๒๓๔ หรือสำนักงานเกษตรจังหวัด โทร. ๐ ๕๕๔๑ ๗๒๓๔"
    ),
    "a letter from an embassy": official(
        f"ตามที่สถานเอกอัครราชทูตญี่ปุ่นมีหนังสือลงวันที่ ๕ มิถุนายน ๒๐๒๓ แจ้งทุน {FOREIGN}"
    ),
    "an English name": official(f"ประชุม ASEAN Farmers Forum วันที่ ๕ สิงหาคม ๒๐๒๓ {FOREIGN}"),
    "a day in both eras": official(f"รายงานประจำวันที่ ๕ พฤษภาคม ๒๐๒๓ (พ.ศ. ๒๕๖๖) {FOREIGN}"),
    "a rehearsal": scheduled(f"กำหนดการซักซ้อม\n{DAY_BEFORE}"),
    "another course": scheduled(f"กำหนดการ รุ่นที่ ๒\n{DAY_BEFORE}"),
    "a schedule that begins earlier": scheduled(TWO_DAYS),
    "rooms side by side": scheduled(SIDE_BY_SIDE),
    "a pause within": scheduled(PAUSE),
    "a feast that is prepared": official(
        "กำหนดประชุมในวันที่ ๒๐ มิถุนายน ๒๕๖๖ เวลา ๐๙.๓๐ น.",
        subject="ประชุมเตรียมงานวันข้าว ในวันที่ ๒๗ มิถุนายน ๒๕๖๖",
    ),
    "books that were closed": official("ส่งงบสำหรับรอบระยะเวลาบัญชีสิ้นสุดวันที่ ๓๑ ธันวาคม ๒๕๖๕"),
    "a contract that ended": official("สัญญาจ้างเหมาสิ้นสุดวันที่ ๓๐ เมษายน ๒๕๖๖ ขอให้ตรวจรับงาน"),
    "who may apply": official("ผู้สมัครต้องเกิดก่อนวันที่ ๑ มกราคม ๒๕๔๕ และมีสัญชาติไทย"),
    "what is asked afterwards": official(
        "ขอเชิญประชุมวันที่ ๒๐ มิถุนายน ๒๕๖๖ เวลา ๐๙.๐๐ น. และให้ตอบแบบประเมินภายในวันที่ ๒๗ มิถุนายน ๒๕๖๖"
    ),
    "an item that was struck out": official(
        "ขอให้ดำเนินการ ดังนี้\n๑. สำรวจ\n๒. วางแผน\n๓. (ยกเลิก)\n๔. รายงานผล"
    ),
    "a little word": enclosed_after(
        "ให้เกษตรกรเข้าร่วมกิจกรรมรณรงค์คัดแยกขยะต้นทางและลดการเผาในแปลงนา",
        "ให้เกษตรกรเข้าร่วมกิจกรรมรณรงค์คัดแยกขยะที่ต้นทางและลดการเผาในแปลงนา",
    ),
    "rooms of those afar": enclosed_after(AFAR.format("พญาปาด "), AFAR.format("กรมชลประทาน")),
    "a sum before a price": official(
        "รวมทั้งสิ้น ๓,๔๕๐,๐๐๐.-\nทั้งนี้ แปลงละ ๒๓,๐๐๐ บาท จำนวน ๑๕๐ แปลง เป็นเงิน ๓,๔๕๐,๐๐๐ บาท"
    ),
    "a growth and a target": official(
        "รายได้เพิ่มขึ้นจาก ๕๐๐ ล้านบาท เป็น ๖๐๐ ล้านบาท คิดเป็นร้อยละ ๒๐ จากเป้าหมาย ๗๐๐ ล้านบาท"
    ),
    "a list in two columns": COLUMNS,
    "feasts": official("ขอส่งปฏิทินมา", addressee="เทศกาลเมืองลับแล"),
    "a gap before า": official("ขอส่งรายงาน", foot="ผู้ว่าราชก ารจังหวัดอุตรดิตถ์"),
    "a name that a scan damaged": official("ขอส่งร ายงานผ ล มาเพื่อทราบ", foot="ผู้วาราชการจังหวัดอุตรดิตถ์"),
}


@pytest.mark.parametrize("name", CLEAN)
def test_nothing_is_found_where_it_is_said_why(name: str) -> None:
    text = CLEAN[name]
    assert found_in(text, read_text(text)) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param(twice(), ContradictionKind.DATE_DIFFERS, id="one meeting on two days"),
        pytest.param(
            official("เพื่อรับการเปลี่ยนแปลงสภาพอากาศไปสู่ความยั่งยืน กำหนดประชุมในวันศุกร์ที่ ๒๒ มิถุนายน ๒๕๖๖"),
            ContradictionKind.WEEKDAY_WRONG,
            id="another change",
        ),
        pytest.param(
            official("ขอให้ผู้รับจ้างทำสัญญากับจังหวัดให้แล้วเสร็จภายในวันที่ ๓๐ เมษายน ๒๕๖๖"),
            ContradictionKind.DEADLINE_IN_PAST,
            id="a contract to be made",
        ),
        pytest.param(
            official("ขอส่งรายงานผลมาเพื่อทราบ", foot="ผู้วาราชการจังหวัดอุตรดิตถ์"),
            ContradictionKind.OFFICE_MISSPELT,
            id="a name in a text that no scan damaged",
        ),
        pytest.param(
            official(f"ประชุมผ่าน Zoom Webinar วันที่ ๕ สิงหาคม ๒๐๒๓ {FOREIGN}"),
            ContradictionKind.ERA_CONFUSED,
            id="what one meets through",
        ),
        pytest.param(
            scheduled(f"กำหนดการ\n{DAY_BEFORE}"), ContradictionKind.DATE_DIFFERS, id="one day only"
        ),
    ],
)
def test_without_a_reason_it_is_found(text: str, kind: ContradictionKind) -> None:
    assert [one[0] for one in found_in(text, read_text(text))] == [kind]
