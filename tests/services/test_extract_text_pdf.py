import os
import time
from pathlib import Path

import pytest

from domain.errors import InvalidError
from domain.intake.vocabulary import TextMethod
from services.extract_text import ExtractedText, extract_text
from tests.support.text_files import (
    LETTER,
    fake_tesseract,
    pdf_of,
    pdf_of_many_pages,
    pdf_of_pieces,
    pdf_with_note,
    pdf_with_password,
    picture,
)

# A black square, drawn as a picture is: what a scanner leaves on a page.
SCANNED = b"q 100 0 0 100 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q\n"


def extracted(data: bytes) -> ExtractedText:
    return extract_text(data, media_type=None, file_name=None)


def refused(data: bytes) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        extracted(data)
    return caught.value


@pytest.fixture
def no_recognition(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def recognition(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_tesseract(tmp_path, script="cat > /dev/null; printf 'อ่านจากภาพ\\n\\f'")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


def test_a_text_layer_is_read_page_by_page() -> None:
    found = extracted(pdf_of(LETTER, "บัญชีแนบท้าย\n๑ องค์การบริหารส่วนตำบลทุ่งทอง"))
    assert found == ExtractedText(
        text=f"{LETTER}\fบัญชีแนบท้าย\n๑ องค์การบริหารส่วนตำบลทุ่งทอง",
        method=TextMethod.PDF,
        media_type="application/pdf",
        pages=2,
    )


def test_a_text_layer_in_the_order_of_its_glyphs_is_folded() -> None:
    glyphs = LETTER.replace("ที่", "ท่ี").replace("ำ", "ํา")
    assert glyphs != LETTER
    assert extracted(pdf_of(glyphs)).text == LETTER


def test_one_glyph_may_stand_for_several_letters() -> None:
    assert extracted(pdf_of(LETTER, letters=["กำ"])).text == LETTER


def test_a_note_on_the_page_is_read() -> None:
    text = extracted(pdf_with_note("A letter of some length", "RECEIVED 12")).text
    assert text == "A letter of some length\nRECEIVED 12" or text.startswith("RECEIVED 12")
    assert "A letter of some length" in text


def test_spaces_before_the_beginning_do_no_harm() -> None:
    assert extracted(b"\r\n  " + pdf_of(LETTER)).text == LETTER


def test_a_password_is_asked_for_by_name() -> None:
    assert refused(pdf_with_password()).reason == "file_encrypted"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_pdf_that_was_cut_is_refused(share: float) -> None:
    data = pdf_of(LETTER)
    assert refused(data[: int(len(data) * share)]).reason == "file_unreadable"


def test_a_pdf_with_nothing_in_it_is_refused() -> None:
    assert refused(b"%PDF-1.4\n" + b"rubbish " * 100 + b"\n%%EOF").reason == "file_unreadable"
    assert refused(pdf_of_many_pages(3)).reason == "file_without_text"


def test_ten_thousand_pages_are_too_many() -> None:
    data = pdf_of_many_pages(10_000)
    begun = time.process_time()
    error = refused(data)
    assert error.reason == "file_too_large"
    assert error.facts["most_pages"] == 300
    assert time.process_time() - begun < 2


def test_three_hundred_pages_are_not_too_many() -> None:
    assert extracted(pdf_of(*["หนังสือราชการฉบับหนึ่งที่ยาวพอ"] * 300)).pages == 300


@pytest.mark.usefixtures("no_recognition")
def test_a_scan_cannot_be_read_without_recognition() -> None:
    error = refused(picture("PDF", pages=2))
    assert error.reason == "ocr_not_available"
    assert "tesseract-ocr-tha" in error.detail
    assert error.facts["packages"] == ["tesseract-ocr", "tesseract-ocr-tha"]


@pytest.mark.usefixtures("recognition")
def test_a_scan_is_read_by_recognition() -> None:
    assert extracted(picture("PDF", pages=2)) == ExtractedText(
        text="อ่านจากภาพ\fอ่านจากภาพ",
        method=TextMethod.OCR,
        media_type="application/pdf",
        pages=2,
        recognized_pages=(1, 2),
    )


@pytest.mark.usefixtures("no_recognition")
def test_a_scanned_page_among_others_is_named_where_it_cannot_be_read() -> None:
    found = extracted(pdf_of(LETTER, "", LETTER, prologue=SCANNED))
    assert found.text == f"{LETTER}\f\f{LETTER}"
    assert (found.method, found.unread_pages) == (TextMethod.PDF, (2,))


@pytest.mark.usefixtures("recognition")
def test_a_scanned_page_among_others_is_read() -> None:
    found = extracted(pdf_of(LETTER, "", LETTER, prologue=SCANNED))
    assert found.text == f"{LETTER}\fอ่านจากภาพ\f{LETTER}"
    assert (found.method, found.unread_pages) == (TextMethod.PDF, ())
    ((start, end),) = found.recognized
    assert found.text[start:end] == "อ่านจากภาพ"


@pytest.mark.usefixtures("no_recognition")
def test_a_line_on_a_page_among_others_is_no_scan() -> None:
    found = extracted(pdf_of(LETTER, "- ๒ -", prologue=b"0 0 m 100 100 l S\n"))
    assert (found.text, found.unread_pages) == (f"{LETTER}\f- ๒ -", ())


@pytest.mark.usefixtures("recognition")
def test_letters_that_are_drawn_as_lines_are_a_scan() -> None:
    found = extracted(pdf_of("", prologue=b"0 0 m 100 100 l S\n"))
    assert (found.text, found.method) == ("อ่านจากภาพ", TextMethod.OCR)


@pytest.mark.usefixtures("no_recognition")
def test_an_empty_page_among_others_is_no_scan() -> None:
    found = extracted(pdf_of(LETTER, ""))
    assert (found.text, found.unread_pages) == (f"{LETTER}\f", ())


def test_a_page_as_large_as_a_field_is_drawn_small(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # The program answers with the size that the picture it was given says of itself.
    fake_tesseract(tmp_path, script="head -c 24 | tail -c 8 | od -An -tu1; cat > /dev/null")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    field = pdf_of("", prologue=SCANNED).replace(b"[0 0 595 842]", b"[0 0 14400 14400]")
    begun = time.process_time()
    size = bytes(map(int, extracted(field).text.split()))
    assert 4000 * 4000 < int.from_bytes(size[:4]) * int.from_bytes(size[4:]) <= 4500 * 4500
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    ("drawn", "meant"),
    [
        # A mark that was drawn behind the line, and where it stands on the page.
        ([("ครังที่นี้ ๒", 0), ("\u0e49", 2.1), ("๕", 7)], "ครั้งที่นี้ ๒๕"),
        ([("ชัน ๔ ค", 0), ("\u0e49", 1.1), ("ำสั่ง", 5)], "ชั้น ๔ คำสั่ง"),
        ([("น", 0), ("\u0e49ำ", 1), ("คำ", 2)], "น้ำคำ"),
        ([("ตัว", 0), ("\u0e4b", 1.1)], "ตั๋ว"),
        # No letter is there: the mark stays where it came.
        ([("กา", 0), ("\u0e49", 30)], "กา้"),
    ],
)
def test_marks_come_to_the_letters_on_which_they_are_drawn(
    drawn: list[tuple[str, float]], meant: str
) -> None:
    assert extracted(pdf_of_pieces(drawn)).text == meant
