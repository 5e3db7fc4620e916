"""The words right before a date that say what it is, damaged as they may be."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from domain.intake.near_shapes import near_end


class Cue(StrEnum):
    """What the words before a date make of it."""

    WITHIN = "ภายใน"
    NOT_AFTER = "ไม่เกิน"
    BEFORE = "ก่อน"
    ON = "ใน"
    BETWEEN = "ระหว่าง"
    SINCE = "ตั้งแต่"
    PAST = "เมื่อ"
    DATED = "ลง"
    GIVEN = "ณ"
    DAY = ""


DEADLINES = frozenset({Cue.WITHIN, Cue.NOT_AFTER, Cue.BEFORE})
# How much of each word may be damaged; the longest that fits is taken, as one is the end of
# another.
_MOST = {
    Cue.NOT_AFTER: 1.5,
    Cue.BETWEEN: 1.5,
    Cue.SINCE: 1.5,
    # Less than a letter, or นัดหมายใน would be one.
    Cue.WITHIN: 1.25,
    Cue.PAST: 0.75,
    Cue.BEFORE: 0.75,
    Cue.ON: 0.5,
    Cue.DATED: 0.25,
    Cue.GIVEN: 0.0,
}
WEEKDAYS = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
_DAY_WORDS = ("วันที่", *(f"วัน{name}ที่" for name in WEEKDAYS))
_MOST_OF_DAY = 2.25
_MOST_OF_LIMIT = {Cue.WITHIN: 2.0, Cue.NOT_AFTER: 2.5, Cue.BEFORE: 1.25}
# Words that end as ภายใน does without its first letter: นัดหมายใน, จ่ายใน.
_WHOLE_WORD = re.compile(r"(?:ห[มล]|[่้ขตสชวย]|กระจ|ปล|สบ)ายใน\Z")
# Far enough to hold the longest of these words, weekday included.
_REACH = 26


@dataclass(frozen=True, kw_only=True, slots=True)
class CueAt:
    """The words that say what a date is.

    Attributes:
        cue: What they say.
        length: How many characters of the text right before the date they take.
        off: How far they are from what is written.
    """

    cue: Cue
    length: int
    off: float


def nearest_cue(before: str) -> CueAt | None:
    """Return what the text before a date most looks like, None where it says nothing."""
    return _cue_at(before, _read(_bare(before)))


def faint_limit(before: str) -> CueAt | None:
    """Return ภายใน, ไม่เกิน or ก่อน so damaged that something must be asked for before it."""
    bare = _bare(before)
    day = _day_word(bare, most=_MOST_OF_DAY)
    rest = bare[: len(bare) - day[1]] if day else bare
    if day is None or _WHOLE_WORD.search(rest):
        return None
    for cue, most in _MOST_OF_LIMIT.items():
        head = near_end(cue.value, rest, most=most)
        # Of โดยใน the end would do for one of which two letters are lost.
        if head and head[1] >= len(cue) - 1:
            return _cue_at(before, (cue, head[1] + day[1], head[0] + day[0]))
    return None


def _bare(before: str) -> str:
    return "".join(before[-_REACH - 14 :].split())[-_REACH:]


def _cue_at(before: str, read: tuple[Cue, int, float] | None) -> CueAt | None:
    if read is None:
        return None
    cue, count, off = read
    return CueAt(cue=cue, length=_with_blanks(before[-_REACH - 14 :], count), off=off)


@lru_cache(maxsize=4096)
def _read(bare: str) -> tuple[Cue, int, float] | None:
    day = _day_word(bare)
    rest = bare[: len(bare) - day[1]] if day else bare
    for cue, most in _MOST.items():
        # ใน and the like without วันที่ are words of many a sentence.
        if day is None and cue not in {Cue.WITHIN, Cue.NOT_AFTER, Cue.DATED}:
            continue
        head = near_end(cue.value, rest, most=most)
        # The last letter of any word is no ใน.
        if head and head[1] > 1:
            off, length = head
            return cue, length + (day[1] if day else 0), off + (day[0] if day else 0)
    return (Cue.DAY, day[1], day[0]) if day else None


def _day_word(bare: str, *, most: float = 0.0) -> tuple[float, int] | None:
    """Return how far off a day word is and how long; more of a long one may be damaged."""
    if bare.endswith("วันที่"):
        return 0.0, len("วันที่")
    limits = {word: max(most, min(len(word) / 4, _MOST_OF_DAY)) for word in _DAY_WORDS}
    read = [near for word, off in limits.items() if (near := near_end(word, bare, most=off))]
    return min(read, key=lambda near: (near[0], -near[1])) if read else None


def _with_blanks(tail: str, count: int) -> int:
    """Return how much of `tail` holds its last `count` letters, the blanks between included."""
    at = len(tail)
    while at and count:
        at -= 1
        count -= not tail[at].isspace()
    return len(tail) - at
