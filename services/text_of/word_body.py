"""The lines of a part of a Word file: paragraphs, rows of tables, and the text in boxes."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from services.text_of.limits import check_length

_PARAGRAPH: Final = qn("w:p")
_TABLE: Final = qn("w:tbl")
_ROW: Final = qn("w:tr")
_CELL: Final = qn("w:tc")
_RUN: Final = qn("w:r")
_BOX: Final = qn("w:txbxContent")
_WRITTEN: Final = qn("w:t")
_SIGNS: Final = {
    qn("w:tab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
}
# A box is kept twice, for new and for old programs; what was deleted is still in the file; the
# settings of a paragraph know tabs of their own.
_PASSED_OVER: Final = {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:pPr"),
    qn("w:rPr"),
}
_UNWRITTEN: Final = str.maketrans({"\u00a0": " ", "\u200b": None, "\ufeff": None, "\u00ad": None})
# A name that did not fit is broken once; a cell of more lines is a block of the page's layout.
_LINES_OF_DATA: Final = 2


def text_of_lines(lines: Iterable[str]) -> str:
    """Return the lines as one text.

    Raises:
        InvalidError: `text_too_long`.
    """
    kept: list[str] = []
    length = 0
    for line in lines:
        kept.append(line.translate(_UNWRITTEN).rstrip())
        length += len(line) + 1
        check_length(length)
    return "\n".join(kept)


def lines_of(element: BaseOxmlElement) -> Iterator[str]:
    """Yield the lines below an element in the order in which they stand."""
    for child in element:
        if child.tag == _PARAGRAPH:
            yield from _lines_of_paragraph(child)
        elif child.tag == _TABLE:
            yield from _lines_of_table(child)
        elif child.tag not in _PASSED_OVER:
            yield from lines_of(child)


def _lines_of_paragraph(paragraph: BaseOxmlElement) -> Iterator[str]:
    boxes: list[BaseOxmlElement] = []
    written = "".join(_pieces(paragraph, boxes))
    for box in boxes:
        yield from lines_of(box)
    yield from written.split("\n")


def _pieces(element: BaseOxmlElement, boxes: list[BaseOxmlElement]) -> Iterator[str]:
    """Yield what is written inside a paragraph, and gather the boxes that hang on it."""
    for child in element:
        if child.tag == _WRITTEN:
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag == _BOX:
            boxes.append(child)
        elif child.tag not in _PASSED_OVER and not _is_hidden(child):
            yield from _pieces(child, boxes)


def _is_hidden(element: BaseOxmlElement) -> bool:
    return element.tag == _RUN and element.find(f"{qn('w:rPr')}/{qn('w:vanish')}") is not None


def _lines_of_table(table: BaseOxmlElement) -> Iterator[str]:
    above: dict[int, list[str]] = {}
    for row in _below(table, _ROW):
        yield from _lines_of_row(list(_cells(row, above)))


def _cells(row: BaseOxmlElement, above: dict[int, list[str]]) -> Iterator[list[str]]:
    """Yield the lines of each cell; one merged with the cell above says what that one says."""
    column = 0
    for cell in _below(row, _CELL):
        merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
        goes_on = merged is not None and merged.get(qn("w:val")) != "restart"
        lines = above.get(column, []) if goes_on else [one for one in lines_of(cell) if one.strip()]
        above[column] = lines
        span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        column += _number(span.get(qn("w:val"))) if span is not None else 1
        yield lines


def _lines_of_row(cells: list[list[str]]) -> Iterator[str]:
    filled = [lines for lines in cells if lines]
    if len(filled) > 1 and all(len(lines) <= _LINES_OF_DATA for lines in filled):
        yield "\t".join(" ".join(line.strip() for line in lines) for lines in cells)
    else:
        yield from chain.from_iterable(filled)


def _below(element: BaseOxmlElement, tag: str) -> Iterator[BaseOxmlElement]:
    """Yield rows or cells, also those that a content control wraps."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent")):
            yield from _below(child, tag)


def _number(written: str | None) -> int:
    return int(written) if written is not None and written.isdecimal() else 1
