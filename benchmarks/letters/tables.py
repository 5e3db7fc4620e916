"""Made lists of recipients, in the forms that tables take when a letter becomes a text."""

from dataclasses import dataclass
from random import Random

from benchmarks.letters.bodies import FIRST_WORDS, Body, Province
from benchmarks.letters.hand import Hand
from benchmarks.letters.sheet import Sheet
from benchmarks.letters.truth import RowTruth
from benchmarks.letters.wording import LIST_TITLES

PAGE_BREAKS = ("\n\f\n", "\n\n- {page} -\n\n", "\n\n")
_ROWS_OF_A_PAGE = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """How the rows of a list are set.

    Attributes:
        after_no: Between the number and the name; None where rows have no numbers.
        after_name: Between the name and the district.
        begin: Before each row.
        close: After each row.
        head: The line above the rows.
        has_short_names: Whether a kind of body is abbreviated, as in อบต.
        district: The first word of a district.
    """

    after_no: str | None
    after_name: str
    begin: str = ""
    close: str = "\n"
    head: str = ""
    has_short_names: bool = False
    district: str = "อำเภอ"


TABLES = (
    Table(after_no="\t", after_name="\t"),
    Table(after_no="\t", after_name="\t", head="ลำดับ\tหน่วยงาน\tอำเภอ\n"),
    Table(after_no=". ", after_name=" "),
    Table(after_no=") ", after_name="   "),
    Table(after_no="  ", after_name="    ", head="ที่  ชื่อหน่วยงาน    อำเภอ\n"),
    Table(
        begin="| ",
        after_no=" | ",
        after_name=" | ",
        close=" |\n",
        head="| ลำดับที่ | หน่วยงาน | อำเภอ |\n| --- | --- | --- |\n",
    ),
    Table(after_no="\n", after_name="\n"),
    Table(after_no=None, after_name="\t"),
    Table(after_no="\t", after_name="\t", has_short_names=True),
    Table(after_no=". ", after_name=" ", has_short_names=True, district="อ."),
)


def draw_bodies(draw: Random, province: Province, most: int) -> list[Body]:
    """Draw some districts' bodies in the order of an official list."""
    count = draw.randint(5, most)
    districts = sorted({body.district_code for body in province.bodies})
    draw.shuffle(districts)
    chosen: list[Body] = []
    for district in districts:
        own = [body for body in province.bodies if body.district_code == district]
        chosen += draw.sample(own, k=min(len(own), draw.randint(2, 12), count - len(chosen)))
        if len(chosen) == count:
            break
    return sorted(chosen, key=lambda body: body.district_code)


def type_list(sheet: Sheet, hand: Hand, province: Province, bodies: list[Body]) -> None:
    """Type a list with its title; what it states is what it has."""
    draw = hand.draw
    table = draw.choice(TABLES)
    sheet.write(hand.pick(("\n", "\f\n", "\n\n")))
    has_count = _type_title(sheet, hand, province, len(bodies))
    sheet.write("\n" + table.head)
    breaks = hand.pick(PAGE_BREAKS) if len(bodies) > _ROWS_OF_A_PAGE else ""
    rows = []
    for no, body in enumerate(bodies, 1):
        rows.append(_type_row(sheet, hand, table, no, body))
        if breaks and no % _ROWS_OF_A_PAGE == 0 and no < len(bodies):
            sheet.write(breaks.format(page=hand.count(1 + no // _ROWS_OF_A_PAGE)))
    sheet.enclose(province.name, len(bodies) if has_count else None, rows)


def _type_title(sheet: Sheet, hand: Hand, province: Province, count: int) -> bool:
    title = hand.pick(LIST_TITLES)
    lines = [title, f"จังหวัด{province.name}"]
    if hand.draw.random() < 0.3:
        lines.reverse()
    sheet.write("\n".join(lines) + "\n")
    has_count = hand.draw.random() < 0.8
    if has_count:
        sheet.write("จำนวน ")
        sheet.place("stated_count", hand.count(count))
        sheet.write(" แห่ง\n")
    return has_count


def _type_row(sheet: Sheet, hand: Hand, table: Table, no: int, body: Body) -> RowTruth:
    sheet.write(table.begin)
    if table.after_no is not None:
        sheet.place("row_number", hand.count(no))
        sheet.write(table.after_no)
    name = sheet.place("row_name", FIRST_WORDS[body.kind][table.has_short_names] + body.place)
    sheet.write(table.after_name)
    district = sheet.place("row_district", table.district + body.district)
    sheet.write(table.close)
    return RowTruth(
        no=no if table.after_no is not None else None,
        name=name,
        district=district,
        kind=body.kind,
        code=body.code,
    )
