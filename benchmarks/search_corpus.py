"""Letters of our own wording about everything that local government does, and what people ask.

The same seed gives the same letters. Names of places are the official ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import geothai

from services.thai_text import words_in

LEAST_SIGNS: Final = 300
MOST_SIGNS: Final = 2_000
_CLAUSES: Final = 40_000


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ACTS: Final = _words(
    """
    จัดทำ ตรวจสอบ รายงาน สำรวจ ซ่อมแซม ประเมิน จัดซื้อ เบิกจ่าย อบรม ทบทวน
    ติดตาม เผยแพร่ ขึ้นทะเบียน รับสมัคร ปรับปรุง ก่อสร้าง คัดเลือก รณรงค์
    ควบคุม เฝ้าระวัง จัดเก็บ ถ่ายโอน มอบหมาย รวบรวม
    """
)
_THINGS: Final = _words(
    """
    ขยะมูลฝอย ระบบประปา ถนนลูกรัง ผู้สูงอายุ เด็กเล็ก คนพิการ ไข้เลือดออก
    ภาษีที่ดิน ป้ายโฆษณา งบประมาณ ครุภัณฑ์ อาคารเรียน สะพานไม้ ลำห้วย
    ฝายน้ำล้น แหล่งท่องเที่ยว ตลาดสด โรงฆ่าสัตว์ สุนัขจรจัด ไฟป่า หมอกควัน
    น้ำเสีย พลังงานแสงอาทิตย์ บัญชีรายชื่อ ทะเบียนราษฎร สวัสดิการชุมชน
    กองทุนหมู่บ้าน ข้าวเปลือก ยางพารา ปุ๋ยอินทรีย์ เครื่องกรองน้ำ
    รถบรรทุกน้ำ เสียงตามสาย ศูนย์เด็กเล็ก สนามกีฬา ลูกเสือชาวบ้าน
    อาสาสมัครสาธารณสุข แผนอัตรากำลัง เครื่องราชอิสริยาภรณ์ บำเหน็จบำนาญ
    ข้อมูลข่าวสาร ระบบสารบรรณ ความโปร่งใส ธรรมาภิบาล การเลือกตั้ง
    ข้อบัญญัติ เทศบัญญัติ ที่สาธารณประโยชน์ ป่าชุมชน คลองส่งน้ำ
    """
)
_WAYS: Final = _words(
    """
    เชิงรุก แบบบูรณาการ อย่างต่อเนื่อง ระยะที่สอง ตามหลักเกณฑ์ใหม่
    กรณีเร่งด่วน ประจำไตรมาส ภาคประชาชน ในพื้นที่เสี่ยง นอกเวลาราชการ
    ผ่านสื่อออนไลน์ โดยไม่มีค่าใช้จ่าย ให้แล้วเสร็จ อย่างเคร่งครัด
    ทุกหมู่บ้าน ตามมติที่ประชุม รายครัวเรือน
    """
)
_MONTHS: Final = _words(
    """
    มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม
    กันยายน ตุลาคม พฤศจิกายน ธันวาคม
    """
)
_FIRST: Final = _words(
    """
    กนก จิตร ชาญ ณัฐ ธน นภา บุญ ประ พง ภัทร มณี วรรณ ศิริ สม สุ อรุณ อุดม
    เพ็ญ ไพ รัตน์
    """
)
_SECOND: Final = _words(
    """
    พร ชัย วิทย์ ศักดิ์ ลักษณ์ วดี นันท์ กานต์ เดช ฤทธิ์ ภรณ์ วงศ์ ทอง
    แก้ว สุข ศรี
    """
)
_FAMILY: Final = _words(
    """
    คำ แสน ทอง บุญ ศรี วงศ์ จันทร์ พันธ์ มา ใจ ดี งาม เพชร ไชย พล รักษ์
    กุล โพธิ์ หาญ สาร
    """
)
_TEMPLATES: Final = (
    "ด้วย{place}มีความประสงค์จะ{act}{thing}{way}",
    "ตามที่ได้แจ้งให้{act}{thing} ภายในวันที่ {day} นั้น",
    "พบว่ายังมีผู้ไม่ดำเนินการ{act}{thing}อีก {count} แห่ง",
    "ขอให้{place} {act}{thing}{way} และส่งเอกสารกลับมา",
    "โดยมอบหมายให้ {person} เป็นผู้ประสานงานเรื่อง{thing}",
    "สอบถามได้ที่ {person} โทร. {phone}",
    "ใช้งบประมาณทั้งสิ้น {money} บาท เพื่อ{act}{thing}",
    "ทั้งนี้ อบต.{tambon} ได้{act}{thing}ไว้ก่อนแล้ว",
    "ในวันที่ {day} เวลา ๐{hour}.๓๐ น. ณ ห้องประชุม{place}",
    "อ้างถึงหนังสือที่ {number} เรื่องการ{act}{thing}",
    "เห็นควรให้{act}{thing} {way} เป็นกรณีพิเศษ",
    "จึงขอความร่วมมือเทศบาลตำบล{tambon} {act}{thing}",
    "ผู้เข้าร่วมจาก{place} จำนวน {count} คน {way}",
    "หากไม่สามารถ{act}{thing}ได้ ขอให้ชี้แจงเหตุผล",
    "กลุ่มเป้าหมายคือ{thing}และ{thing2}ใน{place}",
    "ผลการ{act}{thing}คิดเป็นร้อยละ {percent}",
)
_ENDS: Final = ("จึงเรียนมาเพื่อโปรดทราบ", "จึงเรียนมาเพื่อพิจารณา", "จึงเรียนมาเพื่อโปรดดำเนินการต่อไป")


@dataclass(frozen=True, kw_only=True, slots=True)
class Corpus:
    """What the letters say."""

    subjects: Sequence[str]
    bodies: Sequence[str]


def write_corpus(letters: int, *, seed: int) -> Corpus:
    """Invent so many letters of 300 to 2,000 signs."""
    rng = Random(seed)  # noqa: S311 (made-up data)
    slots = _Slots(rng)
    clauses = [slots.fill(rng.choice(_TEMPLATES)) for _ in range(_CLAUSES)]
    return Corpus(
        subjects=[slots.fill("{act}{thing}{way} {place}") for _ in range(letters)],
        bodies=[_body(rng, clauses) for _ in range(letters)],
    )


def _body(rng: Random, clauses: Sequence[str]) -> str:
    wanted, said, signs = rng.randint(LEAST_SIGNS, MOST_SIGNS - 100), [], 0
    while signs < wanted:
        said.append(rng.choice(clauses))
        signs += len(said[-1]) + 1
    return " ".join([*said, rng.choice(_ENDS)])


class _Slots:
    """Names, numbers and words to fill sentences with."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._provinces = [one.name_th for one in geothai.provinces()]
        self._districts = [
            one.name_th for up in geothai.provinces() for one in geothai.districts(up.code)
        ]
        self.tambons = [
            one.name_th
            for up in geothai.provinces()
            for district in geothai.districts(up.code)
            for one in geothai.subdistricts(district.code)
        ]

    def fill(self, sentence: str) -> str:
        """Return a sentence with its gaps filled."""
        rng = self._rng
        return sentence.format(
            place=self._place(),
            tambon=rng.choice(self.tambons),
            act=rng.choice(_ACTS),
            thing=rng.choice(_THINGS),
            thing2=rng.choice(_THINGS),
            way=rng.choice(_WAYS),
            day=f"{rng.randint(1, 28)} {rng.choice(_MONTHS)} {rng.randint(2560, 2569)}",
            hour=rng.choice("๘๙"),
            count=rng.randint(2, 400),
            percent=f"{rng.randint(20, 99)}.{rng.randint(0, 9)}",
            money=f"{rng.randint(10, 900)},{rng.randint(0, 9)}00",
            phone=f"0 {rng.randint(2000, 7999)} {rng.randint(1000, 9999)}",
            number=f"มท {rng.randint(800, 899):04d}.{rng.randint(1, 9)}/ว {rng.randint(1, 9999)}",
            person=self.person(),
        )

    def person(self) -> str:
        """Return the name of nobody."""
        rng = self._rng
        first = rng.choice(_FIRST) + rng.choice(_SECOND)
        return f"{rng.choice(['นาย', 'นาง'])}{first} {rng.choice(_FAMILY)}{rng.choice(_FAMILY)}"

    def _place(self) -> str:
        kind = self._rng.randrange(3)
        if kind == 0:
            return f"จังหวัด{self._rng.choice(self._provinces)}"
        if kind == 1:
            return f"อำเภอ{self._rng.choice(self._districts)}"
        return f"องค์การบริหารส่วนตำบล{self._rng.choice(self.tambons)}"


