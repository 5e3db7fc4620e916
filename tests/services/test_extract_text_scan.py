import io
import os
import shutil
import time
from pathlib import Path

import pytest
from PIL import Image

from domain.errors import InvalidError
from domain.intake.vocabulary import TextMethod
from services.extract_text import ExtractedText, extract_text
from services.text_of import scan as text_of_scan
from services.text_of.scan import find_recognition
from tests.support.text_files import fake_tesseract, picture, png_claiming

# It answers with the width and height that the PNG on its input says of itself.
SIZE_OF_PNG = "head -c 24 | tail -c 8 | od -An -tu1; cat > /dev/null"


def extracted(data: bytes) -> ExtractedText:
    return extract_text(data, media_type=None, file_name=None)


def refused(data: bytes) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        extracted(data)
    return caught.value


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return tmp_path


def size_read(text: str) -> tuple[int, int]:
    numbers = bytes(map(int, text.split()))
    return int.from_bytes(numbers[:4]), int.from_bytes(numbers[4:])


@pytest.mark.parametrize(
    ("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("TIFF", "image/tiff")]
)
def test_a_picture_is_given_to_recognition(folder: Path, kind: str, media_type: str) -> None:
    fake_tesseract(folder, script="cat > /dev/null; printf 'ทีี่ ๑๒\\n\\n\\f'")
    assert extracted(picture(kind)) == ExtractedText(
        text="ที่ ๑๒",
        method=TextMethod.OCR,
        media_type=media_type,
        pages=1,
        recognized_pages=(1,),
    )


def test_recognition_is_called_without_a_shell_and_with_one_thread(folder: Path) -> None:
    fake_tesseract(folder, script='cat > /dev/null; echo "$*" "$OMP_THREAD_LIMIT"')
    assert extracted(picture("PNG")).text == "stdin stdout -l tha --dpi 300 --psm 4 1"


def test_each_page_of_a_tiff_is_read(folder: Path) -> None:
    fake_tesseract(folder, script="cat > /dev/null; echo หน้า")
    found = extracted(picture("TIFF", pages=3))
    assert (found.text, found.pages) == ("หน้า\fหน้า\fหน้า", 3)


def test_a_large_picture_is_read_smaller(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_of_scan, "MAX_READ_PIXELS", 30_000)
    fake_tesseract(folder, script=SIZE_OF_PNG)
    assert size_read(extracted(picture("PNG", size=(600, 200))).text) == (300, 100)


def test_a_photograph_is_turned_upright(folder: Path) -> None:
    fake_tesseract(folder, script=SIZE_OF_PNG)
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = io.BytesIO()
    Image.new("RGB", (300, 100), "white").save(kept, "JPEG", exif=exif)
    assert size_read(extracted(kept.getvalue()).text) == (100, 300)


def test_behind_a_transparent_page_is_paper() -> None:
    kept = io.BytesIO()
    Image.new("RGBA", (3, 2), (0, 0, 0, 0)).save(kept, "PNG")
    (page,) = text_of_scan.pages_of_image(kept.getvalue())
    assert page.tobytes() == b"\xff" * 6


def test_an_empty_page_has_no_text(folder: Path) -> None:
    fake_tesseract(folder, script="cat > /dev/null; printf ' \\n\\f'")
    assert refused(picture("PNG")).reason == "file_without_text"


@pytest.mark.parametrize("languages", [None, "eng osd"])
def test_without_thai_recognition_is_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, languages: str | None
) -> None:
    if languages is not None:
        fake_tesseract(tmp_path, script="exit 0", languages=languages)
    monkeypatch.setenv("PATH", str(tmp_path))
    error = refused(picture("PNG"))
    assert error.reason == "ocr_not_available"
    assert "tesseract-ocr-tha" in error.detail


def test_a_failure_of_recognition_is_told(folder: Path) -> None:
    fake_tesseract(folder, script="cat > /dev/null; echo 'out of paper' >&2; exit 3")
    error = refused(picture("PNG"))
    assert (error.reason, error.facts["said"]) == ("ocr_failed", "out of paper\n")


def test_recognition_that_never_ends_is_stopped(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_of_scan, "PAGE_SECONDS", 0.5)
    fake_tesseract(folder, script=f'echo $$ > "{folder}/pid"; exec sleep 60')
    begun = time.monotonic()
    assert refused(picture("PNG")).reason == "file_too_slow"
    assert time.monotonic() - begun < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "pid").read_text()), 0)


@pytest.mark.parametrize("size", [(100_000, 100_000), (60_000, 60_000), (9_000, 9_000)])
def test_a_picture_that_says_it_is_huge_is_not_unpacked(size: tuple[int, int]) -> None:
    begun = time.process_time()
    assert refused(png_claiming(*size)).reason == "file_bomb"
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_picture_that_was_cut_is_refused(kind: str, share: float) -> None:
    data = picture(kind)
    assert refused(data[: int(len(data) * share)]).reason == "file_unreadable"


def test_a_tiff_of_too_many_pages_is_refused(folder: Path) -> None:
    fake_tesseract(folder, script="cat > /dev/null")
    data = picture("TIFF", pages=4, size=(8, 8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.text_of.limits.MAX_PAGES", 3)
        patch.setattr("services.text_of.scan.MAX_PAGES", 3)
        assert refused(data).reason == "file_too_large"


@pytest.mark.skipif(find_recognition() is None, reason="Tesseract with Thai is not installed")
def test_the_real_program_reads_a_page() -> None:
    assert shutil.which("tesseract")
    large = Image.open(io.BytesIO(picture("PNG", size=(300, 60))))
    kept = io.BytesIO()
    large.resize((1800, 360)).save(kept, "PNG")
    assert "456" in extracted(kept.getvalue()).text
