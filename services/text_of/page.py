"""The text of one page of a PDF, with every mark on the letter above or below which it is drawn.

Writers of PDF draw a mark that sits on another mark (`ั้`) by itself, often behind the whole line;
its place in the text layer is then wrong, its place on the page is not.
"""

from bisect import bisect_right
from collections import defaultdict
from ctypes import byref, c_double
from dataclasses import dataclass
from typing import Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

_MARKS: Final = frozenset("\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e3a") | frozenset(
    map(chr, range(0x0E47, 0x0E4F))
)
_AM: Final = "ำ"
# Of the height of a letter: what parts two words, and two lines.
_WORD_GAP: Final = 0.2
_LINE_GAP: Final = 0.5
_AM_WIDTH: Final = 1.5


@dataclass(frozen=True, kw_only=True, slots=True)
class _Box:
    left: float
    right: float
    height: float
    line: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    def bears(self, mark: "_Box") -> bool:
        """Tell whether a mark is drawn over this letter; it may stand out a little behind it."""
        return self.left <= mark.middle <= self.right + (self.right - self.left) / 2


def text_of_page(layer: pdfium.PdfTextPage) -> str:
    """Return the text of a page's text layer; lines end with a line feed alone."""
    signs = [
        chr(pdfium_c.FPDFText_GetUnicode(layer, index)) for index in range(layer.count_chars())
    ]
    if _MARKS.isdisjoint(signs):
        text: str = layer.get_text_bounded()
    else:
        text = _rebuilt(layer, signs, _Page(layer, signs).moved_marks())
    return text.replace("\r\n", "\n").replace("\x00", "")


class _Page:
    def __init__(self, layer: pdfium.PdfTextPage, signs: list[str]) -> None:
        self._layer = layer
        self._signs = signs
        self._lines: dict[int, list[tuple[float, int]]] | None = None

    def moved_marks(self) -> dict[int, int]:
        """Return for each mark that is out of place the letter on which it is drawn."""
        moved: dict[int, int] = {}
        letter: int | None = None
        for index, sign in enumerate(self._signs):
            if _is_consonant(sign):
                letter = index
            elif sign in _MARKS or (sign == _AM and letter is None):
                bearer = self._bearer(index, letter)
                if bearer is not None and bearer != letter:
                    moved[index] = bearer
            else:
                letter = None
        return moved

    def _bearer(self, index: int, letter: int | None) -> int | None:
        mark = _box(self._layer, index)
        if mark.right <= mark.left:
            return letter
        if letter is not None and _box(self._layer, letter).bears(mark):
            return letter
        for line in (0, -1, 1):
            found = self._letter_below(mark, round(mark.line) + line)
            if found is not None:
                return found
        return letter

    def _letter_below(self, mark: _Box, line: int) -> int | None:
        if self._lines is None:
            self._lines = self._letters_by_line()
        letters = self._lines.get(line, [])
        at = bisect_right(letters, (mark.middle, len(self._signs)))
        if at == 0:
            return None
        found = letters[at - 1][1]
        return found if _box(self._layer, found).bears(mark) else None

    def _letters_by_line(self) -> dict[int, list[tuple[float, int]]]:
        lines: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for index, sign in enumerate(self._signs):
            if _is_consonant(sign):
                box = _box(self._layer, index)
                lines[round(box.line)].append((box.left, index))
        for letters in lines.values():
            letters.sort()
        return lines


def _rebuilt(layer: pdfium.PdfTextPage, signs: list[str], moved: dict[int, int]) -> str:
    hung: dict[int, list[str]] = defaultdict(list)
    for mark, letter in moved.items():
        hung[letter].append(signs[mark])
    marks = {index for index, sign in enumerate(signs) if sign in _MARKS} | moved.keys()
    left_out = _made_up_beside(layer, marks, len(signs)) | moved.keys()
    written: list[str] = []
    letter, last = 0, -1
    for index, sign in enumerate(signs):
        if index in left_out:
            continue
        if written and last != index - 1 and sign not in _MARKS:
            has_am = any(signs[between] == _AM for between in range(last + 1, index))
            written.append(_gap(_box(layer, letter), _box(layer, index), has_am=has_am))
        written += [sign, *hung.get(index, ())]
        letter, last = letter if sign in _MARKS else index, index
    return "".join(written)


def _made_up_beside(layer: pdfium.PdfTextPage, marks: set[int], length: int) -> set[int]:
    """Return the spaces and line ends that pdfium made up because a mark is small."""
    made_up: set[int] = set()
    for mark in marks:
        for step in (-1, 1):
            index = mark + step
            while 0 <= index < length and index not in made_up and _is_made_up(layer, index):
                made_up.add(index)
                index += step
    return made_up


def _is_made_up(layer: pdfium.PdfTextPage, index: int) -> bool:
    return bool(pdfium_c.FPDFText_IsGenerated(layer, index) == 1)


def _gap(before: _Box, after: _Box, *, has_am: bool) -> str:
    height = max(before.height, after.height)
    if abs(before.line - after.line) > height * _LINE_GAP:
        return "\n"
    # ำ is as wide as a letter, and where it was drawn by itself its box is that of its ring.
    room = height * (_AM_WIDTH if has_am else _WORD_GAP)
    return " " if after.left - before.right > room else ""


def _is_consonant(sign: str) -> bool:
    return "ก" <= sign <= "ฮ"


def _box(layer: pdfium.PdfTextPage, index: int) -> _Box:
    left, right, bottom, top = c_double(), c_double(), c_double(), c_double()
    across, line = c_double(), c_double()
    pdfium_c.FPDFText_GetCharBox(layer, index, byref(left), byref(right), byref(bottom), byref(top))
    pdfium_c.FPDFText_GetCharOrigin(layer, index, byref(across), byref(line))
    return _Box(
        left=left.value, right=right.value, height=top.value - bottom.value, line=line.value
    )
