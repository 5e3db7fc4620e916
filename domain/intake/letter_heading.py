"""The head of a letter: its number, its date, who issued it, its subject."""

import re
from collections.abc import Sequence

from domain.document_number import DocumentNumber
from domain.intake.date_cues import Cue, nearest_cue
from domain.intake.folded_text import FoldedText, one_line
from domain.intake.found import Found
from domain.intake.heading_words import Heading, heading_of
from domain.intake.letter_marks import is_mark
from domain.intake.letter_numbers import find_numbers
from domain.intake.letter_parts import Parts
from domain.intake.office_words import begins_office, is_address, nearly_begins_office
from domain.intake.opening_lines import ALONE, UNREAD_NUMBER, is_numbered
from domain.intake.receipt_stamps import names_receipt
from domain.intake.text_lines import Line
from domain.intake.thai_dates import DateAt

# What ends the name of an office on its line: a telephone, an address, a gap.
_OFFICE_END = re.compile(
    r"[ \t]{0,8}(?:\(?(?:โทร(?=[.\sศส])|(?<![ก-๎])[โไ][ทฑ][รธถ](?=[^ก-๎]|[ศส])|[ทฑ]ร\.)|\t|[ \t]{3}|"
    r"\((?=[^()\n]{2,60}โทร)|"
    r"[ \t](?:ถนน|ถ\.(?![ก-ฮ]\.)|ที่\s|วันที่|หมู่ที่|เลขที่|ซอย|ลงวันที่))"
)
# On the line of a memo's title, where a line end was lost.
_OFFICE_WORD = re.compile(r"[ \t][สล]่?[วจ][นม][รธ][าเ][ชขซ][กถภ][าเ][รธ][ \t]{0,9}(?=[ก-ฮเ-ไ])")
_FORMAL = re.compile(r"(?:คำสั่ง|ประกาศ|แถลงการณ์|ข่าวประชาสัมพันธ์|รายงานการประชุม)\s?(.{2,90})")
_FORMAL_DATE = re.compile(r"(?:สั่ง|ประกาศ|ให้ไว้|แถลง)\s{0,4}ณ\s{0,4}วันที่\s{0,4}$")
_HOUR_BEHIND = re.compile(r"[\s,]{0,4}(?:[เแโ]?[วจ][ลส][าเ]|[0-9]{1,2} ?[.:] ?[0-9]{2} ?[นม])")
_STAMPED = re.compile(r"รับ|[รธ][ัีื้]?[บป][ทฑ]|ออก|พิมพ์|ภายใน|ประชุม")
_DATE_LEAD = re.compile(r"(?:\t|[ ]{2}|วัน[ทฑ][ี่ิื้]{1,2}\s?[:.]?|ลงวันที่)[ \t]{0,20}$")
_WORDS = re.compile(r"[ก-๎]{2}[ก-๎. ]{5}")
_ADDRESS_LINE = re.compile(
    r"(?:[อฮ][ำา]?[เแ][ภถก][อฮ]|อ\.|ตำบล|ต\.|จังหวัด|จ\.).{1,40}[ \t](?:จ|กรุง|กทม|[0-9]{5})"
)
_STAMP_LINE = re.compile(
    r"[^0-9]{0,6}วันที่[^0-9]{0,3}[0-9].{4,24}[เแ][วจ][ลส]า|[เแ]?[วจ][ลส][าเ]\s?[0-9]"
)
_NOT_OFFICE = re.compile(
    r"(?:ที่|วันที่|เรื่อง|เรียน|ถึง|เวลา|เลข|รับ|ออก|บันทึกข้อความ|สำเนา|หนังสือรับรอง|ครุฑ|ตรา|หน้า|[ดตค][่้๊๋ิี]?ว[นมท])"
)
_NAME_GOES_ON = re.compile(r"(?:และ|เพื่อ|แห่ง)[ก-๎][ก-๎ ]{2,50}")
# A number of a form that is not ours, with something a gap behind it.
_UNREAD = re.compile(
    r"[ทฑ][ัิ-ื็-๎]{1,2}[ \t]{0,6}[ก-ฮ.]{1,6}[ \t]{0,3}[^ \t]{3,40}(?:[ ][^ \t]{1,20})?(?=\t|[ ]{3})"
)
# Whatever stands a gap behind the number is the name of who issued it, if it is a name.
_NAME_BESIDE = re.compile(
    rf"(?:\t|[ ]{{3}})[ \t]*(?!{_NOT_OFFICE.pattern})[ก-๎]{{3}}[^0-9]{{3,80}}\Z"
)


