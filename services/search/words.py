"""What a letter is found by: its words, and the runs of signs in its folded text.

An entry of the index is a word as it is, or a run with a mark before it; what stands in the subject
is entered a second time with a mark of its own.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from domain.buddhist_era import arabic_digits
from services.search.fold import fold, runs_of
from services.thai_text import words_in

IN_SUBJECT: Final = "^"
"""Stands before what is entered for the subject alone."""

RUN_MARK: Final = "~"
"""Stands before a run of signs; no word begins with it."""

SHORT_FORMS: Final = {
    "กกต": "คณะกรรมการการเลือกตั้ง",
    "กทม": "กรุงเทพมหานคร",
    "นอภ": "นายอำเภอ",
    "ปปช": "คณะกรรมการป้องกันและปราบปรามการทุจริตแห่งชาติ",
    "ปปท": "คณะกรรมการป้องกันและปราบปรามการทุจริตในภาครัฐ",
    "ผวจ": "ผู้ว่าราชการจังหวัด",
    "สตง": "สำนักงานการตรวจเงินแผ่นดิน",
    "สถจ": "สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัด",
    "สนง": "สำนักงาน",
    "อบจ": "องค์การบริหารส่วนจังหวัด",
    "อบต": "องค์การบริหารส่วนตำบล",
    "อปท": "องค์กรปกครองส่วนท้องถิ่น",
    "ทต": "เทศบาลตำบล",
    "ทน": "เทศบาลนคร",
    "ทม": "เทศบาลเมือง",
    "มท": "กระทรวงมหาดไทย",
    "ศธ": "กระทรวงศึกษาธิการ",
    "สถ": "กรมส่งเสริมการปกครองท้องถิ่น",
    "สธ": "กระทรวงสาธารณสุข",
}
"""Abbreviations that everybody uses, without their dots."""

_LONG_WORD: Final = 60
_DOTTED: Final = re.compile(r"(?<![ก-๎])(?:[ก-ฮ][ัิ-ู]?\.)+[ก-ฮ][ัิ-ู]?\.?(?![ก-๎])")
# A known one is told from the end of a word by what stands before it.
_SHORT: Final = re.compile(
    rf"(?<![ก-๎])({'|'.join(sorted(SHORT_FORMS, key=len, reverse=True))})(?:\.|(?![ก-๎]))"
)
_THOUSANDS: Final = re.compile(r"(?<=[0-9]),(?=[0-9]{3})")
_BETWEEN_WORDS: Final = re.compile("(?:[^\\w\u0e31-\u0e4e]|_)+")


def words_of(text: str) -> list[str]:
    """Return the words and numbers of a text as they are compared, in their order.

    Abbreviations lose their dots, numbers are parted at theirs; what is neither is left out.
    """
    plain = _THOUSANDS.sub("", without_dots(arabic_digits(text)).lower())
    # With one group, every second part is an abbreviation, which the engine would take apart.
    found = [
        word
        for nth, part in enumerate(_SHORT.split(plain))
        for word in ([part] if nth % 2 else words_in(part))
    ]
    parts = (part for word in found for part in _BETWEEN_WORDS.split(word))
    return [word for word in parts if 0 < len(word) <= _LONG_WORD]


def without_dots(text: str) -> str:
    """Return a text in which ป.ป.ช. is one word."""
    return _DOTTED.sub(lambda found: f" {found[0].replace('.', '')} ", text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A part of a letter, prepared for the index: its entries and its folded text."""

    entries: frozenset[str]
    folded: str


def prepare(text: str) -> Said:
    """Return the entries of a text. A page takes some milliseconds, so hold no lock meanwhile."""
    folded = fold(text)
    runs = {RUN_MARK + run for run in runs_of(folded)}
    return Said(entries=frozenset(runs.union(words_of(text))), folded=folded)


prepare_name = lru_cache(maxsize=10_000)(prepare)
"""The same for names, which return in thousands of letters."""


def entries_of(*, subject: Said, others: Iterable[Said]) -> list[str]:
    """Return all entries of a letter: what its subject says is there twice."""
    everywhere = subject.entries.union(*(one.entries for one in others))
    return sorted(everywhere.union(IN_SUBJECT + entry for entry in subject.entries))


def folded_of(parts: Sequence[Said]) -> str:
    """Return the folded text of a letter; no question reaches across two of its parts."""
    return "\n".join(part.folded for part in parts)
