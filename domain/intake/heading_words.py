"""The words that stand before the fields of a letter, whole or damaged."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from domain.intake.near_shapes import near_start, near_whole, shape_of
from domain.intake.near_words import NEVER_FIRST, NearPrefix, near_prefix, nearest_prefix
from domain.intake.office_words import names_post


class Heading(StrEnum):
    """What a line of a letter's head begins with."""

    OFFICE = "ส่วนราชการ"
    NUMBER = "ที่"
    DATE = "วันที่"
    SUBJECT = "เรื่อง"
    ADDRESSEE = "เรียน"
    RECIPIENT = "ถึง"
    REFERENCE = "อ้างถึง"
    ENCLOSURE = "สิ่งที่ส่งมาด้วย"


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadingMark:
    """A heading word at the beginning of a line.

    Attributes:
        heading: Which one.
        length: How many characters of the line it takes, with what follows it up to the field.
        sure: How sure it is.
    """

    heading: Heading
    length: int
    sure: float


_WORDS = {
    "ส่วนราชการ": Heading.OFFICE,
    "เรื่อง": Heading.SUBJECT,
    "เรียน": Heading.ADDRESSEE,
    "เสนอ": Heading.ADDRESSEE,
    "กราบเรียน": Heading.ADDRESSEE,
    "นมัสการ": Heading.ADDRESSEE,
    "ถึง": Heading.RECIPIENT,
    "อ้างถึง": Heading.REFERENCE,
    "สิ่งที่ส่งมาด้วย": Heading.ENCLOSURE,
    "สิ่งที่แนบมาด้วย": Heading.ENCLOSURE,
    "เอกสารแนบ": Heading.ENCLOSURE,
}
_LONGEST_FIRST = sorted(_WORDS, key=len, reverse=True)
_WHOLE = re.compile(rf"(?:{'|'.join(_LONGEST_FIRST)})(?![{''.join(sorted(NEVER_FIRST))}])")
# How far from these words a scan may lead, where a post stands right behind them.
_BEFORE_POST = {"เรียน": 1.5, "ถึง": 1.75}
_ADDRESSED = re.compile(r"[ \t]{0,3}(?:นาย|ผู้|ผู|ปลัด|อธิบดี|หัวหน้า|เลขา|ประธาน|ท่าน)")
_YEAR = re.compile(r"\s{1,9}(?:พ\.?\s?ศ|[0-9])")
_AFTER = re.compile(r"[็-๎]{0,2}[ \t]{0,40}[:*]{0,3}[ \t]{0,40}(?:/ ?เรียน[ \t]{1,40})?")
_NEAR_RECIPIENT = re.compile(r"(?:[ภก]?ึง|ถ[ืี]ง)(?=[ \t]|\Z)")
# What the text of a letter begins with; near to a heading some of them would be taken for one.
_OPENERS = (
    r"ด้วย(?!วิธี)|ตาม|เนื่อง|อนุสนธิ|สืบเนื่อง|พร้อมนี้|จาก|เพื่อ|เมื่อ|โดย|ขอ(?!ง)|ข้อ|ในการ|กระผม|ข้าพเจ้า|บัดนี้|อาศัย|"
    r"ดังนั้น|ทั้งนี้|ฉะนั้น|จึง|สำหรับ|ขณะนี้|อนึ่ง|ปัจจุบัน|ที่ผ่านมา|หากท่าน"
)
_OPENER = re.compile(_OPENERS)
# Short words are taken for a heading only where a space or the end of the line follows.
_NEAR = tuple(word for word in _LONGEST_FIRST if word not in {"ถึง", "นมัสการ", "เสนอ"})
# With what a damaged heading may still begin; most lines are sorted out by it.
_NEAR_FIRST = frozenset("เแสศอฮกภถรธลวบิีึ")
# How far from these words a scan may lead that lost the space behind them as well.
_NEAR_GLUED = {"เรื่อง": 0.75, "อ้างถึง": 1.75, "ส่วนราชการ": 2.0, "สิ่งที่ส่งมาด้วย": 3.0}
_CLOSINGS = ("ขอแสดงความนับถือ", "ขอนมัสการด้วยความเคารพ", "ด้วยความเคารพอย่างยิ่ง")