def read_numbers(
    folded: FoldedText, lines: Sequence[Line], first: int, stop: int
) -> Sequence[Found[DocumentNumber]]:
    """Return every number in the place of the number, above the subject."""
    found = []
    above = lines[:stop]
    for at in range(first, stop):
        if not is_numbered(above, at):
            continue
        # The word may stand on a line of its own, with the number below it.
        is_alone = ALONE.fullmatch(lines[at].text) is not None
        line = lines[at + 1] if is_alone else lines[at]
        # Its end may stand on the next line.
        end = lines[at + 1].end if at + 1 < len(lines) else line.end
        for one in find_numbers(folded.text, line.start, end):
            if one.start >= line.end:
                break
            rule = "number.below" if is_alone else "number.heading"
            sure = min(one.sure, 0.9) if is_alone else one.sure
            found.append(folded.found(one.number, (one.start, one.end), sure=sure, rule=rule))
    return list({one.span: one for one in found}.values())


def read_date(
    folded: FoldedText,
    dates: Sequence[DateAt],
    head: tuple[int, int],
    foot: tuple[int, int],
    after: int,
) -> Found[DateAt] | None:
    """Return a letter's date: in its head, or at its foot after สั่ง ณ วันที่ or on a line alone.

    Args:
        folded: The text.
        dates: Its dates but for those of stamps.
        head: From the number to the subject.
        foot: From the beginning of the text to the letter's end.
        after: From where a date on a line alone may be the letter's, below what it says.
    """
    for one in dates:
        if head[0] <= one.start < head[1] and (sure := _sure_of_head_date(folded.text, one)):
            return folded.found(one, (one.start, one.end), sure=sure, rule="date.heading")
    for one in dates:
        if foot[0] <= one.start < foot[1] and _is_foot_date(folded.text, one, after):
            sure = min(one.sure, 0.9)
            return folded.found(one, (one.start, one.end), sure=sure, rule="date.foot")
    return None


def _sure_of_head_date(text: str, one: DateAt) -> float | None:
    """Tell how sure a date in the head is the letter's own; one with an hour is a stamp's.

    It stands alone on its line, behind วันที่, or a gap behind something else.
    """
    line = text[max(one.start - 160, 0) : one.start].rpartition("\n")[2]
    behind = text[one.end : one.end + 24]
    if _HOUR_BEHIND.match(behind) or _STAMPED.search(line):
        return None
    if _DATE_LEAD.search(line) or not line.strip():
        return one.sure
    near = nearest_cue(line)
    if near and near.cue in {Cue.DAY, Cue.DATED}:
        return min(one.sure, 0.75)
    # A lost end of a line joins it to the address, which ends with figures, or to a name.
    return min(one.sure, 0.7) if line.rstrip()[-1:].isdigit() else None


def read_subject(folded: FoldedText, parts: Parts) -> Found[str] | None:
    """Return what stands behind เรื่อง, in one line."""
    part = parts.of(Heading.SUBJECT)
    if part is None:
        return None
    sure = part.sure if len(part.places) == 1 else min(part.sure, 0.9)
    if part.holds(folded.text, ("เรียน", "อ้างถึง")):
        sure = min(sure, 0.7)
    return folded.found(part.said(folded.text), part.span, sure=sure, rule="subject.heading")


def read_issuer(
    folded: FoldedText, lines: Sequence[Line], parts: Parts, head: Sequence[int], number: int
) -> Found[str] | None:
    """Return the first line of the letterhead, or what ส่วนราชการ says.

    Args:
        folded: The text.
        lines: Its lines.
        parts: The headed parts of the letter.
        head: The lines above the subject that no stamp covers.
        number: The line of the number, where the letterhead is looked for first.
    """
    if office := parts.of(Heading.OFFICE):
        start, end = office.places[0]
        return _office(folded, start, end, sure=office.sure, rule="issuer.office")
    if found := _headed_office(folded, [lines[at] for at in head]):
        return found
    for at in head:
        if match := _FORMAL.fullmatch(lines[at].text):
            start = lines[at].start + match.start(1)
            return _office(folded, start, lines[at].end, sure=0.95, rule="issuer.form")
    plain = [at for at in head if not _is_of_stamp(lines, at)]
    below = [at for at in plain if at >= number]
    above = [at for at in plain if at < number]
    return (
        _first_office(folded, lines, below)
        or _first_office(folded, lines, above)
        or _any_name(folded, lines, [*below, *above])
    )


def _is_of_stamp(lines: Sequence[Line], at: int) -> bool:
    """Tell whether a line is the name on a stamp whose number could not be read."""
    if is_numbered(lines, at):
        return False
    below = [line.text for line in lines[at + 1 : at + 3]]
    said = [lines[at].text, *below]
    return any(map(names_receipt, said)) or any(map(_STAMP_LINE.match, below))


