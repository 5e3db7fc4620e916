"""The lines of a folded text that say something."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.intake.heading_words import heading_of
from domain.intake.near_shapes import near_whole
from domain.intake.office_words import names_post

_LINE = re.compile(r"[^\n]+")
# What a list, a heading or bold type of a marked-up text puts before a line.
_MARKS = re.compile(r"(?:[-*•·#>]{1,6}[ \t]{1,8}|\*{2}){0,3}")
# The end of a line that was lost between two rows of a table: a district, a number, a body.
_LOST_END = re.compile(
    r"(?<=[ก-๎|]) (?=\|? ?[0-9]{1,4}[.,)]?[\t |]{1,4}(?:[อฮ][งบ]|[เแ]ท|ท[ตมน]\.))"
)
# The end of a line that was lost before the next heading of a letter, whole or damaged.
_LOST_HEAD = re.compile(r"(?<=[^\s])[ \t]{1,9}(?=([เแรธอฮสล][^\s0-9]{3,19})[ \t]{1,9}(\S))")
_NEXT_HEADS = {"เรียน": 1.5, "อ้างถึง": 2.25, "สิ่งที่ส่งมาด้วย": 2.5}
_CITED = re.compile(r"[หทบป0-9l(]")
# A memo that was typed without ends of lines; a citation goes on with its date.
_MEMO_HEAD = re.compile(r"ที่[ \t](?:(?!ลงวันที่|ลว).){4,120}?[ \t](?=เรื่อง[ \t])")
_HEAD_FIRST = frozenset("เแรธอฮ")
# The same between a date and what stands below it: the subject, or what is sent along.
_LOST_ENCLOSED = re.compile(
    r"(?<=[0-9]{2})(?=[ \t]{1,9}[สล][ิ-ื่]{0,3}[งว][ทฑ][ัิ-ื็-๎]{0,2}"
    r"[สล][็-๎]{0,2}[งว][มน][าเ][ดต][็-๎]?[วจ][ยบ])"
)
_LOST_SUBJECT = re.compile(
    r"(?:วันที่)?[ \t]{0,9}[0-9]{1,2}[ \t][ก-๎. ]{3,20}[0-9]{2,4}"
    r"(?=[ \t]{1,9}[เแ][รธ][ิ-ื็-๎]{0,3}[อฮ][งว][ \t])"
)
_CITED_DATE = re.compile(r"(?:[ทฑ][ิ-ื็-๎]{1,2}|ว\.?)\s{0,3}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line without its outer spaces and list marks.

    Attributes:
        text: What it says.
        start: Where that begins in the folded text.
        gap: How many empty lines stand before it.
    """

    text: str
    start: int
    gap: int

    @property
    def end(self) -> int:
        """Where it ends in the folded text."""
        return self.start + len(self.text)


def lines_of(text: str) -> Sequence[Line]:
    """Return the lines of `text` that are not empty."""
    lines: list[Line] = []
    ended = 0
    for start, said in _said(text):
        gap = max(text.count("\n", ended, start) - 1, 0) if lines else 0
        marks = _MARKS.match(said)
        skip = marks.end() if marks and marks.end() < len(said) else 0
        lines.append(Line(text=said[skip:], start=start + skip, gap=gap))
        ended = start + len(said)
    return lines


def _said(text: str) -> Iterator[tuple[int, str]]:
    for match in _LINE.finditer(text):
        before = text[max(match.start() - 9, 0) : match.start()]
        cuts = [*_lost_ends(match[0], before), match.end() - match.start()]
        at = 0
        for cut in cuts:
            said = match[0][at:cut].strip()
            if said:
                yield match.start() + match[0].index(said[0], at), said
            at = cut


def _lost_ends(line: str, before: str) -> list[int]:
    if line.lstrip().startswith("ที่") and (head := _MEMO_HEAD.match(line, line.index("ที่"))):
        return [head.end()]
    if heads := _lost_heads(line):
        return heads
    if (subject := _LOST_SUBJECT.match(line)) and not _CITED_DATE.search(before):
        return [subject.end()]
    if enclosed := _LOST_ENCLOSED.search(line):
        return [enclosed.start()]
    if "เภอ" not in line and "อ." not in line and "---" not in line:
        return []
    return [match.start() for match in _LOST_END.finditer(line)]


def _lost_heads(line: str) -> list[int]:
    """Return where a line that begins with a heading goes on with the next one."""
    said = line.lstrip()
    if said[:1] not in _HEAD_FIRST:
        return []
    heads = [gap.start() for gap in _LOST_HEAD.finditer(line) if _is_next_head(line, gap)]
    return heads if heads and heading_of(said) else []


def _is_next_head(line: str, gap: re.Match[str]) -> bool:
    """Tell whether a word is the next heading, by what stands behind it too."""
    for word, most in _NEXT_HEADS.items():
        if near_whole(word, gap[1], most=most) is None:
            continue
        behind = line[gap.start(2) : gap.start(2) + 24]
        if word == "เรียน":
            return names_post(behind)
        return word != "อ้างถึง" or _CITED.match(behind) is not None
    return False
