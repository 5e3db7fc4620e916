"""The lines of a folded text that say something."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LINE = re.compile(r"[^\n]+")
# What a list, a heading or bold type of a marked-up text puts before a line.
_MARKS = re.compile(r"(?:[-*•·#>]{1,6}[ \t]{1,8}|\*{2}){0,3}")
# The end of a line that was lost between two rows of a table: a district, a number, a body.
_LOST_END = re.compile(
    r"(?<=[ก-๎|]) (?=\|? ?[0-9]{1,4}[.,)]?[\t |]{1,4}(?:[อฮ][งบ]|[เแ]ท|ท[ตมน]\.))"
)
# The end of a line that was lost before the next heading of a letter.
_LOST_HEAD = re.compile(
    r"(?<=[^\s])(?=[ \t]{1,9}(?:เรียน[ \t]{1,4}(?:นาย|ผู้|ปลัด|อธิบดี|หัวหน้า|เลขา|ประธาน|ท่าน)"
    r"|อ้างถึง[ \t]{1,4}(?:หนังสือ|บันทึก|[0-9(])|สิ่งที่ส่งมาด้วย[ \t]))"
)
# A memo that was typed without ends of lines; a citation goes on with its date.
_MEMO_HEAD = re.compile(r"ที่[ \t](?:(?!ลงวันที่|ลว).){4,120}?[ \t](?=เรื่อง[ \t])")
_HEADS = ("เรื่อง", "เรียน", "อ้างถึง")


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
        cuts = [*_lost_ends(match[0]), match.end() - match.start()]
        at = 0
        for cut in cuts:
            said = match[0][at:cut].strip()
            if said:
                yield match.start() + match[0].index(said[0], at), said
            at = cut


def _lost_ends(line: str) -> list[int]:
    if line.lstrip().startswith("ที่") and (head := _MEMO_HEAD.match(line, line.index("ที่"))):
        return [head.end()]
    if line.lstrip().startswith(_HEADS):
        return [match.start() for match in _LOST_HEAD.finditer(line)]
    if "เภอ" not in line and "อ." not in line and "---" not in line:
        return []
    return [match.start() for match in _LOST_END.finditer(line)]
