"""The lines with which a letter may begin: its number, its form, or its subject."""

import re
from collections.abc import Sequence
from enum import StrEnum

from domain.intake.heading_words import Heading, heading_of, is_closing
from domain.intake.letter_numbers import NUMBER
from domain.intake.near_words import is_near
from domain.intake.text_lines import Line


class Opening(StrEnum):
    """What tells that a letter begins."""

    NUMBER = "number"
    MEMO = "memo"
    DIRECTIVE = "directive"
    ANNOUNCEMENT = "announcement"
    EVIDENCE = "evidence"
    SUBJECT = "subject"


# Urgency and secrecy may stand before ที่; a citation goes on with its date.
_BEFORE = r"(?:(?:[ดต]?[่-๋ิ-ื]?[วจ]์?[นม]|ลับ)[^0-9\s]{0,9}[ \t]{0,20}){0,2}"
_NUMBER_LINE = re.compile(
    rf"{_BEFORE}[(\[.,'\"]{{0,2}}((?:[ทฑ]|[ัิ-ื็-๎])[ ัิ-ื็-๎]{{0,4}}\s?[:.]?)?\s{{0,20}}{NUMBER}(.{{0,80}})"
)
# A number in its place of which a letter or the stroke is lost tells where the letter begins.
UNREAD_NUMBER = re.compile(
    r"[ทฑ][ัิ-ื็-๎]{1,2}\s{0,20}[ก-ฮ](?:[็-๎]? ?[ก-ฮ]){0,2}\s{0,3}[0-9]{4}"
    r"(?:[0-9., ]{1,12}[0-9]|[0-9., ]{0,8}\s?(?:[/|lI]\s{0,3}[วจ]?|[วจ])\s{0,3}[0-9]{1,7})"
    r"(?=\t|\s{2}|\Z)"
)
# The first half of a number that a scan broke over two lines.
_BROKEN = re.compile(
    r".{0,12}[0-9]{4}[0-9., ]{0,6}[/|lI]?\s{0,4}[วจ]?|[ทฑ][ัิ-ื็-๎]{1,2}\s{0,5}[ก-ฮ]{2,3}"
)
_MARKS = re.compile(r"(?:ด่วน|ลับ)(?:ที่สุด|มาก)?")
_CITATION = re.compile(r"\s{0,3}\)?\s{0,3}(?:ลง ?วัน|ลว|ลง |วันที่.{0,40}(?:เรื่อง|จำนวน))")
ALONE = re.compile(r"[ทฑ][ัิ-ื][ิ-ื็-๎]?\s{0,3}[:.]?")
# What may stand behind a number on its line: little, or something a gap away.
_BESIDE = re.compile(r"\s{0,3}(?:|(?:\t|\s{2}| ?ด่วน| ?ลับ| ?วันที่| ?[0-9]).{0,80}|.{0,45})")
_ORDER = re.compile(r"(?:คำสั่ง|ระเบียบ|ข้อบังคับ)[ก-๎].{1,80}")
_ANNOUNCED = re.compile(r"(?:ประกาศ|แถลงการณ์|ข่าวประชาสัมพันธ์)[ก-๎ ]?.{0,80}")
_KEPT = re.compile(r"(?:หนังสือรับรอง|รายงานการประชุม).{0,80}")
_ORDER_NUMBER = re.compile(r"ที่\s{0,5}[0-9]{1,5}\s?/\s?[0-9]{2,4}")
_NEAR_LINES, _FAR_LINES = 9, 18


def opening_of(lines: Sequence[Line], at: int) -> Opening | None:
    """Return with what kind of opening a line begins a letter, judged with the lines below it."""
    said = lines[at].text
    if is_numbered(lines, at):
        return Opening.NUMBER
    if _is_memo(said):
        return Opening.MEMO
    if said[0] in "คระขปถหร" and (formal := _formal(lines, at)):
        return formal
    if _has_subject(said) and is_addressed(lines, at):
        return Opening.SUBJECT
    return None


def _is_memo(said: str) -> bool:
    """Tell whether a line is the title of a memo, with marks of urgency beside it or not."""
    bare = _MARKS.sub("", said[:60]).replace(" ", "").replace("\t", "")
    words = said[:60].split()
    return any(map(_names_memo, [bare, *words] if len(words) <= 2 else [bare]))


def _names_memo(said: str) -> bool:
    return 8 <= len(said) <= 18 and said[0] in "บปษ" and is_near("บันทึกข้อความ", said, most=4)


def is_numbered(lines: Sequence[Line], at: int) -> bool:
    """Tell whether a line carries the number of the letter itself."""
    said = lines[at].text
    if ALONE.fullmatch(said):
        return at + 1 < len(lines) and _own_number(lines[at + 1].text, is_after_word=True)
    if _own_number(said, is_after_word=False) or UNREAD_NUMBER.match(said):
        return True
    is_broken = at + 1 < len(lines) and _BROKEN.fullmatch(said) is not None
    return is_broken and _own_number(f"{said} {lines[at + 1].text}", is_after_word=False)


def is_addressed(lines: Sequence[Line], at: int) -> bool:
    """Tell whether a letter's addressee follows within a few lines."""
    return any(
        (mark := heading_of(line.text)) is not None
        and mark.heading in {Heading.ADDRESSEE, Heading.RECIPIENT}
        for line in lines[at + 1 : at + _NEAR_LINES]
    )


def heads_letter(lines: Sequence[Line], at: int) -> bool:
    """Tell whether the line after a number goes on as the head of a letter does."""
    for line in lines[at + 1 : at + _FAR_LINES]:
        if is_closing(line.text):
            return False
        mark = heading_of(line.text)
        if mark and mark.heading in {Heading.SUBJECT, Heading.ADDRESSEE, Heading.RECIPIENT}:
            return True
    return False


def _own_number(said: str, *, is_after_word: bool) -> bool:
    match = _NUMBER_LINE.match(said)
    if match is None or _CITATION.match(match[7]):
        return False
    if match[1] is None and not is_after_word and match[7].strip():
        return "\t" in match[7][:2] or "  " in match[7][:2]
    return _BESIDE.fullmatch(match[7]) is not None


def _formal(lines: Sequence[Line], at: int) -> Opening | None:
    said = lines[at].text
    below = [line.text for line in lines[at + 1 : at + 4]]
    if _ORDER.fullmatch(said) and any(map(_ORDER_NUMBER.match, below)):
        return Opening.DIRECTIVE
    if not any(map(_has_subject, below)):
        return Opening.EVIDENCE if _KEPT.fullmatch(said) and len(said) < 60 else None
    if _ORDER.fullmatch(said) or said.startswith(("ระเบียบ", "ข้อบังคับ")):
        return Opening.DIRECTIVE
    return Opening.ANNOUNCEMENT if _ANNOUNCED.fullmatch(said) else None


def _has_subject(said: str) -> bool:
    mark = heading_of(said) if said.startswith(("เ", "แ", "ร")) else None
    return mark is not None and mark.heading is Heading.SUBJECT
