"""Two letters of one affair, and one letter with itself."""

from dataclasses import replace

import pytest

from domain.intake.reading import TextReading
from domain.intake.vocabulary import ContradictionKind
from tests.support.readings import cover_and_enclosed, found_in, one_letter

COUNT, YEAR, DATE = (
    ContradictionKind.COUNT_DIFFERS,
    ContradictionKind.YEAR_DIFFERS,
    ContradictionKind.DATE_DIFFERS,
)
FRUITS = "มะม่วง มะพร้าว ทุเรียน ลำไย ขนุน สับปะรด กระท้อน น้อยหน่า ชมพู่ องุ่น แตงโม ส้มโอ มังคุด"
WORDING = ContradictionKind.WORDING_DIFFERS


@pytest.mark.parametrize(
    ("cover", "enclosed", "kind", "values"),
    [
        pytest.param(
            "ปีที่ผ่านมามีศูนย์พัฒนาเด็กเล็กที่ผ่านมาตรฐานจำนวน ๔๑๒ แห่ง จากที่ขอรับการประเมิน",
            "ปีที่ผ่านมามีศูนย์พัฒนาเด็กเล็กที่ผ่านมาตรฐาน จำนวน 421 แห่ง จากที่ขอรับการประเมิน",
            COUNT,
            ("412", "421"),
            id="a count, in other digits",
        ),
        pytest.param(
            "กรมแจ้งว่าได้จัดสรรงบประมาณเพื่อซ่อมแซมถนนสายรอง เป็นเงิน ๑,๕๕๐,๐๐๐ บาท ให้แก่ท้องถิ่นแล้ว",
            "ตามที่ได้จัดสรรงบประมาณเพื่อซ่อมแซมถนนสายรอง เป็นเงิน 1,500,000 บาท ให้แก่ท้องถิ่นแล้ว",
            COUNT,
            ("1550000", "1500000"),
            id="an amount of money",
        ),
        pytest.param(
            "โดยครัวเรือนที่คัดแยกขยะต้นทางต้องมีไม่น้อยกว่าร้อยละ ๖๐ ของครัวเรือนในชุมชน",
            "ทั้งนี้ ครัวเรือนที่คัดแยกขยะต้นทางต้องมีไม่น้อยกว่าร้อยละ 80 ของครัวเรือนในชุมชน",
            COUNT,
            ("60", "80"),
            id="a share",
        ),
        pytest.param(
            "ตามแผนปฏิบัติการด้านการจัดการน้ำเสียชุมชน (พ.ศ. ๒๕๖๖ - ๒๕๙๐) กำหนดให้ทุกแห่งสำรวจท่อระบายน้ำ",
            "ด้วยแผนปฏิบัติการด้านการจัดการน้ำเสียชุมชน (พ.ศ. 2566 - 2570) กำหนดให้ทุกแห่งสำรวจท่อระบายน้ำ",
            YEAR,
            ("2590", "2570"),
            id="the last year of a plan",
        ),
        pytest.param(
            "กรมกำหนดจัดการฝึกซ้อมแผนเผชิญเหตุอุทกภัยในวันที่ ๙ มิถุนายน ๒๕๖๗ ณ ลานเอนกประสงค์",
            "จึงกำหนดจัดการฝึกซ้อมแผนเผชิญเหตุอุทกภัย ในวันที่ 6 มิ.ย. 2567 ณ ลานเอนกประสงค์",
            DATE,
            ("2024-06-09", "2024-06-06"),
            id="the day of an exercise",
        ),
        pytest.param(
            "และให้ส่งแบบสำรวจข้อมูลแหล่งน้ำบาดาลภายในวันที่ ๓๐ เมษายน ๒๕๖๗ ทางไปรษณีย์",
            "โดยให้ส่งแบบสำรวจข้อมูลแหล่งน้ำบาดาลภายในวันที่ ๒๐ เมษายน ๒๕๖๗ ทางไปรษณีย์",
            DATE,
            ("2024-04-30", "2024-04-20"),
            id="a deadline later than that of the body above",
        ),
        pytest.param(
            "โปรดส่งผู้แทน จำนวนแห่งละ ๓ คน และโปรดนำสมุดบันทึกระดับน้ำติดตัวไปด้วย",
            "เชิญผู้แทน จำนวนแห่งละ ๒ คน และโปรดนำสมุดบันทึกระดับน้ำติดตัวไปด้วย",
            COUNT,
            ("3", "2"),
            id="a small count in the middle of what is the same",
        ),
        pytest.param(
            "ขอให้ทุกแห่งปฏิบัติตามระเบียบว่าด้วยการเก็บรักษาพัสดุ หมวด ก มาตรา ๑๒ โดยเคร่งครัด",
            "ทุกแห่งต้องปฏิบัติตามระเบียบว่าด้วยการเก็บรักษาพัสดุ หมวด ก มาตรา ๒๑ โดยเคร่งครัด",
            COUNT,
            ("12", "21"),
            id="what is called by its number",
        ),
        pytest.param(
            "และให้ส่งแบบสำรวจบ่อบาดาล ภายในวันที่ ๓๐ เมษายน ๒๕๖๗",
            "โดยให้ส่งแบบสำรวจบ่อบาดาล ภายในวันที่ ๒๐ เมษายน ๒๕๖๗",
            DATE,
            ("2024-04-30", "2024-04-20"),
            id="a day with which both sentences end",
        ),
        pytest.param(
            "โดยให้ทุกแห่งที่มีบ่อบาดาลเกินกว่าสองบ่อส่งแบบสำรวจพร้อมภาพถ่าย ภายในวันที่ ๓๐ เมษายน ๒๕๖๗ เท่านั้น",
            "โดยให้ทุกแห่งที่มีบ่อบาดาลเกินกว่าสองบ่อส่งแบบสำรวจพร้อมภาพถ่าย ภายในวันที่ ๒๐ เมษายน ๒๕๖๗ ด้วย",
            DATE,
            ("2024-04-30", "2024-04-20"),
            id="a day at the end of much that is the same",
        ),
        pytest.param(
            "มีศูนย์พัฒนาเด็กเล็กในสังกัดที่ผ่านมาตรฐาน จำนวน ๔๑๒ แห่ง จากที่ขอรับการประเมิน "
            "ส่วนแห่งที่ผ่านมาตรฐาน จำนวน ๔๒๑ แห่ง นั้น",
            "มีศูนย์พัฒนาเด็กเล็กในสังกัดที่ผ่านมาตรฐาน จำนวน ๔๒๑ แห่ง จากที่ขอรับการประเมิน",
            COUNT,
            ("412", "421"),
            id="a clause so long that it is no other one",
        ),
        pytest.param(
            "กำหนดจัดการฝึกซ้อมในวันที่ ๙ มิถุนายน ๒๕๖๗ ณ ลานกีฬา และรายงานตัวในวันที่ ๖ มิถุนายน ๒๕๖๗",
            "ให้กำหนดจัดการฝึกซ้อมในวันที่ ๖ มิถุนายน ๒๕๖๗ ณ ลานกีฬา",
            DATE,
            ("2024-06-09", "2024-06-06"),
            id="a day that the letter tells of something else",
        ),
        pytest.param(
            "ให้ยึดหลักธรรมาภิบาน โดยเปิดเผยข้อมูลต่อสาธารณะอย่างครบถ้วน",
            "ให้ยึดหลักธรรมาภิบาล โดยเปิดเผยข้อมูลต่อสาธารณะอย่างครบถ้วน",
            WORDING,
            ("รรมาภิบาน", "รรมาภิบาล"),
            id="the last letter of a word",
        ),
        pytest.param(
            "เพื่อให้ประชาชนได้รับบริการที่ตีและเข้าถึงได้สะดวกทุกพื้นที่",
            "เพื่อให้ประชาชนได้รับบริการที่ดีและเข้าถึงได้สะดวกทุกพื้นที่",
            WORDING,
            ("ตี", "ดี"),
            id="another letter makes another word",
        ),
        pytest.param(
            "ขอให้เจ้าหน้าที่ตรวจสอบความปลอดภัยของอาคารเรียนและรายงานผลให้ทราบ",
            "ขอให้เจ้าหน้าที่ตรวจสอบความปลอดภัยของอาคารเรือนและรายงานผลให้ทราบ",
            WORDING,
            ("อาคารเรียน", "อาคารเรือน"),
            id="a vowel above makes another word",
        ),
    ],
)
def test_what_a_letter_passes_on_wrongly_is_found(
    cover: str, enclosed: str, kind: ContradictionKind, values: tuple[str, ...]
) -> None:
    found = found_in(*cover_and_enclosed(cover, enclosed))
    assert [(one[0], one[1]) for one in found] == [(kind, values)]


