import contextlib
import random
import time
from pathlib import Path

import pytest

from domain.errors import InvalidError
from domain.intake.vocabulary import TextMethod
from services.extract_text import MAX_FILE_BYTES, ExtractedText, extract_text
from tests.support.text_files import LETTER, pdf_of, picture, plain_word


def extracted(data: bytes, *, file_name: str | None = None) -> ExtractedText:
    return extract_text(data, media_type="application/octet-stream", file_name=file_name)


def refused(data: bytes) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        extracted(data)
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("tis-620", b""),
        ("cp874", b""),
        ("iso8859-11", b""),
    ],
)
@pytest.mark.parametrize("text", [LETTER, "ด่วนที่สุด", "เรื่อง แจ้งเลขที่ 12/2566\nเรียน นายก"])
def test_plain_text_is_read_in_every_thai_encoding(encoding: str, mark: bytes, text: str) -> None:
    found = extracted(mark + text.encode(encoding))
    assert found == ExtractedText(text=text, method=TextMethod.PLAIN, media_type="text/plain")


def test_quotation_marks_and_dashes_of_windows_are_read() -> None:
    text = "เรื่อง “ยกระดับ” การประชุม – ครั้งที่ ๒ …"
    assert extracted(text.encode("cp874")).text == text


@pytest.mark.parametrize("end", ["\r\n", "\r", "\v", "\u2028", "\x85"])
def test_line_ends_become_one(end: str) -> None:
    assert extracted(f"ที่ ๑{end}ที่ ๒{end}".encode()).text == "ที่ ๑\nที่ ๒\n"


def test_what_ends_a_page_stays_and_what_ends_a_file_of_ms_dos_goes() -> None:
    assert extracted("หน้า ๑\fหน้า ๒\x1a".encode()).text == "หน้า ๑\fหน้า ๒"


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02",
        "หนังสือ\x00ราชการ".encode(),
        b"\x07\x08\x01" * 5,
        "Müller und Söhne, Café".encode("latin-1"),
        "หนังสือราชการ".encode()[:-1],
        b"\xff\xfe" + "หนังสือ".encode("utf-16-le")[:-1],
        "การบันทึก".encode("utf-16-le") + b"\x00\xd8",
        bytes(range(128, 256)),
    ],
)
def test_rubbish_is_no_text(data: bytes) -> None:
    assert refused(data).reason == "file_unreadable"


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_no_text(seed: int) -> None:
    data = random.Random(seed).randbytes(3000)  # noqa: S311 - no secret
    assert refused(data).reason == "file_unreadable"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf", "file_without_text"),
        (b" \r\n\t ", "file_without_text"),
        (b"{\\rtf1 letter}", "file_kind_unknown"),
        (b"GIF89a" + b"\0" * 50, "file_kind_unknown"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 50, "file_kind_unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_kind_unknown"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "file_encrypted",
        ),
        (("ก" * 2_000_001).encode(), "text_too_long"),
        (b"%PDF-1.7\nrubbish", "file_unreadable"),
        (b"PK\x03\x04rubbish", "file_unreadable"),
        (b"\x89PNG\r\n\x1a\nrubbish", "file_unreadable"),
        (b"\xff\xd8\xffrubbish", "file_unreadable"),
        (b"II*\x00rubbish", "file_unreadable"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(data: bytes, code: str) -> None:
    assert refused(data).reason == code


def test_fifty_megabytes_are_refused_at_once() -> None:
    begun = time.process_time()
    error = refused(b"PK\x03\x04" + bytes(50 * 1024 * 1024))
    assert error.reason == "file_too_large"
    assert error.facts["most_bytes"] == MAX_FILE_BYTES
    assert time.process_time() - begun < 1


def test_twenty_thousand_letters_of_one_kind_are_a_text() -> None:
    begun = time.process_time()
    for text in ("ก" * 20_000, "ำ" * 20_000, "ก่" + " " * 20_000 + "ข", "เ" * 20_000):
        assert extracted(text.encode()).text == text
        assert extracted(pdf_of(text)).text.replace("\n", "").strip()
    assert time.process_time() - begun < 5


def test_the_bytes_decide_and_not_the_name() -> None:
    named = extract_text(plain_word(LETTER), media_type="text/plain", file_name="letter.txt")
    assert named.method is TextMethod.DOCX
    named = extract_text(LETTER.encode(), media_type="application/pdf", file_name="letter.pdf")
    assert named.method is TextMethod.PLAIN


def test_an_error_says_which_file_it_was() -> None:
    with pytest.raises(InvalidError) as caught:
        extract_text(b"", media_type="application/pdf", file_name="สแกน.pdf")
    assert caught.value.facts == {"file_name": "สแกน.pdf", "claimed_type": "application/pdf"}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(LETTER.encode("cp874"), id="plain"),
        pytest.param(plain_word(LETTER), id="docx"),
        pytest.param(pdf_of(LETTER), id="pdf"),
        pytest.param(picture("PDF"), id="scan"),
        pytest.param(picture("PNG"), id="png"),
        pytest.param(picture("JPEG"), id="jpeg"),
        pytest.param(picture("TIFF", pages=2), id="tiff"),
    ],
)
def test_a_damaged_file_is_read_or_refused(
    data: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    draw = random.Random(len(data))  # noqa: S311 - no secret
    refusals = 0
    for _ in range(30):
        damaged = bytearray(data)
        for _ in range(draw.choice((1, 3, 30))):
            # The tables of a ZIP and of a PDF are at the end.
            near_end = draw.random() < 0.4
            at = draw.randrange(max(0, len(data) - 200) if near_end else 0, len(data))
            damaged[at] = draw.randrange(256)
        with contextlib.suppress(InvalidError):
            extracted(bytes(damaged))
            continue
        refusals += 1
    assert refusals > 0
