"""What came to a desk and what the rules read in it, before anything is stored."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from domain.buddhist_era import bangkok_date
from domain.errors import InvalidError
from domain.intake.contradictions import find_contradictions
from domain.intake.read_text import read_text
from domain.intake.reading import Contradiction, TextReading
from domain.intake.vocabulary import TextMethod
from services.extract_text import ExtractedText
from services.extract_text_apart import extract_text_apart

_PASTED = "text/plain; charset=utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedText:
    """A text as it came, with what was read in it.

    Attributes:
        sha256: Of the bytes that came: of the file, or of the pasted text in UTF-8.
        size: Of the same bytes.
        pages: How many the file has, None where that is not fixed.
        unread_pages: Scanned pages that could not be read here, from 1.
        recognized: Parts of the text that come from text recognition, as offsets.
    """

    text: str
    method: TextMethod
    media_type: str
    file_name: str | None
    sha256: bytes
    size: int
    reading: TextReading
    contradictions: Sequence[Contradiction]
    pages: int | None = None
    unread_pages: Sequence[int] = ()
    recognized: Sequence[tuple[int, int]] = ()


async def take_pasted(text: str, *, at: datetime) -> ReceivedText:
    """Read a text that a clerk pasted.

    Raises:
        InvalidError: `text_empty`, `text_unreadable`.
    """
    if not text.strip():
        raise InvalidError("ไม่มีข้อความ", code="text_empty", field="text")
    if "\0" in text:
        raise InvalidError("มีตัวอักษรที่บันทึกไม่ได้", code="text_unreadable", field="text")
    pasted = ExtractedText(text=text, method=TextMethod.PASTED, media_type=_PASTED)
    return await _read(pasted, text.encode(), None, at)


async def take_file(
    data: bytes, *, media_type: str | None, file_name: str, at: datetime
) -> ReceivedText:
    """Win the text of a file, in a process of its own, and read it.

    Raises:
        InvalidError: What `extract_text_apart` raises.
    """
    won = await extract_text_apart(data, media_type=media_type, file_name=file_name)
    return await _read(won, data, file_name, at)


async def _read(
    won: ExtractedText, data: bytes, file_name: str | None, at: datetime
) -> ReceivedText:
    # A long text takes a second, in which the other desks must not wait.
    reading, contradictions = await asyncio.to_thread(_judge, won.text, at)
    return ReceivedText(
        text=won.text,
        method=won.method,
        media_type=won.media_type,
        file_name=file_name,
        sha256=sha256(data).digest(),
        size=len(data),
        reading=reading,
        contradictions=contradictions,
        pages=won.pages,
        unread_pages=won.unread_pages,
        recognized=won.recognized,
    )


def _judge(text: str, at: datetime) -> tuple[TextReading, list[Contradiction]]:
    reading = read_text(text)
    return reading, find_contradictions(text, reading, today=bangkok_date(at))