def read_issuer_at_foot(
    folded: FoldedText, lines: Sequence[Line], body: range, dates: Sequence[DateAt]
) -> Found[str] | None:
    """Return the office above the date that ends a stamped letter (หนังสือประทับตรา)."""
    starts = {one.start for one in dates}
    for at in body:
        line, below = lines[at], lines[at + 1 : at + 3]
        sure = _sure_of_office(line.text)
        if sure is None or len(line.text) > 90:
            continue
        if any(_is_date_line(folded.text, under, starts) for under in below):
            return _office(folded, line.start, line.end, sure=min(sure, 0.9), rule="issuer.foot")
    return None


def _is_date_line(text: str, line: Line, starts: set[int]) -> bool:
    return line.start in starts or (
        line.text.startswith("วันที่") and any(line.start <= at < line.end for at in starts)
    )


def _is_foot_date(text: str, one: DateAt, after: int) -> bool:
    before = text[max(one.start - 90, 0) : one.start]
    if _FORMAL_DATE.search(before):
        return True
    above = before.rpartition("\n")[2] if "\n" in before else "x"
    behind = text[one.end : one.end + 30].partition("\n")[0]
    return one.start >= after and above.strip() in {"", "วันที่"} and not behind.strip()


def _first_office(
    folded: FoldedText, lines: Sequence[Line], order: Sequence[int]
) -> Found[str] | None:
    """Return the first line that is an office, damaged or not: below it stands its address."""
    for at in order:
        line = lines[at]
        if is_numbered(lines, at) or _UNREAD.match(line.text):
            if found := _beside_number(folded, lines, at):
                return found
        elif (sure := _sure_of_office(line.text)) and not _is_beside_office(line.text):
            end = _end_of_name(lines, at)
            return _office(folded, line.start, end, sure=sure, rule="issuer.letterhead")
    return None


def _headed_office(folded: FoldedText, head: Sequence[Line]) -> Found[str] | None:
    """Return what stands behind ส่วนราชการ above the line with which the letter seems to begin."""
    for line in head:
        mark, inside = heading_of(line.text), _OFFICE_WORD.search(line.text)
        if mark and mark.heading is Heading.OFFICE:
            start = line.start + mark.length
        elif inside:
            start = line.start + inside.end()
        else:
            continue
        return _office(folded, start, line.end, sure=0.75, rule="issuer.office")
    return None


def _end_of_name(lines: Sequence[Line], at: int) -> int:
    """Return where the name of an office ends, which may go on in the next line."""
    below = lines[at + 1] if at + 1 < len(lines) else None
    goes_on = below is not None and below.gap == 0 and _NAME_GOES_ON.fullmatch(below.text)
    return below.end if below is not None and goes_on else lines[at].end


def _is_beside_office(said: str) -> bool:
    """Tell whether a line that may begin as an office is an address or a mark."""
    return is_address(said) or _ADDRESS_LINE.match(said) is not None or is_mark(said)


def _sure_of_office(said: str) -> float | None:
    if begins_office(said):
        return 1.0
    return 0.7 if nearly_begins_office(said) else None


def _beside_number(folded: FoldedText, lines: Sequence[Line], at: int) -> Found[str] | None:
    """Return the letterhead that stands on the line of the number."""
    line = lines[at]
    ends = [one.end for one in find_numbers(folded.text, line.start, line.end)]
    if not ends and (unread := _UNREAD.match(line.text) or UNREAD_NUMBER.match(line.text)):
        ends = [line.start + unread.end()]
    if not ends:
        return None
    rest = folded.text[ends[-1] : line.end]
    start = ends[-1] + len(rest) - len(rest.lstrip())
    sure = _sure_of_office(rest.lstrip()) or (0.75 if _NAME_BESIDE.match(rest) else None)
    if sure is None or is_mark(rest.lstrip()):
        return None
    end = _end_of_name(lines, at)
    return _office(folded, start, end, sure=min(sure, 0.95), rule="issuer.beside")


def _any_name(folded: FoldedText, lines: Sequence[Line], order: Sequence[int]) -> Found[str] | None:
    for at in order:
        said = lines[at].text
        is_name = _WORDS.match(said) and not _NOT_OFFICE.match(said) and 10 <= len(said) <= 80
        if is_name and not is_address(said) and not any(map(str.isdigit, said)):
            return _office(
                folded, lines[at].start, lines[at].end, sure=0.5, rule="issuer.first_line"
            )
    return None


def _office(
    folded: FoldedText, start: int, end: int, *, sure: float, rule: str
) -> Found[str] | None:
    stop = _OFFICE_END.search(folded.text, start, end)
    last = stop.start() if stop and stop.start() > start else end
    said = folded.text[start:last].rstrip()
    if not said:
        return None
    return folded.found(one_line(said), (start, start + len(said)), sure=sure, rule=rule)
