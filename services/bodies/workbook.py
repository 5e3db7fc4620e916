"""How the first sheet of a workbook is read, without trusting what the file says of itself."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

import openpyxl

from domain.errors import InvalidError

_MOST_UNPACKED: Final = 60_000_000
_MOST_PARTS: Final = 1_000
_MOST_COLUMNS: Final = 64


def is_workbook(data: bytes) -> bool:
    """Return whether a file can only be a workbook: it begins like a ZIP archive."""
    return data.startswith(b"PK\x03\x04")


def workbook_rows(data: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """Return the rows of the first sheet with their numbers, every cell as text.

    Raises:
        InvalidError: `bodies_file_unreadable`, `bodies_file_too_large` where it would unpack to
            more than a list can be.
    """
    try:
        _check_size(data)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            # What the sheet says of its size may be wrong, and is believed otherwise.
            sheet.reset_dimensions()
            rows = sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True)
            for number, cells in enumerate(rows, start=1):
                yield number, [_text(cell) for cell in cells]
        finally:
            book.close()
    except InvalidError:
        raise
    except Exception as error:
        # Over what is no workbook the library raises whatever broke first, from zlib to KeyError.
        raise InvalidError("อ่านไฟล์ XLSX ไม่ได้", code="bodies_file_unreadable") from error


def _check_size(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        # Unpacking stops at the size that is written here: a file cannot say less and give more.
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
    if unpacked > _MOST_UNPACKED or len(parts) > _MOST_PARTS:
        raise InvalidError(
            "ไฟล์ XLSX คลายแล้วใหญ่เกินไป", code="bodies_file_too_large", most=_MOST_UNPACKED
        )


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)
