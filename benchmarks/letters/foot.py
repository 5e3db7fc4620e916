"""The lower part of a made letter, and the receiving stamps that lie on it."""

from dataclasses import dataclass
from datetime import date, time

from benchmarks.letters.hand import Hand
from benchmarks.letters.matters import LetterFacts
from benchmarks.letters.sheet import Sheet
from domain.vocabulary import Authority

_ON_BEHALF = {
    Authority.PERFORMING_DUTIES_FOR: "ปฏิบัติราชการแทน",
    Authority.ACTING_FOR: "รักษาราชการแทน",
    Authority.BY_ORDER_OF: "ตามคำสั่ง",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamped:
    """What a receiving desk stamped."""

    registry: str
    number: int
    day: date
    at: time | None


def type_foot(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    """Type everything below the last paragraph."""
    if letter.form == "stamped":
        sheet.put("issuer", letter.office.name, letter.office.name)
        sheet.write(hand.blank)
        sheet.put("date", letter.dated, hand.day(letter.dated))
        sheet.write(hand.blank)
    else:
        if letter.form == "external":
            sheet.write(hand.gap + "ขอแสดงความนับถือ\n" + hand.blank)
        _type_signature(sheet, hand, letter)
    if letter.form != "memo":
        _type_contacts(sheet, hand, letter)


def _type_signature(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    signed = letter.signature
    sheet.write(hand.pick(("(", "( ")))
    sheet.put("signatory", signed.person, signed.person)
    sheet.write(hand.pick((")", " )")) + hand.blank)
    sheet.put("signatory_post", signed.post, signed.post)
    if signed.authority_post is not None:
        sheet.write(hand.pick((" ", "\n")))
        sheet.put("authority", signed.authority, _ON_BEHALF[signed.authority])
        sheet.write("\n")
        sheet.put("authority_post", signed.authority_post, signed.authority_post)
    sheet.write("\n" + hand.blank)


def _type_contacts(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    draw = hand.draw
    sheet.write(letter.office.unit + "\n")
    phone = f"0{draw.randint(2, 7)}{draw.randint(1000000, 9999999)}"
    extension = str(draw.randint(10, 999)) if draw.random() < 0.3 else ""
    sheet.write(hand.pick(("โทร. ", "โทร ", "โทรศัพท์ ", "โทร. ")))
    printed = f"{phone[0]} {phone[1:5]} {phone[5:]}" + (f" ต่อ {extension}" if extension else "")
    sheet.put("contacts", phone + extension, hand.count(printed), phone)
    if draw.random() < 0.5:
        fax = f"0{draw.randint(2, 7)}{draw.randint(1000000, 9999999)}"
        sheet.write("\nโทรสาร ")
        sheet.put("contacts", fax, hand.count(f"{fax[0]} {fax[1:5]} {fax[5:]}"))
    if draw.random() < 0.4:
        mail = f"saraban{draw.randint(1, 99)}@example.go.th"
        sheet.write("\n" + hand.pick(("อีเมล ", "ไปรษณีย์อิเล็กทรอนิกส์ : ", "E-mail: ")))
        sheet.put("contacts", mail, mail)
    sheet.write("\n")


def type_stamp(sheet: Sheet, hand: Hand, stamp: Stamped) -> None:
    """Type a receiving stamp in one of the forms that desks use."""
    between = hand.pick(("\n", "\n", " "))
    label = hand.pick(("เลขรับ ", "เลขที่รับ ", "รับที่ ", "เลขรับที่ ", "เลขทะเบียนรับ "))
    start, _ = sheet.write(stamp.registry)
    sheet.write(between + label)
    end = sheet.write(hand.count(stamp.number))[1]
    end = sheet.write(f"{between}วันที่ {_stamp_day(hand, stamp.day)}")[1]
    if stamp.at:
        clock = hand.count(f"{stamp.at.hour:02d}{hand.pick(('.', ':'))}{stamp.at.minute:02d}")
        end = sheet.write(f"{between}เวลา {clock} น.")[1]
    sheet.note("receipt_stamps", (stamp.registry, stamp.number, stamp.day, stamp.at), (start, end))
    sheet.write("\n\n")


def _stamp_day(hand: Hand, day: date) -> str:
    if hand.draw.random() < 0.25:
        return hand.count(f"{day.day:02d}/{day.month:02d}/{day.year + 543}")
    return hand.day(day)
