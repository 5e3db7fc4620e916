"""A letter of the test province in official form, of our own wording, as a desk takes it in."""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.buddhist_era import thai_digits
from domain.intake.vocabulary import MatchStatus, TextMethod
from domain.vocabulary import Secrecy
from models import Intake, IntakeRecipient, IntakeValue
from tests.support.letters import MORNING

Row = tuple[str, str | None]

ROWS: Sequence[Row] = (
    ("องค์การบริหารส่วนจังหวัดทดสอบ", None),
    ("องค์การบริหารส่วนตำบล ก หนึ่ง", "อำเภอ ก"),
    ("เทศบาลตำบล ก สอง", "อำเภอ ก"),
    ("องค์การบริหารส่วนตำบล ข หนึ่ง", "อำเภอ ข"),
)
"""What the hall's list of recipients says: one body direct, three by way of two districts."""

SUBJECT = "ขอเชิญประชุมเตรียมรับน้ำหลาก"


def letter_text(
    *,
    subject: str = SUBJECT,
    number: str | None = "ทส ๐๐๑๗/ว ๑๒",
    mark: str = "",
    rows: Sequence[Row] = ROWS,
    stated: int | None = None,
) -> str:
    """Return the text of a letter with its list of recipients.

    Args:
        subject: What it is about.
        number: The number that is printed, None for a letter that has none yet.
        mark: What stands at the top, such as ลับ.
        rows: The lines of the list: name and district.
        stated: How many the list says that they are, as many as there are unless it is given.
    """
    top = f"{mark}\n\n" if mark else ""
    heading = f"ที่ {number}\t\t\tศาลากลางจังหวัดทดสอบ" if number else "\t\t\tศาลากลางจังหวัดทดสอบ"
    return f"""{top}{heading}
\t\t\tถนนกลางเมือง ทส ๓๘๐๐๐

\t\t๒ มีนาคม ๒๕๖๔

เรื่อง\t{subject}

เรียน\tนายกองค์กรปกครองส่วนท้องถิ่นตามบัญชีแนบท้าย

สิ่งที่ส่งมาด้วย\tบัญชีรายชื่อ\tจำนวน ๑ ชุด

\tด้วยจังหวัดทดสอบได้รับแจ้งว่าฝนจะตกหนักกว่าปีก่อน จึงเห็นควรให้ทุกแห่งเตรียมเครื่องสูบน้ำ
ให้พร้อมใช้งาน และสำรวจทางน้ำในเขตของท่าน

\tจึงเรียนมาเพื่อโปรดพิจารณาดำเนินการ

\t\t\tขอแสดงความนับถือ


\t\t\t(นายสมมุติ ใจดี)
\t\t\tผู้ว่าราชการจังหวัดทดสอบ


สำนักงานจังหวัด
โทร. ๐ ๔๒๐๐ ๐๐๐๐

{list_text(rows, stated=stated)}"""


def list_text(rows: Sequence[Row] = ROWS, *, stated: int | None = None) -> str:
    """Return a list of recipients by itself."""
    count = thai_digits(str(len(rows) if stated is None else stated))
    lines = [
        "\t".join([thai_digits(str(no)), name, *([district] if district else [])])
        for no, (name, district) in enumerate(rows, start=1)
    ]
    title = f"บัญชีรายชื่อองค์กรปกครองส่วนท้องถิ่น จังหวัดทดสอบ จำนวน {count} แห่ง"
    return "\n".join([title, "ที่\tชื่อ\tอำเภอ", *lines, ""])


async def plant_intake(
    session: AsyncSession, word: str, *, registry_id: UUID, by: UUID, secrecy: Secrecy
) -> UUID:
    """Store a text whose subject, text, value and only recipient are one word; return its id."""
    read = {"value": word, "span": [0, len(word)], "confidence": 1.0, "rule": "subject"}
    letter = {"subject": read, "numbers": [], "occasions": []}
    intake = Intake(
        registry_id=registry_id,
        secrecy=secrecy,
        received_at=MORNING,
        received_by=by,
        sha256=sha256(word.encode()).digest(),
        media_type="text/plain",
        size=len(word.encode()),
        method=TextMethod.PASTED,
        text=word,
        reading={"letters": [letter], "lists": [], "contradictions": []},
        rules="1",
    )
    session.add(intake)
    await session.flush()
    value = IntakeValue(
        intake_id=intake.id,
        letter=0,
        field="subject",
        value={"value": word},
        confirmed_at=MORNING,
        confirmed_by=by,
    )
    line = IntakeRecipient(
        intake_id=intake.id,
        position=0,
        as_written=word,
        begins=0,
        ends=len(word),
        status=MatchStatus.REJECTED,
        score=0,
        candidates=[],
    )
    session.add_all([value, line])
    await session.flush()
    return intake.id
