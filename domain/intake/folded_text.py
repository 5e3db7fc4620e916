"""A received text folded for reading, and where each of its characters stood."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from domain.buddhist_era import arabic_digits
from domain.intake.found import Found, T

# One character for one: digits, spaces of every width, dashes, and what ends a line or a page.
_ALIKE = str.maketrans(
    dict(zip("๐๑๒๓๔๕๖๗๘๙", "0123456789", strict=True))
    | dict.fromkeys("\u00a0\u1680\u202f\u205f\u3000", " ")
    | dict.fromkeys(map(chr, range(0x2000, 0x200B)), " ")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\x0b\x0c\x85\u2028\u2029", "\n")
    | {"：": ":"}
)
_UNSEEN = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_BLANKS = rf"[ \t{_UNSEEN}]"
# What a mail that is passed on has before every line.
_QUOTED = rf"(?:{_BLANKS}|>)"
# What changes the length: ends of lines with the blanks on both sides, so that a date or a word of
# several is the same whether its next line is indented or not; marks of no width, gaps before marks
# that stand on a letter, เ twice for แ, and the circle of ำ typed apart from its า, on whichever
# side of a tone mark.
_CHANGE = re.compile(
    rf"(?:(?<!{_BLANKS}){_BLANKS}++)?(?:\r\n?{_QUOTED}*+|\n{_QUOTED}++)|(?<!{_BLANKS}){_BLANKS}++\n"
    rf"|[{_UNSEEN}]+|(?<=[ก-ฮั-ฺ]) {{1,3}}(?=[ัิ-ฺ็-๎])|เเ|\u0e4d([่-๋]?)า|([่-๋])\u0e4dา"
)
# Many a font loses the circle of ำ and leaves a gap; where no ำ is left, all of them were lost.
_LOST_CIRCLE = re.compile(r"(?<=[ก-ฮ]) [่-๋]?า")
_RINGED = re.compile("[ำ\u0e4d]")
# A scan takes ๐ for o; beside other Latin letters it may be one.
_ZERO = re.compile(r"(?<=[0-9])[oO]{1,3}(?![A-Za-z@])|(?<=[0-9][.:/])[oO]{1,2}(?=[0-9\s-])")
# And 1 for l; beside figures before it, or before ว (or what is taken for it), it may be the stroke
# of a number.
_FIRST_FIGURE = re.compile(
    r"[lo](?=[0-9](?![0-9]*[A-Za-z@]))(?<![0-9A-Za-z@._/-].)(?<![0-9] .)(?<![0-9]  .)"
)
_ONE = re.compile(r"l(?<=[0-9]l)(?=[\s.:,]{0,2}(?!ว|จ\s?[0-9])[ก-๎]|[.:,][0-9])")


@dataclass(frozen=True, kw_only=True, slots=True)
class FoldedText:
    """The folded text, and the way back.

    Attributes:
        received: The text as it came.
        text: The same with Arabic digits, plain spaces and composed letters.
        ends: Where in `text` each change of length ends.
        shifts: How much further on in `received` one stands after that many changes.
    """

    received: str
    text: str
    ends: Sequence[int]
    shifts: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of `text` stands in the text as it was received."""
        begin = start + self.shifts[bisect_right(self.ends, start)]
        if end <= start:
            return begin, begin
        return begin, end + self.shifts[bisect_right(self.ends, end)]

    def written(self, start: int, end: int) -> str:
        """Return what was received there, but for digits and outer spaces."""
        first, last = self.span(start, end)
        return arabic_digits(self.received[first:last]).strip()

    def found(self, value: T, at: tuple[int, int], *, sure: float, rule: str) -> Found[T]:
        """Return a value with the place where it stands in the text as it was received."""
        start, end = self.span(*at)
        return Found(value=value, start=start, end=end, confidence=round(sure, 2), rule=rule)


def fold_text(received: str) -> FoldedText:
    """Fold a text of any kind; it never grows."""
    alike = _ZERO.sub(lambda zero: "0" * len(zero[0]), received.translate(_ALIKE))
    alike = _ONE.sub("1", _FIRST_FIGURE.sub(lambda one: "1" if one[0] == "l" else "0", alike))
    alike = _with_circles(alike)
    pieces, ends, shifts = [], [], [0]
    taken = length = 0
    for change in _CHANGE.finditer(alike):
        instead = _instead(change)
        pieces += [alike[taken : change.start()], instead]
        length += change.start() - taken + len(instead)
        taken = change.end()
        ends.append(length)
        shifts.append(taken - length)
    pieces.append(alike[taken:])
    return FoldedText(received=received, text="".join(pieces), ends=ends, shifts=shifts)


def _with_circles(text: str) -> str:
    """Read a lost circle as the circle, in as many letters."""
    if _RINGED.search(text) or not _LOST_CIRCLE.search(text):
        return text
    return _LOST_CIRCLE.sub(lambda gap: f"\u0e4d{gap[0][1:]}", text)


def _instead(change: re.Match[str]) -> str:
    written = change[0]
    if "\n" in written or "\r" in written:
        return "\n"
    if written[0] == "เ":
        return "แ"
    return f"{change[1] or change[2] or ''}ำ" if written[-1] == "า" else ""


def one_line(text: str) -> str:
    """Return `text` with every run of spaces and ends of lines as one space."""
    return " ".join(text.split())
