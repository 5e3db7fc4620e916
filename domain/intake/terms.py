"""Within what time a letter asks for what, where it prints no day (ภายใน ๗ วัน นับแต่ …)."""

import re
from collections.abc import Iterator, Sequence

from domain.intake.folded_text import FoldedText, one_line
from domain.intake.found import Found
from domain.intake.reading import Term
from domain.intake.requests import kind_asked
from domain.intake.vocabulary import TermUnit

_ONES = ("หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า")
_VALUES = {word: value for value, word in enumerate(_ONES, 1)} | {"เอ็ด": 1, "ยี่": 2}
_ONE = "|".join(_VALUES)
_WORDS = rf"(?:(?P<tens>{_ONE})?(?P<ten>สิบ))?(?P<ones>{_ONE})?"
_UNITS = {
    "ชั่วโมง": TermUnit.HOUR,
    "ชม.": TermUnit.HOUR,
    "วันทำการ": TermUnit.WORKING_DAY,
    "วันทำงาน": TermUnit.WORKING_DAY,
    "วันราชการ": TermUnit.WORKING_DAY,
    "วัน": TermUnit.DAY,
    "สัปดาห์": TermUnit.WEEK,
    "เดือน": TermUnit.MONTH,
}
_TERM = re.compile(
    r"ภาย ?ใน\s{0,3}(?:กำหนด)?(?:ระยะ)?(?:เวลา)?\s{0,3}(?:ไม่เกิน)?\s{0,3}"
    rf"(?:(?P<count>[0-9]{{1,3}})(?![0-9.,:/])(?:\s?\([^()\n]{{2,20}}\))?|{_WORDS})\s{{0,3}}"
    rf"(?P<unit>{'|'.join(_UNITS)})(?!\s?ที่\s?[0-9]|\s{{0,3}}(?:ที่ผ่านมา|ก่อน|แรก))"
)
_SINCE = re.compile(
    r"\s{0,3}((?:โดย)?(?:นับ|ตั้งแต่|ถัดจาก|หลังจาก|จากวัน)"
    r"(?:(?!และ|โดย|ทั้งนี้|เพื่อ|หาก|จึง|ด้วย|ต่อไป|\n\n)\S){2,60}"
    r"(?:\s[0-9]{1,2}\s[ก-๎.]{3,11}\s(?:พ\.ศ\.\s)?[0-9]{2,4})?)"
)
_BEFORE, _AFTER = 140, 60
# It may be counted from the letter, from its receipt, or from something else.
_UNSAID = 0.75


def find_terms(folded: FoldedText, start: int, end: int) -> Sequence[Found[Term]]:
    """Return the terms in a stretch of the text, each told once."""
    found = {one.value: one for one in reversed([*_terms(folded, start, end)])}
    return sorted(found.values(), key=lambda one: one.start)


def _terms(folded: FoldedText, start: int, end: int) -> Iterator[Found[Term]]:
    floor = start
    for match in _TERM.finditer(folded.text, start, end):
        count = _count(match)
        if not count:
            continue
        since = _SINCE.match(folded.text, match.end(), end)
        last = since.end() if since else match.end()
        before = folded.text[max(match.start() - _BEFORE, floor) : match.start()]
        behind = folded.text[last : min(last + _AFTER, end)]
        # The next line is another row of a schedule, or goes on from what was said here.
        behind = "" if behind.startswith("\n") else behind
        kind, sure = kind_asked(before.rpartition("หาก")[2], behind)
        term = Term(
            kind=kind,
            count=count,
            unit=_UNITS[match["unit"]],
            since=one_line(since[1]) if since else None,
        )
        sure = min(sure, 1.0 if since else _UNSAID)
        yield folded.found(term, (match.start(), last), sure=sure, rule="term.within")
        floor = last


def _count(match: re.Match[str]) -> int:
    """Return a count in figures or in words up to ninety-nine."""
    if match["count"]:
        return int(match["count"])
    tens = _VALUES.get(match["tens"], 1) if match["ten"] else 0
    return 10 * tens + _VALUES.get(match["ones"], 0)
