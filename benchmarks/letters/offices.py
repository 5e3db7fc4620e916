"""Who writes the made letters: agencies, provinces, districts, local bodies."""

from dataclasses import dataclass
from random import Random

from benchmarks.letters.bodies import Body, Province, all_provinces
from domain.vocabulary import Authority, OrganizationKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """An office that issues letters.

    Attributes:
        name: As other letters cite it.
        letterhead: Its lines; the first is who issues.
        letters: The abbreviation in its numbers.
        owner: The code in its numbers.
        head: The post that its letters are addressed to and signed by.
        deputy: Who signs on behalf of the head.
        unit: Who owns the matter, at the foot of the letter.
    """

    name: str
    letterhead: tuple[str, ...]
    letters: str
    owner: str
    head: str
    deputy: str
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """Who signs and on whose behalf."""

    person: str
    post: str
    authority: Authority
    authority_post: str | None


# Name, letters, owner, head, deputy, street.
_AGENCIES = (
    ("กรมชลประทาน", "กษ", "0315", "อธิบดีกรมชลประทาน", "รองอธิบดี", "ถนนสามเสน"),
    ("กรมควบคุมโรค", "สธ", "0423.5", "อธิบดีกรมควบคุมโรค", "รองอธิบดี", "ถนนติวานนท์"),
    ("กรมบัญชีกลาง", "กค", "0410.3", "อธิบดีกรมบัญชีกลาง", "ที่ปรึกษาด้านพัฒนาระบบ", "ถนนพระรามที่ 6"),
    ("กรมการปกครอง", "มท", "0309.1", "อธิบดีกรมการปกครอง", "รองอธิบดี", "ถนนอัษฎางค์"),
    ("กรมป่าไม้", "ทส", "1604.52", "อธิบดีกรมป่าไม้", "รองอธิบดี", "ถนนพหลโยธิน"),
    ("กรมทรัพยากรน้ำ", "ทส", "0616", "อธิบดีกรมทรัพยากรน้ำ", "รองอธิบดี", "ถนนพระรามที่ 6"),
    ("กรมกิจการผู้สูงอายุ", "พม", "0402", "อธิบดีกรมกิจการผู้สูงอายุ", "รองอธิบดี", "ถนนราชวิถี"),
    ("กระทรวงศึกษาธิการ", "ศธ", "0211.7", "ปลัดกระทรวงศึกษาธิการ", "รองปลัดกระทรวง", "ถนนราชดำเนินนอก"),
    ("กระทรวงมหาดไทย", "มท", "0201.2", "ปลัดกระทรวงมหาดไทย", "รองปลัดกระทรวง", "ถนนอัษฎางค์"),
    ("สำนักงาน ก.พ.", "นร", "1013.9", "เลขาธิการ ก.พ.", "รองเลขาธิการ ก.พ.", "ถนนติวานนท์"),
    (
        *("สำนักงานสถิติแห่งชาติ", "ดศ", "0506", "ผู้อำนวยการสำนักงานสถิติแห่งชาติ"),
        *("รองผู้อำนวยการ", "ถนนแจ้งวัฒนะ"),
    ),
    (
        *("สำนักงานคณะกรรมการการเลือกตั้ง", "ลต", "0014", "เลขาธิการคณะกรรมการการเลือกตั้ง"),
        *("รองเลขาธิการ", "ถนนแจ้งวัฒนะ"),
    ),
)
# The abbreviations that the numbers of a province's letters begin with.
_PROVINCES = {
    "เชียงใหม่": "ชม",
    "เชียงราย": "ชร",
    "ลำปาง": "ลป",
    "ลำพูน": "ลพ",
    "น่าน": "นน",
    "แพร่": "พร",
    "พะเยา": "พย",
    "ตาก": "ตก",
    "สุโขทัย": "สท",
    "พิษณุโลก": "พล",
    "เพชรบูรณ์": "พช",
    "นครสวรรค์": "นว",
    "ขอนแก่น": "ขก",
    "อุดรธานี": "อด",
    "นครราชสีมา": "นม",
    "บุรีรัมย์": "บร",
    "สุรินทร์": "สร",
    "ศรีสะเกษ": "ศก",
    "อุบลราชธานี": "อบ",
    "ยโสธร": "ยส",
    "ร้อยเอ็ด": "รอ",
    "มหาสารคาม": "มค",
    "กาฬสินธุ์": "กส",
    "สกลนคร": "สน",
    "นครพนม": "นพ",
    "เลย": "ลย",
    "หนองคาย": "นค",
    "ชัยภูมิ": "ชย",
    "สุพรรณบุรี": "สพ",
    "กาญจนบุรี": "กจ",
    "ราชบุรี": "รบ",
    "สงขลา": "สข",
    "ตรัง": "ตง",
    "กระบี่": "กบ",
    "ชุมพร": "ชพ",
    "นครศรีธรรมราช": "นศ",
}
_FIRST_NAMES = (
    *("นายวรพจน์", "นางสาวกมลชนก", "นายธีรเดช", "นางพิมพ์ใจ", "นายอนุชิต", "นางรัชนี", "นายปกรณ์"),
    *("นางสาวศิริพร", "นายเกรียงศักดิ์", "นายบุญเลิศ", "ว่าที่ร้อยตรี สุเมธ", "นางจันทร์เพ็ญ"),
)
_LAST_NAMES = (
    *("วงศ์สุวรรณ", "แก้วประเสริฐ", "ศรีวงษา", "พูลทรัพย์", "ใจกล้า", "เจริญผล", "ทองคำดี"),
    *("สุขสวัสดิ์", "อินทรักษา", "มณีรัตน์", "คำภีระ", "บัวระวงศ์"),
)
_UNITS = (
    *("กลุ่มงานอำนวยการ", "กลุ่มงานแผนและงบประมาณ", "ฝ่ายบริหารทั่วไป", "กองยุทธศาสตร์และแผนงาน"),
    *("กลุ่มส่งเสริมและพัฒนา", "สำนักงานเลขานุการกรม", "กลุ่มงานติดตามและประเมินผล"),
)


