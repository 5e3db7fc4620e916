"""Text recognition (OCR) of page images, by the program Tesseract where it is installed."""

import io
import math
import os
import shutil
import struct
import subprocess
import time
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.Image import DecompressionBombError, DecompressionBombWarning

from domain.errors import InvalidError
from services.text_of.glyphs import fold_glyphs
from services.text_of.limits import MAX_PAGES, bomb, check_pages, unreadable

# A page of A3 at 300 dpi has 17 million dots: more teaches the recognition nothing and takes time.
# A photograph of the best telephones has 50 million, A4 at 600 dpi 35 million.
MAX_READ_PIXELS: Final = 20_000_000
MAX_PIXELS: Final = 80_000_000
# A page takes 1 to 10 seconds; one that takes a minute is no page of text.
PAGE_SECONDS: Final = 60.0
ALL_SECONDS: Final = 900.0
_LANGUAGE: Final = "tha"
# A letter is one column of lines of different size; the automatic mode looks for columns in it.
_ONE_COLUMN: Final = "4"
_FORMATS: Final = ("PNG", "JPEG", "TIFF")
# What Pillow raises for a broken image, by format.
_BROKEN: Final = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    LookupError,
    OverflowError,
    struct.error,
    zlib.error,
)


def pages_of_image(data: bytes) -> Iterator[Image.Image]:
    """Yield the pages of a PNG, JPEG or TIFF upright in shades of grey.

    Raises:
        InvalidError: `file_unreadable`, `file_bomb`, `file_too_large`.
    """
    with _opened(data) as image:
        # A JPEG of a telephone carries previews of itself, and a PNG may move.
        most = MAX_PAGES + 1 if image.format == "TIFF" else 1
        for number in range(most):
            page = _page(image, number)
            if page is None:
                return
            check_pages(number + 1)
            yield page


def recognize(pages: Iterable[Image.Image]) -> list[str]:
    """Return the text of each page.

    Raises:
        InvalidError: `ocr_not_available`, `ocr_failed`, `file_too_slow`, or what `pages` raises.
    """
    until = time.monotonic() + ALL_SECONDS
    program: str | None = None
    texts: list[str] = []
    for page in pages:
        # Only now: of a broken picture it matters that it is broken, not what is missing here.
        program = program or require_recognition()
        texts.append(_recognized(program, page, until - time.monotonic()))
    return texts


def require_recognition() -> str:
    """Return where Tesseract is.

    Raises:
        InvalidError: `ocr_not_available`.
    """
    program = find_recognition()
    if program is None:
        raise InvalidError(
            "ไฟล์นี้เป็นภาพสแกน แต่เครื่องนี้ยังอ่านภาพไม่ได้ ต้องติดตั้งโปรแกรม Tesseract พร้อมภาษาไทย"
            " (แพ็กเกจ tesseract-ocr และ tesseract-ocr-tha) หรือส่งเป็นไฟล์ข้อความ",
            code="ocr_not_available",
            packages=["tesseract-ocr", "tesseract-ocr-tha"],
        )
    return program


def find_recognition() -> str | None:
    """Return where Tesseract is, None where it is not or has not learned Thai."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        listed = _run([program, "--list-langs"], b"", PAGE_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None
    # Older versions print the list as if it were a complaint.
    return program if _LANGUAGE.encode() in (listed.stdout + listed.stderr).split() else None


@contextmanager
def _understandable() -> Iterator[None]:
    """Turn what Pillow says of bad pictures into our words; of strange tags it may just warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", DecompressionBombWarning)
        try:
            yield
        except (DecompressionBombWarning, DecompressionBombError) as error:
            raise _too_many_dots() from error
        except _BROKEN as error:
            raise unreadable("ไฟล์ภาพเสียหาย") from error


def _opened(data: bytes) -> Image.Image:
    with _understandable():
        return Image.open(io.BytesIO(data), formats=_FORMATS)


def _page(image: Image.Image, number: int) -> Image.Image | None:
    with _understandable():
        try:
            image.seek(number)
        except EOFError:
            return None
        # The size is known before a single dot is unpacked.
        if image.width * image.height > MAX_PIXELS:
            raise _too_many_dots()
        return _in_grey(image)


def _too_many_dots() -> InvalidError:
    return bomb(f"ภาพมีเกิน {MAX_PIXELS:,} จุด")


def _in_grey(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        # What is behind a page is paper, not darkness.
        layer = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    shrink = math.sqrt(MAX_READ_PIXELS / (upright.width * upright.height))
    grey = upright.convert("L")
    if shrink >= 1:
        return grey
    return grey.resize((int(grey.width * shrink) or 1, int(grey.height * shrink) or 1))


def _recognized(program: str, page: Image.Image, seconds_left: float) -> str:
    picture = io.BytesIO()
    page.save(picture, "PNG", compress_level=1)
    command = [program, "stdin", "stdout", "-l", _LANGUAGE, "--dpi", "300", "--psm", _ONE_COLUMN]
    try:
        done = _run(command, picture.getvalue(), min(PAGE_SECONDS, seconds_left))
    except subprocess.TimeoutExpired as error:
        raise InvalidError("อ่านภาพนานเกินไป กรุณาแยกไฟล์", code="file_too_slow") from error
    except OSError as error:
        raise _failed(str(error)) from error
    if done.returncode != 0:
        raise _failed(done.stderr[-500:].decode(errors="replace"))
    return fold_glyphs(done.stdout.decode(errors="replace")).rstrip("\f\n")


def _failed(said: str) -> InvalidError:
    return InvalidError("โปรแกรมอ่านภาพ (Tesseract) ทำงานไม่สำเร็จ", code="ocr_failed", said=said)


def _run(command: list[str], given: bytes, seconds: float) -> subprocess.CompletedProcess[bytes]:
    # Its threads would only get into each other's way, and into that of other people's letters.
    return subprocess.run(  # noqa: S603 - an argument list, never a shell
        command,
        input=given,
        capture_output=True,
        timeout=max(seconds, 0.1),
        check=False,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
