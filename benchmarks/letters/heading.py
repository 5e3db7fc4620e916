"""The upper part of a made letter: number, letterhead, date, subject, addressees and so on."""

from collections.abc import Sequence

from benchmarks.letters.hand import Hand
from benchmarks.letters.matters import Cited, LetterFacts
from benchmarks.letters.sheet import Sheet
from benchmarks.letters.wording import SECRECY_WORDS, URGENCY_WORDS
from domain.intake.vocabulary import LetterKind
from domain.vocabulary import Secrecy, Urgency

_KINDS = {
    "external": LetterKind.EXTERNAL,
    "memo": LetterKind.INTERNAL,
    "stamped": LetterKind.STAMPED,
}


def type_heading(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    """Type everything above the first paragraph."""
    sheet.note("kind", _KINDS[letter.form])
    if letter.form == "memo":
        _type_memo_heading(sheet, hand, letter)
    else:
        _type_classes(sheet, hand, letter)
        _type_number_and_letterhead(sheet, hand, letter)
    if letter.form != "stamped":
        if letter.form == "external":
            _type_subject(sheet, hand, letter)
        _type_addressees(sheet, hand, letter, "เรียน")
        _type_cited(sheet, hand, letter.cited)
        _type_enclosed(sheet, hand, letter.enclosed)
    sheet.write(hand.blank)


def _type_classes(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    if letter.secrecy is not Secrecy.NORMAL:
        sheet.put("secrecy", letter.secrecy, SECRECY_WORDS[letter.secrecy])
        sheet.write(hand.blank)
    if letter.urgency is not Urgency.NORMAL:
        sheet.put("urgency", letter.urgency, URGENCY_WORDS[letter.urgency])
        sheet.write(hand.blank)


def _type_memo_heading(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    if letter.urgency is not Urgency.NORMAL and hand.draw.random() < 0.5:
        sheet.put("urgency", letter.urgency, URGENCY_WORDS[letter.urgency])
        sheet.write(hand.gap + "บันทึกข้อความ\n")
    else:
        sheet.write("บันทึกข้อความ\n")
        _type_classes(sheet, hand, letter)
    sheet.write("ส่วนราชการ ")
    sheet.put("issuer", letter.office.name, letter.office.name)
    if hand.draw.random() < 0.5:
        digits = f"0{hand.draw.randint(20000000, 59999999)}"
        sheet.write(" โทร. ")
        sheet.put("contacts", digits, hand.count(f"{digits[0]} {digits[1:5]} {digits[5:]}"))
    sheet.write("\nที่ ")
    sheet.put("number", letter.number, hand.number(letter.number))
    sheet.write(hand.pick((hand.gap, "\n")) + "วันที่ ")
    sheet.put("date", letter.dated, hand.day(letter.dated))
    sheet.write("\n")
    _type_subject(sheet, hand, letter)


def _type_number_and_letterhead(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    if letter.form == "stamped":
        _type_number(sheet, hand, letter)
        sheet.write(hand.blank)
        _type_addressees(sheet, hand, letter, "ถึง")
        return
    layout = hand.draw.randrange(4)
    if layout == 0:
        _type_letterhead(sheet, hand, letter, indent="")
        _type_number(sheet, hand, letter)
        sheet.write(hand.blank)
    elif layout == 1:
        _type_number(sheet, hand, letter)
        sheet.write(hand.gap)
        _type_letterhead(sheet, hand, letter, indent=hand.gap)
    else:
        _type_number(sheet, hand, letter)
        sheet.write(hand.blank)
        _type_letterhead(sheet, hand, letter, indent="")
    _type_date(sheet, hand, letter)


def _type_number(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    sheet.write("ที่" + hand.pick((" ", " ", "  ")))
    sheet.put("number", letter.number, hand.number(letter.number))


def _type_letterhead(sheet: Sheet, hand: Hand, letter: LetterFacts, *, indent: str) -> None:
    issuer, *address = letter.office.letterhead
    sheet.put("issuer", issuer, issuer)
    for line in address:
        sheet.write(f"\n{indent}{hand.count(line)}")
    sheet.write(hand.blank)


def _type_date(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    between = hand.pick((" ", " ", " ", " ", "  ", "\n", "\n\n"))
    sheet.write(hand.pick(("", "", hand.gap)))
    sheet.put("date", letter.dated, hand.day(letter.dated, between=between))
    sheet.write(hand.blank)


def _type_subject(sheet: Sheet, hand: Hand, letter: LetterFacts) -> None:
    words = letter.matter.subject
    # A long subject goes on below itself, as a typewriter leaves it.
    if len(words) > 45 and hand.draw.random() < 0.4 and (cut := words.find(" ", 20)) > 0:
        words = f"{words[:cut]}\n{hand.gap}{words[cut + 1 :]}"
    sheet.write("เรื่อง" + hand.pick((" ", "  ", "\t")))
    sheet.put("subject", letter.matter.subject, words)
    sheet.write(hand.blank)


def _type_addressees(sheet: Sheet, hand: Hand, letter: LetterFacts, word: str) -> None:
    sheet.write(word + hand.pick((" ", "  ", "\t")))
    between = hand.pick((" และ", "\n", ", ", "  "))
    for nth, addressee in enumerate(letter.addressees):
        sheet.write(between if nth else "")
        sheet.put("addressees", addressee, addressee)
    sheet.write(hand.blank)


def _type_cited(sheet: Sheet, hand: Hand, cited: Sequence[Cited]) -> None:
    for nth, one in enumerate(cited, 1):
        sheet.write("อ้างถึง " if nth == 1 else "")
        sheet.write(f"{hand.count(nth)}. " if len(cited) > 1 else "")
        sheet.write("หนังสือ")
        type_citation(sheet, hand, one)
        sheet.write(hand.blank)


def type_citation(sheet: Sheet, hand: Hand, cited: Cited) -> None:
    """Type whose letter it is, its number and its date."""
    start, _ = sheet.write(cited.office.name + hand.pick((" ", " ", "  ")) + "ที่ ")
    start = sheet.place("cited_number", hand.number(cited.number))[0]
    sheet.write(hand.pick((" ", "\n")) + hand.pick(("ลงวันที่ ", "ลงวันที่ ", "ลว. ")))
    end = sheet.place("cited_date", hand.day(cited.dated))[1]
    sheet.note("references", (cited.number, cited.dated), (start, end))


def _type_enclosed(sheet: Sheet, hand: Hand, enclosed: Sequence[str | Cited]) -> None:
    for nth, one in enumerate(enclosed, 1):
        sheet.write("สิ่งที่ส่งมาด้วย " if nth == 1 else "")
        sheet.write(f"{hand.count(nth)}. " if len(enclosed) > 1 else "")
        if isinstance(one, Cited):
            start, _ = sheet.write("สำเนาหนังสือ")
            type_citation(sheet, hand, one)
            end = sheet.write("")[1]
            sheet.note("enclosures", ("cited", one.number), (start, end))
        else:
            sheet.put("enclosures", one, one)
        sheet.write(hand.pick((" ", "\n", hand.gap)) + f"จำนวน {hand.count(1)} ชุด")
        sheet.write(hand.blank)