def ask(corpus: Corpus, numbers: Sequence[str], *, count: int, seed: int) -> list[str]:
    """Return questions of which most have an answer: words, names, numbers, in this proportion."""
    rng = Random(seed)  # noqa: S311 (made-up data)
    slots = _Slots(rng)
    questions: dict[str, None] = {}
    while len(questions) < count:
        kind = len(questions) % 6
        if kind < 4:
            one = _some_words(rng, rng.choice(corpus.bodies if kind else corpus.subjects))
        elif kind == 4:
            one = slots.fill(rng.choice(["{tambon}", "อบต.{tambon}", "{place}", "{person}"]))
        else:
            one = _some_number(rng, rng.choice(numbers), rng.choice(corpus.bodies))
        questions.setdefault(one)
    return list(questions)


def _some_words(rng: Random, text: str) -> str:
    words = words_in(text)
    length = rng.randint(2, 5)
    begins = rng.randrange(max(1, len(words) - length))
    return "".join(words[begins : begins + length])


def _some_number(rng: Random, number: str, text: str) -> str:
    kind = rng.randrange(4)
    if kind == 0:
        return number
    if kind == 1:
        return number.partition("/")[2]
    digits = [word for word in text.split() if len(word) > 3 and word[-1].isdigit()]
    return rng.choice(digits) if digits else number