@pytest.mark.parametrize(
    ("cover", "enclosed"),
    [
        pytest.param(
            "มีโรงเรียนในสังกัดเข้าร่วมโครงการอาหารกลางวัน จำนวน ๗,๘๕๒ แห่ง ทั่วประเทศ",
            "มีโรงเรียนในสังกัดเข้าร่วมโครงการอาหารกลางวันจำนวน 7852 แห่ง ทั่วประเทศ",
            id="one number printed in two ways",
        ),
        pytest.param(
            "ประชุมชี้แจงแนวทางการจัดเก็บภาษีที่ดิน ในวันที่ ๔ มีนาคม ๒๕๖๗ เวลา ๐๙.๐๐ น. ณ ห้องประชุม",
            "ประชุมชี้แจงแนวทางการจัดเก็บภาษีที่ดิน ในวันที่ 4 มี.ค. 67 เวลา 9.00 น. ณ ห้องประชุม",
            id="one day and one time printed in two ways",
        ),
        pytest.param(
            "มีตำบลที่ผ่านเกณฑ์การประเมินความสะอาดเรียบร้อย จำนวน ๓๑๐ แห่ง ในรอบปีที่ผ่านมา",
            "มีตำบลที่ไม่ผ่านเกณฑ์การประเมินความสะอาดเรียบร้อย จำนวน ๓๑๒ แห่ง ในรอบปีที่ผ่านมา",
            id="who passed and who did not",
        ),
        pytest.param(
            "ในจังหวัดลำพูนมีองค์กรที่จัดส่งรายงานการเงินครบถ้วน จำนวน ๑๑๒ แห่ง ตามบัญชีแนบ",
            "ทั่วประเทศมีองค์กรที่จัดส่งรายงานการเงินครบถ้วน จำนวน ๑๑๕ แห่ง ตามบัญชีแนบ",
            id="a province and the whole land",
        ),
        pytest.param(
            "การอบรมหลักสูตรการเขียนแผน รุ่นที่ ๑ มีผู้สมัครเข้าร่วมอบรมทั้งหมด จำนวน ๑๒๐ คน และผ่านทุกคน",
            "การอบรมหลักสูตรการเขียนแผน รุ่นที่ ๒ มีผู้สมัครเข้าร่วมอบรมทั้งหมด จำนวน ๑๒๕ คน และผ่านทุกคน",
            id="two courses of a row",
        ),
        pytest.param(
            "ในปีงบประมาณ พ.ศ. ๒๕๖๕ มีผู้ขอรับใบอนุญาตก่อสร้างทั้งสิ้น จำนวน ๒๐๔ ราย ตามสถิติ",
            "ในปีงบประมาณ พ.ศ. ๒๕๖๖ มีผู้ขอรับใบอนุญาตก่อสร้างทั้งสิ้น จำนวน ๒๓๔ ราย ตามสถิติ",
            id="the figures of two years",
        ),
        pytest.param(
            "จัดทำแผนพัฒนาการท่องเที่ยวโดยชุมชน (พ.ศ. ๒๕๖๑ - ๒๕๖๕) สิ้นสุดลงแล้ว",
            "จัดทำแผนพัฒนาการท่องเที่ยวโดยชุมชน (พ.ศ. ๒๕๖๖ - ๒๕๗๐) เสร็จแล้ว",
            id="a plan and the next one",
        ),
        pytest.param(
            "ให้รายงานผลการตรวจสอบเครื่องสูบน้ำทุกเครื่องให้ทราบ ภายในวันที่ ๑๐ พฤษภาคม ๒๕๖๗ เพื่อรวบรวม",
            "ให้รายงานผลการตรวจสอบเครื่องสูบน้ำทุกเครื่องให้ทราบ ภายในวันที่ ๒๐ พฤษภาคม ๒๕๖๗ เพื่อรวบรวม",
            id="a deadline set earlier on the way",
        ),
        pytest.param(
            "ขอให้ส่งผู้แทนเข้าร่วมประชุม จำนวน ๑ คน และเตรียมข้อมูลรถดับเพลิง จำนวน ๒ คัน",
            "ขอให้ส่งผู้แทนเข้าร่วมประชุม จำนวน ๑ คน พร้อมรายชื่ออาสาสมัคร จำนวน ๓ คน",
            id="different things",
        ),
        pytest.param(
            "ขอให้ประชาสัมพันธ์โครงการจิตอาสาปลูกป่าให้บุคลากรในสังกัดทราบโดยทั่วกัน",
            "โปรดประชาสัมพันธ์การจัดโครงการจิตอาสาปลูกป่าให้แก่บุคลากรในสังกัดได้ทราบโดยทั่วกัน",
            id="the same said in other words",
        ),
        pytest.param(
            "รายละเอียดการคัดเลือกหมู่บ้านต้นแบบปรากฏตามเอกสารที่ส่งมาด้วยลำดับที่ ๑ ของหนังสือนี้",
            "รายละเอียดการคัดเลือกหมู่บ้านต้นแบบปรากฏตามเอกสารที่ส่งมาด้วยลำดับที่ ๒ ของหนังสือนี้",
            id="the numbers of their own enclosures",
        ),
        pytest.param(
            "ขอให้ทุกแห่งสำรวจบ่อบาดาลในเขตชุมชน วัดระดับน้ำทุกวันศุกร์ จดลงสมุด แล้วส่งสำเนาให้อำเภอตรวจดู",
            "ขอให้ทุกแห่งสำรวจป่อบาดาลในเขตชุมชน วัดระดับม้ำทุกวันศุกร์ จดลงสมุต แล้วส่งสำเนาให้อำเถอตรวจดู",
            id="a scan that is damaged all over",
        ),
        pytest.param(
            "ผ่านเว็บไซด์ของสำนักงานและทางอีเมล์ที่แจ้งไว้เท่านั้น",
            "ผ่านเว็บไซด์ของสำนักงานและทางอีเมลที่แจ้งไว้เท่านั้น",
            id="a word that is written in two ways",
        ),
        pytest.param(
            "เพื่อเป็นการรณรงค์ลดการใช้พลังงานในอาคารราชการ",
            "เพื่อเป็นการรณรงค์ ลดการใช้ พลังงานใน\nอาคารราชการ",
            id="spaces and broken lines",
        ),
    ],
)
def test_what_is_passed_on_rightly_is_not_disturbed(cover: str, enclosed: str) -> None:
    assert found_in(*cover_and_enclosed(cover, enclosed)) == []


