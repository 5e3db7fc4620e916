"""How the text of a received file is won: what kind it is, by its bytes, and who reads it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from domain.errors import InvalidError
from domain.intake.vocabulary import TextMethod
from services.text_of.limits import check_length
from services.text_of.plain import text_of_plain

# As much as the file store takes (`PUT /v1/files`); a scan of a hundred pages fits.
MAX_FILE_BYTES: Final = 32 * 1024 * 1024

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_IMAGES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_UNKNOWN: Final = (
    (b"{\\rtf", "RTF"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"\x7fELF", "โปรแกรม"),
    (b"MZ\x90", "โปรแกรม"),
    (b"RIFF", "WEBP หรือเสียง"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtractedText:
    """The text of a file and how it was won.

    Attributes:
        text: Lines end with a line feed alone, pages are parted by a form feed.
        media_type: What the file is, whatever was claimed.
        pages: How many pages it has, None where that is not fixed.
        unread_pages: Scanned pages among others, from 1, that could not be read here because
            text recognition is not installed. A person must look at them.
        recognized_pages: Pages, from 1, whose text comes from text recognition.
    """

    text: str
    method: TextMethod
    media_type: str
    pages: int | None = None
    unread_pages: tuple[int, ...] = ()
    recognized_pages: tuple[int, ...] = ()

    @property
    def recognized(self) -> list[tuple[int, int]]:
        """The parts of the text that come from text recognition, as offsets."""
        parts: list[tuple[int, int]] = []
        begins = 0
        for number, page in enumerate(self.text.split("\f"), start=1):
            if number in self.recognized_pages:
                parts.append((begins, begins + len(page)))
            begins += len(page) + 1
        return parts


def extract_text(data: bytes, *, media_type: str | None, file_name: str | None) -> ExtractedText:
    """Return the text of a plain, Word (DOCX), PDF, PNG, JPEG or TIFF file.

    What it is called and said to be only goes into the error: the bytes decide. Not for two
    threads at once (pdfium), and not for files of strangers in a process that must live:
    `extract_text_apart` is.

    Raises:
        InvalidError: `file_empty`, `file_too_large`, `file_unreadable`, `file_encrypted`,
            `file_kind_unknown`, `file_bomb`, `file_without_text`, `text_too_long`,
            `ocr_not_available`, `ocr_failed`, `file_too_slow`.
    """
    try:
        check_size(len(data))
        extracted = _reader_of(data)(data)
        check_length(len(extracted.text))
        _check_text(extracted)
    except InvalidError as error:
        raise InvalidError(
            error.detail,
            code=error.reason,
            **{**error.facts, "file_name": file_name, "claimed_type": media_type},
        ) from error
    return extracted


def check_size(size: int) -> None:
    """Check that a file of `size` bytes may be read.

    Raises:
        InvalidError: `file_empty`, `file_too_large`.
    """
    if size == 0:
        raise InvalidError("ไฟล์ว่างเปล่า", code="file_empty")
    if size > MAX_FILE_BYTES:
        raise InvalidError(
            f"ไฟล์ใหญ่เกิน {MAX_FILE_BYTES // 1024**2} เมกะไบต์",
            code="file_too_large",
            most_bytes=MAX_FILE_BYTES,
        )


def may_be_scan(data: bytes) -> bool:
    """Tell whether a file may hold pictures of pages, whose text takes seconds each to win."""
    return _is_pdf(data) or _is_image(data)


def _check_text(extracted: ExtractedText) -> None:
    if not extracted.text.strip():
        raise InvalidError("ไม่พบข้อความในไฟล์", code="file_without_text")


def _reader_of(data: bytes) -> Callable[[bytes], ExtractedText]:
    if _is_pdf(data):
        return _read_pdf
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _read_docx
    if _is_image(data):
        return _read_image
    _refuse_known(data)
    return _read_plain


def _is_pdf(data: bytes) -> bool:
    return data[:1024].lstrip().startswith(b"%PDF-")


def _is_image(data: bytes) -> bool:
    return data.startswith(tuple(magic for magic, _ in _IMAGES))


def _refuse_known(data: bytes) -> None:
    """Refuse what is known well enough to say what it is."""
    if data.startswith(_OLD_OFFICE):
        if _ENCRYPTED_PACKAGE in data:
            raise InvalidError("ไฟล์มีรหัสผ่าน กรุณาส่งไฟล์ที่ไม่มีรหัสผ่าน", code="file_encrypted")
        raise _unknown("Office รุ่นเก่า (DOC, XLS)")
    if data[4:8] == b"ftyp":
        raise _unknown("HEIC หรือวิดีโอ")
    for magic, name in _UNKNOWN:
        if data.startswith(magic):
            raise _unknown(name)


def _unknown(name: str) -> InvalidError:
    return InvalidError(
        f"ยังอ่านไฟล์ชนิด {name} ไม่ได้ กรุณาส่งเป็น DOCX, PDF, ภาพ PNG, JPEG, TIFF หรือข้อความ",
        code="file_kind_unknown",
        kind=name,
    )


def _read_plain(data: bytes) -> ExtractedText:
    return ExtractedText(text=text_of_plain(data), method=TextMethod.PLAIN, media_type="text/plain")


# The libraries below take longer to load than a plain text takes to read; each is loaded when a
# file of its kind comes.


def _read_docx(data: bytes) -> ExtractedText:
    from services.text_of.docx import text_of_docx  # noqa: PLC0415

    return ExtractedText(text=text_of_docx(data), method=TextMethod.DOCX, media_type=DOCX)


def _read_pdf(data: bytes) -> ExtractedText:
    from services.text_of.pdf import text_of_pdf  # noqa: PLC0415

    read = text_of_pdf(data)
    return ExtractedText(
        text=_joined(read.pages),
        method=TextMethod.OCR if read.is_scan else TextMethod.PDF,
        media_type="application/pdf",
        pages=len(read.pages),
        unread_pages=read.unread,
        recognized_pages=read.recognized,
    )


def _joined(pages: Sequence[str]) -> str:
    return "\f".join(page.replace("\f", "\n") for page in pages)


def _read_image(data: bytes) -> ExtractedText:
    from services.text_of.scan import pages_of_image, recognize  # noqa: PLC0415

    pages = recognize(pages_of_image(data))
    kind = next(kind for magic, kind in _IMAGES if data.startswith(magic))
    return ExtractedText(
        text=_joined(pages),
        method=TextMethod.OCR,
        media_type=kind,
        pages=len(pages),
        recognized_pages=tuple(range(1, len(pages) + 1)),
    )
