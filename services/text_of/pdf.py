"""The text of a PDF: its text layer, and what its scanned pages show.

pdfium is made for one thread: nothing here may run in two threads of a process at once.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from math import sqrt
from typing import Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from domain.errors import InvalidError
from services.text_of.glyphs import fold_glyphs
from services.text_of.limits import check_length, check_pages, unreadable
from services.text_of.page import text_of_page
from services.text_of.scan import MAX_READ_PIXELS, find_recognition, recognize

# A page with fewer letters has at most a page number or the name of the scanner.
_FEW_LETTERS: Final = 20
_SCAN_DPI: Final = 300
_POINTS_PER_INCH: Final = 72
# A file ends with it; where it is missing, the end of the letter is.
_END: Final = b"%%EOF"
_END_WITHIN: Final = 2048
_MOST_OBJECTS: Final = 2000
_IMAGE: Final = pdfium_c.FPDF_PAGEOBJ_IMAGE
_PATH: Final = pdfium_c.FPDF_PAGEOBJ_PATH


@dataclass(frozen=True, kw_only=True, slots=True)
class PdfText:
    """What was read of a PDF.

    Attributes:
        pages: The text of each page.
        is_scan: Whether all of it comes from text recognition.
        unread: Numbers, from 1, of scanned pages among others that nothing here can read.
        recognized: Numbers, from 1, of pages whose text comes from text recognition.
    """

    pages: Sequence[str]
    is_scan: bool = False
    unread: tuple[int, ...] = ()
    recognized: tuple[int, ...] = ()


def text_of_pdf(data: bytes) -> PdfText:
    """Return the text of each page.

    Raises:
        InvalidError: `file_unreadable`, `file_encrypted`, `file_too_large`, `text_too_long`,
            `ocr_not_available`, `ocr_failed`, `file_too_slow`.
    """
    if _END not in data[-_END_WITHIN:]:
        raise unreadable("ไฟล์ PDF ไม่สมบูรณ์ ท้ายไฟล์ขาดหาย")
    try:
        with closing(pdfium.PdfDocument(data)) as document:
            check_pages(len(document))
            return _text(document)
    except pdfium.PdfiumError as error:
        if error.err_code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY):
            raise InvalidError("ไฟล์มีรหัสผ่าน กรุณาส่งไฟล์ที่ไม่มีรหัสผ่าน", code="file_encrypted") from error
        raise unreadable("ไฟล์ PDF เสียหาย") from error


def _text(document: pdfium.PdfDocument) -> PdfText:
    pages = list(_layers(document))
    has_few = sum(map(_letters, pages)) < _FEW_LETTERS * len(pages)
    # Letters may be drawn as lines; but a page among others with a line on it is no scan.
    shown = (_IMAGE, _PATH) if has_few else (_IMAGE,)
    bare = [
        number
        for number, text in enumerate(pages)
        if _letters(text) < _FEW_LETTERS and _shows(document, number, shown)
    ]
    if not bare:
        return PdfText(pages=pages)
    scanned = tuple(number + 1 for number in bare)
    if not has_few and find_recognition() is None:
        return PdfText(pages=pages, unread=scanned)
    for number, text in zip(bare, recognize(_images(document, bare)), strict=True):
        pages[number] = text or pages[number]
    return PdfText(pages=pages, is_scan=has_few, recognized=scanned)


def _layers(document: pdfium.PdfDocument) -> Iterator[str]:
    length = 0
    for number in range(len(document)):
        _lay_notes_down(document, number)
        with closing(document[number]) as page, closing(page.get_textpage()) as layer:
            check_length(length + layer.count_chars())
            text = fold_glyphs(text_of_page(layer))
        length += len(text)
        yield text


def _lay_notes_down(document: pdfium.PdfDocument, number: int) -> None:
    # Receiving stamps are often put on as notes, which are no part of the page's text.
    with closing(document[number]) as page:
        if pdfium_c.FPDFPage_GetAnnotCount(page) > 0:
            pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY)


def _letters(text: str) -> int:
    return sum(not letter.isspace() for letter in text)


def _shows(document: pdfium.PdfDocument, number: int, kinds: tuple[int, ...]) -> bool:
    with closing(document[number]) as page:
        objects = islice(page.get_objects(max_depth=3), _MOST_OBJECTS)
        return any(one.type in kinds for one in objects)


def _images(document: pdfium.PdfDocument, numbers: list[int]) -> Iterator[Image.Image]:
    for number in numbers:
        with closing(document[number]) as page:
            scale = _SCAN_DPI / _POINTS_PER_INCH
            dots = max(page.get_width() * page.get_height() * scale * scale, 1)
            scale *= min(1, sqrt(MAX_READ_PIXELS / dots))
            with closing(page.render(scale=scale, grayscale=True)) as bitmap:
                yield bitmap.to_pil()