def draw_agency(draw: Random) -> Office:
    """Draw a national agency."""
    name, letters, owner, head, deputy, street = draw.choice(_AGENCIES)
    return Office(
        name=name,
        letterhead=(name, f"{street} กรุงเทพฯ 10{draw.randint(1, 9)}00"),
        letters=letters,
        owner=owner,
        head=head,
        deputy=deputy,
        unit=draw.choice(_UNITS),
    )


def draw_province(draw: Random) -> Province:
    """Draw a province whose abbreviation is known."""
    return all_provinces()[draw.choice(sorted(_PROVINCES))]


def province_office(draw: Random, province: Province) -> Office:
    """Return the office of a province's governor."""
    return Office(
        name=f"จังหวัด{province.name}",
        letterhead=(f"ศาลากลางจังหวัด{province.name}", f"ถนนศูนย์ราชการ {province.code}000"),
        letters=_PROVINCES[province.name],
        owner=f"00{draw.randint(10, 35)}.{draw.randint(1, 5)}",
        head=f"ผู้ว่าราชการจังหวัด{province.name}",
        deputy=f"รองผู้ว่าราชการจังหวัด{province.name}",
        unit=draw.choice(_UNITS),
    )


def district_office(draw: Random, province: Province) -> Office:
    """Return the office of a district chief."""
    district = draw.choice(province.bodies).district
    return Office(
        name=f"อำเภอ{district}",
        letterhead=(f"ที่ว่าการอำเภอ{district}", f"จังหวัด{province.name} {province.code}110"),
        letters=_PROVINCES[province.name],
        owner=f"0{draw.randint(118, 918)}",
        head=f"นายอำเภอ{district}",
        deputy="ปลัดอำเภอ (เจ้าพนักงานปกครองชำนาญการพิเศษ)",
        unit=draw.choice(("ที่ทำการปกครองอำเภอ", "กลุ่มงานบริหารงานปกครอง", "ฝ่ายความมั่นคง")),
    )


def local_office(draw: Random, province: Province) -> Office:
    """Return the office of a local organization."""
    body = draw.choice(province.bodies)
    return Office(
        name=body.name,
        letterhead=(f"สำนักงาน{body.name}", f"อำเภอ{body.district} จังหวัด{province.name}"),
        letters=_PROVINCES[province.name],
        owner=str(draw.randint(51001, 79999)),
        head=head_of(body),
        deputy=f"รอง{head_of(body)}",
        unit=draw.choice(("สำนักปลัด", "กองคลัง", "กองช่าง", "กองการศึกษา")),
    )


def head_of(body: Body) -> str:
    """Return the post of who heads a local organization."""
    if body.kind in (OrganizationKind.SAO, OrganizationKind.PAO):
        return f"นายก{body.name}"
    return f"นายกเทศมนตรี{body.name.removeprefix('เทศบาล')}"


def draw_signature(draw: Random, office: Office) -> Signature:
    """Draw who signs for an office."""
    person = f"{draw.choice(_FIRST_NAMES)} {draw.choice(_LAST_NAMES)}"
    authority = draw.choice((Authority.OWN, Authority.OWN, *list(Authority)[1:]))
    is_own = authority is Authority.OWN
    return Signature(
        person=person,
        post=office.head if is_own else office.deputy,
        authority=authority,
        authority_post=None if is_own else office.head,
    )