def heading_of(line: str, *, is_near_allowed: bool = True) -> HeadingMark | None:
    """Return the heading word a line begins with.

    Whole words may lack the space behind them, damaged ones may not.
    """
    if whole := _whole_word(line):
        return whole
    if not is_near_allowed or line[:1] not in _NEAR_FIRST or opens_body(line):
        return None
    if called := _before_post(line):
        return _mark(line, called, sure=0.6)
    if recipient := _NEAR_RECIPIENT.match(line):
        return _mark(line, NearPrefix(word="ถึง", length=recipient.end(), edits=1), sure=0.6)
    near = nearest_prefix(_NEAR, line.split(maxsplit=1)[0][:24], share=0.4)
    if near is None or not _is_apart(line, near) or _is_month(near, line):
        return _glued(line)
    return _mark(line, near, sure=round(0.85 - near.edits / len(near.word) / 2, 2))


def opens_body(line: str) -> bool:
    """Tell whether a line begins as the text of a letter does."""
    return _OPENER.match(line) is not None


def is_closing(line: str) -> bool:
    """Tell whether a line is the closing words (คำลงท้าย) of a letter."""
    if not 10 <= len(line) <= 40 or not ("แสดง" in line or "นับ" in line or line[0] == "ข"):
        return False
    return _near_closing(line.replace(" ", "")[:30])


@lru_cache(maxsize=16384)
def _near_closing(bare: str) -> bool:
    return any(near_prefix(words, bare, most=len(words) // 4) for words in _CLOSINGS)


def _whole_word(line: str) -> HeadingMark | None:
    match = _WHOLE.match(line)
    if match is None:
        return None
    near = NearPrefix(word=match[0], length=match.end(), edits=0)
    if _is_apart(line, near):
        return _mark(line, near, sure=1.0)
    if _WORDS[match[0]] in {Heading.SUBJECT, Heading.ENCLOSURE, Heading.REFERENCE}:
        return _mark(line, near, sure=0.8)
    # To propose is a verb as well.
    if match[0] == "เสนอ":
        return None
    if _WORDS[match[0]] is Heading.ADDRESSEE and _ADDRESSED.match(line, match.end()):
        return _mark(line, near, sure=0.8)
    return None


def _before_post(line: str) -> NearPrefix | None:
    """Read a damaged word before a post, with or without a space between; ถึง alone as well."""
    read = [
        (off, length, word)
        for word, most in _BEFORE_POST.items()
        for length in range(len(word) - 1, len(word) + 3)
        if (off := near_whole(word, line[:length].rstrip(), most=most)) is not None
        and (_calls(line, length, off) or (word == "ถึง" and off < 1 and length >= len(line)))
    ]
    if not read:
        return None
    _, length, word = min(read)
    return NearPrefix(word=word, length=length, edits=1)


def _calls(line: str, length: int, off: float) -> bool:
    """Tell whether a post follows a word; right behind a damaged one it must be whole."""
    if line[length - 1 : length + 1].strip() != line[length - 1 : length + 1] or off == 0:
        return line[length : length + 1] not in NEVER_FIRST and names_post(line[length:].lstrip())
    return names_post(line[length:], is_near_allowed=False)


def _is_month(near: NearPrefix, line: str) -> bool:
    """Tell whether a word is as well a damaged เมษายน, with its year behind it."""
    return near.word == "เรียน" and near.edits > 1 and _YEAR.match(line, near.length) is not None


def _glued(line: str) -> HeadingMark | None:
    is_cut, first = line[:1] in NEVER_FIRST, shape_of(line[:2])
    for word, most in _NEAR_GLUED.items():
        if (is_cut or shape_of(word[0]) in first) and (at := near_start(word, line, most=most)):
            near = NearPrefix(word=word, length=at[1], edits=0)
            return _mark(line, near, sure=0.6)
    return None


def _is_apart(line: str, near: NearPrefix) -> bool:
    behind = line[near.length : near.length + 6]
    return behind[:1] in {"", " ", "\t", ":", "*"} or behind == "/เรียน"


def _mark(line: str, near: NearPrefix, *, sure: float) -> HeadingMark:
    after = _AFTER.match(line, near.length)
    length = after.end() if after else near.length
    return HeadingMark(heading=_WORDS[near.word], length=length, sure=sure)