def test_both_places_are_shown_as_they_were_received() -> None:
    cover = "ปีที่ผ่านมามีศูนย์พัฒนาเด็กเล็กที่ผ่านมาตรฐานจำนวน ๑,๔๑๒ แห่ง จากที่ขอรับการประเมิน"
    enclosed = cover.replace("๑,๔๑๒", "1,421")
    assert found_in(*cover_and_enclosed(cover, enclosed)) == [
        (COUNT, ("1412", "1421"), ("๑,๔๑๒", "1,421"))
    ]


def test_letters_that_only_lie_together_are_not_compared() -> None:
    body = "ปีที่ผ่านมามีศูนย์พัฒนาเด็กเล็กที่ผ่านมาตรฐานจำนวน ๔๑๒ แห่ง จากที่ขอรับการประเมิน"
    text, reading = cover_and_enclosed(body, body.replace("๔๑๒", "๔๒๑"))
    assert len(found_in(text, reading)) == 1
    strangers = [replace(letter, references=()) for letter in reading.letters]
    alone = TextReading(letters=strangers, lists=())
    assert found_in(text, alone) == []


def test_a_letter_that_says_one_thing_twice_differently_is_found() -> None:
    said = "ผู้เข้ารับการฝึกอบรมหลักสูตรอาสาสมัครบริบาลท้องถิ่น จำนวน {} คน"
    body = f"ขออนุมัติจัดฝึกอบรม{said.format('๕๐')} โดยมี{said.format('๖๐')} ตามรายละเอียดที่แนบ"
    assert found_in(*one_letter(body)) == [(COUNT, ("50", "60"), ("๕๐", "๖๐"))]


