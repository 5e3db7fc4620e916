"""How much of a received file is read, and how it is refused when it is too much or broken."""

from typing import Final

from domain.errors import InvalidError

# A long report with its annexes has a tenth of both.
MAX_CHARACTERS: Final = 2_000_000
MAX_PAGES: Final = 300


def check_length(length: int) -> None:
    """Check that a text of `length` characters may be read.

    Raises:
        InvalidError: `text_too_long`.
    """
    if length > MAX_CHARACTERS:
        raise InvalidError(
            f"ข้อความในไฟล์ยาวเกิน {MAX_CHARACTERS:,} ตัวอักษร กรุณาแยกไฟล์",
            code="text_too_long",
            most=MAX_CHARACTERS,
        )


def check_pages(pages: int) -> None:
    """Check that a file of so many `pages` may be read.

    Raises:
        InvalidError: `file_too_large`.
    """
    if pages > MAX_PAGES:
        raise InvalidError(
            f"ไฟล์มีมากกว่า {MAX_PAGES} หน้า กรุณาแยกไฟล์", code="file_too_large", most_pages=MAX_PAGES
        )


def unreadable(what: str) -> InvalidError:
    """Return the error for a file of which `what` is broken or is no such thing."""
    return InvalidError(f"อ่านไฟล์ไม่ได้: {what}", code="file_unreadable")


def bomb(what: str) -> InvalidError:
    """Return the error for a small file that unpacks to more than a letter can be."""
    return InvalidError(f"ไฟล์มีเนื้อหาที่คลายออกแล้วใหญ่ผิดปกติ: {what}", code="file_bomb")
