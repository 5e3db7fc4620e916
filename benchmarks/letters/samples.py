"""Whole texts: a letter alone, a list alone, or a cover letter with all that it encloses."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from random import Random

from benchmarks.letters.bodies import Province
from benchmarks.letters.body import type_body
from benchmarks.letters.foot import Stamped, type_foot, type_stamp
from benchmarks.letters.hand import Hand, new_hand
from benchmarks.letters.heading import type_heading
from benchmarks.letters.matters import (
    Cited,
    Form,
    LetterFacts,
    draw_day,
    draw_letter,
    draw_number,
    working,
)
from benchmarks.letters.offices import (
    Office,
    district_office,
    draw_agency,
    draw_province,
    draw_signature,
    head_of,
    local_office,
    province_office,
)
from benchmarks.letters.sheet import Sheet
from benchmarks.letters.tables import draw_bodies, type_list
from benchmarks.letters.truth import Sample

_MOST_ROWS = 80
# Of ten texts: what a desk receives.
_SHAPES = ("alone", "alone", "alone", "memo", "stamped", "with_list", "with_list", "list")
SHAPES = (*_SHAPES, "cover", "cover")


def make_samples(letters: int, *, seed: int) -> list[Sample]:
    """Make texts until they hold so many letters; the same for the same seed."""
    made: list[Sample] = []
    while sum(len(one.letters) for one in made) < letters:
        made.append(make_sample(len(made), seed=seed))
    return made


def make_sample(nth: int, *, seed: int) -> Sample:
    """Make one text; it does not depend on the others."""
    draw = Random(f"{seed}/{nth}")  # noqa: S311 (the same in every run)
    shape, hand, sheet = SHAPES[nth % len(SHAPES)], new_hand(draw), Sheet()
    province = draw_province(draw)
    if shape == "cover":
        _type_cover(sheet, hand, province)
    elif shape == "list":
        type_list(sheet, hand, province, draw_bodies(draw, province, _MOST_ROWS))
    else:
        _type_alone(sheet, hand, province, shape)
    return sheet.sample(f"{nth:04d}-{shape}")


def _type_alone(sheet: Sheet, hand: Hand, province: Province, shape: str) -> None:
    draw = hand.draw
    form: Form = "memo" if shape == "memo" else "stamped" if shape == "stamped" else "external"
    makers = (province_office, district_office, local_office)
    agency = form == "memo" or draw.random() < 0.4
    office = draw_agency(draw) if agency else draw.choice(makers)(draw, province)
    addressees = [office.head] if form == "memo" else _addressees(draw, province)
    letter = draw_letter(draw, office, addressees, draw_day(draw), form)
    stamps = draw.choice((0, 0, 1, 2))
    sheet.begin()
    _type_stamps(sheet, hand, province, letter.dated, stamps)
    _type_letter(sheet, hand, letter)
    sheet.end()
    if shape == "with_list":
        type_list(sheet, hand, province, draw_bodies(draw, province, _MOST_ROWS))


def _type_cover(sheet: Sheet, hand: Hand, province: Province) -> None:
    draw = hand.draw
    dated = draw_day(draw)
    agency = draw_agency(draw)
    governor = province_office(draw, province)
    original = draw_letter(draw, agency, [governor.head], dated, "external")
    sheet.begin()
    _type_letter(sheet, hand, _cover_of(draw, original, governor, province))
    sheet.end()
    sheet.write("\n")
    other = new_hand(draw)
    sheet.begin()
    _type_stamps(sheet, other, province, dated, draw.randint(0, 2))
    _type_letter(sheet, other, original)
    if original.matter.held and draw.random() < 0.5:
        _type_schedule(sheet, other, original)
    sheet.end()
    type_list(sheet, other, province, draw_bodies(draw, province, _MOST_ROWS))


def _cover_of(
    draw: Random, original: LetterFacts, office: Office, province: Province
) -> LetterFacts:
    cited = Cited(office=original.office, number=original.number, dated=original.dated)
    return LetterFacts(
        form="external",
        office=office,
        number=draw_number(draw, office, is_circular=True),
        dated=working(original.dated + timedelta(days=draw.randint(7, 11))),
        urgency=original.urgency,
        secrecy=original.secrecy,
        addressees=_addressees(draw, province),
        cited=[cited] if (is_cited := draw.random() < 0.5) else [],
        enclosed=["รายละเอียดโครงการ"] if is_cited else [cited],
        matter=original.matter,
        told_by=original.office,
        signature=draw_signature(draw, office),
    )


def _type_letter(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    type_heading(sheet, hand, letter)
    type_body(sheet, hand, letter)
    type_foot(sheet, hand, letter)


def _addressees(draw: Random, province: Province) -> Sequence[str]:
    bodies = draw.sample(province.bodies, k=2)
    local = [head_of(one) for one in bodies]
    governor, district = f"ผู้ว่าราชการจังหวัด{province.name}", f"นายอำเภอ{bodies[0].district}"
    return draw.choice(
        (
            [governor],
            [local[0]],
            [district],
            ["นายอำเภอ ทุกอำเภอ"],
            ["ท้องถิ่นจังหวัด ทุกจังหวัด"],
            [district, local[1]],
            ["นายอำเภอ ทุกอำเภอ", *local],
        )
    )


def _type_stamps(sheet: Sheet, hand: Hand, province: Province, dated: date, count: int) -> None:
    day, draw = dated, hand.draw
    desks = [f"ศาลากลางจังหวัด{province.name}", draw.choice(province.bodies).name]
    for desk in desks[:count]:
        day = working(day + timedelta(days=draw.randint(1, 3)))
        at = time(draw.randint(8, 16), draw.randrange(0, 60, 5)) if draw.random() < 0.7 else None
        stamp = Stamped(registry=desk, number=draw.randint(1, 9999), day=day, at=at)
        type_stamp(sheet, hand, stamp)


def _type_schedule(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    """Type when what happens on the day; none of its times is an occasion of its own."""
    assert letter.matter.held is not None
    sheet.write(f"\n{hand.pick(('กำหนดการ', 'กำหนดการประชุม'))}\n{letter.matter.name}\n")
    sheet.write(f"วันที่ {hand.day(letter.matter.held.day)}\n\n")
    begins = letter.matter.held.begins or time(9)
    for nth, what in enumerate(("ลงทะเบียน", "พิธีเปิด", "บรรยายหลักเกณฑ์", "ซักถาม")):
        at = hand.clock(time(begins.hour, nth * 15))
        sheet.write(f"{at} น. - {hand.clock(time(begins.hour, nth * 15 + 14))} น.\t{what}\n")
