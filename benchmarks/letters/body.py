"""The paragraphs of a made letter."""

from datetime import datetime, time

from benchmarks.letters.hand import WEEKDAYS, Hand
from benchmarks.letters.matters import Asked, Held, LetterFacts, Matter
from benchmarks.letters.sheet import Sheet
from benchmarks.letters.wording import CLOSINGS, OWN_COUNT
from domain.buddhist_era import BANGKOK
from domain.intake.vocabulary import RequestKind

_BEFORE_IT_BEGINS = (RequestKind.REGISTER, RequestKind.REPLY)


def type_body(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    """Type the paragraphs down to the closing one."""
    matter = letter.matter
    _type_cause(sheet, hand, letter)
    _type_figures(sheet, hand, matter)
    sheet.write(f"{hand.count(matter.trap)} " if matter.trap else "")
    if matter.repeated:
        before, word, after = matter.repeated
        sheet.write(before)
        sheet.place("word", word)
        sheet.write(after + " ")
    if matter.held:
        _type_held(sheet, hand, letter, matter.held)
    sheet.write(hand.blank + hand.pick(("", "\t")))
    sheet.write(f"{letter.office.name}พิจารณาแล้ว " if letter.told_by else "ในการนี้ ")
    if letter.told_by and matter.figures and hand.draw.random() < 0.5:
        count = hand.count(hand.draw.randint(3, 39))
        sheet.write(OWN_COUNT.format(office=letter.office.name, n=count))
    for asked in matter.asked:
        _type_asked(sheet, hand, asked)
    sheet.write(matter.aside + hand.blank)
    closings = CLOSINGS["memo" if letter.form == "memo" else "external"]
    if letter.form != "stamped":
        sheet.write(hand.pick(("", "\t")) + hand.pick(closings) + hand.blank)


def _type_cause(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    sheet.write(hand.pick(("", "\t", "        ")))
    if letter.told_by:
        sheet.write(f"ด้วย{letter.told_by.name} แจ้งว่า ")
    matter = letter.matter
    sheet.write(f"{'' if letter.told_by else 'ด้วย'}{matter.name}เป็นภารกิจสำคัญของพื้นที่ ")
    if matter.years:
        first, last = (hand.count(year) for year in matter.years)
        sheet.write("ตามแผนพัฒนาระยะที่กำหนด (พ.ศ. ")
        sheet.place("years", f"{first} - {last}")
        sheet.write(") ")


def _type_figures(sheet: Sheet, hand: Hand, matter: Matter) -> None:
    if not matter.figures:
        return
    part, whole, decimals = matter.figures
    sheet.write("ผลการสำรวจปรากฏว่ามีหน่วยงานดำเนินการครบถ้วนแล้ว จำนวน ")
    sheet.place("count", hand.count(part))
    sheet.write(" แห่ง คิดเป็นร้อยละ ")
    sheet.place("percentage", hand.count(f"{100 * part / whole:.{decimals}f}"))
    sheet.write(" จากจำนวน ")
    sheet.place("whole", hand.thousands(whole))
    sheet.write(" แห่ง ")


def _type_held(sheet: Sheet, hand: Hand, letter: LetterFacts, held: Held) -> None:
    weekday = "วัน"
    sheet.write(held.words + hand.pick(("ใน", "ใน", " ")) + weekday)
    if held.has_weekday:
        sheet.place("weekday", WEEKDAYS[held.day.weekday()])
    start = sheet.write("ที่ ")[1]
    sheet.place("held_day_with_weekday" if held.has_weekday else "held_day", hand.day(held.day))
    end = sheet.write(_times(hand, held))[1]
    sheet.note("occasions", occasion(held), (start, end))
    sheet.write(f" {held.place}")


def occasion(held: Held) -> tuple[datetime, datetime | None]:
    """Return an occasion as the contract has it."""
    begins = datetime.combine(held.day, held.begins or time.min, BANGKOK)
    return begins, datetime.combine(held.day, held.ends, BANGKOK) if held.ends else None


def _times(hand: Hand, held: Held) -> str:
    if held.begins is None:
        return ""
    begins = hand.clock(held.begins)
    if held.ends is None:
        return f" เวลา {begins} น." + hand.pick(("", " เป็นต้นไป"))
    between = hand.pick((" - ", " น. - ", "-", " – ", " ถึง "))
    return f" เวลา {begins}{between}{hand.clock(held.ends)} น."


def _type_asked(sheet: Sheet, hand: Hand, asked: Asked) -> None:
    sheet.write(asked.words + hand.pick(("", "", " ")) + "วันที่ ")
    name = "asked_to_come" if asked.kind in _BEFORE_IT_BEGINS else "asked_day"
    start, end = sheet.place(name, hand.day(asked.day))
    if asked.time:
        end = sheet.write(f" เวลา {hand.clock(asked.time)} น.")[1]
    sheet.note("deadlines", (asked.kind, asked.day, asked.time), (start, end))
    sheet.write(" ")