def test_a_deadline_may_be_set_earlier_and_not_later_when_it_is_told_again() -> None:
    said = "ขอให้ส่งแบบสำรวจบ่อบาดาลของหมู่บ้านทางระบบออนไลน์ภายในวันที่ {} มีนาคม ๒๕๖๗"
    later = f"กรม{said.format('๑๕')}\n\nจังหวัด{said.format('๑๖')}"
    assert [one[:2] for one in found_in(*one_letter(later))] == [
        (DATE, ("2024-03-15", "2024-03-16"))
    ]
    earlier = f"กรม{said.format('๑๕')}\n\nจังหวัด{said.format('๑๒')}"
    assert found_in(*one_letter(earlier)) == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            "ครั้งที่ ๑ มีประชาชนในพื้นที่เข้าร่วมรับฟังความคิดเห็น จำนวน ๕๐ คน "
            "ครั้งที่ ๒ มีประชาชนในพื้นที่เข้าร่วมรับฟังความคิดเห็น จำนวน ๖๐ คน",
            id="two meetings",
        ),
        pytest.param(
            "โรงเรียนบ้านนา ขอรับนมโรงเรียน จำนวน ๒๐๐ ชุด โรงเรียนบ้านดอน ขอรับนมโรงเรียน จำนวน ๓๐๐ ชุด",
            id="two schools",
        ),
        pytest.param(
            "ผลการสำรวจปรากฏว่ามีครัวเรือนที่คัดแยกขยะต้นทางครบถ้วนแล้ว จำนวน ๗๑ แห่ง "
            "เฉพาะในพื้นที่อำเภอปัว มีครัวเรือนที่คัดแยกขยะต้นทางครบถ้วนแล้ว จำนวน ๑๑ แห่ง",
            id="a district and the whole land",
        ),
        pytest.param(
            "ผู้บริหาร จำนวน ๑ คน เจ้าหน้าที่ จำนวน ๒ คน และพนักงานขับรถ จำนวน ๑ คน",
            id="who takes part",
        ),
    ],
)
def test_sentences_built_alike_are_no_contradiction(body: str) -> None:
    assert found_in(*one_letter(body)) == []


def test_only_the_ten_clearest_words_are_told() -> None:
    sentences = [f"{fruit}ก่อนเริ่มงานขอให้ผู้เกี่ยวข้องทุกคนตรวจดูลำดับ{fruit}" for fruit in FRUITS.split()]
    damaged = [one.replace("ตรวจดู", "ตรวจคู") for one in sentences]
    found = found_in(*cover_and_enclosed(" ".join(damaged), " ".join(sentences)))
    assert [one[0] for one in found] == [WORDING] * 10
